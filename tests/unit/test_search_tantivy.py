from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.search.clauses import All, Among, Any, Boosted, Clause, Constant, Nothing, Term
from app.search.engine import Ask, Entry, Facet, FacetValue
from app.search.tantivy_engine import TantivyEngine

if TYPE_CHECKING:
    from pathlib import Path

EVERY = 40
FACETS = (Facet.FORMAT, Facet.THEME)


def entry(number: int) -> Entry:
    """Every tenth is rare; formats and fillers take turns."""
    words = ("common", *(("rare",) if number % 10 == 0 else ()), *(("well",) if number % 3 else ()))
    columns = {"format": ("CSV" if number % 2 else "PDF",), "theme": (f"T{number % 3}",)}
    return Entry(f"{number:02}", 1, ("public",), {"title": (" ".join(words),)}, columns, {}, "", b"")


@pytest.fixture
def engine(tmp_path: Path) -> TantivyEngine:
    engine = TantivyEngine(tmp_path / "index")
    engine.put(map(entry, range(EVERY)))
    return engine


@pytest.mark.parametrize("word", ["rare", "common"])
def test_what_is_only_better_orders_the_rare_and_the_common_alike(engine: TantivyEngine, word: str) -> None:
    better: tuple[Clause, ...] = (Constant(Term("title", "well"), 2.0), Constant(Among("format", ("CSV",)), 1.0))
    found = engine.search(Ask(All((Boosted(Term("title", word), 0.0),), should=better), limit=EVERY))
    worth = [2.0 * (int(match.id) % 3 != 0) + int(match.id) % 2 for match in found.matches]
    assert [match.score for match in found.matches] == pytest.approx(worth)
    assert worth == sorted(worth, reverse=True)
    assert found.total == (4 if word == "rare" else EVERY)


def test_what_must_not_be_there_is_not_there_among_the_rare(engine: TantivyEngine) -> None:
    better = (Term("title", "well"), Any(()), Nothing())
    found = engine.search(Ask(All((Term("title", "rare"),), better, (Among("theme", ("T1",)),))))
    assert {match.id for match in found.matches} == {"00", "20", "30"}


def test_facets_are_those_of_the_state_that_was_searched(engine: TantivyEngine) -> None:
    found = engine.search(Ask(Term("title", "rare"), facets=FACETS))
    engine.remove(["00"])
    assert found.facets[Facet.FORMAT] == (FacetValue("PDF", found.total),)
    assert engine.search(Ask(Term("title", "rare"), facets=FACETS)).facets[Facet.FORMAT] == (FacetValue("PDF", 3),)


def test_remembered_facets_are_told_apart_by_filters_and_audiences(engine: TantivyEngine) -> None:
    asked = Term("title", "common")
    plain = engine.search(Ask(asked, facets=FACETS)).facets
    narrowed = engine.search(Ask(asked, filters={Facet.FORMAT: ("CSV",)}, facets=FACETS)).facets
    hidden = engine.search(Ask(asked, frozenset({"org:1"}), facets=FACETS)).facets
    assert plain[Facet.FORMAT] == narrowed[Facet.FORMAT] == (FacetValue("CSV", 20), FacetValue("PDF", 20))
    assert sum(value.count for value in narrowed[Facet.THEME]) == EVERY // 2
    assert hidden == dict.fromkeys(FACETS, ())


def test_what_nearly_all_have_is_counted_by_what_lacks_it(engine: TantivyEngine) -> None:
    found = engine.search(Ask(Term("title", "well"), facets=FACETS))
    wells = [entry(number).columns for number in range(EVERY) if number % 3]
    assert found.total > 0.6 * EVERY
    assert found.facets[Facet.THEME] == (FacetValue("T1", 13), FacetValue("T2", 13))
    formats = {value.value: value.count for value in found.facets[Facet.FORMAT]}
    assert formats == {kind: sum(columns["format"] == (kind,) for columns in wells) for kind in ("CSV", "PDF")}


def test_what_nearly_all_have_is_counted_anew_after_a_change(engine: TantivyEngine) -> None:
    engine.search(Ask(Term("title", "common"), facets=FACETS)).facets[Facet.FORMAT]
    engine.remove(["00", "01", "02"])
    facets = engine.search(Ask(Term("title", "common"), facets=FACETS)).facets
    assert facets[Facet.FORMAT] == (FacetValue("CSV", 19), FacetValue("PDF", 18))
