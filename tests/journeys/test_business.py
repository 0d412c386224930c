"""A business searches, previews, downloads and cites, with a browser or with curl."""

from __future__ import annotations

import base64
import hashlib
import re
from html import unescape

import pytest

from tests.factories import CSV, Portal, json_of, package

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FILE = "/dataset/ward-population/data/population.csv"


@pytest.fixture
def published(portal: Portal) -> Portal:
    portal.publish()
    return portal


@pytest.mark.parametrize("words", ["人口", "特別区", "総人口", "千代田", "population", "ｼﾞﾝｺｳ 人口 -"])
def test_search_finds_by_title_column_and_value(published: Portal, words: str) -> None:
    page = published.client().get("/", query_string={"q": words.replace("ｼﾞﾝｺｳ ", "")}, headers=PAGE).text

    assert "/dataset/ward-population" in page


def test_what_stands_in_a_cell_finds_the_table_and_the_page_says_so(published: Portal) -> None:
    page = published.client().get("/", query_string={"q": "千代田区"}, headers=PAGE).text

    assert "/dataset/ward-population" in page
    assert "表の中の値「千代田区」" in page


def test_nonsense_finds_nothing_and_the_page_helps(published: Portal) -> None:
    page = published.client().get("/?q=xyzzy", headers=PAGE)

    assert page.status_code == 200
    assert "/dataset/ward-population" not in page.text
    assert "お試しください" in page.text


def test_facets_narrow_and_count(published: Portal) -> None:
    published.publish(package(name="other", title="学校一覧", licenses=[{"name": "CC0-1.0"}]))
    found = json_of(published.client().get("/api/v1/datasets?license=CC0-1.0"))

    assert [each["slug"] for each in found["results"]] == ["other"]
    counts = {each["value"]: each["count"] for each in found["facets"]["license"]}
    assert counts == {"CC-BY-4.0": 1, "CC0-1.0": 1}


def test_a_facet_is_a_click_and_a_click_takes_it_back(published: Portal) -> None:
    client = published.client()
    narrowing = re.search(r'href="(/\?q=[^"]*format=CSV[^"]*)"', client.get("/?q=population", headers=PAGE).text)
    assert narrowing is not None
    narrowed = client.get(unescape(narrowing[1]), headers=PAGE).text

    assert "/dataset/ward-population" in narrowed
    assert 'href="/?q=population"' in narrowed
    assert "/dataset/ward-population" not in client.get("/?q=population&format=PDF", headers=PAGE).text


def test_typing_is_completed_in_kana_and_latin_letters(published: Portal) -> None:
    client = published.client()

    for typed in ("じんk", "jink", "人"):
        suggested = json_of(client.get("/api/v1/suggest", query_string={"q": typed}))["suggestions"]
        assert any("人口" in each["text"] for each in suggested), typed
        assert client.get(suggested[0]["url"], headers=PAGE).status_code == 200


def test_pages_show_meaning_and_rows(published: Portal) -> None:
    client = published.client()

    assert "特別区の人口" in client.get("/dataset/ward-population", headers=PAGE).text
    resource = client.get("/dataset/ward-population/resource/population", headers=PAGE).text
    assert "千代田区" in resource
    assert "総人口" in resource
    assert "ward-population" in client.get("/publisher/soumu", headers=PAGE).text


def test_pages_speak_english_when_asked(published: Portal) -> None:
    page = published.client().get("/dataset/ward-population?lang=en", headers=PAGE).text

    assert '<html lang="en"' in page


def test_rows_come_typed_with_their_meaning(published: Portal) -> None:
    resource = json_of(published.client().get("/api/v1/datasets/ward-population"))["resources"][0]
    answer = json_of(published.client().get(f"/api/v1/resources/{resource['id']}/rows?limit=1"))

    assert answer["rows"] == [{"コード": "131016", "名称": "千代田区", "人口": 66680}]
    assert answer["total"] == 2
    assert {column["name"]: column.get("unit") for column in answer["columns"]}["人口"] == "人"


def test_a_download_is_the_publishers_bytes_and_can_be_proved(published: Portal) -> None:
    answer = published.client().get(FILE)
    digest = hashlib.sha256(CSV.encode()).digest()

    assert answer.data == CSV.encode()
    assert answer.headers["ETag"] == f'"{digest.hex()}"'
    assert answer.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest).decode()}:"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "Last-Modified" in answer.headers


def test_a_reader_who_has_the_file_gets_304(published: Portal) -> None:
    etag = published.client().get(FILE).headers["ETag"]

    assert published.client().get(FILE, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    ("wanted", "status", "length"),
    [
        ("bytes=0-9", 206, 10),
        ("bytes=-5", 206, 5),
        ("bytes=10-", 206, len(CSV.encode()) - 10),
        ("bytes=9999999-", 416, None),
    ],
)
def test_a_range_of_a_file(published: Portal, wanted: str, status: int, length: int | None) -> None:
    answer = published.client().get(FILE, headers={"Range": wanted})

    assert answer.status_code == status
    if length is not None:
        assert len(answer.data) == length


def test_descriptions_are_conditional(published: Portal) -> None:
    for suffix in ("/datapackage.json", ".ttl"):
        first = published.client().get(f"/dataset/ward-population{suffix}")
        again = published.client().get(
            f"/dataset/ward-population{suffix}", headers={"If-None-Match": first.headers["ETag"]}
        )
        assert (first.status_code, again.status_code) == (200, 304)


@pytest.mark.parametrize("path", ["/dataset/none", "/dataset/none/datapackage.json", "/dataset/none.ttl", "/nothing"])
def test_what_is_not_there_is_404_for_people_and_programs(portal: Portal, path: str) -> None:
    assert portal.client().get(path, headers=PAGE).mimetype == "text/html"
    answer = portal.client().get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert json_of(answer)["messages"]["ja"]
