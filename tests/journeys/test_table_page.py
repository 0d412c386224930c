"""Somebody without JavaScript reads a table: sorts, filters, pages, copies and asks in SQL, by links and forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from tests.factories import Portal, make_portal, package

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ROWS = "区,人口,緯度,経度,調査日\n" + "".join(
    f"{'港区' if number % 2 else '北区'},{number},35.{600 + number},139.{700 + number},2024-01-{number % 28 + 1:02}\n"
    for number in range(120)
)
TABLE = "/dataset/counts/resource/counts"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    portal = make_portal(tmp_path_factory.mktemp("table"))
    fields = [
        {"name": "区", "type": "string"},
        {"name": "人口", "type": "integer"},
        {"name": "緯度", "type": "number"},
        {"name": "経度", "type": "number"},
        {"name": "調査日", "type": "date"},
    ]
    resource = {"name": "counts", "path": "counts.csv", "schema": {"fields": fields}}
    portal.publish(package({"counts.csv": ROWS}, name="counts", title="数", resources=[resource]))
    yield portal
    portal.close()


def page(here: Portal, address: str = TABLE, status: int = 200) -> str:
    answer = here.client().get(address, headers=PAGE)
    assert answer.status_code == status, answer.text
    return answer.text


def cells(text: str) -> list[list[str]]:
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)]


def link(text: str, mark: str) -> str:
    found = re.search(rf'<a[^>]*href="([^"]*)"[^>]*{mark}|<a[^>]*{mark}[^>]*href="([^"]*)"', text)
    assert found is not None
    return unescape(found[1] or found[2])


def test_a_click_on_a_head_sorts_and_the_next_turns_it_around(here: Portal) -> None:
    up = page(here, link(page(here), 'data-key="sort-人口"'))
    down = page(here, link(up, 'data-key="sort-人口"'))

    assert cells(up)[0][1] == "0"
    assert cells(down)[0][1] == "119"
    assert 'aria-sort="descending"' in down


def test_the_next_page_goes_on_where_the_first_ended(here: Portal) -> None:
    first = page(here, TABLE + "?sort=人口")
    second = page(here, link(first, 'rel="next nofollow"'))

    assert (len(cells(first)), cells(first)[-1][1], cells(second)[0][1]) == (50, "49", "50")


def test_a_form_with_empty_fields_filters_by_the_others(here: Portal) -> None:
    text = page(here, TABLE + "?q=&区__contains=港&人口__gte=100&人口__lte=&区__null=")

    assert len(cells(text)) == 10
    assert "10 行（全 120 行のうち）" in text
    assert "120" in page(here, link(text, 'class="all"'))


def test_every_condition_can_be_taken_away_alone(here: Portal) -> None:
    text = page(here, TABLE + "?区=港区&人口__gte=100")

    assert "10 行" in text
    without = page(here, link(text, 'data-key="chip-1"'))
    assert "60 行（全 120 行のうち）" in without


def test_a_question_that_cannot_be_says_why_and_leads_back(here: Portal) -> None:
    text = page(here, TABLE + "?人日=1", 400)

    assert "人口" in text.partition('role="alert"')[2]
    assert "条件を外して見る" in text


def test_copies_and_citations_are_of_the_question_and_its_version(here: Portal) -> None:
    text = unescape(page(here, TABLE + "?区=港区"))

    assert "rows.parquet?version=1&%E5%8C%BA=%E6%B8%AF%E5%8C%BA" in text
    assert "を抽出・加工して作成" in text
    assert "を抽出・加工して作成" not in unescape(page(here)).partition('id="cite"')[2]


def test_charts_are_links_to_their_numbers(here: Portal) -> None:
    numbers = page(here, link(page(here), 'data-draw="0"'))

    assert "sum_人口" in numbers
    assert "集計：" in numbers


def test_a_box_filters_by_coordinates_and_the_map_is_there(here: Portal) -> None:
    text = page(here, TABLE + "?box=139.700,35.600,139.709,35.609")

    assert "10 行（" in text
    assert "data-map=" in text


def test_a_version_is_an_address_of_its_own(here: Portal) -> None:
    assert "version=1" in link(page(here, TABLE + "?version=1"), 'data-key="sort-人口"')
    page(here, TABLE + "?version=7", 404)


def test_sql_answers_with_a_table_a_price_and_what_to_cite(here: Portal) -> None:
    query = 'SELECT "区", sum("人口") AS total FROM "counts" GROUP BY 1 ORDER BY 2'
    answer = here.client().get("/sql", query_string={"query": query}, headers=PAGE)

    assert cells(answer.text) == [["北区", "3540"], ["港区", "3600"]]
    assert "読む量：最大 120 行" in answer.text
    assert "「数」（第1版" in answer.text


def test_examples_of_sql_run(here: Portal) -> None:
    addresses = re.findall(r'href="(/sql\?query=[^"#]*)#outcome"', page(here, "/sql"))

    assert len(addresses) > 1
    assert all(cells(page(here, unescape(address))) for address in addresses[:2])


def test_sql_is_priced_without_being_run_and_refused_with_its_place(here: Portal) -> None:
    priced = here.client().get("/sql", query_string={"query": 'SELECT * FROM "counts"', "do": "explain"}, headers=PAGE)
    wrong = here.client().get("/sql", query_string={"query": "SELECT 1\nFROM nowhere"}, headers=PAGE)

    assert "読む列" in priced.text
    assert (wrong.status_code, "nowhere" in wrong.text) == (404, True)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_an_answer_of_sql_is_a_file(here: Portal, suffix: str) -> None:
    answer = here.client().get(f"/sql.{suffix}", query_string={"query": 'SELECT count(*) AS n FROM "counts"'})

    assert answer.status_code == 200
    assert suffix == "xlsx" or b"120" in answer.data


def test_what_draws_charts_is_served_from_the_package_for_good(here: Portal) -> None:
    pytest.importorskip("vl_convert")
    address = re.search(r'data-vega="([^"]+)"', page(here))
    assert address is not None
    answer = here.client().get(address[1], headers={"Accept-Encoding": "gzip"})

    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    again = here.client().get(address[1], headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert here.client().get("/static-packages/vega-0.js").status_code == 404
