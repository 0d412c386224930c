"""Scores a CKAN's records by the EU's metadata quality assessment, before and after the portal fills in what it can.

`python benchmarks/mqa.py FILE > docs/mqa.md`, where FILE holds packages of a CKAN as JSON, one a line, packed with
gzip. It writes figures and not one word of a record.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import msgspec
from rdflib import Graph

from app.catalog.addresses import Site
from app.catalog.completion import Completion, complete
from app.catalog.record import About, Access, DatasetRecord, Publisher, State
from app.harvest.ckan import map_package
from app.kernel.text import Text
from app.metadata import mqa
from app.metadata.checks.shapes import findings
from app.metadata.checks.suite import DEMANDED
from app.metadata.graph import graph
from app.metadata.rdf import dataset_address, new_graph

if TYPE_CHECKING:
    from app.harvest.harvested import Harvested

SITE = Site("https://data.example.jp")
AREA = "130001"
# No licence is put on what states none: only its publisher could.
FILLED = Completion(area=AREA, url=SITE.url)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
PROCESSES = 2
TOGETHER = 20
BIN = 25

PAGE = """# How descriptions score

The EU assesses metadata by 23 indicators and {maximum} points (<https://data.europa.eu/mqa/methodology>): excellent
from 351, good from 221, sufficient from 121. `app/metadata/mqa.py` computes them from RDF alone.
`tests/standards/test_mqa.py` fetches the RDF of every dataset that it publishes, and the addresses in it, and demands
all {maximum} of each that has a table.

## Real records

{read} public records of a large Japanese CKAN, mapped by `app/harvest/ckan.py` and written as DCAT-AP by this portal;
{left_out} more were left out, for they could not be mapped. Printed by `benchmarks/mqa.py`.

- **Before** is what the record says and nothing else.
- **After** is the same record with what the portal works out by itself (`app/catalog/completion.py`), where the area is
  Tokyo and no licence is assumed.
- No address was fetched: the two indicators on the status of addresses count as not met, so {reachable} points are the
  most that a record can have here.
- Both are written by this portal, which knows the EU's addresses of formats and licences, and says of every public
  dataset that it is public. The CKAN writes formats as words: its own RDF would score less than "before".

| | before | after |
|---|---:|---:|
{summary}

### Points

| points | before | after |
|---|---:|---:|
{histogram}

### Indicators

Records that meet each, of {read}.

| indicator | weight | before | after |
|---|---:|---:|---:|
{indicators}
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """The indicators that a record meets before and after."""

    before: frozenset[str]
    after: frozenset[str]


def main() -> None:
    """Score all records of a file, print the page, and say on standard error how long it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    parser.add_argument("--first", type=int, help="only so many records")
    arguments = parser.parse_args()
    began = time.perf_counter()
    with gzip.open(arguments.file) as file, ProcessPoolExecutor(PROCESSES) as processes:
        found = list(chain.from_iterable(processes.map(score, batches(file, arguments.first))))
    pairs = [pair for pair in found if pair is not None]
    print(page(pairs, len(found) - len(pairs)), end="")
    print(f"{len(pairs)} records in {time.perf_counter() - began:.0f} s", file=sys.stderr)


def batches(file: Iterable[bytes], first: int | None) -> Iterator[list[bytes]]:
    """Read lines, some at a time."""
    lines = islice(file, first)
    while batch := list(islice(lines, TOGETHER)):
        yield batch


def score(lines: Sequence[bytes]) -> list[Pair | None]:
    """Score some records; `None` for each that cannot be mapped."""
    mapped = [map_package(msgspec.json.decode(line), 1).harvested for line in lines]
    before = [record_of(harvested) for harvested in mapped if harvested is not None]
    after = [complete(record, FILLED) for record in before]
    pairs = iter([Pair(*pair) for pair in zip(met(before), met(after), strict=True)])
    return [next(pairs) if harvested else None for harvested in mapped]


def record_of(harvested: Harvested) -> DatasetRecord:
    """Make the record of a dataset as if it stood in the catalogue."""
    about, organization = harvested.about, harvested.organization
    publisher = (
        Publisher(organization.slug, organization.slug, organization.title, organization.homepage)
        if organization
        else Publisher("", "nobody", Text())
    )
    return DatasetRecord(
        **{field.name: getattr(about, field.name) for field in fields(About)},
        id=harvested.source_id,
        slug=harvested.name,
        name=harvested.name,
        publisher=publisher,
        state=State.PUBLISHED,
        access=Access.PUBLIC,
        created=about.source_issued or LONG_AGO,
        modified=about.source_modified or LONG_AGO,
        revision=1,
        issued=about.source_issued,
    )


def met(records: Sequence[DatasetRecord]) -> list[frozenset[str]]:
    """Name the indicators that each record meets."""
    graphs = [graph(record, SITE) for record in records]
    found = []
    for record, triples, compliant in zip(records, graphs, comply(graphs), strict=True):
        marks = mqa.score(triples, dataset_address(record, SITE), answers=lambda _: False, compliant=compliant)
        found.append(frozenset(indicator.id for indicator in marks.indicators if indicator.met))
    return found


def comply(graphs: Sequence[Graph]) -> list[bool]:
    """Ask the shapes of all graphs together, and of each alone only where they refuse something."""
    everything = new_graph()
    for triples in graphs:
        everything += triples
    if is_compliant(everything):
        return [True] * len(graphs)
    return [is_compliant(triples) for triples in graphs]


def is_compliant(triples: Graph) -> bool:
    """Ask the shapes that DCAT-AP demands."""
    return not any(findings(shapes, triples).problems for shapes in DEMANDED)


def page(pairs: Sequence[Pair], left_out: int) -> str:
    """Write the page of figures."""
    columns = ([mqa.marks_of(pair.before) for pair in pairs], [mqa.marks_of(pair.after) for pair in pairs])
    unasked = sum(rule.weight for rule in mqa.rules() if rule.id.endswith("-url-status"))
    return PAGE.format(
        maximum=mqa.MAXIMUM,
        reachable=mqa.MAXIMUM - unasked,
        read=f"{len(pairs):,}",
        left_out=left_out,
        summary="\n".join(summary(columns)),
        histogram="\n".join(histogram(columns)),
        indicators="\n".join(indicators(pairs)),
    )


def summary(columns: Sequence[Sequence[mqa.Marks]]) -> Iterator[str]:
    """Write the mean, the range, and how many there are of each rating."""
    points = [sorted(marks.points for marks in column) for column in columns]
    yield row("mean", *(f"{sum(each) / len(each):.1f}" for each in points))
    yield row("median", *(each[len(each) // 2] for each in points))
    yield row("least", *(each[0] for each in points))
    yield row("most", *(each[-1] for each in points))
    for _, rating in mqa.RATINGS:
        yield row(rating, *(f"{sum(marks.rating == rating for marks in column):,}" for column in columns))


def histogram(columns: Sequence[Sequence[mqa.Marks]]) -> Iterator[str]:
    """Count records by points, in steps of `BIN`, from the first step that has any."""
    counts = [Counter(marks.points // BIN for marks in column) for column in columns]
    for step in range(min(map(min, counts)), max(map(max, counts)) + 1):
        words = f"{step * BIN} to {min(step * BIN + BIN - 1, mqa.MAXIMUM)}"
        yield row(words, *(f"{count[step]:,}" for count in counts))


def indicators(pairs: Sequence[Pair]) -> Iterator[str]:
    """Say how many records meet each indicator."""
    for rule in mqa.rules():
        before = sum(rule.id in pair.before for pair in pairs) / len(pairs)
        after = sum(rule.id in pair.after for pair in pairs) / len(pairs)
        yield row(rule.title.en, rule.weight, f"{before:.1%}", f"{after:.1%}")


def row(*cells: object) -> str:
    """Write a row of a table."""
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    main()
