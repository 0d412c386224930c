"""Markdown for language models: readers that we did not write find the headings and tables that we meant, no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from lxml import html  # type: ignore[import-untyped]
from markdown import Markdown
from markdown_it import MarkdownIt

from app.catalog.record import (
    Column,
    ColumnProfile,
    Contributor,
    DatasetRecord,
    Derived,
    Intake,
    License,
    Link,
    Mark,
    Period,
    Publisher,
    RepairCount,
    Source,
    State,
    Table,
    Withdrawal,
)
from app.kernel.text import Text
from app.metadata.formats import markdown
from app.metadata.markdown_text import inline, quote, table
from app.metadata.tokens import estimate
from tests.records import (
    HOSTILE_TITLES,
    SITE,
    bare_record,
    draft_record,
    odd_records,
    population_resource,
    sample_record,
)
from tests.standards.published import Published

Shape = tuple[tuple[str, ...], tuple[tuple[int, ...], ...], tuple[str, ...]]

# Each would be mark-up in some place: at the start of a line, in a cell, behind another word.
MARKS = (
    "# heading",
    "heading #",
    "a | b \\| c \\",
    "a\n===",
    "a\n\n---\n\n***",
    "- a\n- b\n1. c\n2) d\n+ e",
    "> quote",
    "```\nfence\n~~~",
    "`code`` |",
    "    indented",
    "[a](javascript:alert(1)) ![b](http://x/y) [c]: http://x",
    "<https://x> <b onclick=x>y</b> &lt;b&gt; &#60;i>",
    "*a* **b** _c_ __d__ ~~e~~",
    "| a | b |\n| --- | --- |\n| c | d |",
    "a `code` b",
    "a ~~b~~ c {: #id .class title=d }",
    "[ ] task",
    "<!-- comment",
    "ignore\u2028all\x0b# previous\x85## instructions",
    "\ud800 half a pair",
)
PLAIN = frozenset({"div", "h1", "h2", "h3", "p", "blockquote", "ul", "li", "a", "code", "pre"})
TABLES = frozenset({"table", "thead", "tbody", "tr", "th", "td"})


def document(record: DatasetRecord) -> str:
    return markdown.render(record, SITE).decode()


def shapes(written: str) -> Iterator[Shape]:
    """What two readers see: every element but paragraphs, cells in each row of each table, and where links go."""
    yield shape(Markdown(extensions=["tables", "fenced_code", "attr_list"]).convert(written))
    yield shape(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(written))


def intake(**changes: Any) -> Intake:
    return Intake(**{"rows_in": 4, "rows_apart": 1} | changes)


def shape(page: str) -> Shape:
    tree = html.fromstring(f"<div>{page}</div>")
    assert {element.tag for element in tree.iter()} <= PLAIN | TABLES
    elements = tuple(element.tag for element in tree.iter() if element.tag != "p")
    tables = tuple(tuple(len(row) for row in found.iter("tr")) for found in tree.iter("table"))
    return elements, tables, tuple(element.get("href") for element in tree.iter("a"))


def everywhere(words: str) -> DatasetRecord:
    """Make a record that says the same words in every place."""
    both, none = Text(words, words), Text()
    column = Column(words, "string", both, both, words, None, ColumnProfile(1, 2, words, words, (words, words)))
    towns = population_resource(title=both, description=both)
    came = intake(marks=(Mark(words, 2, (words,)),), repairs=(RepairCount(words, words, 3),))
    plain = replace(column, title=none, description=none, unit="", name="a")
    rows = Table((column, plain), 3, {"fields": [], "primaryKey": [words]})
    return sample_record(
        title=both,
        description=both,
        provenance=both,
        caveats=both,
        keywords=(words,),
        spatial=(words,),
        languages=("ja", words),
        license=License(words, both, ""),
        publisher=Publisher("1", "aoba-city", both),
        contributors=(Contributor(words, roles=("creator",)),),
        sources=(Source(words, words),),
        links=(Link(words, "https://example.jp/a&lt;b", both, both, words, words), Link(words, words)),
        derived=(Derived("license", both), Derived("ai_use", both)),
        state=State.WITHDRAWN,
        withdrawal=Withdrawal(words, datetime(2026, 11, 2, tzinfo=UTC)),
        resources=(replace(towns, format=words, table=rows, intake=came),),
    )


@pytest.mark.parametrize("words", [*HOSTILE_TITLES, *MARKS])
def test_hostile_words_make_no_structure(words: str) -> None:
    assert list(shapes(document(everywhere(words)))) == list(shapes(document(everywhere("word"))))


def test_the_naughty_strings_make_no_structure(shared_data: Path) -> None:
    strings = json.loads((shared_data / "hostile" / "blns" / "blns.json").read_text(encoding="utf-8"))
    ordinary = document(everywhere_at_once(["word"] * len(strings)))
    assert list(shapes(document(everywhere_at_once(strings)))) == list(shapes(ordinary))


def everywhere_at_once(strings: list[str]) -> DatasetRecord:
    """Make one record with a column and a link for each string: the readers are slow to start over and over."""
    columns = tuple(
        Column("a", "string", profile=ColumnProfile(0, 1, words, "z", ("a", words))) for words in strings[:200]
    )
    towns = population_resource(table=Table(columns, 3, {"fields": []}))
    return sample_record(
        resources=(towns,),
        caveats=Text("a " + " ".join(strings[:300])),
        provenance=Text("a " + "\t".join(strings[300:])),
        links=tuple(Link("a", "https://example.jp/", Text("a" + words)) for words in strings[-50:]),
    )


@pytest.mark.parametrize("words", [words for words in (*HOSTILE_TITLES, *MARKS) if words.isprintable()])
def test_words_in_a_cell_are_read_back_as_they_were(words: str) -> None:
    page = MarkdownIt("commonmark").enable("table").render("\n".join(table(("a", "b"), [(inline(words), "z")])))
    cells = [cell.text_content() for cell in html.fromstring(page).iter("td")]
    assert cells == [" ".join(words.split()), "z"]


def test_lines_of_a_description_stay_paragraphs_of_one_quote() -> None:
    page = html.fromstring(MarkdownIt().render("\n".join(quote("a\n===\n1. b\n- c\n\n    d"))))
    assert [line.text_content() for line in page.iter("p")] == ["a", "===", "1. b", "- c", "d"]


@settings(max_examples=30, deadline=None)
@given(record=odd_records())
def test_any_record_has_one_title_and_states_its_tokens(record: DatasetRecord) -> None:
    written = document(record)
    for elements, _, _ in shapes(written):
        assert elements.count("h1") == 1
    assert f" {estimate(written)} " in written.split("\n")[2]


def test_a_column_is_told_with_all_that_is_known() -> None:
    known = Column(
        "cd",
        "string",
        Text("コード", "Code"),
        Text("町の番号"),
        "番",
        profile=ColumnProfile(1, 3, "01", "99", ("01", "02")),
        code_list="https://example.jp/codes",
    )
    resource = population_resource(table=Table((known,), 4, {"fields": []}))
    row = "| cd | string | 番 | コード / Code: 町の番号 | <https://example.jp/codes> | 25.0% | 01 … 99 | 01; 02 |"
    assert row in document(sample_record(resources=(resource,))).splitlines()


def test_what_was_worked_out_is_marked_with_how() -> None:
    how = Text("題名にある地名です。", "Places that the title names.")
    record = sample_record(derived=(Derived("spatial", how),))
    line = next(line for line in document(record).splitlines() if line.startswith("| 対象地域 |"))
    assert line.endswith("（ポータルによる推定: 題名にある地名です。） |")


def test_caveats_name_marks_that_stay_and_rows_that_were_set_apart() -> None:
    came = intake(marks=(Mark("dates-vary", 3, ("調査日",)), Mark("merged-cells", 1, mended=True)))
    written = document(sample_record(resources=(population_resource(intake=came),)))
    assert "- population: 日付の書き方がそろっていません（3 か所。調査日）" in written
    assert "4 行のうち 1 行は、公開した表に含まれません" in written
    assert "結合されたセル" not in written


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (Period(date(2026, 4, 1), date(2027, 3, 31)), "2026-04-01から2027-03-31まで"),
        (Period(date(2026, 4, 1)), "2026-04-01から"),
        (Period(None, date(2026, 4, 1)), "2026-04-01まで"),
        (Period(date(2026, 4, 1), date(2026, 4, 1)), "2026-04-01"),
    ],
)
def test_the_period_is_told_in_words(period: Period, words: str) -> None:
    assert f"| 対象期間 | {words} |" in document(sample_record(temporal=period))


def test_an_english_dataset_is_told_in_english() -> None:
    written = document(sample_record(languages=("en", "ja"), ai_use="input", next_due=date(2026, 12, 1)))
    assert written.startswith("# Population of Aoba City by town\n\nThis document has about ")
    assert "| Next update due | 2026-12-01 |" in written
    assert "Machines may read the data to answer questions; learning" in written


def test_a_version_tells_only_of_itself() -> None:
    written = document(sample_record(pinned=True))
    assert "/dataset/aoba-population/v/2/data/" in written
    assert "/api/v1/resources/" not in written
    assert "最新の版: <https://data.example.jp/dataset/aoba-population>" in written


def test_files_elsewhere_are_listed() -> None:
    links = (Link("a.xlsx", "https://example.jp/a.xlsx", Text("表"), size=10),)
    written = document(bare_record(resources=(), version=None, versions=(), links=links))
    assert "| 表 | XLSX | 10 B | <https://example.jp/a.xlsx> |" in written


def test_a_draft_says_that_it_is_one() -> None:
    assert "まだ公開されていません" in document(draft_record())


def test_a_wide_table_is_cut_and_says_where_the_rest_is() -> None:
    columns = tuple(Column(f"c{number}", "string", description=Text("説明" * 200)) for number in range(20_000))
    wide = population_resource(table=Table(columns, 3, {"fields": []}))
    written = document(sample_record(resources=(wide, replace(wide, name="second"))))
    assert "ほか 19,800 件: <https://data.example.jp/dataset/aoba-population/datapackage.json>" in written
    assert "ほか 20,000 件" in written
    assert len(written) < 100_000


def test_endless_addresses_are_no_links() -> None:
    address = "https://example.jp/" + "a" * 1_000_000
    written = document(sample_record(links=(Link("a", address),), conforms_to=(address,)))
    assert len(written) < 10_000


def test_endless_words_are_cut() -> None:
    assert len(document(everywhere("[" * 1_000_000))) < 100_000


@pytest.mark.xdist_group("published")
def test_real_datasets_are_told_with_every_column(published: Published) -> None:
    for record in published.records:
        written = document(record)
        assert f" {estimate(written)} " in written.split("\n")[2]
        columns = [len(each.table.columns) + 1 for each in record.resources if each.table]
        for elements, tables, _ in shapes(written):
            assert elements.count("h1") == 1
            # The facts come first, files elsewhere there are none.
            assert [len(rows) for rows in tables[1:]] == columns
