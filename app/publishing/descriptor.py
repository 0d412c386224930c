"""The descriptor gate: a stranger's `datapackage.json` becomes a `Package` of known keys and checked values.

Libraries for data packages open what a descriptor names: addresses, databases, files outside of the package. So none
sees one before it has passed here. Text is parsed strictly, keys that Data Package v2 (datapackage.org, 2.0) does not
have are dropped, v1 and older spellings become those of v2, and a path must name a file that came with the package.
"""

from __future__ import annotations

import difflib
import json
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

import yaml

from app.catalog.record import Contact, Contributor, License, Period, Source
from app.catalog.vocabularies import frequency_of, license_of, theme_of
from app.kernel.report import Findings, Problem
from app.kernel.text import LANGUAGES, Language, Text, text_of
from app.publishing.archive import name_fault
from app.publishing.problems import problem

MAX_BYTES = 1024**2
MAX_DEPTH = 20
MAX_RESOURCES = 1000
MAX_FIELDS = 16_384
MAX_NAME = 100
MAX_LINE = 2000
LISTED = 500  # problems in one descriptor; after so many the rest is not worth the work
DESCRIPTOR_NAMES = ("datapackage.json", "datapackage.yaml", "datapackage.yml")


@dataclass(frozen=True, slots=True)
class ResourceDescription:
    """One resource. Either `path` (as in the archive) or `data` (inline) is there.

    `schema` is a Table Schema v2 with allowed keys only, `None` where the portal has to infer one; `dialect` a Table
    Dialect v2, empty for the usual one. `encoding` is Python's name of it, empty where it has to be found out. `hash`
    and `bytes` are the publisher's claims, to be checked against the file. `type` is "table" or empty (not known).
    """

    name: str
    path: str | None = None
    data: Any = None
    type: str = ""
    title: Text = Text()
    description: Text = Text()
    format: str = ""
    mediatype: str = ""
    encoding: str = ""
    dialect: dict[str, Any] | None = None
    schema: dict[str, Any] | None = None
    hash: str = ""
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """A data package as its publisher describes it; the fields are those of `About` where it has them.

    `inferred` says that there was no descriptor and the portal made this one from file names.
    """

    name: str
    resources: tuple[ResourceDescription, ...]
    title: Text = Text()
    description: Text = Text()
    homepage: str = ""
    version: str = ""
    created: datetime | None = None
    keywords: tuple[str, ...] = ()
    licenses: tuple[License, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    sources: tuple[Source, ...] = ()
    languages: tuple[str, ...] = ()
    spatial: tuple[str, ...] = ()
    temporal: Period = Period()
    frequency: str = ""
    themes: tuple[str, ...] = ()
    contact: Contact = Contact()
    inferred: bool = False


def read_descriptor(
    raw: bytes,
    file_name: str,
    files: Collection[str],
    findings: Findings,
    *,
    read_file: Callable[[str], bytes] | None = None,
) -> Package | None:
    """Read a descriptor, JSON or (by its name) YAML. Answers `None` where an error was found.

    `files` are the names in the archive that paths may name. `read_file` answers the bytes of one of them, for a
    schema or dialect in a file of its own; without it those are refused.
    """
    reading = _Reading(file_name, frozenset(files), read_file, Findings(limit=LISTED + 1))
    package = None
    try:
        descriptor = _parsed(raw, file_name)
        package = _package(descriptor, reading)
    except _Refused as refused:
        reading.findings.add(refused.problem)
    findings.extend(reading.findings.problems)
    return None if reading.findings.failed else package


def infer_package(file_name: str, title: str | None = None, *, files: Collection[str] = ()) -> Package:
    """Describe files that came without a descriptor: `files` of the archive `file_name`, or that file alone."""
    name = _name_from(file_name, "dataset")
    taken: set[str] = set()
    resources = tuple(
        ResourceDescription(_unused(_name_from(path, "resource"), taken), path, format=_suffix(path))
        for path in (files or (file_name,))
    )
    return Package(name, resources, title=text_of(_line(title or name)), inferred=True)


def text_in(words: Mapping[str, Any], key: str) -> Text:
    """Read a text written as a string, as `title@en`, as `titleEn`, or as an object `{"ja": ..., "en": ...}`."""
    plain = words.get(key)
    sides = {language: _side(words, key, language) for language in LANGUAGES}
    if isinstance(plain, Mapping):
        sides = {language: sides[language] or _words(plain.get(language)) for language in LANGUAGES}
    ja, en, rest = sides["ja"], sides["en"], _words(plain)
    if not (ja or en):
        return text_of(rest)
    return Text(ja or rest, en or rest)


class _Refused(Exception):
    """What ends the reading of a descriptor."""

    def __init__(self, refusal: Problem) -> None:
        super().__init__(refusal.code)
        self.problem = refusal


@dataclass(frozen=True, slots=True)
class _Reading:
    """Where the reader is, so that every problem knows its place."""

    file: str
    files: frozenset[str]
    read_file: Callable[[str], bytes] | None
    findings: Findings
    resource: str | None = None

    def report(self, code: str, *, column: str | None = None, value: object = None, **details: Any) -> None:
        self.findings.add(problem(code, file=self.file, resource=self.resource, column=column, value=value, **details))
        if len(self.findings.problems) >= LISTED:
            raise _Refused(problem("too-many-problems", file=self.file, limit=LISTED))

    def within(self, resource: str) -> _Reading:
        return replace(self, resource=resource)

    def place(self, path: str) -> str:
        """Answer the name in the archive of a path that is relative to the descriptor."""
        folder = self.file.rpartition("/")[0]
        return f"{folder}/{path}" if folder else path


# --- text to values ------------------------------------------------------------------------------------------------

_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def _parsed(raw: bytes, file: str) -> dict[str, Any]:
    if len(raw) > MAX_BYTES:
        raise _Refused(problem("descriptor-too-large", file=file, size=len(raw), limit=MAX_BYTES))
    if raw.startswith(_BOMS):
        raise _Refused(problem("descriptor-bom", file=file))
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise _Refused(problem("descriptor-encoding", file=file, row=row)) from None
    value = _yaml(text, file) if file.endswith((".yaml", ".yml")) else _json(text, file)
    if not isinstance(value, dict):
        raise _Refused(problem("descriptor-not-object", file=file))
    return value


def _json(text: str, file: str) -> Any:
    """Parse JSON (RFC 8259) with unique keys, finite numbers, whole characters and bounded depth."""
    try:
        value = json.loads(text, parse_int=_integer)
    except RecursionError:
        raise _Refused(problem("descriptor-too-deep", file=file, limit=MAX_DEPTH)) from None
    except json.JSONDecodeError as error:
        code = "descriptor-not-json"
        raise _Refused(_at(code, text, error.pos, file)) from None
    _check_json(text, file)
    return value


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]:]|[^\s{}\[\]:,"]+')
_DIGITS_OF_FLOAT = 309


def _integer(digits: str) -> int:
    """Python refuses to read very long numbers with an error of no use; `_check_json` says where they stand."""
    return int(digits) if len(digits) <= _DIGITS_OF_FLOAT + 1 else 0


def _check_json(text: str, file: str) -> None:
    """Look in valid JSON for what parsers silently accept, each in its own way."""
    nesting: list[set[str]] = []
    previous = ""
    for token in _TOKEN.finditer(text):
        code = _json_fault(token.group(), previous, nesting)
        if code:
            raise _Refused(_at(code, text, token.start(), file))
        previous = token.group()


def _json_fault(token: str, previous: str, nesting: list[set[str]]) -> str | None:
    first = token[0]
    if first in "{[":
        nesting.append(set())
        return "descriptor-too-deep" if len(nesting) > MAX_DEPTH else None
    if first in "}]":
        nesting.pop()
        return None
    if first == ":":
        return _key_fault(json.loads(previous), nesting[-1])
    if first == '"':
        return "descriptor-lone-surrogate" if _has_surrogate(json.loads(token)) else None
    return "descriptor-number" if first in "-0123456789NI" and not math.isfinite(float(token)) else None


def _key_fault(key: str, keys: set[str]) -> str | None:
    if key in keys:
        return "descriptor-duplicate-key"
    keys.add(key)
    return None


def _has_surrogate(words: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in words)


def _at(code: str, text: str, position: int, file: str) -> Problem:
    start = text.rfind("\n", 0, position) + 1
    line = text[start : start + MAX_NAME].partition("\n")[0]
    row = text.count("\n", 0, position) + 1
    return problem(code, file=file, row=row, column=str(position - start + 1), value=line, limit=MAX_DEPTH)


_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_AS_WRITTEN = frozenset({"name", "title", "description", "version"})


def _yaml(text: str, file: str) -> Any:
    """Parse YAML with the values that JSON has: dates, `NO` and `0123` stay strings, and there are no aliases.

    Values are built from parser events, so no tag makes an object and no nesting exhausts the stack.
    """
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise _Refused(_at_mark("descriptor-not-yaml", file, error.problem_mark)) from None
    except yaml.YAMLError as error:
        raise _Refused(_at("descriptor-not-yaml", text, getattr(error, "position", 0), file)) from None
    return builder.root


def _at_mark(code: str, file: str, mark: Any, value: str | None = None) -> Problem:
    row, column = (mark.line + 1, str(mark.column + 1)) if mark else (None, None)
    return problem(code, file=file, row=row, column=column, value=value, limit=MAX_DEPTH)


_NO_KEY = object()


class _Builder:
    """Builds one document from the events of the YAML parser."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Any = None
        self._documents = 0
        self._open: list[tuple[Any, Any]] = []  # (container, key that waits for its value)

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse("descriptor-not-yaml", event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._take_node(event)

    def _take_node(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._refuse("descriptor-yaml-alias", event)
        if event.tag is not None and event.tag != "!":
            self._refuse("descriptor-yaml-tag", event, event.tag)
        if isinstance(event, yaml.ScalarEvent):
            self._put(self._scalar(event), event)
            return
        container: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._put(container, event)
        self._open.append((container, _NO_KEY))
        if len(self._open) > MAX_DEPTH:
            self._refuse("descriptor-too-deep", event)

    def _put(self, value: Any, event: Any) -> None:
        if not self._open:
            self.root = value
            return
        container, key = self._open[-1]
        if isinstance(container, list):
            container.append(value)
        elif key is _NO_KEY:
            self._open[-1] = (container, self._key(container, event))
        else:
            container[key] = value
            self._open[-1] = (container, _NO_KEY)

    def _key(self, container: dict[str, Any], event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse("descriptor-not-yaml", event)
        if event.value in container:
            self._refuse("descriptor-duplicate-key", event, event.value)
        return str(event.value)

    def _scalar(self, event: Any) -> Any:
        words: str = event.value
        if _has_surrogate(words):
            self._refuse("descriptor-lone-surrogate", event)
        if event.style:
            return words
        if words in _NULLS:
            return None
        if self._open and self._open[-1][1] in _AS_WRITTEN:  # `version: 1.10` is no number, `name: NO` no answer
            return words
        if words in _BOOLEANS:
            return _BOOLEANS[words]
        return self._number(words, event) if _NUMBER.fullmatch(words) else words

    def _number(self, words: str, event: Any) -> int | float:
        value = float(words)
        if not math.isfinite(value):
            self._refuse("descriptor-number", event, words)
        return int(words) if words.removeprefix("-").isdigit() else value

    def _refuse(self, code: str, event: Any, value: str | None = None) -> None:
        raise _Refused(_at_mark(code, self.file, event.start_mark, value))


# --- small values --------------------------------------------------------------------------------------------------

_INVISIBLE = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160), 1564, 65279)) | {
    code: None
    for first, last in ((0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x2069), (0xE0000, 0xE007F))
    for code in range(first, last + 1)
}
_WEB = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+")
_PERSON = re.compile(r"(?P<title>[^<(]*)(?:<(?P<email>[^>]*)>)?\s*(?:\((?P<path>[^)]*)\))?")


def _words(value: Any) -> str:
    """Take text, or a number as text, without control characters and what turns the direction of writing."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).replace("\r\n", "\n").translate(_INVISIBLE).strip()


def _line(value: Any) -> str:
    """Take text as one line of bounded length."""
    return " ".join(_words(value)[:MAX_LINE].split())


def _line_in(words: Mapping[str, Any], key: str) -> Text:
    text = text_in(words, key)
    return Text(_line(text.ja), _line(text.en))


def _side(words: Mapping[str, Any], key: str, language: Language) -> str:
    spellings = (f"{key}@{language}", f"{key}_{language}", f"{key}-{language}", f"{key}{language.title()}")
    return next((found for spelling in spellings if (found := _words(words.get(spelling)))), "")


def _first(words: Mapping[str, Any], *keys: str) -> Any:
    """Answer the value of the first of the keys that says something."""
    return next((words[key] for key in keys if words.get(key) not in (None, "", [], {})), None)


def _listed(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def _link(value: Any) -> str:
    words = _words(value)
    return words if len(words) <= MAX_LINE and _WEB.fullmatch(words) else ""


def _email(value: Any) -> str:
    words = _words(value).removeprefix("mailto:")
    return words if _EMAIL.fullmatch(words) else ""


def _unique(values: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


# --- names ---------------------------------------------------------------------------------------------------------

_NOT_IN_NAMES = re.compile(r"[/\\<>\"'`:|?*#%&{}\x00-\x1f\x7f]")


def name_is_allowed(name: str) -> bool:
    """Say whether a package or resource may bear the name: up to 100 letters that are safe in addresses and files."""
    return (
        0 < len(name) <= MAX_NAME
        and name == name.strip()
        and not name.startswith(".")
        and not _NOT_IN_NAMES.search(name)
        and name_fault(name) is None
    )


def _name_from(path: str, otherwise: str) -> str:
    """Make a name of a file's name, leaving out what names may not have."""
    stem = unicodedata.normalize("NFC", PurePosixPath(path.replace("\\", "/")).name.partition(".")[0])
    name = _NOT_IN_NAMES.sub("-", _line(stem))[:MAX_NAME].strip(" .")
    return name if name_is_allowed(name) else otherwise


def _unused(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while _same(candidate) in taken:
        number += 1
        candidate = f"{name}-{number}"
    taken.add(_same(candidate))
    return candidate


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower().removeprefix(".")


# --- the package ---------------------------------------------------------------------------------------------------

_EXTENDED_NAMES: dict[str, tuple[str, ...]] = {
    "spatial": ("spatial", "spatialCoverage", "対象地域"),
    "temporal": ("temporal", "temporalCoverage", "対象期間"),
    "frequency": ("frequency", "accrualPeriodicity", "updateFrequency", "frequency_of_update", "更新頻度"),
    "themes": ("themes", "theme"),
    "contact": ("contact", "contactPoint", "contact_point"),
}


def _package(descriptor: dict[str, Any], reading: _Reading) -> Package:
    name = _package_name(descriptor.get("name"), reading)
    given = descriptor.get("resources")
    if not isinstance(given, list) or not given:
        raise _Refused(problem("package-without-resources", file=reading.file))
    if len(given) > MAX_RESOURCES:
        raise _Refused(problem("too-many-resources", file=reading.file, count=len(given), limit=MAX_RESOURCES))
    resources = _resources(given, reading)
    _check_references(resources, reading)
    extended = {key: _first(descriptor, *names) for key, names in _EXTENDED_NAMES.items()}
    return Package(
        name,
        resources,
        title=_line_in(descriptor, "title"),
        description=text_in(descriptor, "description"),
        homepage=_understood(_link, "homepage", descriptor.get("homepage"), reading),
        version=_line(descriptor.get("version")),
        created=_understood(_moment, "created", descriptor.get("created"), reading) or None,
        keywords=_keywords(descriptor.get("keywords")),
        licenses=_licenses(descriptor, given),
        contributors=_contributors(descriptor),
        sources=tuple(source for value in _listed(descriptor.get("sources")) if (source := _source(value))),
        languages=_languages(descriptor.get("languages")),
        spatial=_unique(_place_name(value) for value in _listed(extended["spatial"])),
        temporal=_understood(_period, "temporal", extended["temporal"], reading) or Period(),
        frequency=_understood(lambda given: frequency_of(_line(given)), "frequency", extended["frequency"], reading),
        themes=_themes(extended["themes"], reading),
        contact=_understood(_contact, "contact", extended["contact"], reading) or Contact(),
    )


def _package_name(value: Any, reading: _Reading) -> str:
    name = unicodedata.normalize("NFC", _raw_name(value))
    if not name:
        reading.report("package-without-name")
    elif not name_is_allowed(name):
        reading.report("name-not-allowed", value=name)
    return name


def _raw_name(value: Any) -> str:
    """Take a name as it is: one with characters that texts would lose must be refused, not mended."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _understood(read: Callable[[Any], Any], key: str, value: Any, reading: _Reading) -> Any:
    """Read a value that is welcome but not needed: what is not understood is left out with a warning."""
    result = read(value) if value not in (None, "", [], {}) else read("")
    if not result and value not in (None, "", [], {}):
        reading.report("metadata-not-understood", column=key, value=_shown(value))
    return result


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[: MAX_NAME * 3]


def _keywords(value: Any) -> tuple[str, ...]:
    values = re.split(r"[,、，;；]", value) if isinstance(value, str) else _listed(value)
    return _unique(_line(word) for word in values)


def _licenses(descriptor: dict[str, Any], resources: list[Any]) -> tuple[License, ...]:
    """Read the terms of the package, or those its resources state where it states none."""
    owners = [descriptor, *(resource for resource in resources if isinstance(resource, dict))]
    stated = (
        [_license(value) for key in ("licenses", "license") for value in _listed(owner.get(key))] for owner in owners
    )
    first, *others = stated
    found = [*filter(None, first)] or [license_ for some in others for license_ in filter(None, some)]
    unique: list[License] = []
    for license_ in found:
        if license_ not in unique:
            unique.append(license_)
    return tuple(unique)


def _license(value: Any) -> License | None:
    if isinstance(value, str):
        value = {"path": value} if _link(value) else {"name": value}
    if not isinstance(value, dict):
        return None
    name = _line(_first(value, "name", "type", "id"))
    title = _line_in(value, "title")
    link = _link(_first(value, "path", "url"))
    return license_of(name, link, title.ja or title.en) if name or title or link else None


_ROLE_OF_KEY = {
    "contributors": (),
    "author": ("creator",),
    "authors": ("creator",),
    "maintainer": ("maintainer",),
    "maintainers": ("maintainer",),
    "publisher": ("publisher",),
    "publishers": ("publisher",),
}


def _contributors(descriptor: dict[str, Any]) -> tuple[Contributor, ...]:
    people = (
        _contributor(value, roles) for key, roles in _ROLE_OF_KEY.items() for value in _listed(descriptor.get(key))
    )
    return tuple(person for person in people if person)


def _contributor(value: Any, roles: tuple[str, ...]) -> Contributor | None:
    """Read a person or organization: an object, or the older "Name <mail> (address)"."""
    if isinstance(value, str):
        match = _PERSON.match(value)
        value = match.groupdict() if match else {}
    if not isinstance(value, dict):
        return None
    names = " ".join(filter(None, (_line(value.get("givenName")), _line(value.get("familyName")))))
    stated = _unique(_line(role) for role in [*_listed(value.get("roles")), *_listed(value.get("role"))])
    person = Contributor(
        title=_line(_first(value, "title", "name")) or names,
        url=_link(_first(value, "path", "web", "url")),
        email=_email(value.get("email")),
        organization=_line(value.get("organization")),
        roles=stated or roles,
    )
    return person if person.title or person.organization or person.email or person.url else None


def _source(value: Any) -> Source | None:
    if isinstance(value, str):
        link = _link(value)
        return Source(url=link) if link else Source(title=_line(value)) if _line(value) else None
    if not isinstance(value, dict):
        return None
    source = Source(
        title=_line(_first(value, "title", "name")),
        url=_link(_first(value, "path", "web", "url")),
        email=_email(value.get("email")),
        version=_line(value.get("version")),
    )
    return source if source.title or source.url or source.email else None


_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)
_THREE_LETTERS = {"jpn": "ja", "eng": "en"}


def _languages(value: Any) -> tuple[str, ...]:
    codes = (_THREE_LETTERS.get(code.lower(), code) for code in map(_line, _listed(value)))
    return _unique(match[1].lower() for code in codes if (match := _LANGUAGE.fullmatch(code)))


def _place_name(value: Any) -> str:
    if isinstance(value, dict):
        return _line(_first(value, "uri", "@id", "title", "name", "label"))
    return _line(value)


_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?")


def _moment(value: Any) -> datetime | None:
    """Read RFC 3339, or a date alone; without a zone it is UTC."""
    words = _words(value)
    if not _MOMENT.fullmatch(words):
        return None
    try:
        moment = datetime.fromisoformat(words)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?")
_DECEMBER = 12


def _period(value: Any) -> Period | None:
    """Read `{"start", "end"}`, `start/end` (ISO 8601) or one year, month or day."""
    if isinstance(value, dict):
        start, end = _first(value, "start", "startDate", "from"), _first(value, "end", "endDate", "to")
    elif isinstance(value, list):
        start, end = (*value, None)[:2]
    else:
        start, slash, end = _words(value).partition("/")
        end = end if slash else start
    period = Period(_first_day(_words(start)), _last_day(_words(end)))
    if period.start and period.end and period.start > period.end:
        return None
    return period if period.start or period.end else None


def _first_day(words: str) -> date | None:
    match = _DAY.fullmatch(words)
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None


def _last_day(words: str) -> date | None:
    day, match = _first_day(words), _DAY.fullmatch(words)
    if not day or not match or match[3]:
        return day
    last_month = int(match[2] or _DECEMBER)
    following = (day.year + last_month // _DECEMBER, last_month % _DECEMBER + 1)
    return date(*following, 1) - timedelta(days=1) if following[0] <= date.max.year else date.max


def _themes(value: Any, reading: _Reading) -> tuple[str, ...]:
    codes = (
        _understood(lambda given: theme_of(_place_name(given)), "themes", each, reading) for each in _listed(value)
    )
    return _unique(codes)


def _contact(value: Any) -> Contact | None:
    if isinstance(value, str):
        person = _contributor(value, ())
        email = _email(value)
        if email or not person:
            return Contact(email=email) if email else None
        return Contact(person.title, person.email, person.url)
    if not isinstance(value, dict):
        return None
    contact = Contact(
        _line(_first(value, "name", "title", "fn")),
        _email(_first(value, "email", "hasEmail")),
        _link(_first(value, "url", "path", "hasURL", "web")),
    )
    return contact if contact.name or contact.email or contact.url else None


# --- resources -----------------------------------------------------------------------------------------------------


def _resources(given: list[Any], reading: _Reading) -> tuple[ResourceDescription, ...]:
    names: set[str] = set()
    paths: set[str] = set()
    resources = []
    for number, value in enumerate(given, 1):
        if not isinstance(value, dict):
            reading.report("resource-not-object", number=number)
            continue
        name = _resource_name(value, number, names, reading)
        resource = _resource(value, name, reading.within(name))
        if resource.path is not None and resource.path in paths:
            reading.within(name).report("duplicate-resource-path", value=resource.path)
        paths |= {resource.path} if resource.path is not None else set()
        resources.append(resource)
    return tuple(resources)


def _resource_name(value: dict[str, Any], number: int, names: set[str], reading: _Reading) -> str:
    name = unicodedata.normalize("NFC", _raw_name(value.get("name")))
    if not name:
        path = _first(value, *_PATH_KEYS)
        name = _unused(_name_from(path, "resource") if isinstance(path, str) else f"resource-{number}", names)
        reading.report("resource-without-name", number=number, name=name)
        return name
    if not name_is_allowed(name):
        reading.report("name-not-allowed", value=name)
    if _same(name) in names:
        reading.report("duplicate-resource-name", value=name)
    names.add(_same(name))
    return name


_PATH_KEYS = ("path", "url", "uri")
_TABULAR = frozenset({"tabular-data-resource", "table"})
_ENCODINGS: dict[str, str] = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-8-bom": "utf-8",
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16-le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-16-be": "utf-16-be",
    "shift-jis": "cp932",
    "shiftjis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "cp932": "cp932",
    "ms932": "cp932",
    "windows-31j": "cp932",
    "euc-jp": "euc-jp",
    "eucjp": "euc-jp",
    "iso-2022-jp": "iso-2022-jp",
    "iso-8859-1": "iso-8859-1",
    "latin-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
}
_FORMAT = re.compile(r"[a-z0-9][a-z0-9 .+-]{0,19}")
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}")
_HASH = re.compile(r"(?:[a-z0-9-]{2,20}:)?[0-9a-f]{32,128}", re.IGNORECASE)


def _resource(value: dict[str, Any], name: str, reading: _Reading) -> ResourceDescription:
    path = _path(value, reading)
    data = value.get("data")
    _check_content(value, data, reading)
    schema = _schema(value.get("schema"), reading)
    tabular = schema is not None or bool({value.get("profile"), value.get("type")} & _TABULAR if _plain(value) else ())
    return ResourceDescription(
        name,
        path,
        data,
        type="table" if tabular else "",
        title=_line_in(value, "title"),
        description=text_in(value, "description"),
        format=_format(value.get("format"), path),
        mediatype=_matched(_MEDIA_TYPE, value.get("mediatype")),
        encoding=_encoding(value.get("encoding"), reading),
        dialect=_dialect(value.get("dialect"), reading),
        schema=schema,
        hash=_understood(lambda given: _matched(_HASH, given), "hash", value.get("hash"), reading),
        bytes=_size(value.get("bytes")),
    )


def _plain(value: dict[str, Any]) -> bool:
    return all(isinstance(value.get(key), str | None) for key in ("profile", "type"))


def _matched(pattern: re.Pattern[str], value: Any) -> str:
    words = _words(value)
    return words if pattern.fullmatch(words) else ""


def _format(value: Any, path: str | None) -> str:
    return _matched(_FORMAT, _line(value).lower().removeprefix(".")) or (_suffix(path) if path else "")


def _size(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _encoding(value: Any, reading: _Reading) -> str:
    return str(
        _understood(
            lambda given: _ENCODINGS.get(_words(given).lower().replace("_", "-"), ""), "encoding", value, reading
        )
    )


def _check_content(value: dict[str, Any], data: Any, reading: _Reading) -> None:
    stated = _first(value, *_PATH_KEYS) is not None
    if data is None and not stated:
        reading.report("resource-without-data")
    elif data is not None and stated:
        reading.report("resource-path-and-data")
    elif data is not None and not isinstance(data, list | dict | str):
        reading.report("inline-data-not-understood", value=_shown(data))


_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//")


def _path(value: dict[str, Any], reading: _Reading) -> str | None:
    stated = _first(value, *_PATH_KEYS)
    paths = _listed(stated)
    if len(paths) > 1 or _first(value, "extrapaths") is not None:
        reading.report("multipart-resource")
        return None
    if not paths:
        return None
    if not isinstance(paths[0], str):
        reading.report("path-not-allowed", value=_shown(paths[0]))
        return None
    return _packaged(paths[0], reading, remote="path-is-remote")


def _packaged(stated: str, reading: _Reading, *, remote: str) -> str | None:
    """Answer the name in the archive of a stated path, once it is sure to be one."""
    path = unicodedata.normalize("NFC", stated).removeprefix("./")
    if _SCHEME.match(path):
        reading.report(remote, value=stated)
    elif name_fault(path) is not None:
        reading.report("path-not-allowed", value=stated)
    elif reading.place(path) not in reading.files:
        reading.report("file-not-in-package", value=stated, nearest=_nearest(reading.place(path), reading))
    else:
        return reading.place(path)
    return None


_SUGGESTIONS = 5  # comparing every missing name with every file would be long work for a hostile descriptor
_COMPARED = 60


def _nearest(path: str, reading: _Reading) -> str:
    """Name up to three files whose own names are like that of the path."""
    tails = {file.rpartition("/")[2][-_COMPARED:]: file for file in sorted(reading.files, reverse=True)}
    missing = sum(found.code == "file-not-in-package" for found in reading.findings.problems)
    wanted = path.rpartition("/")[2][-_COMPARED:]
    close = difflib.get_close_matches(wanted, tails, n=3) if missing < _SUGGESTIONS else []
    return ", ".join(tails[tail] for tail in close or list(tails)[-3:]) or "-"


# --- schema and dialect --------------------------------------------------------------------------------------------

Check = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _size(value) is not None


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_letter(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 1


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(_is_count(each) and each > 0 for each in value)


def _is_labelled(value: Any) -> bool:
    """A list of values, or of `{"value", "label"}`."""
    return isinstance(value, list) and all(
        _is_scalar(each) or (isinstance(each, dict) and _is_scalar(each.get("value"))) for each in value
    )


def _is_values(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


MAX_PATTERN = 1000


def _is_pattern(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_PATTERN


def _is_closed_schema(value: Any) -> bool:
    """A JSON Schema that points to nothing: a validator would go and fetch it."""
    return isinstance(value, dict) and '"$ref"' not in json.dumps(value)


def _anything(_: Any) -> bool:
    return True


FIELD_TYPES = (
    "string",
    "number",
    "integer",
    "boolean",
    "object",
    "array",
    "list",
    "datetime",
    "date",
    "time",
    "year",
    "yearmonth",
    "duration",
    "geopoint",
    "geojson",
    "any",
)
_FIELD_KEYS: dict[str, Check] = {
    "format": _is_text,
    "example": _anything,
    "categories": _is_labelled,
    "categoriesOrdered": _is_flag,
    "missingValues": _is_labelled,
    "rdfType": _is_text,
    "unit": _is_text,
    "decimalChar": _is_text,
    "groupChar": _is_text,
    "bareNumber": _is_flag,
    "trueValues": _is_texts,
    "falseValues": _is_texts,
    "delimiter": _is_text,
    "itemType": _is_text,
}
_CONSTRAINTS: dict[str, Check] = {
    "required": _is_flag,
    "unique": _is_flag,
    "minLength": _is_count,
    "maxLength": _is_count,
    "minimum": _is_scalar,
    "maximum": _is_scalar,
    "exclusiveMinimum": _is_scalar,
    "exclusiveMaximum": _is_scalar,
    "pattern": _is_pattern,
    "enum": _is_values,
    "jsonSchema": _is_closed_schema,
}
_DIALECT_KEYS: dict[str, Check] = {
    "header": _is_flag,
    "headerRows": _is_rows,
    "headerJoin": _is_text,
    "commentRows": _is_rows,
    "commentChar": _is_text,
    "delimiter": _is_letter,
    "lineTerminator": _is_text,
    "quoteChar": _is_letter,
    "doubleQuote": _is_flag,
    "escapeChar": _is_letter,
    "nullSequence": _is_text,
    "skipInitialSpace": _is_flag,
    "property": _is_text,
    "itemType": ("array", "object").__contains__,
    "itemKeys": _is_texts,
    "sheetNumber": lambda value: _is_count(value) and value > 0,
    "sheetName": _is_text,
}
_FIELDS_MATCH = ("exact", "equal", "subset", "superset", "partial")


def _kept(given: Mapping[str, Any], checks: Mapping[str, Check], refuse: Callable[[str, Any], None]) -> dict[str, Any]:
    """Keep the allowed keys with a value that passes; `null` says nothing."""
    kept = {}
    for key, check in checks.items():
        value = given.get(key)
        if value is None:
            continue
        if check(value):
            kept[key] = value
        else:
            refuse(key, value)
    return kept


def _referenced(value: Any, what: str, reading: _Reading) -> dict[str, Any] | None:
    """Take an object as it stands, or from the file of the package that it is in."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        reading.report(f"{what}-not-understood", value=_shown(value))
        return None
    if reading.read_file is None or _SCHEME.match(value):
        reading.report(f"external-{what}", value=value)
        return None
    path = _packaged(value, reading, remote=f"external-{what}")
    if path is None:
        return None
    try:
        return _parsed(reading.read_file(path), path)
    except _Refused as refused:
        reading.findings.add(refused.problem)
        return None


def _dialect(value: Any, reading: _Reading) -> dict[str, Any] | None:
    if value is None or (given := _referenced(value, "dialect", reading)) is None:
        return None
    nested = (given.get(key) for key in ("csv", "excel"))  # as frictionless-py writes them
    flat = {key: each for part in (*nested, given) if isinstance(part, dict) for key, each in part.items()}
    sheet = flat.get("sheet")
    if sheet is not None:
        flat.setdefault("sheetName" if isinstance(sheet, str) else "sheetNumber", sheet)
    if flat.get("delimiter") == "\\t":
        flat["delimiter"] = "\t"
    return _kept(
        flat, _DIALECT_KEYS, lambda key, each: reading.report("dialect-not-understood", value=_shown(each), key=key)
    )


def _schema(value: Any, reading: _Reading) -> dict[str, Any] | None:
    if value is None or (given := _referenced(value, "schema", reading)) is None:
        return None
    fields = given.get("fields")
    if not isinstance(fields, list) or not fields:
        reading.report("schema-without-fields")
        return None
    if len(fields) > MAX_FIELDS:
        raise _Refused(
            problem(
                "too-many-fields", file=reading.file, resource=reading.resource, count=len(fields), limit=MAX_FIELDS
            )
        )
    schema: dict[str, Any] = {"fields": _fields(fields, reading)}
    matching = _single(given.get("fieldsMatch"))
    if matching is not None and matching not in _FIELDS_MATCH:
        reading.report("schema-not-understood", value=_shown(matching))
    if matching in _FIELDS_MATCH[1:]:  # the first is what no word means
        schema["fieldsMatch"] = matching
    schema |= _kept(
        given,
        {"missingValues": _is_labelled},
        lambda _, each: reading.report("schema-not-understood", value=_shown(each)),
    )
    return schema | _keys(given, reading)


def _single(value: Any) -> Any:
    """The official v2 profile has `fieldsMatch` as a list, its prose as a string."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _fields(given: list[Any], reading: _Reading) -> list[dict[str, Any]]:
    seen: set[str] = set()
    fields = []
    for number, value in enumerate(given, 1):
        if not isinstance(value, dict):
            reading.report("field-not-understood", number=number)
            continue
        name = _raw_name(value.get("name"))
        if not name:
            reading.report("field-without-name", number=number)
            continue
        if name in seen:
            reading.report("duplicate-field-name", column=name)
        seen.add(name)
        fields.append(_field(name, value, reading))
    return fields


def _field(name: str, value: dict[str, Any], reading: _Reading) -> dict[str, Any]:
    kind = value.get("type", "any") or "any"
    if kind not in FIELD_TYPES:
        reading.report("unknown-field-type", column=name, value=_shown(kind))
    field: dict[str, Any] = {"name": name, "type": kind}
    field |= _texts("title", _line_in(value, "title")) | _texts("description", text_in(value, "description"))
    field |= _kept(
        value,
        _FIELD_KEYS,
        lambda key, each: reading.report("field-property-not-understood", column=name, value=_shown(each), key=key),
    )
    if field.get("format") in {"default", ""}:
        del field["format"]
    if constraints := _constraints(name, value.get("constraints"), reading):
        field["constraints"] = constraints
    return field


def _texts(key: str, text: Text) -> dict[str, str]:
    """Write a text so that `text_in` reads it back."""
    words = {key: text.ja or text.en} if text else {}
    return words | ({f"{key}@en": text.en} if text.ja and text.en else {})


def _constraints(name: str, value: Any, reading: _Reading) -> dict[str, Any]:
    def refuse(key: str, each: Any) -> None:
        reading.report("constraint-not-understood", column=name, value=_shown(each), key=key)

    if value is None:
        return {}
    if not isinstance(value, dict):
        refuse("constraints", value)
        return {}
    return _kept(value, _CONSTRAINTS, refuse)


# --- keys and references -------------------------------------------------------------------------------------------


def _keys(given: dict[str, Any], reading: _Reading) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    if primary := _field_names(given.get("primaryKey"), "primaryKey", reading):
        keys["primaryKey"] = primary
    unique = [_field_names(each, "uniqueKeys", reading) for each in _listed(given.get("uniqueKeys"))]
    if unique := [each for each in unique if each]:
        keys["uniqueKeys"] = unique
    foreign = [_foreign_key(each, reading) for each in _listed(given.get("foreignKeys"))]
    if kept := [each for each in foreign if each]:
        keys["foreignKeys"] = kept
    return keys


def _field_names(value: Any, key: str, reading: _Reading) -> list[str]:
    """Take a list of field names, or one name as v1 has it."""
    names = _listed(value)
    if not all(isinstance(name, str) for name in names):
        reading.report("key-not-understood", value=_shown(value), key=key)
        return []
    return names


def _foreign_key(value: Any, reading: _Reading) -> dict[str, Any] | None:
    reference = value.get("reference") if isinstance(value, dict) else None
    if _is_outside(reference):
        reading.report("external-foreign-key", value=_shown(reference))
        return None
    if not isinstance(reference, dict) or not isinstance(reference.get("resource"), str | None):
        reading.report("key-not-understood", value=_shown(value), key="foreignKeys")
        return None
    fields = _field_names(value.get("fields"), "foreignKeys", reading)
    there = _field_names(reference.get("fields"), "foreignKeys", reading)
    if not fields or len(fields) != len(there):
        reading.report("key-not-understood", value=_shown(value), key="foreignKeys")
        return None
    target = {"resource": reference["resource"]} if reference.get("resource") else {}
    return {"fields": fields, "reference": {**target, "fields": there}}


def _is_outside(reference: Any) -> bool:
    if isinstance(reference, str):
        return bool(_SCHEME.match(reference))
    if not isinstance(reference, dict):
        return False
    resource = reference.get("resource")
    return bool(reference.get("package") or reference.get("datapackage")) or (
        isinstance(resource, str) and bool(_SCHEME.match(resource))
    )


def _check_references(resources: tuple[ResourceDescription, ...], reading: _Reading) -> None:
    """See that keys name fields, and foreign keys resources, that there are."""
    fields = {resource.name: _names_of(resource) for resource in resources}
    for resource in resources:
        if resource.schema is not None:
            _check_own_keys(resource.schema, fields[resource.name], reading.within(resource.name))
            _check_foreign_keys(resource, fields, reading.within(resource.name))


def _names_of(resource: ResourceDescription) -> frozenset[str] | None:
    return frozenset(field["name"] for field in resource.schema["fields"]) if resource.schema else None


def _check_own_keys(schema: dict[str, Any], own: frozenset[str] | None, reading: _Reading) -> None:
    used = [("primaryKey", schema.get("primaryKey", []))]
    used += [("uniqueKeys", key) for key in schema.get("uniqueKeys", [])]
    used += [("foreignKeys", key["fields"]) for key in schema.get("foreignKeys", [])]
    for key, names in used:
        _check_exist(names, own, key, reading)


def _check_foreign_keys(
    resource: ResourceDescription, fields: dict[str, frozenset[str] | None], reading: _Reading
) -> None:
    for key in (resource.schema or {}).get("foreignKeys", []):
        target = key["reference"].get("resource", resource.name)
        if target in fields:
            _check_exist(key["reference"]["fields"], fields[target], "foreignKeys", reading)
        else:
            reading.report("foreign-key-resource-missing", value=target)


def _check_exist(names: list[str], known: frozenset[str] | None, key: str, reading: _Reading) -> None:
    """A table without a schema may yet turn out to have the field."""
    for name in names:
        if known is not None and name not in known:
            reading.report("key-field-missing", column=name, key=key)
