"""The form of a dataset's description: its fields as flat names with words, and the changes that come back in it.

A name is a path such as `title/ja` or `columns/{table}/{column}/unit`, its parts quoted as in addresses. With every
field travels a digest of what it was when the form was shown, so that what comes back tells what the person touched:
only that becomes a change, and somebody else's change of another field survives.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from app.catalog import vocabularies
from app.catalog.places import place_of
from app.catalog.record import Column, Contact, DatasetRecord, License, Period, ResourceRecord
from app.kernel.text import Text
from app.web.texts import clean, clean_prose

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from app.catalog.editing import Said
    from app.kernel.report import Problem, Report

Values = dict[str, str]

COLUMNS_SHOWN = 120
# The value of a choice that keeps terms of use which the portal does not know.
OTHER_TERMS = "-"
PROSE = frozenset({"description", "provenance", "caveats"})
TEXTS = ("title", "description", "series", "provenance", "caveats")
# Fields with many values: ticked, or one a line.
TICKED = frozenset({"themes", "groups", "languages"})
LISTS = TICKED | {"keywords", "spatial", "conforms_to"}
PLACE_LENGTH = 200

LABELS: Mapping[str, Text] = {
    "title": Text("題名", "Title"),
    "description": Text("説明", "Description"),
    "keywords": Text("キーワード", "Keywords"),
    "themes": Text("分野（EU）", "Themes (EU)"),
    "groups": Text("分類（東京都）", "Groups (Tokyo)"),
    "license": Text("利用条件", "Terms of use"),
    "ai_use": Text("AIによる利用", "Use by AI"),
    "spatial": Text("対象地域", "Places"),
    "temporal": Text("対象期間", "Period"),
    "frequency": Text("更新頻度", "Update frequency"),
    "next_due": Text("次の更新予定日", "Next update due"),
    "languages": Text("言語", "Languages"),
    "homepage": Text("関連ページ", "Related page"),
    "contact": Text("問い合わせ先", "Contact"),
    "provenance": Text("作成方法", "How it was made"),
    "caveats": Text("利用上の注意", "What to mind"),
    "conforms_to": Text("準拠している標準", "Standards it follows"),
    "series": Text("シリーズ名", "Series"),
}
PARTS: Mapping[str, Text] = {
    "ja": Text("日本語", "Japanese"),
    "en": Text("英語", "English"),
    "start": Text("始まり", "From"),
    "end": Text("終わり", "To"),
    "name": Text("名称", "Name"),
    "email": Text("メールアドレス", "E-mail address"),
    "url": Text("ページ", "Page"),
    "title": Text("表示名", "Title"),
    "description": Text("意味", "Meaning"),
    "unit": Text("単位", "Unit"),
    "code_list": Text("コード表のアドレス", "Address of the code list"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field as the page shows it. `meanwhile` is what somebody else made of it since it was typed into."""

    name: str
    id: str
    value: str
    was: str
    label: Text
    problems: tuple[Problem, ...] = ()
    meanwhile: str | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The values of a field that has many."""
        return tuple(self.value.split("\n")) if self.value else ()


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that came back: what each field holds, what it was when it was shown, and what is to be taken back."""

    values: Mapping[str, str]
    was: Mapping[str, str]
    back: tuple[str, ...]

    @property
    def touched(self) -> frozenset[str]:
        """The names of the fields that the person changed."""
        return frozenset(name for name, value in self.values.items() if _digest(value) != self.was[name])


def shown(record: DatasetRecord, tables: Iterable[ResourceRecord] = ()) -> Values:
    """Write a record as the form's fields; what nobody said is empty, also where the portal worked it out."""
    values = {f"{field}/{side}": getattr(getattr(record, field), side) for field in TEXTS for side in ("ja", "en")}
    values |= {field: _written(field, getattr(record, field)) for field in (*LISTS, "frequency", "homepage", "ai_use")}
    values |= {"license": _terms(record.license), "next_due": _written("", record.next_due)}
    values |= {f"temporal/{end}": _written("", getattr(record.temporal, end)) for end in ("start", "end")}
    values |= {f"contact/{part}": getattr(record.contact, part) for part in ("name", "email", "url")}
    worked_out = {each.field for each in record.derived}
    values = {name: "" if name.partition("/")[0] in worked_out else value for name, value in values.items()}
    for table in tables:
        for column in table.table.columns if table.table else ():
            values |= _of_column(column_name(table, column), column)
    return {name: _clean(name, value) for name, value in values.items()}


def column_name(table: ResourceRecord, column: Column) -> str:
    """Answer what the names of a column's fields begin with."""
    return f"columns/{quote(table.name, safe='')}/{quote(column.name, safe='')}"


def read(form: MultiDict[str, str], known: Mapping[str, str]) -> Sent:
    """Read the fields that were on the form and are known."""
    was = dict(reversed(each.partition(" ")[::2]) for each in form.getlist("was"))
    was = {name: digest for name, digest in was.items() if name in known}
    values = {name: _clean(name, "\n".join(form.getlist(name))) for name in was}
    return Sent(values, was, tuple(form.getlist("back")))


def changes(sent: Sent, said: Said, unedited: Mapping[str, str]) -> dict[str, Any]:
    """Write what the person changed as a merge patch; what is as it would be without an edit is taken back."""
    patch: dict[str, Any] = {}
    for name in sorted(sent.touched):
        value = sent.values[name]
        path = _path(name)
        listed = value.split("\n") if value else []
        _put(patch, path, None if value == unedited[name] else listed if path[0] in LISTS else value)
    for name in sent.back:
        if _has(said.edits, path := _path(name)):
            _put(patch, path, None)
    return patch


def fields(current: Mapping[str, str], sent: Sent | None, report: Report | None) -> dict[str, Field]:
    """Lay out the fields: as they are, or as they were typed where the person touched them."""
    touched = sent.touched if sent else frozenset[str]()
    laid = {}
    for number, (name, value) in enumerate(current.items()):
        was = _digest(value)
        changed = sent is not None and sent.was.get(name, was) != was
        laid[name] = Field(
            name,
            f"field-{number}",
            sent.values[name] if sent and name in touched else value,
            was,
            label_of(name),
            tuple(_problems_of(name, report, current)),
            value if changed else None,
        )
    return laid


def label_of(name: str) -> Text:
    """Say what a field is called."""
    path = _path(name)
    if path[0] == "columns":
        parts = tuple(PARTS[each] for each in path[3:])
        return Text(
            "・".join((path[2], *(part.ja for part in parts))), ", ".join((path[2], *(part.en for part in parts)))
        )
    if len(path) == 1:
        return LABELS[path[0]]
    whole, part = LABELS[path[0]], PARTS[path[1]]
    return Text(f"{whole.ja}（{part.ja}）", f"{whole.en} ({part.en})")


def words_of(record: DatasetRecord, field: str) -> Text:
    """Say in words what a record has in a field, as a suggestion or as what there was before."""
    value = getattr(record, field)
    if isinstance(value, Text):
        return value
    if isinstance(value, Period):
        start, end = value.start or "", value.end or ""
        return Text(f"{start}〜{end}", f"{start} – {end}".strip()) if value != Period() else Text()
    if isinstance(value, License):
        return value.title or Text(value.name or value.url, value.name or value.url)
    if field in _NAMES:
        names = [_NAMES[field](each) for each in ((value,) if isinstance(value, str) else value)]
        return Text("、".join(each.get("ja") for each in names), ", ".join(each.get("en") for each in names))
    plain = _plain(value)
    return Text(plain, plain)


def edited(edits: Mapping[str, Any], name: str) -> bool:
    """Say whether a field, or a part of it, was said on this form before."""
    return _has(edits, _path(name))


def language_codes() -> dict[str, Text]:
    """List the two-letter codes of the languages that the portal has names for."""
    known = vocabularies.languages()
    codes = ((word, concept.title) for word, concept in known.words.items())
    return {word: title for word, title in codes if len(word) == 2 and word.isascii()}  # noqa: PLR2004 - ISO 639-1


def _of_column(name: str, column: Column) -> Values:
    return {
        f"{name}/title/ja": column.title.ja,
        f"{name}/title/en": column.title.en,
        f"{name}/description/ja": column.description.ja,
        f"{name}/description/en": column.description.en,
        f"{name}/unit": column.unit,
        f"{name}/code_list": column.code_list,
    }


def _written(field: str, value: Any) -> str:
    if isinstance(value, tuple):
        return "\n".join(sorted(value) if field in TICKED else value)
    return value if isinstance(value, str) else value.isoformat() if value else ""


def _terms(terms: License) -> str:
    if terms in vocabularies.licenses():
        return terms.name
    return OTHER_TERMS if terms != License() else ""


def _clean(name: str, value: str) -> str:
    path = _path(name)
    if path[0] in LISTS:
        lines = [clean(line) for line in value.replace("\r", "\n").split("\n")]
        kept = dict.fromkeys(line for line in lines if line)
        return "\n".join(sorted(kept) if path[0] in TICKED else kept)
    prose = path[0] in PROSE or (path[0] == "columns" and path[3] == "description")
    return clean_prose(value) if prose else clean(value)


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def _path(name: str) -> tuple[str, ...]:
    return tuple(unquote(part) for part in name.split("/"))


def _put(patch: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    *outer, last = path
    for part in outer:
        if not isinstance(patch.get(part), dict):
            patch[part] = {}
        patch = patch[part]
    patch[last] = value


def _has(edits: Any, path: tuple[str, ...]) -> bool:
    for part in path:
        if not isinstance(edits, Mapping) or part not in edits:
            return False
        edits = edits[part]
    return True


def _problems_of(name: str, report: Report | None, current: Mapping[str, str]) -> Iterator[Problem]:
    """Find the problems of a field; those of a whole, such as a period, stand at its first part."""
    path = _path(name)
    place = ".".join(path)[:PLACE_LENGTH]
    first = next(each for each in current if _path(each)[0] == path[0]) == name
    for problem in report.problems if report else ():
        where = problem.column or ""
        if where == place or where.startswith(f"{place}[") or (first and where == path[0]):
            yield problem


def _place(words: str) -> Text:
    known = place_of(words)
    return known.name if known else Text(words, words)


def _of_vocabulary(table: vocabularies.Vocabulary) -> Callable[[str], Text]:
    def name(code: str) -> Text:
        known = table.get(code)
        return known.title if known else Text(code, code)

    return name


def _plain(value: Any) -> str:
    if isinstance(value, Contact):
        return " ".join(part for part in (value.name, value.email, value.url) if part)
    return ", ".join(value) if isinstance(value, tuple) else _written("", value)


_NAMES: Mapping[str, Callable[[Any], Text]] = {
    "themes": _of_vocabulary(vocabularies.themes()),
    "groups": _of_vocabulary(vocabularies.groups()),
    "frequency": _of_vocabulary(vocabularies.frequencies()),
    "ai_use": _of_vocabulary(vocabularies.ai_uses()),
    "spatial": _place,
    "languages": lambda code: language_codes().get(code, Text(code, code)),
}
