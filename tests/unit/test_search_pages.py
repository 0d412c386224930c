"""The faces of search: parameters, the page with its facets and addresses, the API's answers, suggestions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree  # type: ignore[import-untyped]

from app.kernel.actor import SYSTEM
from app.kernel.text import Text
from app.search.document import SearchDocument
from app.search.engine import Facet, FacetValue
from app.search.service import Search, SearchQuery
from app.search.tantivy_engine import TantivyEngine
from app.web.answers import ROOM, Answers
from app.web.facet_words import TITLES, arranged, place_name
from tests.factories import Portal, json_of, make_portal

PAGE = {"Accept": "text/html"}
HOSTILE = "<script>alert(1)</script>人口"
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
MANY = 45


def _document(number: int, title: str, **more: object) -> SearchDocument:
    values = {
        "description": Text(f"区の統計です。{number}番。"),
        "formats": ("CSV",) if number % 2 else ("XLSX",),
        "places": ("131130", "130001"),
        "years": (2015 + number % 12,),
        "quality": "excellent" if number % 3 else "bad",
        "frequency": "ANNUAL",
        "standards": ("04",),
        "themes": ("SOCI",),
        **more,
    }
    return SearchDocument(
        id=f"00000000-0000-7000-8000-{number:012}",
        slug=f"d{number}",
        revision=1,
        audiences=("public",),
        title=Text(title),
        publisher_slug="soumu",
        publisher=Text("総務局", "General Affairs"),
        license="CC-BY-4.0",
        license_title=Text("表示 4.0", "Attribution 4.0"),
        updated=FIRST + timedelta(days=number),
        revised=FIRST + timedelta(days=1000 - number),
        state="published",
        **values,  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal whose index has datasets; nothing here writes to it."""
    made = make_portal(tmp_path_factory.mktemp("portal"))
    documents = [_document(number, f"人口統計表{number}") for number in range(MANY)]
    documents.append(_document(98, HOSTILE, description=Text("説明 & <b>人口</b>")))
    documents.append(_document(99, "施設台帳", columns=("学校名",), description=Text("")))
    made.services.search.index(documents)
    yield made
    made.close()


class _Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def keyed(self, key: str) -> dict[str, str]:
        return next(found for _, found in self.tags if found.get("data-key") == key)


def _shown(portal: Portal, **query: object) -> tuple[str, _Page]:
    answer = portal.client().get("/", query_string=query, headers=PAGE)
    assert answer.status_code == 200
    return answer.text, _Page(answer.text)


def _found(portal: Portal, **query: object) -> Any:
    return json_of(portal.client().get("/api/v1/datasets", query_string=query))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("offset", value) for value in ("-1", "x", "1000001", "9" * 5000)),
        *(("limit", value) for value in ("101", "1.5")),
        *(("facet_limit", value) for value in ("-1", "1001")),
        ("sort", "random"),
        *(("updated_from", value) for value in ("2026", "20260401", "2026-02-30", "2026-W01-1", "٢٠٢٦-٠١-٠١")),
        ("updated_to", "yesterday"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused_by_name(portal: Portal, name: str, value: str) -> None:
    answer = portal.client().get("/api/v1/datasets", query_string={name: value})

    assert answer.status_code == 400
    assert name in json_of(answer)["messages"]["en"]
    assert name in json_of(answer)["messages"]["ja"]


def test_more_than_twenty_filter_values_are_refused(portal: Portal) -> None:
    client = portal.client()

    assert client.get("/api/v1/datasets", query_string={"format": [f"x{n}" for n in range(20)]}).status_code == 200
    assert client.get("/api/v1/datasets", query_string={"format": [f"x{n}" for n in range(21)]}).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        {"place": "\x00\ud800"},
        {"publisher": "x" * 20_000},
        {"q": "\x00" * 100, "period": "-"},
        {"offset": 1_000_000},
        {"updated_from": "2026-01-01", "updated_to": "2025-01-01"},
        {"updated_from": "0001-01-01", "updated_to": "9999-12-31"},
    ],
)
def test_odd_values_are_answered(portal: Portal, query: dict[str, object]) -> None:
    query = {name: str(value).encode("utf-8", "surrogatepass") for name, value in query.items()}

    assert portal.client().get("/", query_string=query, headers=PAGE).status_code == 200
    assert portal.client().get("/api/v1/datasets", query_string=query).status_code == 200


def test_a_cursor_that_is_none_is_refused(portal: Portal) -> None:
    for path in ("/", "/api/v1/datasets"):
        assert portal.client().get(path, query_string={"after": "?" * 9000}).status_code == 400


def test_days_of_the_latest_change_narrow(portal: Portal) -> None:
    found = _found(portal, updated_from="2025-01-02", updated_to="2025-01-04")

    assert found["total"] == 3


def test_walking_by_next_meets_every_dataset_once(portal: Portal) -> None:
    client, address, met = portal.client(), "/api/v1/datasets?sort=title&limit=20&offset=0", []
    while address:
        answer = client.get(address)
        met += [each["slug"] for each in json_of(answer)["results"]]
        address = json_of(answer)["next"]
        assert (f'<{address}>; rel="next"' == answer.headers.get("Link")) == bool(address)

    assert len(met) == len(set(met)) == MANY + 2


def test_facets_come_with_counts_and_names(portal: Portal) -> None:
    facets = _found(portal, q="人口", limit=0)["facets"]

    assert set(facets) == {facet.value for facet in Facet}
    assert facets["place"][0]["title"]["ja"] in {"渋谷区", "東京都"}
    assert facets["quality"][0] == {"value": "excellent", "count": 31, "title": {"ja": "優秀", "en": "Excellent"}}
    years = [each["value"] for each in facets["period"]]
    assert years == sorted(years, reverse=True)


def test_facets_are_as_long_as_asked_for(portal: Portal) -> None:
    assert _found(portal, limit=0, facet_limit=0)["facets"] == {}
    assert len(_found(portal, limit=0, facet_limit=3)["facets"]["period"]) == 3


def test_highlights_are_safe_html(portal: Portal) -> None:
    results = _found(portal, q="alert 人口")["results"]
    highlights = next(each for each in results if each["slug"] == "d98")["highlights"]

    assert "<mark>人口</mark>" in highlights["title"]["ja"]
    assert "&lt;script&gt;" in highlights["title"]["ja"]
    assert re.sub("</?mark>", "", highlights["title"]["ja"] + highlights["description"]["ja"]).count("<") == 0


def test_an_answer_says_why_a_dataset_was_found(portal: Portal) -> None:
    (result,) = _found(portal, q="学校名")["results"]

    assert result["why"] == [{"where": "column", "word": "学校名", "text": "学校名"}]
    assert "列「学校名」" in _shown(portal, q="学校名")[0]


def test_every_facet_is_on_the_page_with_a_link_that_narrows(portal: Portal) -> None:
    html, page = _shown(portal, q="人口")

    for title in TITLES.values():
        assert title.ja in html
    link = page.keyed("place=131130")
    assert parse_qs(urlsplit(link["href"]).query) == {"q": ["人口"], "place": ["131130"]}
    assert link["rel"] == "nofollow"


def test_what_a_stranger_adds_to_an_address_is_not_in_the_hundreds_on_the_page(portal: Portal) -> None:
    _, page = _shown(portal, q="人口", zz="x" * 3000, lang="ja")

    keyed = [found["href"] for _, found in page.tags if "data-key" in found]
    assert len(keyed) > 20
    assert all(parse_qs(urlsplit(each).query).keys() <= {"q", "lang", *TITLES, "sort", "limit"} for each in keyed)


def test_a_long_question_is_repeated_less_often(portal: Portal) -> None:
    def periods(words: str) -> int:
        return sum(found.get("data-key", "").startswith("period=") for _, found in _shown(portal, q=words)[1].tags)

    assert (periods("人口"), periods("人口 " * 500)) == (12, 8)


def test_a_chosen_value_stays_on_the_page_and_can_be_taken_back(portal: Portal) -> None:
    html, page = _shown(portal, q="人口", format=["CSV", "PDF"], offset=0)

    assert page.keyed("format=PDF")["aria-current"] == "true"
    assert parse_qs(urlsplit(page.keyed("format=PDF")["href"]).query) == {"q": ["人口"], "format": ["CSV"]}
    assert html.count("条件を外す") == 2


def test_each_publisher_is_called_what_it_is_called_now(tmp_path: Path) -> None:
    with closing(make_portal(tmp_path)) as own:
        own.services.search.index([replace(_document(1, "人口"), publisher_slug="zaimu")])
        before = _shown(own)[0]
        own.services.organizations.create(SYSTEM, slug="zaimu", title=Text("財務局", "Finance"))

        assert '<span class="name">zaimu</span>' in before
        assert '<span class="name">財務局</span>' in _shown(own)[0]


def test_a_line_that_is_kept_is_written_in_each_readers_language(portal: Portal) -> None:
    japanese, english = (_shown(portal, q="施設台帳", lang=lang)[0] for lang in ("ja", "en"))

    assert ("表示 4.0" in japanese, "Attribution 4.0" in japanese) == (True, False)
    assert ("表示 4.0" in english, "Attribution 4.0" in english) == (False, True)


def test_a_line_that_is_kept_gives_way_to_what_the_dataset_says_now(tmp_path: Path) -> None:
    with closing(make_portal(tmp_path)) as own:
        for words in ("古い説明", "新しい説明"):
            own.services.search.index([_document(1, "人口", description=Text(words))])
            assert words in _shown(own)[0]


def test_what_was_asked_for_is_marked_and_escaped(portal: Portal) -> None:
    html, _ = _shown(portal, q="alert 人口")

    assert "&lt;script&gt;<mark>alert</mark>(1)&lt;/script&gt;<mark>人口</mark>" in html
    assert "<script>alert" not in html


def test_a_description_does_not_repeat_the_publisher_above_it(tmp_path: Path) -> None:
    with closing(make_portal(tmp_path)) as own:
        told = {
            "【総務局】 区の人口です。": "区の人口です。",
            "【速報】人口です。": "【速報】人口です。",
            "【総務局】": "",
        }
        for number, words in enumerate(told):
            own.services.search.index([_document(number, f"表{number}", description=Text(words))])
        html, _ = _shown(own, sort="title")

        shown = re.findall(r'class="excerpt" lang="ja">([^<]*)<', html)
        assert sorted(shown) == sorted(filter(None, told.values()))


def test_a_form_carries_on_what_it_does_not_set(portal: Portal) -> None:
    _, page = _shown(portal, q="人口", format="CSV", updated_from="2025-01-02", sort="title", offset=1, evil="x")
    hidden = [(each["name"], each["value"]) for tag, each in page.tags if tag == "input" and each["type"] == "hidden"]

    of_words = [("format", "CSV"), ("updated_from", "2025-01-02"), ("sort", "title")]
    of_days = [("q", "人口"), ("format", "CSV"), ("sort", "title")]
    assert hidden == [*of_words, *of_days]


def test_only_a_plain_search_is_for_the_indexes_of_search_engines(portal: Portal) -> None:
    client = portal.client()

    for query in ("", "?q=%E4%BA%BA%E5%8F%A3"):
        answer = client.get(f"/{query}", headers=PAGE)
        assert "X-Robots-Tag" not in answer.headers
        assert f'<link rel="canonical" href="{portal.services.site.absolute("/")}{query}">' in answer.text
    # Whoever wants to can link to any words: they are no title of ours.
    foreign = ("?q=qzxv", "?q=人口+qzxv", "?q=人口+(((qzxv", "?q=%22人口+qzxv%22")
    narrowed = ("?format=CSV", "?sort=title", "?offset=20", "?q=x&limit=50", "?updated_from=2025-01-01", "?x=1")
    for query in (*narrowed, *foreign):
        answer = client.get(f"/{query}", headers=PAGE)
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "canonical" not in answer.text


def test_a_page_that_was_walked_to_leads_on(portal: Portal) -> None:
    after = parse_qs(urlsplit(str(_found(portal, q="人口")["next"])).query)["after"][0]
    html, page = _shown(portal, q="人口", after=after)

    onward = next(found["href"] for tag, found in page.tags if tag == "a" and "next" in found.get("rel", ""))
    assert "after=" in onward
    assert "最初のページ" in html
    assert "/dataset/d" in html


def test_nothing_found_because_of_a_filter_says_what_the_words_alone_find(portal: Portal) -> None:
    html, _ = _shown(portal, q="学校名", format="PDF")

    assert "絞り込みを外すと 1 件見つかります" in html


def test_nothing_found_at_all_leads_to_what_there_is(portal: Portal) -> None:
    html, page = _shown(portal, q="xyzzy")

    assert "見つかりませんでした" in html
    assert "/?theme=SOCI" in [found.get("href") for tag, found in page.tags if tag == "a"]


def test_a_word_too_many_is_left_out_and_said(portal: Portal) -> None:
    html, _ = _shown(portal, q="施設台帳 xyzzy")

    assert "「施設台帳 xyzzy」に近い結果 1 件" in html
    assert _found(portal, q="施設台帳 xyzzy")["relaxed"]["words"] == ["xyzzy"]


def test_what_was_passed_over_is_said_kindly(portal: Portal) -> None:
    html, _ = _shown(portal, q="人口 format:nonsense")

    assert "検索に使いませんでした" in html


def test_suggestions_lead_somewhere_and_only_the_reader_keeps_them(portal: Portal) -> None:
    answer = portal.client().get("/api/v1/suggest", query_string={"q": "じんk"})

    assert answer.headers["Cache-Control"].startswith("private")
    assert "人口" in json_of(answer)["suggestions"][0]["text"]
    for each in json_of(answer)["suggestions"]:
        assert each["url"].startswith(("/?", "/dataset/"))


@pytest.mark.parametrize("typed", ["", " ", "\x00", "\ud800", "<", "a" * 100_000, '"', "?*?*", "(" * 3000])
def test_whatever_is_typed_suggestions_are_an_answer(portal: Portal, typed: str) -> None:
    answer = portal.client().get("/api/v1/suggest", query_string={"q": typed.encode("utf-8", "surrogatepass")})

    assert answer.status_code == 200
    assert isinstance(json_of(answer)["suggestions"], list)


def test_browsers_learn_how_to_search(portal: Portal) -> None:
    answer = portal.client().get("/opensearch.xml")
    root = etree.fromstring(answer.data)
    name = "{http://a9.com/-/spec/opensearch/1.1/}"

    assert answer.mimetype == "application/opensearchdescription+xml"
    assert 0 < len(root.findtext(f"{name}ShortName") or "") <= 16
    assert [each.get("template", "").partition("q=")[2] for each in root.findall(f"{name}Url")] == ["{searchTerms}"] * 2
    assert 'href="/opensearch.xml"' in _shown(portal)[0]


class _Ticking:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_kept_until_the_index_changes(tmp_path: Path) -> None:
    search = Search(TantivyEngine(tmp_path / "index"))
    answers, query = Answers(search), SearchQuery("人口")
    search.index([_document(1, "人口")])
    first = answers.find(query)

    assert answers.find(query) is first
    search.forget(["00000000-0000-7000-8000-000000000001"])
    assert answers.find(query).total == 0


def test_an_answer_is_kept_for_those_who_asked_and_not_for_long(tmp_path: Path) -> None:
    search, clock = Search(TantivyEngine(tmp_path / "index")), _Ticking()
    answers = Answers(search, clock)
    search.index([replace(_document(1, "人口"), audiences=("org:x",))])

    assert answers.find(SearchQuery("人口", audiences=None)).total == 1
    assert answers.find(SearchQuery("人口")).total == 0
    first = answers.find(SearchQuery("人口"))
    clock.now = 61
    assert answers.find(SearchQuery("人口")) is not first


def test_no_more_answers_are_kept_than_there_is_room_for(tmp_path: Path) -> None:
    search = Search(TantivyEngine(tmp_path / "index"))
    answers = Answers(search)
    first = answers.find(SearchQuery(offset=0))
    for offset in range(1, ROOM + 1):
        answers.find(SearchQuery(offset=offset))

    assert answers.find(SearchQuery(offset=0)) is not first


def test_places_that_share_a_name_are_told_apart() -> None:
    assert place_name("132063").ja == "府中市（東京都）"
    assert place_name("131130").ja == "渋谷区"
    assert place_name("130001") == Text("東京都", "Tokyo")
    assert place_name("junk") == Text("junk", "junk")


def test_values_are_in_the_order_that_people_read() -> None:
    years = [FacetValue("2019", 9), FacetValue("2021", 1)]
    ratings = [FacetValue("bad", 9), FacetValue("?", 1), FacetValue("excellent", 1)]

    assert [each.value for each in arranged(Facet.PERIOD, years)] == ["2021", "2019"]
    assert [each.value for each in arranged(Facet.QUALITY, ratings)] == ["excellent", "bad", "?"]
    assert [each.value for each in arranged(Facet.FORMAT, years)] == ["2019", "2021"]


def test_a_feed_of_a_search_tells_what_is_new_here_however_old_its_data(portal: Portal) -> None:
    items = json_of(portal.client().get("/feed.json", query_string={"q": "人口統計表", "limit": 3}))["items"]
    found = _found(portal, q="人口統計表", sort="revised", limit=3)["results"]
    newest = _found(portal, limit=1)["results"][0]

    assert [item["title"] for item in items] == [f"人口統計表{number}" for number in range(3)]
    assert [item["date_modified"][:19] for item in items] == [each["modified"][:19] for each in found]
    assert (newest["slug"], newest["updated"] > newest["modified"]) == ("d99", False)
