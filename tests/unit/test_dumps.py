"""The catalogue's files: what is in them, that they stay where nothing changed, and feeds beside them."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import feedparser  # type: ignore[import-untyped]
import pytest

from app.catalog.record import Access, DatasetRecord, State
from app.kernel.text import Text
from app.metadata import feeds, flat, llms, open_data_list
from app.metadata.dumps import Dumps
from app.query.engine import write_parquet
from tests.records import HOSTILE_TITLES, SITE, bare_record, sample_record


class Catalogue:
    """Datasets in memory, with one triple each for a description."""

    def __init__(self, *records: DatasetRecord) -> None:
        self.records = {record.id: record for record in records}

    def revisions(self) -> dict[str, int]:
        return {record.id: record.revision for record in self.records.values()}

    def public_ids(self) -> tuple[str, ...]:
        return tuple(record.id for record in self.public_records())

    def public_records(self) -> Iterator[DatasetRecord]:
        for _, record in sorted(self.records.items()):
            if record.access is Access.PUBLIC and record.state is not State.WITHDRAWN:
                yield record

    def each(self, name: str) -> Iterator[tuple[str, bytes]]:
        for dataset_id in sorted(self.records):
            yield (
                dataset_id,
                b"<urn:s> <urn:p> <urn:o> .\n"
                if name == "dcat-nt"
                else f'{{"title": "{self.records[dataset_id].slug}"}}'.encode(),
            )


def made(folder: Path, catalogue: Catalogue, **options: int) -> Dumps:
    dumps = Dumps(folder, SITE, catalogue, catalogue, parquet=write_parquet, clock=lambda: datetime.now(UTC), **options)
    dumps.refresh()
    return dumps


def content(dumps: Dumps, name: str) -> bytes:
    return dumps.get(name).path.read_bytes()


def test_each_dataset_is_a_named_graph_and_a_line(tmp_path: Path) -> None:
    dumps = made(tmp_path, Catalogue(sample_record(), bare_record()))
    quads = gzip.decompress(content(dumps, "catalog.nq.gz")).decode().splitlines()
    assert quads[0] == "<urn:s> <urn:p> <urn:o> <https://data.example.jp/dataset/aoba-population> ."
    lines = [json.loads(line) for line in gzip.decompress(content(dumps, "catalog.jsonl.gz")).splitlines()]
    assert [line["slug"] for line in lines] == ["aoba-population", "leaflet"]
    assert len(json.loads(content(dumps, "data.json"))["dataset"]) == 2


@pytest.mark.parametrize("hidden", [{"access": Access.INTERNAL}, {"state": State.WITHDRAWN}])
def test_what_is_not_public_is_in_no_file(tmp_path: Path, hidden: dict[str, Access | State]) -> None:
    dumps = made(tmp_path, Catalogue(sample_record(), bare_record(**hidden)))
    assert dumps.counts()["datasets"] == 1
    assert b"leaflet" not in content(dumps, "catalog.csv") + content(dumps, "sitemap-1.xml")
    assert b"leaflet" not in content(dumps, "llms-full.txt") + content(dumps, "data.json")


def test_what_is_withdrawn_while_the_files_are_written_is_in_none_that_is_kept(tmp_path: Path) -> None:
    class Withdrawing(Catalogue):
        """Withdraws a dataset as soon as it was written."""

        def each(self, name: str) -> Iterator[tuple[str, bytes]]:
            yield from super().each(name)
            self.records[bare_record().id] = bare_record(state=State.WITHDRAWN)

    dumps = made(tmp_path, Withdrawing(sample_record(), bare_record()))
    assert dumps.counts()["datasets"] == 1
    assert b"leaflet" not in content(dumps, "catalog.csv") + content(dumps, "data.json")


def test_nothing_is_made_where_nothing_changed(tmp_path: Path) -> None:
    catalogue = Catalogue(sample_record())
    dumps = made(tmp_path, catalogue)
    assert dumps.refresh() is False
    catalogue.records[sample_record().id] = sample_record(revision=8)
    assert dumps.refresh() is True


def test_equal_content_has_equal_bytes_and_an_old_reader_finishes(tmp_path: Path) -> None:
    catalogue = Catalogue(sample_record())
    dumps = made(tmp_path, catalogue)
    before = dumps.get("catalog.nq.gz")
    with before.path.open("rb") as reader:
        catalogue.records[sample_record().id] = sample_record(revision=8)
        dumps.refresh()
        assert dumps.get("catalog.nq.gz") == before
        assert len(reader.read()) == before.size


def test_a_sitemap_has_parts_of_bounded_length(tmp_path: Path) -> None:
    dumps = made(tmp_path, Catalogue(sample_record(), bare_record()), part_urls=3)
    assert content(dumps, "sitemap.xml").count(b"<sitemap>") == 3
    assert content(dumps, "sitemap-1.xml").count(b"<url>") == 3


def test_the_open_data_list_has_a_row_for_each_file() -> None:
    written = open_data_list.header() + open_data_list.lines(sample_record(), SITE)
    rows = list(csv.DictReader(io.StringIO(written.decode(), newline="")))
    titles = [each.title.ja for each in sample_record().resources] + [each.title.ja for each in sample_record().links]
    assert [row["ファイル_タイトル"] for row in rows] == titles
    assert tuple(rows[0]) == open_data_list.COLUMNS


def test_llms_full_stays_within_its_limit_and_says_what_is_missing() -> None:
    writer = llms.FullWriter(SITE, limit=1000)
    for _ in range(5):
        writer.add(sample_record())
    assert b"Left out here for length: 4 datasets" in writer.document()


@pytest.mark.parametrize("title", HOSTILE_TITLES)
def test_a_hostile_title_leaves_a_feed_valid(title: str) -> None:
    record = replace(sample_record(), title=Text(title, title))
    entry = feeds.entry_of_dataset(record, SITE)
    feed = feeds.Feed("tag:x,2026:/feed", Text("x"), Text("x"), SITE.url, SITE.url, (entry,), {})
    assert feedparser.parse(feeds.as_atom(feed, "ja")).bozo is False
    assert json.loads(feeds.as_json_feed(feed, "ja"))["items"][0]["id"] == f"urn:uuid:{record.id}"


def test_a_row_of_the_flat_file_has_a_bound_whatever_a_dataset_holds() -> None:
    table = sample_record().resources[0].table
    assert table is not None
    columns = tuple(replace(table.columns[0], name=f"{number:05}" + "x" * 995) for number in range(2000))
    wide = replace(sample_record().resources[0], table=replace(table, columns=columns))
    assert len(flat.flat(sample_record(resources=(wide,)), SITE)["columns"]) == 1000
