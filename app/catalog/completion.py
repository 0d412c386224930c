"""Fills in what nobody said of a dataset, where its data and words leave no doubt, and says how.

What was said is never changed; completing twice changes nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.catalog import addresses, coverage, subjects, vocabularies
from app.catalog.record import Access, AiUse, Contact, Derived, License, Period
from app.kernel.text import Text

if TYPE_CHECKING:
    from datetime import datetime

    from app.catalog.record import DatasetRecord

Filling = tuple[Any, Text]
Fill = Callable[["DatasetRecord", "Completion"], Filling | None]
Fills = Mapping[str, Fill]

_NOTHING: Mapping[type, Any] = {License: License(), Period: Period(), Contact: Contact()}


@dataclass(frozen=True, slots=True)
class Completion:
    """What holds where a publisher says nothing: the portal's terms, its area and its address."""

    license: License = License()
    area: str = ""
    url: str = ""


def complete(record: DatasetRecord, defaults: Completion) -> DatasetRecord:
    """Fill the fields that are empty, and list each in `derived`."""
    for fills in (_FIRST, _THEN):
        record = _filled(record, fills, defaults)
    return record


def complete_for_search(record: DatasetRecord, defaults: Completion) -> DatasetRecord:
    """As `complete`, of the fields that say what a dataset is found by."""
    for fills in (_FIRST, _FOUND_BY):
        record = _filled(record, fills, defaults)
    return record


def _filled(record: DatasetRecord, fills: Fills, defaults: Completion) -> DatasetRecord:
    found = {
        field: filling
        for field, fill in fills.items()
        if _is_empty(getattr(record, field)) and (filling := fill(record, defaults)) and not _is_empty(filling[0])
    }
    if not found:
        return record
    derived = (*record.derived, *(Derived(field, how) for field, (_, how) in found.items()))
    return replace(record, derived=derived, **{field: value for field, (value, _) in found.items()})


def _is_empty(value: Any) -> bool:
    return not value or value == _NOTHING.get(type(value))


def _license(record: DatasetRecord, defaults: Completion) -> Filling:
    # The portal's terms bind who publishes here; of files elsewhere nobody agreed to anything.
    only_elsewhere = record.links and not record.resources
    return License() if only_elsewhere else defaults.license, Text(
        "ポータルの利用条件です。", "The portal's own terms of use."
    )


def _themes(record: DatasetRecord, _defaults: Completion) -> Filling:
    standards = subjects.standards(record)
    if themes := subjects.themes_of_groups(record.groups):
        return themes, Text("分類に対応する分野です。", "The themes that go with its groups.")
    if themes := tuple(dict.fromkeys(standard.theme for standard in standards)):
        names = "、".join(standard.title.ja for standard in standards)
        english = ", ".join(standard.title.en for standard in standards)
        return themes, Text(
            f"標準データセット「{names}」の分野です。", f"The theme of the standard dataset “{english}”."
        )
    if themes := subjects.themes_in_words(record):
        return themes, Text(
            "題名やキーワードにある分野の言葉からです。", "From words of themes in its title and keywords."
        )
    return (subjects.ADMINISTRATION,), Text("行政が公開したデータです。", "It is published by an administration.")


def _groups(record: DatasetRecord, _defaults: Completion) -> Filling:
    return subjects.groups_of_themes(record.themes), Text(
        "分野に対応する分類です。", "The groups that go with its themes."
    )


def _keywords(record: DatasetRecord, _defaults: Completion) -> Filling:
    return subjects.keywords_of(record), subjects.how_keywords(record)


def _spatial(record: DatasetRecord, defaults: Completion) -> Filling:
    found = coverage.places_in_columns(record)
    if found.places:
        return found.places, _from_columns(found.sources)
    if places := coverage.places_in_title(record):
        return places, Text("題名にある地名です。", "Places that the title names.")
    if record.publisher.area:
        return (record.publisher.area,), Text("提供者が受け持つ地域です。", "The area of its publisher.")
    if places := coverage.place_of_publisher(record, defaults.area):
        return places, Text("提供者の名称にある地名です。", "The place that its publisher's name has.")
    area = (defaults.area,) if defaults.area else ()
    return area, Text("ポータルが扱う地域です。", "The area that the portal is about.")


def _temporal(record: DatasetRecord, _defaults: Completion) -> Filling:
    found = coverage.period_in_columns(record)
    if not _is_empty(found.period):
        return found.period, _from_columns(found.sources)
    found = coverage.period_in_titles(record)
    if found.sources:
        return found.period, Text("題名にある時期です。", "The period that a title names.")
    changed = _last_change(record)
    end = Period(end=coverage.day_of(changed)) if changed else Period()
    if record.source_modified:
        return end, Text(
            "元の場所で最後に変更された日の時点のデータとしています。",
            "As of the day on which it last changed where it comes from.",
        )
    return end, Text("届いた日の時点のデータとしています。", "As of the day it was sent.")


def _next_due(record: DatasetRecord, _defaults: Completion) -> Filling | None:
    days, changed = vocabularies.days_of(record.frequency), _last_change(record)
    if days is None or days < 1 or changed is None:
        return None
    how = Text("最後の更新と更新頻度から計算しました。", "From the last change and how often it is updated.")
    try:
        return coverage.day_of(changed + timedelta(days=days)), how
    except OverflowError:
        return None


def _languages(record: DatasetRecord, _defaults: Completion) -> Filling:
    language = record.title.language("ja") if record.title else "ja"
    return (language,), Text("題名の言語です。", "The language of its title.")


def _contact(record: DatasetRecord, defaults: Completion) -> Filling:
    publisher = record.publisher
    if publisher.contact.email or publisher.contact.url:
        return publisher.contact, Text("提供者の連絡先です。", "The contact of its publisher.")
    name = publisher.contact.name or publisher.title.get("ja")
    page = publisher.homepage or (defaults.url + addresses.publisher(publisher.slug) if defaults.url else "")
    return Contact(name=name, url=page), Text("提供者のページです。", "A page of its publisher.")


def _conforms_to(record: DatasetRecord, _defaults: Completion) -> Filling:
    urls = tuple(dict.fromkeys(standard.url for standard in subjects.standards(record)))
    names = "、".join(standard.title.ja for standard in subjects.standards(record))
    english = ", ".join(standard.title.en for standard in subjects.standards(record))
    return urls, Text(f"表の列が標準データセット「{names}」と一致します。", f"Its columns are those of “{english}”.")


def _ai_use(record: DatasetRecord, _defaults: Completion) -> Filling:
    if record.access is Access.PUBLIC and vocabularies.is_open(record.license):
        return AiUse.ALL.value, Text("誰でも自由に使える利用条件だからです。", "Its terms let everybody use it freely.")
    return AiUse.ASK.value, Text("利用条件からは分からないためです。", "Its terms do not settle it.")


def _from_columns(names: tuple[str, ...]) -> Text:
    """Name the columns, as they may have come from a stranger: a few, and cut."""
    shown = [name[:50] for name in names[:3]]
    return Text(f"列「{'」「'.join(shown)}」の値からです。", f"From the values of {', '.join(shown)}.")


def _last_change(record: DatasetRecord) -> datetime | None:
    return record.source_modified or (record.version.published if record.version else None)


# What is filled first is what the rest is worked out from.
_FIRST: Fills = {
    "license": _license,
    "themes": _themes,
}
_THEN: Fills = {
    "groups": _groups,
    "keywords": _keywords,
    "spatial": _spatial,
    "temporal": _temporal,
    "next_due": _next_due,
    "languages": _languages,
    "contact": _contact,
    "conforms_to": _conforms_to,
    "ai_use": _ai_use,
}
_FOUND_BY: Fills = {name: _THEN[name] for name in ("groups", "keywords", "spatial", "temporal")}
