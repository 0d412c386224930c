"""Compares what the portal makes of messy files, cell by cell, with tidy twins that other people made of them.

A twin is read here with Python's own readers, never by the portal. Cells that differ are put into classes; `NOTES`
says why each class is there. `real_files.py` writes the result into its page.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.wiring import Services
from benchmarks.real_files import publish
from benchmarks.support import open_services, table

Row = Mapping[str, str]
Rows = list[Row]
Load = Callable[[Path], Rows]

SHOWN = 2
CODE_DIGITS, CODE_WEIGHTS = 5, (6, 5, 4, 3, 2)
TOKYO = "japan/geolonia-addresses/api/ja/東京都"
SHINJUKU = "japan/shinjuku-population"
TOWN, SMALL, LATITUDE, LONGITUDE = "大字町丁目名", "小字・通称名", "緯度", "経度"
BLOCK = ("町丁名", "世帯数", "男", "女", "計")

OTHER, CHANGED = "other word", "changed by its maker"
FULL_CODE = "code in full"
ALIKE = ("number written otherwise", "blanks or width", FULL_CODE)
NOTES: Mapping[str, str] = {
    "number written otherwise": "the same number: 43.10 and 43.1, 1.0 and 1",
    "blanks or width": "the same word but for blanks and full-width letters, which the rules of repair change",
    "empty here": "the twin has a word where the portal has an empty cell",
    "empty there": "the portal has a word where the twin has an empty cell",
    "line breaks": "the same word but for the line break in it",
    FULL_CODE: "the same municipal code with its leading zero and check digit (rule `code-municipality`)",
    CHANGED: "the maker wrote another word in between the two",
    OTHER: "two different words",
}


SHINJUKU_NOTE = """\
Of Shinjuku's population the list of workbooks is here, but not the tidied tables it points to. So the workbooks, three
tables side by side, are held against their own sums:"""
PAPER_NOTE = """\
Of the e-Stat paper form only the extracted table is here, not the paper: there is nothing to hold it against."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Files to publish and a way to their twin. `columns` are the portal's names to the twin's, where they differ.

    `key` are columns (by the portal's names) that tell rows apart; without them rows pair by their order.
    `source` reads the published file plainly, where its maker changed words between the two: a cell that is still the
    source's is then no difference of the portal's. `about` says what is known of the two.
    """

    title: str
    files: Sequence[str]
    twin: Load
    key: Sequence[str] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    source: Load | None = None
    about: str = ""


@dataclass(slots=True)
class Agreement:
    """The result of one comparison, in cells."""

    pair: Pair
    problem: str = ""
    rows: int = 0
    cells: int = 0
    same: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    columns: dict[str, Counter[str]] = field(default_factory=dict)
    only_here: int = 0
    only_there: int = 0

    @property
    def agreement(self) -> float:
        """The share of cells that say the same, those left out that the maker changed."""
        cells = self.cells - self.classes[CHANGED]
        alike = self.same + sum(self.classes[name] for name in ALIKE)
        return alike / cells if cells else 0.0

    def see(self, column: str, ours: str, theirs: str, source: str | None = None) -> None:
        """Count one pair of cells; `source` is the word in the file that was published, where it is asked for."""
        self.cells += 1
        if ours == theirs:
            self.same += 1
            return
        kind = classify(ours, theirs)
        if kind == OTHER and ours == source:
            kind = CHANGED
        self.classes[kind] += 1
        self.columns.setdefault(kind, Counter())[column] += 1


def classify(ours: str, theirs: str) -> str:
    """Name the way in which two cells differ."""
    if not ours.strip() or not theirs.strip():
        return "empty here" if theirs.strip() else "empty there" if ours.strip() else "blanks or width"
    if _number(ours) is not None and _number(ours) == _number(theirs):
        return "number written otherwise"
    if theirs.isdecimal() and ours == full_code(theirs):
        return FULL_CODE
    if ours.split() == theirs.split():
        return "line breaks" if "\n" in ours + theirs else "blanks or width"
    if _folded(ours) == _folded(theirs):
        return "blanks or width"
    return OTHER


def full_code(digits: str) -> str:
    """Write a municipal code of up to five digits with six: 1100 is 011002."""
    body = digits.zfill(CODE_DIGITS)
    total = sum(int(digit) * weight for digit, weight in zip(body, CODE_WEIGHTS, strict=False))
    return f"{body}{(11 - total % 11) % 10}"


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def _folded(word: str) -> str:
    return "".join(unicodedata.normalize("NFKC", word).split())


def csv_rows(path: str, *, encoding: str = "utf-8-sig") -> Load:
    """Read the twin from a CSV file."""

    def load(folder: Path) -> Rows:
        with (folder / path).open(encoding=encoding, newline="") as file:
            return list(csv.DictReader(file))

    return load


def json_rows(path: str) -> Load:
    """Read the twin from a JSON file of records."""

    def load(folder: Path) -> Rows:
        return [_words(each) for each in json.loads((folder / path).read_bytes())]

    return load


def towns_of_wakayama(folder: Path) -> Rows:
    """Read the single towns' files, one after the other, without their blank rows."""
    rows: Rows = []
    for path in sorted((folder / "japan/wakayama-refuge").glob("*.csv")):
        if path.stem != "wakayamazeniki":
            rows += csv_rows(path.as_posix())(Path())
    return [row for row in rows if any(value for value in row.values() if isinstance(value, str))]


def towns_of_tokyo(folder: Path) -> Rows:
    """Read the answers of the API for Tokyo's municipalities, with the municipality's name from the file's."""
    rows: Rows = []
    for path in sorted((folder / TOKYO).glob("*.json")):
        for each in json.loads(path.read_bytes()):
            rows.append({"市区町村名": path.stem, **_words(each)})
    return rows


def _words(record: Mapping[str, object]) -> Row:
    return {name: "" if value is None else str(value) for name, value in record.items()}


PAIRS: Sequence[Pair] = (
    Pair(
        "codes of local governments, 2020-01-04: CP932 / UTF-8",
        ("japan/localgov-codes/20200104/localgovjp-sjis.csv",),
        csv_rows("japan/localgov-codes/20200104/localgovjp-utf8.csv"),
        about="One table, written by its maker in both encodings.",
    ),
    Pair(
        "codes of local governments: JSON / CSV of 2021-11-01",
        ("japan/localgov-codes/localgovjp.json",),
        csv_rows("japan/localgov-codes/20211101/localgovjp-utf8.csv"),
        key=("lgcode",),
        source=json_rows("japan/localgov-codes/localgovjp.json"),
        about="The JSON is later than the CSV: its maker has mended addresses of websites and places in between.",
    ),
    Pair(
        "officials of the Digital Agency: CSV / JSON",
        ("japan/digital-agency/digital-agency-person.csv",),
        json_rows("japan/digital-agency/digital-agency-person.json"),
        about="One list in two formats.",
    ),
    Pair(
        "shelters of Wakayama: the prefecture's file / 29 towns' files",
        ("japan/wakayama-refuge/wakayamazeniki.csv",),
        towns_of_wakayama,
        key=("避難先名称", "管轄市町村名", "避難種別", "所在地", "災害区分"),
        about="The prefecture's file is the towns' files together.",
    ),
    Pair(
        "towns of Tokyo: CSV / the API's JSON",
        ("japan/geolonia-addresses/data/latest.csv",),
        towns_of_tokyo,
        key=("市区町村名", TOWN, SMALL),
        columns={TOWN: "town", SMALL: "koaza", LATITUDE: "lat", LONGITUDE: "lng"},
        about="The CSV is of a later commit than the JSON.",
    ),
)


def compare(services: Services, folder: Path, pair: Pair) -> Agreement:
    """Publish one side, read the other, compare."""
    found = Agreement(pair)
    ours: Rows = []
    for name in pair.files:
        outcome = publish(services, folder / name, f"{name} (twin)")
        if not outcome.published:
            found.problem = f"not published: {outcome.problem or outcome.state}"
            return found
        for resource in outcome.resources:
            with services.store.path(resource.file.sha256).open(encoding="utf-8", newline="") as file:
                ours += list(csv.DictReader(file))
    twin = pair.twin(folder)
    shared = _shared(ours, twin, pair)
    sources = {_key(row, pair): row for row in pair.source(folder)} if pair.source else {}
    for mine, theirs in _paired(ours, twin, pair, found):
        found.rows += 1
        source = sources.get(_key(mine, pair), {})
        for column, name in shared.items():
            found.see(column, mine.get(column) or "", theirs.get(name) or "", source.get(column))
    return found


def _paired(ours: Rows, theirs: Rows, pair: Pair, found: Agreement) -> Iterator[tuple[Row, Row]]:
    """Pair rows by key or by order, those with the same key in their order; count the ones left over."""
    if not pair.key:
        found.only_here, found.only_there = max(0, len(ours) - len(theirs)), max(0, len(theirs) - len(ours))
        yield from zip(ours, theirs, strict=False)
        return
    waiting: dict[tuple[str, ...], list[Row]] = {}
    for row in theirs:
        waiting.setdefault(_key(row, pair, pair.columns), []).append(row)
    for row in ours:
        partners = waiting.get(_key(row, pair))
        if partners:
            yield row, partners.pop(0)
        else:
            found.only_here += 1
    found.only_there = sum(map(len, waiting.values()))


def _key(row: Row, pair: Pair, columns: Mapping[str, str] = MappingProxyType({})) -> tuple[str, ...]:
    return tuple(_folded(row.get(columns.get(name, name)) or "") for name in pair.key)


def _shared(ours: Rows, theirs: Rows, pair: Pair) -> dict[str, str]:
    """Columns that both have, ours to theirs. Records of JSON may leave out what is empty."""
    there = {name for row in theirs for name in row}
    named = {column: pair.columns.get(column, column) for row in ours[:1] for column in row}
    return {column: name for column, name in named.items() if name in there}


def shinjuku(services: Services, folder: Path) -> list[tuple[object, ...]]:
    """Check the two workbooks of Shinjuku by their own sums: men and women, and all towns against the last row."""
    return [_sums(services, folder, path) for path in sorted((folder / SHINJUKU / "xlsx").glob("*.xlsx"))]


def _sums(services: Services, folder: Path, path: Path) -> tuple[object, ...]:
    shown = path.relative_to(folder).as_posix()
    month = next(row["date"] for row in csv_rows(f"{SHINJUKU}/population.csv")(folder) if path.name in row["url"])
    outcome = publish(services, path, f"{shown} (twin)")
    rows: Rows = []
    for resource in outcome.resources:
        with services.store.path(resource.file.sha256).open(encoding="utf-8", newline="") as file:
            rows += [row for row in csv.DictReader(file) if set(BLOCK) <= row.keys()]
    total = next((row for row in rows if row[BLOCK[0]] == "合計"), None)
    towns = [row for row in rows if row is not total]
    if total is None:
        return (path.name, month, outcome.tables, len(towns), outcome.problem or "no row of sums", "")
    crosswise = sum(_count(row["男"]) + _count(row["女"]) == _count(row["計"]) for row in rows)
    down = all(sum(_count(row[name]) for row in towns) == _count(total[name]) for name in BLOCK[1:])
    return (path.name, month, outcome.tables, len(towns), f"{crosswise} of {len(rows)}", "yes" if down else "no")


def _count(word: str) -> int:
    number = _number(word)
    return 0 if number is None else int(number)


def section(services: Services, folder: Path) -> str:
    """Compare all, and write it down in Markdown."""
    found = [compare(services, folder, pair) for pair in PAIRS]
    parts = [
        "## Twins",
        "What the portal made of a file (repairs by their defaults), cell by cell against a tidy twin by other hands.",
        table(
            ("pair", "rows", "cells", "same letters", "same value", "rows only here", "only in the twin"),
            [_line(each) for each in found],
        ),
        "Cells that differ, by the way they do:",
        table(("pair", "class", "cells", "in columns"), [line for each in found for line in _classes(each)]),
        *(f"* {each.pair.title}: {each.pair.about}" for each in found),
        "; ".join(f"*{name}*: {why}" for name, why in NOTES.items()) + ".",
        SHINJUKU_NOTE,
        table(
            ("workbook", "month by the list", "tables", "towns", "rows where 男 + 女 = 計", "towns add up to 合計"),
            shinjuku(services, folder),
        ),
        PAPER_NOTE,
    ]
    return "\n\n".join(parts)


def _line(found: Agreement) -> tuple[object, ...]:
    if found.problem:
        return (found.pair.title, found.problem, "", "", "", "", "")
    letters = found.same / found.cells if found.cells else 0.0
    sides = (found.only_here, found.only_there)
    return (found.pair.title, f"{found.rows:,}", f"{found.cells:,}", f"{letters:.3%}", f"{found.agreement:.3%}", *sides)


def _classes(found: Agreement) -> Iterator[tuple[object, ...]]:
    for name, count in found.classes.most_common():
        columns = found.columns[name].most_common(SHOWN)
        yield (found.pair.title, name, f"{count:,}", ", ".join(f"{column} ({cells:,})" for column, cells in columns))


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the files are")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kakehashi-twins-") as folder:
        print(section(open_services(Path(folder)), chosen.folder))


if __name__ == "__main__":
    main()
