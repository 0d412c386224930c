"""Takes the fields of a stranger's record: bounded, of the right type, and with a note where they are not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from app.catalog.vocabularies import file_type
from app.harvest.problems import problem
from app.kernel.report import Findings
from app.publishing.descriptor.times import moment_of
from app.publishing.descriptor.values import email_of, is_blank, line_of, link_of, words_of

if TYPE_CHECKING:
    from datetime import datetime

T = TypeVar("T")

NOTES = 50  # in one record; after so many the rest is not worth telling
MOST_BYTES = 1 << 53  # above it JSON's readers disagree on what a number is
MAX_MEDIA_TYPE = 100


class Fields:
    """An object of a record. `place` stands before the names of its fields in what is noted."""

    def __init__(self, values: Mapping[str, Any], row: int, findings: Findings | None = None, place: str = "") -> None:
        self._values = values
        self._row = row
        self.findings = findings or Findings(NOTES)
        self._place = place

    def within(self, values: Mapping[str, Any], place: str) -> Fields:
        """Look at an object inside of this one; what is noted of it goes to the same list."""
        return Fields(values, self._row, self.findings, f"{self._place}{place}.")

    def note(self, code: str, key: str = "", *, value: object = None, **details: object) -> None:
        """Note a problem of a field."""
        column = f"{self._place}{key}".strip(".") or None
        self.findings.add(problem(code, row=self._row, column=column, value=value, **details))

    def raw(self, key: str) -> Any:
        """Answer what stands there."""
        return self._values.get(key)

    def line(self, key: str, most: int) -> str:
        """Take text as one line of at most `most` characters."""
        return self._cut(key, self._understood(line_of, key), most)

    def words(self, key: str, most: int) -> str:
        """Take text of at most `most` characters."""
        return self._cut(key, self._understood(words_of, key), most)

    def link(self, key: str) -> str:
        """Take an address of the web."""
        return self._understood(_address_of, key)

    def email(self, key: str) -> str:
        """Take a mail address."""
        return self._understood(email_of, key)

    def moment(self, key: str) -> datetime | None:
        """Take a time; without a zone it is UTC, as CKAN writes it."""
        return self._understood(moment_of, key)

    def size(self, key: str) -> int | None:
        """Take a number of bytes."""
        return self._understood(_bytes_of, key)

    def media_type(self, key: str) -> str:
        """Take a media type."""
        return self._understood(_media_type_of, key)

    def take(self, key: str, read: Callable[[str], str]) -> str:
        """Take a line that `read` understands."""
        return self._understood(lambda value: read(line_of(value)), key)

    def objects(self, key: str, most: int) -> list[Fields]:
        """Take a list of objects, `most` of them at most."""
        values = self.raw(key)
        if is_blank(values):
            return []
        if not isinstance(values, list):
            self.note("harvest-field-not-understood", key, value=type(values).__name__)
            return []
        if len(values) > most:
            self.note("harvest-too-many", key, limit=most)
        found = []
        for number, value in enumerate(values[:most]):
            if isinstance(value, dict):
                found.append(self.within(value, f"{key}[{number}]"))
            else:
                self.note("harvest-field-not-understood", f"{key}[{number}]", value=_shown(value))
        return found

    def object(self, key: str) -> Fields | None:
        """Take an object."""
        value = self.raw(key)
        if isinstance(value, dict):
            return self.within(value, key)
        if not is_blank(value):
            self.note("harvest-field-not-understood", key, value=_shown(value))
        return None

    def _understood(self, read: Callable[[Any], T], key: str) -> T:
        value = self.raw(key)
        found = read(value)
        if not found and found != 0 and not is_blank(value) and not _is_space(value):
            self.note("harvest-field-not-understood", key, value=_shown(value))
        return found

    def _cut(self, key: str, words: str, most: int) -> str:
        if len(words) <= most:
            return words
        self.note("harvest-field-cut", key)
        return words[:most].rstrip()


def format_of(said: str, url_suffix: str) -> str:
    """Name a format as this portal does: by what the record says, else by the ending of the file's name."""
    known = file_type(said) if said else None
    known = known or (file_type(url_suffix) if url_suffix else None)
    return known.name if known else ""


def _address_of(value: Any) -> str:
    """Take an address that has a host, as others will read it."""
    url = link_of(value)
    try:
        return url if urlsplit(url).hostname else ""
    except ValueError:
        return ""


def _bytes_of(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < len(str(MOST_BYTES)):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value < MOST_BYTES else None


def _media_type_of(value: Any) -> str:
    words = line_of(value).partition(";")[0].strip().lower()
    main, slash, sub = words.partition("/")
    good = slash and len(words) <= MAX_MEDIA_TYPE and all(part and _is_token(part) for part in (main, sub))
    return words if good else ""


def _is_token(words: str) -> bool:
    return words.isascii() and all(letter.isalnum() or letter in "!#$&-^_.+" for letter in words)


def _is_space(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _shown(value: Any) -> str:
    """Say what stood there; of what is long or deep only the kind, as writing it out would cost too much."""
    return str(value)[:300] if isinstance(value, str | bool | int | float) else type(value).__name__
