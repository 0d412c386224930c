"""The page on which a publisher says what a dataset is, and what its description scores while that is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for

from app.catalog import places, vocabularies
from app.identity.policy import Action
from app.kernel.errors import AppError, BadRequest, OverLimit, Stale
from app.kernel.text import Text
from app.metadata import mqa
from app.web import edit_form
from app.web.access import Rule, rule
from app.web.api.editing import marks_with
from app.web.context import actor, services
from app.web.errors import STATUS
from app.web.pages import blueprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from app.catalog.editing import Said
    from app.catalog.record import DatasetRecord, ResourceRecord
    from app.web.edit_form import Sent

FORM_BYTES = 4 * 1024 * 1024
# So many more places can be named than there are.
ROOM_FOR_PLACES = 2


@blueprint.get("/dataset/<slug:slug>/edit")
@rule(Rule(Action.PUBLISH))
def edit(slug: str) -> str:
    """The form."""
    said = services().catalog.said(actor(), slug)
    return _page(said, None, None, _marks(said, {}))


@blueprint.post("/dataset/<slug:slug>/edit")
@rule(Rule(Action.PUBLISH))
def save_edit(slug: str) -> ResponseReturnValue:
    """Save what was changed; or keep all that was typed and show what is wrong with it, or what it would score."""
    said, sent, changes = _sent(slug)
    try:
        if request.form.get("go") == "score":
            return _page(said, sent, None, marks_with(said.record, changes))
        services().catalog.edit(actor(), slug, changes, revision=_revision())
    except (BadRequest, Stale) as error:
        # What it would score without the changes: those cannot be applied.
        return _page(services().catalog.said(actor(), slug), sent, error, _marks(said, {})), STATUS[type(error)]
    return redirect(url_for("pages.edit", slug=slug, saved="yes"), 303)


@blueprint.post("/dataset/<slug:slug>/edit/score")
@rule(Rule(Action.PUBLISH))
def score_edit(slug: str) -> str:
    """Answer the part of the page with the score that the form would have, as it stands now."""
    said, _, changes = _sent(slug)
    return render_template("edit_score.html", marks=_marks(said, changes), dimensions=mqa.dimensions())


def _sent(slug: str) -> tuple[Said, Sent, dict[str, Any]]:
    """Read the form, for somebody who may edit: a stranger's is not looked at."""
    said = services().catalog.said(actor(), slug)
    request.max_content_length = request.max_form_memory_size = FORM_BYTES
    tables = tuple(each for each in said.record.resources if each.table)
    sent = edit_form.read(request.form, edit_form.shown(said.record, tables))
    unedited = edit_form.shown(said.unedited, tuple(each for each in said.unedited.resources if each.table))
    return said, sent, edit_form.changes(sent, said, unedited)


def _revision() -> int:
    try:
        return int(request.form.get("revision", ""))
    except ValueError:
        raise BadRequest(Text("revision がありません。", "`revision` is missing.")) from None


def _marks(said: Said, changes: Mapping[str, Any]) -> mqa.Marks | None:
    """Score the changes; `None` where they do not hold, or the description is too long to be made while one waits."""
    try:
        return marks_with(said.record, changes)
    except (BadRequest, OverLimit):
        return None


def _page(said: Said, sent: Sent | None, problem: AppError | None, marks: mqa.Marks | None) -> str:
    record = said.record
    tables = _tables(record)
    current = edit_form.shown(record, tables)
    fields = edit_form.fields(current, sent, problem.report if problem else None)
    return render_template(
        "edit.html",
        record=record,
        unedited=said.unedited,
        fields=fields,
        tables=tables,
        chosen=request.args.get("table", "") if len(tables) == 1 else "",
        left_out=tuple(each for each in record.resources if each.table and each not in tables),
        labels=edit_form.LABELS,
        parts=edit_form.PARTS,
        derived={each.field: each for each in record.derived},
        edited=lambda name: edit_form.edited(said.edits, name),
        back=sent.back if sent else (),
        column_name=edit_form.column_name,
        words_of=edit_form.words_of,
        choices=choices_of(record),
        room_for_places=ROOM_FOR_PLACES,
        problem=problem,
        stale=isinstance(problem, Stale),
        saved="saved" in request.args and problem is None and sent is None,
        marks=marks,
        dimensions=mqa.dimensions(),
    )


def _tables(record: DatasetRecord) -> tuple[ResourceRecord, ...]:
    """Choose the tables whose columns are shown: the one that is named, else as many as there is room for."""
    tables = tuple(each for each in record.resources if each.table)
    if chosen := tuple(each for each in tables if each.name == request.args.get("table")):
        return chosen
    room, fitting = edit_form.COLUMNS_SHOWN, []
    for each in tables:
        room -= len(each.table.columns) if each.table else 0
        if room >= 0:
            fitting.append(each)
    return tuple(fitting)


def choices_of(record: DatasetRecord) -> dict[str, Any]:
    """List what can be chosen, with words."""
    languages = edit_form.language_codes()
    return {
        "themes": {code: each.title for code, each in vocabularies.themes().concepts.items()},
        "groups": {code: each.title for code, each in vocabularies.groups().concepts.items()},
        "languages": languages | {code: Text(code, code) for code in record.languages if code not in languages},
        "frequency": {code: each.title for code, each in vocabularies.frequencies().concepts.items()},
        "ai_use": {code: each.title for code, each in vocabularies.ai_uses().concepts.items()},
        "ai_use_meaning": {code: vocabularies.ai_use_meaning(code) for code in vocabularies.ai_uses().concepts},
        "license": vocabularies.licenses(),
        "places": tuple(places.prefectures()),
    }
