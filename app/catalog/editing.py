"""What people say of a dataset on the portal: checked, kept as a merge patch (RFC 7396), and laid over the package's.

`edits` holds fields in the words of `EDITABLE`; objects in it replace only the parts that they name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import msgspec

from app.catalog import vocabularies
from app.catalog.edit_problems import problem
from app.catalog.meanings import MEANINGS
from app.catalog.record import About, Column, Contact, DatasetRecord, License, Period, ResourceRecord
from app.kernel.report import Findings, Problem, Report
from app.kernel.text import Text

Edits = dict[str, Any]
Check = Callable[[str, Any], Iterator[Problem]]

LINE = 500
PROSE = 20_000
MOST = 100
_WEB = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+")
_LANGUAGE = re.compile(r"[a-z]{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SIDES = ("ja", "en")


@dataclass(frozen=True, slots=True)
class Said:
    """A dataset as it is, as it would be without any edit, and the edits that make the difference."""

    record: DatasetRecord
    unedited: DatasetRecord
    edits: Mapping[str, Any]


def merged(edits: Mapping[str, Any], changes: Mapping[str, Any]) -> Edits:
    """Apply a merge patch (RFC 7396, section 2); objects that become empty go."""
    result = dict(edits)
    for name, value in changes.items():
        if isinstance(value, Mapping):
            before = result.get(name)
            value = merged(before if isinstance(before, Mapping) else {}, value)  # noqa: PLW2901 - the merged one is meant
        if value is None or value == {}:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def check(changes: Mapping[str, Any], record: DatasetRecord) -> Report:
    """Check every field of a merge patch for a dataset, and list all problems."""
    findings = Findings(limit=MOST)
    for name, value in changes.items():
        if name == "columns":
            findings.extend(_columns(value, record))
        elif name not in _CHECKS:
            findings.add(problem("edit-unknown-field", place=name[:LINE]))
        elif value is not None:
            findings.extend(_CHECKS[name](name, value))
    return findings.report()


def check_result(about: About) -> Report:
    """Check what fields must be together once the edits are applied."""
    findings = Findings(limit=MOST)
    if not about.title:
        findings.add(problem("edit-title-missing", place="title"))
    if about.temporal.start and about.temporal.end and about.temporal.start > about.temporal.end:
        findings.add(problem("edit-period-backwards", place="temporal"))
    return findings.report()


def applied(about: About, edits: Mapping[str, Any]) -> About:
    """Lay edits that passed `check` over what the package says."""
    said = {name: _READ[name](getattr(about, name), value) for name, value in edits.items() if name in _READ}
    return replace(about, **said) if said else about


def applied_to_columns(resource: ResourceRecord, edits: Mapping[str, Any]) -> ResourceRecord:
    """Lay the edits of columns over a table, and over its schema."""
    said = edits.get("columns", {}).get(resource.name)
    if not said or resource.table is None:
        return resource
    columns = tuple(_column(column, said.get(column.name, {})) for column in resource.table.columns)
    fields = {column.name: column.field for column in columns if column.field}
    schema = dict(resource.table.schema)
    schema["fields"] = [fields.get(field.get("name"), field) for field in schema.get("fields", ())]
    return replace(resource, table=replace(resource.table, columns=columns, schema=schema))


def kept(edits: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> Edits:
    """Drop the edits of fields of which a new package says something else than the one before it did."""
    # The HTML goes with its words: a library may have written it otherwise than for the package before.
    said = {name: name.removesuffix("_html") for name in edits}
    return {
        name: value
        for name, value in edits.items()
        if name == "columns" or before.get(said[name]) == after.get(said[name])
    }


def kept_columns(edits: Mapping[str, Any], before: Mapping[str, Column], after: Mapping[str, Column]) -> Edits:
    """As `kept`, for what is said of columns; `before` and `after` have them by "resource/column"."""
    said: dict[str, Any] = {}
    for resource, columns in edits.get("columns", {}).items():
        for name, value in columns.items():
            old, new = before.get(f"{resource}/{name}"), after.get(f"{resource}/{name}")
            left = {key: each for key, each in value.items() if old and new and getattr(old, key) == getattr(new, key)}
            if left:
                said.setdefault(resource, {})[name] = left
    return {name: value for name, value in edits.items() if name != "columns"} | ({"columns": said} if said else {})


def _column(column: Column, said: Mapping[str, Any]) -> Column:
    if not said:
        return column
    changes: dict[str, Any] = {key: value for key, value in said.items() if key in {"unit", "code_list", "meaning"}}
    changes |= {key: _text(getattr(column, key), said[key]) for key in ("title", "description") if key in said}
    field = dict(column.field or {})
    for key in ("title", "description"):
        if key in changes:
            text = changes[key]
            field = {name: value for name, value in field.items() if name not in {key, f"{key}@en"}}
            field |= ({key: text.get("ja")} if text else {}) | ({f"{key}@en": text.en} if text.ja and text.en else {})
    for key, name in (("unit", "unit"), ("code_list", "codeList")):
        if key in changes:
            field.pop(name, None)
            field |= {name: changes[key]} if changes[key] else {}
    return replace(column, **changes, field=field if column.field else None)


def _text(before: Text, value: Mapping[str, str]) -> Text:
    return Text(value.get("ja", before.ja), value.get("en", before.en))


def _period(before: Period, value: Mapping[str, str]) -> Period:
    return Period(
        _date(None, value["start"]) if "start" in value else before.start,
        _date(None, value["end"]) if "end" in value else before.end,
    )


def _date(_before: date | None, value: str) -> date | None:
    return date.fromisoformat(value) if value else None


def _contact(before: Contact, value: Mapping[str, str]) -> Contact:
    return replace(before, **{key: words for key, words in value.items() if key in {"name", "email", "url"}})


def _license(_before: License, value: str) -> License:
    return vocabularies.license_of(value) if value else License()


def _list(_before: tuple[str, ...], value: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value))


def _same(_before: str, value: str) -> str:
    return value


_READ: Mapping[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(("title", "description", "description_html", "provenance", "caveats", "series"), _text),
    **dict.fromkeys(("keywords", "themes", "groups", "spatial", "languages", "conforms_to"), _list),
    **dict.fromkeys(("frequency", "homepage", "ai_use"), _same),
    "license": _license,
    "temporal": _period,
    "next_due": _date,
    "contact": _contact,
}


def _words(place: str, value: Any, *, longest: int = LINE) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield problem("edit-wrong-type", place=place, kind="string")
    elif len(value) > longest:
        yield problem("edit-too-long", place=place, limit=longest)
    elif _CONTROL.search(value) or (longest == LINE and "\n" in value):
        yield problem("edit-control-characters", place=place)


def _parts(names: Mapping[str, Check]) -> Check:
    def checked(place: str, value: Any) -> Iterator[Problem]:
        if not isinstance(value, Mapping):
            yield problem("edit-wrong-type", place=place, kind="object")
            return
        for name, part in value.items():
            if name not in names:
                yield problem("edit-unknown-field", place=f"{place}.{name[:LINE]}")
            elif part is not None:
                yield from names[name](f"{place}.{name}", part)

    return checked


def _of_length(longest: int) -> Check:
    return lambda place, value: _words(place, value, longest=longest)


def _such(code: str, holds: Callable[[str], Any]) -> Check:
    """Check words that are empty or of a kind."""

    def checked(place: str, value: Any) -> Iterator[Problem]:
        wrong = list(_words(place, value))
        yield from wrong
        if not wrong and value and not holds(value):
            yield problem(code, place=place, value=value)

    return checked


def _is_date(words: str) -> bool:
    try:
        return date.fromisoformat(words).isoformat() == words
    except ValueError:
        return False


def _listed(each: Check) -> Check:
    def checked(place: str, value: Any) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield problem("edit-wrong-type", place=place, kind="array")
        elif len(value) > MOST:
            yield problem("edit-too-many", place=place, limit=MOST)
        else:
            for number, part in enumerate(value):
                wrong = list(each(f"{place}[{number}]", part))
                yield from wrong
                if not wrong and not part.strip():
                    yield problem("edit-empty-entry", place=f"{place}[{number}]")

    return checked


def _columns(value: Any, record: DatasetRecord) -> Iterator[Problem]:
    if value is None:
        return
    if not isinstance(value, Mapping):
        yield problem("edit-wrong-type", place="columns", kind="object")
        return
    for name, columns in value.items():
        resource = record.resource(name)
        if resource is None or resource.table is None:
            yield problem("edit-unknown-table", place=f"columns.{name[:LINE]}")
        elif columns is not None:
            names = {column.name: _COLUMN for column in resource.table.columns}
            yield from _parts(names)(f"columns.{name}", columns)


_LINE = _of_length(LINE)
_TITLE = _parts(dict.fromkeys(_SIDES, _LINE))
_PROSE = _parts(dict.fromkeys(_SIDES, _of_length(PROSE)))
_LINK = _such("edit-no-link", _WEB.fullmatch)
_DATE = _such("edit-no-date", _is_date)
_COLUMN = _parts(
    {
        "title": _TITLE,
        "description": _PROSE,
        "unit": _LINE,
        "code_list": _LINK,
        "meaning": _such("edit-unknown-code", MEANINGS.__contains__),
    }
)
_CHECKS: Mapping[str, Check] = {
    "title": _TITLE,
    "series": _TITLE,
    "description": _PROSE,
    "provenance": _PROSE,
    "caveats": _PROSE,
    "keywords": _listed(_LINE),
    "themes": _listed(_such("edit-unknown-code", vocabularies.themes().get)),
    "groups": _listed(_such("edit-unknown-code", vocabularies.groups().get)),
    "license": _such("edit-unknown-code", lambda name: vocabularies.license_of(name) in vocabularies.licenses()),
    "spatial": _listed(_LINE),
    "temporal": _parts({"start": _DATE, "end": _DATE}),
    "frequency": _such("edit-unknown-code", vocabularies.frequencies().get),
    "next_due": _DATE,
    "languages": _listed(_such("edit-unknown-code", _LANGUAGE.fullmatch)),
    "homepage": _LINK,
    "contact": _parts({"name": _LINE, "email": _such("edit-no-email", _EMAIL.fullmatch), "url": _LINK}),
    "conforms_to": _listed(_LINK),
    "ai_use": _such("edit-unknown-code", vocabularies.ai_uses().get),
}
EDITABLE = (*_CHECKS, "columns")


def plain(about: About) -> dict[str, Any]:
    """Write what a package says as the tables keep it, for `kept`."""
    written: dict[str, Any] = msgspec.to_builtins(about)
    return written
