"""Controlled vocabularies: the tables in `metadata/vocabularies`, read once, and the lookups in them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.catalog.record import License
from app.kernel.text import Text, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parents[2] / "metadata" / "vocabularies"
AUTHORITY = "http://publications.europa.eu/resource/authority"
MEDIA_TYPES = "http://www.iana.org/assignments/media-types"

Rate = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Concept:
    """One entry of a vocabulary: its code, its address and its name."""

    code: str
    iri: str
    title: Text


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A list of concepts by their codes. `words` finds them by folded codes, addresses, names and synonyms."""

    iri: str
    title: Text
    concepts: Mapping[str, Concept]
    words: Mapping[str, Concept]

    def get(self, code: str) -> Concept | None:
        """Find a concept by its exact code."""
        return self.concepts.get(code)

    def find(self, words: str) -> Concept | None:
        """Find a concept by whatever people call it, in Japanese or English."""
        return self.words.get(_fold(words))


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file. `eu_url` is empty where the EU table has no code; `open` means non-proprietary."""

    name: str
    media_type: str
    eu_url: str
    suffixes: tuple[str, ...]
    open: bool
    machine_readable: bool

    @property
    def media_type_url(self) -> str:
        """The media type's address in IANA's registry."""
        return f"{MEDIA_TYPES}/{self.media_type}"


@cache
def themes() -> Vocabulary:
    """What data is about: the EU data themes."""
    return _vocabulary("themes")


@cache
def frequencies() -> Vocabulary:
    """How often data is updated."""
    return _vocabulary("frequencies")


@cache
def languages() -> Vocabulary:
    """Languages; `find` knows their two-letter codes."""
    return _vocabulary("languages")


@cache
def access_rights() -> Vocabulary:
    """Who may read."""
    return _vocabulary("access-rights")


@cache
def availabilities() -> Vocabulary:
    """How long a file is going to be there."""
    return _vocabulary("availabilities")


@cache
def statuses() -> Vocabulary:
    """Where a distribution stands in its life."""
    return _vocabulary("statuses")


@cache
def groups() -> Vocabulary:
    """The groups of Tokyo's catalogue. They have no addresses of their own: a site makes them."""
    return _vocabulary("groups")


@cache
def ai_uses() -> Vocabulary:
    """What machines that learn may do (`record.AiUse`). They have no addresses of their own: a site makes them."""
    return _vocabulary("ai-uses")


def ai_use_meaning(code: str) -> Text:
    """Say in one sentence what a permission for machines means; empty for a code that is none."""
    return _ai_use_meanings().get(code, Text())


def group_theme(code: str) -> str:
    """Answer the code of the theme that a group's datasets have; empty where the group says nothing of it."""
    return _themes_of_groups().get(code, "")


@cache
def groups_of_themes() -> Mapping[str, str]:
    """Map a theme's code to that of the group with this theme, where only one has it."""
    pairs = [(theme, group) for group, theme in _themes_of_groups().items() if theme]
    counts = Counter(theme for theme, _ in pairs)
    return MappingProxyType({theme: group for theme, group in pairs if counts[theme] == 1})


def days_of(frequency: str) -> float | None:
    """Answer the days that pass between two updates; `None` for a frequency that promises nothing."""
    return days_of_frequencies().get(frequency)


@cache
def days_of_frequencies() -> Mapping[str, float]:
    """Map the codes of frequencies that promise something to the days between two updates."""
    table = _read("frequencies")["concepts"]
    return MappingProxyType({code: entry["days"] for code, entry in table.items() if "days" in entry})


@cache
def licenses() -> tuple[License, ...]:
    """The terms of use that the portal knows, the advised one first."""
    return tuple(_license(entry) for entry in _read("licenses"))


@cache
def file_types() -> tuple[FileType, ...]:
    """The kinds of files that the portal knows."""
    return tuple(
        FileType(
            name=entry["name"],
            media_type=entry["media_type"],
            eu_url=_authority("file-type", entry["eu"]),
            suffixes=tuple(entry["suffixes"]),
            open=entry["open"],
            machine_readable=entry["machine_readable"],
        )
        for entry in _read("file-types")
    )


def theme_of(words: str) -> str:
    """Answer the code of a theme given as code, address or name; empty where none is meant."""
    found = themes().find(words)
    return found.code if found else ""


def group_of(words: str) -> str:
    """Answer the code of a group given as code or name; empty where none is meant."""
    found = groups().find(words)
    return found.code if found else ""


def ai_use_of(words: str) -> str:
    """Answer a value of `record.AiUse` given as code or name; empty where none is meant."""
    found = ai_uses().find(words)
    return found.code if found else ""


def frequency_of(words: str) -> str:
    """Answer the code of a frequency: 毎月, 年4回, `1回/年`, `R/P1M` or a name; empty where none is meant."""
    words = words[:_LONGEST]
    plain = _plain_frequency(words)
    found = frequencies().find(words) or frequencies().find(_AS_OFTEN.sub("", plain))
    if found:
        return found.code
    rate = _rate_of(plain)
    return _codes_of_rates().get(rate, "") if rate else ""


def license_of(name: str = "", url: str = "", title: str = "") -> License:
    """Recognise terms of use by id, address or title (first match), else keep what was given."""
    known = _licenses_by_word()
    for words in (_fold(name), _fold_address(name), _fold_address(url), _fold(title)):
        if words in known:
            return known[words]
    kept = name if _ID.fullmatch(name) else ""
    return License(name=kept, title=text_of(title or name), url=url)


def open_definition_name(name: str) -> str:
    """Answer the id where the Open Definition may know it, empty for names of our own (PDL1.0)."""
    return "" if name in _own_license_names() else name


def is_open(terms: License) -> bool:
    """Say whether terms of use let everybody use, change and share the data for any purpose."""
    return bool(terms.name) and terms.name in _open_license_names()


@dataclass(frozen=True, slots=True)
class StandardDataset:
    """One of the standard datasets of Japanese municipalities. `url` is the page of the standard."""

    id: str
    title: Text
    theme: str
    url: str


STANDARD_DATASETS = "https://www.digital.go.jp/resources/open_data/municipal-standard-data-set-test"


@cache
def standard_datasets() -> Mapping[str, StandardDataset]:
    """Answer the standard datasets that tables are recognised to follow, by their ids."""
    return MappingProxyType(
        {
            key: StandardDataset(key, Text(entry["ja"], entry["en"]), entry["theme"], STANDARD_DATASETS)
            for key, entry in _read("standard-datasets").items()
        }
    )


@dataclass(frozen=True, slots=True)
class PeriodColumns:
    """Words in the names of columns that tell when rows happened (`about`), and of those that tell other days.

    Japanese words are parts of a name, or all of it (`whole_ja`); English ones are whole words.
    """

    about_ja: tuple[str, ...]
    whole_ja: frozenset[str]
    about_en: frozenset[str]
    other_ja: tuple[str, ...]
    other_en: frozenset[str]


@cache
def period_columns() -> PeriodColumns:
    """Read the words that tell which columns of days say what period the data is about."""
    about, other = (_read("period-columns")[key] for key in ("about", "other"))
    return PeriodColumns(
        tuple(about["ja"]),
        frozenset(about["ja_whole"]),
        frozenset(about["en"]),
        tuple(other["ja"]),
        frozenset(other["en"]),
    )


def file_type(words: str) -> FileType | None:
    """Find a kind of file by name, suffix (with or without dot) or media type (parameters are ignored)."""
    return _file_types_by_word().get(_fold(words.partition(";")[0]))


_ID = re.compile(r"[-A-Za-z0-9._]+")
_ADDRESS_NOISE = re.compile(r"^https?://(www\.)?|[?#].*$|/(deed|legalcode)(\.[a-z-]+)?$|/+$")
_NOT_LETTERS = re.compile(r"[\W_]+")
# No term of a vocabulary is longer, and what strangers write may be endless.
_LONGEST = 300


def _fold(words: str) -> str:
    """Make spellings equal: width, case, spaces and punctuation do not matter."""
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", words[:_LONGEST]).casefold())


def _fold_address(url: str) -> str:
    """Make addresses equal: protocol, `www`, the language of a deed and the last slash do not matter."""
    shorter = url[:_LONGEST].strip().lower()
    while (cut := _ADDRESS_NOISE.sub("", shorter)) != shorter:
        shorter = cut
    return shorter if "/" in shorter else ""


def _read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def _authority(table: str, code: str) -> str:
    return f"{AUTHORITY}/{table}/{code}" if code else ""


def _vocabulary(name: str) -> Vocabulary:
    table = _read(name)
    concepts: dict[str, Concept] = {}
    words: dict[str, Concept] = {}
    for code, entry in table["concepts"].items():
        concept = Concept(code, f"{table['iri']}/{code}" if table["iri"] else "", Text(entry["ja"], entry["en"]))
        concepts[code] = concept
        names = (code, concept.iri, entry["ja"], entry["en"], *entry["words"])
        words |= {_fold(name): concept for name in names if name}
    title = Text(table["title"]["ja"], table["title"]["en"])
    return Vocabulary(table["iri"], title, MappingProxyType(concepts), MappingProxyType(words))


@cache
def _ai_use_meanings() -> Mapping[str, Text]:
    table = _read("ai-uses")["concepts"]
    return MappingProxyType(
        {code: Text(entry["meaning"]["ja"], entry["meaning"]["en"]) for code, entry in table.items()}
    )


@cache
def _themes_of_groups() -> Mapping[str, str]:
    return MappingProxyType({code: entry["theme"] for code, entry in _read("groups")["concepts"].items()})


def _license(entry: dict[str, Any]) -> License:
    eu_url = _authority("licence", entry["eu"])
    return License(entry["name"], Text(entry["ja"], entry["en"]), entry["url"], eu_url)


@cache
def _licenses_by_word() -> Mapping[str, License]:
    words: dict[str, License] = {}
    for entry in _read("licenses"):
        known = _license(entry)
        names = (known.name, known.title.ja, known.title.en, *entry["words"])
        addresses = (known.url, known.eu_url, *entry["urls"])
        words |= {_fold(name): known for name in names}
        words |= {_fold_address(address): known for address in addresses if address}
    return MappingProxyType(words)


@cache
def _own_license_names() -> frozenset[str]:
    return frozenset(entry["name"] for entry in _read("licenses") if not entry["open_definition"])


@cache
def _open_license_names() -> frozenset[str]:
    return frozenset(entry["name"] for entry in _read("licenses") if entry["open"])


@cache
def _file_types_by_word() -> Mapping[str, FileType]:
    words: dict[str, FileType] = {}
    for entry, known in zip(_read("file-types"), file_types(), strict=True):
        for word in (known.name, *known.suffixes, *entry["words"], known.media_type):
            words.setdefault(_fold(word), known)
    # GTFS is listed before ZIP, but a bare archive is no timetable.
    words[_fold("application/zip")] = words["zip"]
    return MappingProxyType(words)


_AS_OFTEN = re.compile(r"(に1回|ごと|毎)$")
_FREQUENCY_NOISE = re.compile(r"\(.*?\)|概ね|おおむね|およそ|約|程度|予定$|\s")
_MONTHS = re.compile(r"[ヶヵカケ箇ケか]月|(?<=\d)月(?=ごと|毎)")
_KANJI_COUNT = re.compile(r"[一二三四五六七八九](?=年|か月|週|日|回)")
_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
_UNITS = MappingProxyType(
    {"年": "year", "か月": "month", "月": "month", "週": "week", "日": "day", "時間": "hour"}
    | {"y": "year", "m": "month", "w": "week", "d": "day"}
)
_RATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<count>\d+)(?P<unit>年|か月|週|日|時間)間?(ごと|毎)?",
        r"(?P<count>\d+)?(?P<unit>年|か月|月|週|日)間?に?(?P<times>\d+)回",
        r"(?P<times>\d+)回/(?P<count>\d+)?(?P<unit>年|か月|月|週|日)",
        r"(r\d*/)?p(?P<count>\d+)(?P<unit>[ymwd])",  # ISO 8601-1, 5.6 and 5.5.2
    )
)


def _plain_frequency(words: str) -> str:
    plain = _FREQUENCY_NOISE.sub("", unicodedata.normalize("NFKC", words).casefold()).replace("年度", "年")
    plain = _MONTHS.sub("か月", plain)
    return _KANJI_COUNT.sub(lambda count: count[0].translate(_DIGITS), plain)


def _rate_of(plain: str) -> Rate | None:
    """Read so many times in so many years, months, weeks, days or hours."""
    for pattern in _RATES:
        if found := pattern.fullmatch(plain):
            parts = found.groupdict()
            return int(parts.get("times") or 1), int(parts.get("count") or 1), _UNITS[parts["unit"]]
    return None


@cache
def _codes_of_rates() -> Mapping[Rate, str]:
    table = _read("frequencies")["concepts"]
    return MappingProxyType({tuple(rate): code for code, entry in table.items() for rate in entry["rates"]})
