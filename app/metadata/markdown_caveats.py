"""What to mind when using a dataset, in Markdown: what its publisher says, what the portal saw, changed and guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.catalog import addresses
from app.catalog.record import State
from app.kernel.text import Text
from app.metadata.markdown_text import both_quoted, inline, link, start
from app.metadata.words import personal_columns
from app.quality.marks import MARKS
from app.quality.signs import REPAIRED, SENTENCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, Intake, Mark, RepairCount, ResourceRecord
    from app.kernel.text import Language

# Of each kind for a table, and tables.
_MOST, _TABLES, _PLACES, _NAME = 20, 20, 5, 80

_STATES = {
    State.DRAFT: Text("まだ公開されていません。", "Not published yet."),
    State.IN_REVIEW: Text("公開前の確認中です。", "Under review before publication."),
    State.DEPRECATED: Text(
        "更新は終わりました。新しい用途には勧めません。", "No longer updated; not advised for new uses."
    ),
    State.WITHDRAWN: Text("取り下げられました。", "Withdrawn."),
}


def caveats(record: DatasetRecord, site: Site, language: Language) -> Iterator[str]:
    """List everything there is to mind; nothing where there is nothing."""
    yield from both_quoted(record.caveats, language)
    points = list(_points(record, site, language))
    if points:
        yield from points
        yield ""


def _points(record: DatasetRecord, site: Site, language: Language) -> Iterator[str]:
    if record.state in _STATES:
        reason = f" {inline(record.withdrawal.reason)}" if record.withdrawal else ""
        yield f"- {_STATES[record.state].get(language)}{reason}"
    for resource in [each for each in record.resources if each.table or each.intake][:_TABLES]:
        yield from _of_resource(record, resource, site, language)
    if personal := ", ".join(inline(each, _NAME) for each in personal_columns(record)[:_MOST]):
        yield f"- {Text('人に関する値を含みうる列', 'Columns that may tell of persons').get(language)}: {personal}"


def _of_resource(record: DatasetRecord, resource: ResourceRecord, site: Site, language: Language) -> Iterator[str]:
    name = start(inline(resource.name, _NAME))
    if resource.table and resource.table.inferred:
        guessed = Text(
            "列の型は、値からポータルが推定しました。", "The portal inferred the types of columns from their values."
        )
        yield f"- {name}: {guessed.get(language)}"
    if resource.intake:
        for point in _of_intake(record, resource, resource.intake, site):
            yield f"- {name}: {point.get(language)}"


def _of_intake(record: DatasetRecord, resource: ResourceRecord, intake: Intake, site: Site) -> Iterator[Text]:
    if intake.rows_apart:
        yield Text(
            f"受け取った {intake.rows_in:,} 行のうち {intake.rows_apart:,} 行は、公開した表に含まれません。",
            f"{intake.rows_apart:,} of the {intake.rows_in:,} rows sent are not in the published table.",
        )
    for mark in [each for each in intake.marks if not each.mended][:_MOST]:
        yield _mark(mark)
    yield from _repaired(intake)
    if intake.receipt and (intake.repairs or intake.rows_apart):
        receipt = link(site.absolute(addresses.receipt(record.path, resource.name)))
        yield Text(f"すべての修正の記録: {receipt}", f"Every single change: {receipt}")


def _mark(mark: Mark) -> Text:
    known = SENTENCES.get(mark.code) if mark.code in MARKS else None
    said = known or Text(inline(mark.code, _NAME), inline(mark.code, _NAME))
    at = ", ".join(inline(place, _NAME) for place in mark.places[:_PLACES])
    return Text(
        f"{said.ja}（{mark.count:,} か所{f'。{at}' if at else ''}）",
        f"{said.en} ({mark.count:,}{f': {at}' if at else ''}).",
    )


def _repaired(intake: Intake) -> Iterator[Text]:
    for repair in intake.repairs[:_MOST]:
        yield _repair(repair)
    if (more := len(intake.repairs) - _MOST) > 0:
        yield Text(f"ほか {more:,} 種類の修正", f"And {more:,} more kinds of repair")


def _repair(repair: RepairCount) -> Text:
    """Name the rule; what it mended is told where readers note the same."""
    rule, column = inline(repair.rule, _NAME), inline(repair.column, _NAME)
    found = SENTENCES.get(REPAIRED.get(repair.rule, ""), Text())
    return Text(
        f"ポータルが修正（{rule}）: {repair.count:,} か所"
        f"{f'、列 {column}' if column else ''}{f'。元の状態: {found.ja}' if found else ''}",
        f"Repaired by the portal ({rule}): {repair.count:,}"
        f"{f', column {column}' if column else ''}{f'. As sent: {found.en}' if found else ''}",
    )
