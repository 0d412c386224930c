"""What of a dataset goes into the search index."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.catalog.record import (
    Access,
    Column,
    ColumnProfile,
    DatasetRecord,
    Derived,
    Intake,
    License,
    Link,
    Period,
    Publisher,
    ResourceRecord,
    State,
    StoredFile,
    Table,
)
from app.kernel.text import Text
from app.search.document import SearchDocument, document_of, years_of
from app.search.entries import card_of, document_from, entry_of
from app.search.plain import plain

JUNE = datetime(2025, 6, 1, tzinfo=UTC)
JUNE_NUMBER = int(JUNE.timestamp()) * 1_000_000

COLUMN = Column(
    name="pop",
    type="integer",
    title=Text("人口", "Population"),
    description=Text("住民の数"),
    profile=ColumnProfile(missing=0, distinct=2, examples=("120", "x" * 500)),
)

RESOURCE = ResourceRecord(
    id="r1",
    name="by-ward",
    title=Text("区別"),
    description=Text(),
    format="csv",
    file=StoredFile("by-ward.csv", "text/csv", 10, "0" * 64),
    table=Table(columns=(COLUMN,), rows=23, schema={}),
)

RECORD = DatasetRecord(
    id="d1",
    slug="jinkou",
    name="population",
    title=Text("人口", "Population"),
    description=Text("**太字** の [説明](https://example.org/)"),
    description_html=Text(),
    publisher=Publisher("o1", "tokyo", Text("東京都")),
    state=State.PUBLISHED,
    access=Access.PUBLIC,
    created=JUNE,
    modified=JUNE,
    revision=7,
    license=License("CC-BY-4.0", Text("表示")),
    keywords=("統計",),
    themes=("SOCI",),
    resources=(RESOURCE, replace(RESOURCE, id="r2", name="notes", format="Pdf", table=None)),
)


@pytest.mark.parametrize(
    ("state", "access", "audiences"),
    [
        (State.PUBLISHED, Access.PUBLIC, ("public", "org:o1", "public:org:o1", "public:dataset:d1")),
        (State.DEPRECATED, Access.PUBLIC, ("public", "org:o1", "public:org:o1", "public:dataset:d1")),
        (State.PUBLISHED, Access.INTERNAL, ("org:o1", "internal:org:o1", "internal:dataset:d1")),
        (State.DEPRECATED, Access.INTERNAL, ("org:o1", "internal:org:o1", "internal:dataset:d1")),
    ],
)
def test_only_what_is_published_and_public_is_for_everybody(
    state: State, access: Access, audiences: tuple[str, ...]
) -> None:
    document = document_of(replace(RECORD, state=state, access=access))
    assert document is not None
    assert document.audiences == audiences


@pytest.mark.parametrize("state", [State.DRAFT, State.IN_REVIEW, State.WITHDRAWN])
def test_what_is_not_published_yet_or_no_more_has_no_document(state: State) -> None:
    assert document_of(replace(RECORD, state=state)) is None


def test_a_document_holds_what_readers_may_ask_for() -> None:
    document = document_of(RECORD)
    assert document is not None
    assert (document.id, document.slug, document.revision, document.updated) == ("d1", "jinkou", 7, JUNE)
    assert document.description == Text("太字 の 説明")
    assert document.formats == ("CSV", "PDF")
    assert document.columns == ("pop", "人口", "Population")
    assert document.definitions == ("住民の数",)
    assert document.resources == ("by-ward", "区別", "notes")
    assert document.values == ("120", "x" * 100)
    assert document.rows == 23
    assert (document.license, document.publisher_slug, document.themes) == ("CC-BY-4.0", "tokyo", ("SOCI",))


@pytest.mark.parametrize(
    ("said", "updated"),
    [(datetime(2021, 3, 1, tzinfo=UTC), 2021), (datetime(2099, 1, 1, tzinfo=UTC), 2025), (None, 2025)],
)
def test_data_that_lies_elsewhere_is_as_old_as_it_is_there(said: datetime | None, updated: int) -> None:
    document = document_of(replace(RECORD, resources=(), source_modified=said))
    assert document is not None
    assert (document.updated.year, document.revised) == (updated, JUNE)


def test_a_wide_table_does_not_flood_the_index() -> None:
    columns = tuple(replace(COLUMN, name=f"c{number}") for number in range(10_000))
    table = Table(columns=columns, rows=1, schema={})
    document = document_of(replace(RECORD, resources=(replace(RESOURCE, table=table),)))
    assert document is not None
    assert len(document.columns) == 5000


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("# 見出し\n\n本文", "見出し 本文"),
        ("見出し\n====\n本文", "見出し 本文"),
        ("* 一\n* 二\n1. 三", "一 二 三"),
        ("> 引用\n>> 深い", "引用 深い"),
        ("**a** *b* __c__ _d_ ~~e~~ `f`", "a b c d e f"),
        ("snake_case 2*3", "snake_case 23"),
        ("![図](a.png) [表](b.csv 'x') [注][1]", "図 表 注"),
        ("<https://example.org/>", "https://example.org/"),
        ("<b>太い</b> &amp; <!-- 隠し --> 1 < 2", "太い & 1 < 2"),
        ("| a | b |\n|---|:-:|\n| 1 | 2 |", "a b 1 2"),
        ("```python\nx = 1\n```", "x = 1"),
        (r"\*星\* \_下\_", "*星* _下_"),
        ("2 人\n3\t世帯", "2 人 3 世帯"),
        ("1) 一", "一"),
        ("[", "["),
        ("", ""),
    ],
)
def test_marks_of_commonmark_are_left_out(markdown: str, words: str) -> None:
    assert plain(markdown) == words


@pytest.mark.parametrize(
    "unit",
    ["[", "![a](", "<", "<!--", "<a ", "*", "_", "`", "~~~", "> ", "- ", "#", "|", "[a][", "\\", " ", "\n>", "-"],
)
def test_hostile_marks_cost_no_more_than_their_length(unit: str) -> None:
    started = time.process_time()
    plain(unit * (20_000 // len(unit)))
    assert time.process_time() - started < 5.0


def test_files_elsewhere_are_found_by_title_and_format() -> None:
    link = Link("shelters", "https://example.org/shelters.csv", Text("避難所の一覧"), format="CSV")
    document = document_of(replace(RECORD, resources=(), links=(link,)))
    assert document is not None
    assert document.formats == ("CSV",)
    assert document.resources == ("shelters", "避難所の一覧")


def test_words_that_the_portal_worked_out_count_less_than_keywords() -> None:
    derived = (Derived("keywords", Text("題名から")),)
    document = document_of(replace(RECORD, keywords=("避難",), groups=("c001",), derived=derived))
    assert document is not None
    assert document.keywords == ()
    assert {"避難", "防災・災害計画"} <= set(document.subjects)


def document(**changes: Any) -> SearchDocument:
    made = document_of(replace(RECORD, **changes))
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("spatial", "codes"),
    [
        (("131016",), ("131016", "130001")),
        (("東京都",), ("130001",)),
        (("141011",), ("141011", "141003", "140007")),  # 横浜市鶴見区
        (("131016", "131024"), ("131016", "130001", "131024")),
        (("https://sws.geonames.org/1861060/", "どこか"), ()),
    ],
)
def test_a_place_is_found_by_what_contains_it(spatial: tuple[str, ...], codes: tuple[str, ...]) -> None:
    assert document(spatial=spatial).places == codes


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        (date(2021, 1, 1), date(2023, 12, 31), (2021, 2022, 2023)),
        (date(2021, 4, 1), date(2022, 3, 31), (2021,)),
        (date(2021, 4, 1), date(2023, 3, 31), (2021, 2022)),
        (date(2021, 4, 1), date(2022, 3, 30), (2021, 2022)),
        (None, date(2024, 5, 1), (2024,)),
        (date(2024, 5, 1), date(2020, 1, 1), ()),
        (None, None, ()),
    ],
)
def test_years_are_those_that_a_period_touches(start: date | None, end: date | None, years: tuple[int, ...]) -> None:
    assert years_of(Period(start, end)) == years


def test_a_period_of_ages_has_no_more_than_its_last_150_years() -> None:
    years = years_of(Period(date(1, 1, 1), date(9999, 12, 31)))
    assert (len(years), years[-1]) == (150, 9999)


def test_a_table_that_follows_a_standard_is_found_by_it() -> None:
    following = replace(RESOURCE, intake=Intake(rows_in=1, standard="public-facilities"))
    assert document(resources=(following,)).standards == ("public-facilities",)


def test_a_card_is_the_document_without_what_only_the_index_needs() -> None:
    whole = replace(document(), cells=("第一小学校",), columns=tuple(map(str, range(1000))))
    card = document_from(card_of(whole))
    assert (card.cells, len(card.columns)) == ((), 200)
    assert replace(card, cells=whole.cells, columns=whole.columns) == whole


def test_an_entry_has_what_is_narrowed_by_and_ordered_by() -> None:
    made = document(temporal=Period(date(1970, 1, 2), None), frequency="ANNUAL", spatial=("131016",))
    entry = entry_of(replace(made, quality="good", popularity=9))
    assert entry.columns["place"] == ("131016", "130001")
    assert (entry.columns["frequency"], entry.columns["quality"]) == (("ANNUAL",), ("good",))
    assert entry.columns["period"] == ("1970",)
    assert entry.numbers == {
        "updated": JUNE_NUMBER,
        "revised": JUNE_NUMBER,
        "popularity": 9,
        "rating": 3,
        "period_start": 1,
    }


@pytest.mark.parametrize(
    ("state", "quality", "rating"),
    [
        (State.PUBLISHED, "excellent", 4),
        (State.PUBLISHED, "bad", 1),
        (State.PUBLISHED, "", 1),
        (State.DEPRECATED, "excellent", 0),
    ],
)
def test_what_is_better_described_goes_before_what_is_not_kept_up(state: State, quality: str, rating: int) -> None:
    assert entry_of(replace(document(state=state), quality=quality)).numbers["rating"] == rating


def test_cells_are_searched_but_not_suggested() -> None:
    entry = entry_of(replace(document(), cells=("桜丘小学校",)))
    assert "桜丘" in " ".join(entry.fields["values_pairs"])
    assert not any("桜丘" in word for word in entry.columns["word"])


def test_file_names_are_found_by_letters_and_what_all_have_in_common_stands_there_once() -> None:
    names = tuple(f"保育所一覧_{year}年度.csv" for year in (2019, 2020, 2021))
    made = entry_of(replace(document(), resources=names))
    tokens = " ".join(made.fields["names_pairs"]).split()

    assert tokens.count("保育") == 1
    assert {"2019年", "2020年", "2021年"} <= set(tokens)
