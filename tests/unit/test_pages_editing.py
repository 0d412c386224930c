"""The form of a description: what it shows, and what becomes of it when it comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict

from app.catalog.edit_problems import problem
from app.catalog.editing import Said
from app.catalog.record import Derived, License, Table
from app.kernel.report import refusal
from app.kernel.text import Text
from app.web import edit_form
from tests.records import sample_record

RECORD = sample_record()
TABLES = tuple(each for each in RECORD.resources if each.table)


def returned(shown: dict[str, str], **typed: str) -> edit_form.Sent:
    """Send the form back as a browser does, with something typed."""
    laid = edit_form.fields(shown, None, None)
    form: MultiDict[str, str] = MultiDict(("was", f"{each.was} {each.name}") for each in laid.values())
    for name, value in {**shown, **{name.replace("__", "/"): words for name, words in typed.items()}}.items():
        form.add(name, value.replace("\n", "\r\n"))
    return edit_form.read(form, shown)


def changes(record: Any = RECORD, unedited: Any = RECORD, edits: Any = None, **typed: str) -> dict[str, Any]:
    said = Said(record, unedited, edits or {})
    sent = returned(edit_form.shown(record, TABLES), **typed)
    return edit_form.changes(sent, said, edit_form.shown(unedited, TABLES))


def test_what_was_not_touched_is_no_change() -> None:
    assert changes() == {}


def test_only_what_was_typed_is_a_change() -> None:
    assert changes(title__en=" New ", keywords="a\n\n b \na", temporal__start="") == {
        "title": {"en": "New"},
        "keywords": ["a", "b"],
        "temporal": {"start": ""},
    }


def test_what_is_as_without_an_edit_is_taken_back() -> None:
    record = replace(RECORD, title=Text(RECORD.title.ja, "Edited"))
    assert changes(record, edits={"title": {"en": "Edited"}}, title__en=RECORD.title.en) == {"title": {"en": None}}


def test_what_the_portal_worked_out_is_shown_empty() -> None:
    record = replace(RECORD, derived=(Derived("temporal", Text("x")), Derived("themes", Text("x"))))
    shown = edit_form.shown(record)
    assert {shown[name] for name in ("themes", "temporal/start", "temporal/end")} == {""}


def test_terms_that_the_portal_does_not_know_are_kept_until_others_are_chosen() -> None:
    own = replace(RECORD, license=License(title=Text("独自の条件")))
    assert edit_form.shown(own)["license"] == edit_form.OTHER_TERMS
    assert changes(own, own) == {}
    assert changes(own, own, license="CC0-1.0") == {"license": "CC0-1.0"}


def test_a_columns_name_may_have_any_letters() -> None:
    table = TABLES[0]
    assert table.table is not None
    odd = replace(table.table.columns[0], name="a/b.c %2F\"'><")
    record = replace(RECORD, resources=(replace(table, table=Table((odd,), 1, {})),))
    shown = edit_form.shown(record, record.resources)
    name = edit_form.column_name(table, odd) + "/unit"

    sent = returned(shown, **{name: "人"})
    patch = edit_form.changes(sent, Said(record, record, {}), shown)
    assert patch == {"columns": {table.name: {odd.name: {"unit": "人"}}}}


def test_a_field_that_somebody_else_changed_is_shown_as_it_is_now() -> None:
    sent = returned(edit_form.shown(RECORD), title__en="Mine")
    now = edit_form.shown(replace(RECORD, keywords=("theirs",), title=Text(RECORD.title.ja, "Theirs")))

    laid = edit_form.fields(now, sent, None)
    assert (laid["keywords"].value, laid["keywords"].meanwhile) == ("theirs", "theirs")
    assert (laid["title/en"].value, laid["title/en"].meanwhile) == ("Mine", "Theirs")
    assert laid["homepage"].meanwhile is None


def test_a_problem_stands_at_its_field() -> None:
    shown = edit_form.shown(RECORD)
    at = {
        place: [
            name
            for name, each in edit_form.fields(shown, None, refusal(problem(code, place=place))).items()
            if each.problems
        ]
        for code, place in (
            ("edit-empty-entry", "keywords[3]"),
            ("edit-control-characters", "title.en"),
            ("edit-period-backwards", "temporal"),
        )
    }
    assert at == {"keywords[3]": ["keywords"], "title.en": ["title/en"], "temporal": ["temporal/start"]}


def test_fields_that_are_not_on_the_form_are_not_read() -> None:
    form = MultiDict([("title/en", "x"), ("was", "0 nonsense"), ("was", "")])
    assert edit_form.read(form, edit_form.shown(RECORD)).values == {}
