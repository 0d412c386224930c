from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.search.clauses import All, Among, Any, Boosted, Clause, Constant, Nothing, Step, Term
from app.search.engine import Ask, Entry, Facet, FacetValue
from app.search.tantivy_engine import TantivyEngine, answer, facets, prior, reading

if TYPE_CHECKING:
    from pathlib import Path

EVERY = 40
FACETS = (Facet.FORMAT, Facet.THEME)


def entry(number: int) -> Entry:
    """Every tenth is rare; formats and fillers take turns."""
    words = ("common", *(("rare",) if number % 10 == 0 else ()), *(("well",) if number % 3 else ()))
    columns = {"format": ("CSV" if number % 2 else "PDF",), "theme": (f"T{number % 3}",)}
    return Entry(f"{number:02}", 1, ("public",), {"title": (" ".join(words),)}, columns, {}, "", b"")


def looking_at(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make so many hits those whose facets are counted by looking at each; of more, tantivy counts."""
    monkeypatch.setattr(answer, "WINDOW", few)
    monkeypatch.setattr(reading, "WINDOW", few)
    monkeypatch.setattr(facets, "WINDOW", few)


@pytest.fixture(params=[1, EVERY])
def engine(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> TantivyEngine:
    looking_at(request.param, monkeypatch)
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


def test_the_prior_decides_in_the_window_as_far_as_a_page_reaches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TantivyEngine(tmp_path / "index")
    engine.put(replace(entry(number), numbers={"rating": number % 2}) for number in range(EVERY))
    monkeypatch.setattr(answer, "WINDOW", 20)
    monkeypatch.setattr(prior, "WINDOW", 20)
    asked = Constant(Term("title", "common"), 1.0)
    steps = (Step("rating", 1, 0.5),)
    found, after = [], ""
    for _ in range(EVERY // 8):
        page = engine.search(Ask(asked, prior=steps, limit=8, after=after))
        found += [(int(match.id), match.score) for match in page.matches]
        after = page.next
    plain = [int(match.id) for match in engine.search(Ask(asked, limit=EVERY)).matches]
    window = [(each, 1.5) for each in plain[:20] if each % 2] + [(each, 1.0) for each in plain[:20] if not each % 2]
    assert found == [*window, *((each, 1.0) for each in plain[20:])]
    beyond = engine.search(Ask(asked, prior=steps, limit=EVERY)).matches
    assert [(int(match.id), match.score) for match in beyond] == found


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


def test_of_few_and_of_many_hits_sets_are_counted_as_the_values_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TantivyEngine(tmp_path / "several")
    kinds = (("CSV",), ("PDF", "CSV"), ("CSV", "PDF"), (), ("JSON", "PDF", "CSV"))
    engine.put(replace(entry(number), columns={"format": kinds[number % 5]}) for number in range(EVERY))
    counted = []
    for few, sets in ((2 * EVERY, EVERY), (1, EVERY), (1, 0)):
        looking_at(few, monkeypatch)
        monkeypatch.setattr(facets, "_MANY_SETS", sets)
        engine.put([replace(entry(EVERY), columns={"format": ("XLS",)})])  # what was counted before is forgotten
        counted.append(engine.search(Ask(Term("title", "common"), facets=FACETS)).facets[Facet.FORMAT])
    values = (FacetValue("CSV", 32), FacetValue("PDF", 24), FacetValue("JSON", 8), FacetValue("XLS", 1))
    assert counted == [values] * 3


def test_a_set_that_no_index_holds_is_counted_value_by_value(tmp_path: Path) -> None:
    engine = TantivyEngine(tmp_path / "long")
    long = tuple(f"{number:05}" * 50 for number in range(300))
    engine.put([replace(entry(1), columns={"format": long})])
    counted = engine.search(Ask(Term("title", "common"), facets=FACETS)).facets[Facet.FORMAT]
    assert counted == tuple(FacetValue(value, 1) for value in long)


def test_a_sign_is_counted_in_the_place_of_what_ranks(engine: TantivyEngine) -> None:
    ranked, sign = Any((Boosted(Term("title", "rare"), 2.0), Term("title", "nowhere"))), Term("title", "rare")
    found = engine.search(Ask(ranked, sign=sign, facets=FACETS))
    assert found.facets == engine.search(Ask(ranked, facets=FACETS)).facets
    assert sum(value.count for value in found.facets[Facet.FORMAT]) == found.total == 4


def test_what_some_may_not_find_is_left_out_as_soon_as_there_is_any(engine: TantivyEngine) -> None:
    assert engine.search(Ask(Term("title", "common"))).total == EVERY
    engine.put([replace(entry(EVERY), audiences=("org:1",))])
    assert engine.search(Ask(Term("title", "common"))).total == EVERY
    assert engine.search(Ask(Term("title", "common"), frozenset({"org:1"}))).total == 1
    assert engine.search(Ask(Term("title", "common"), frozenset())).total == 0
    engine.remove([str(EVERY)])
    assert engine.search(Ask(Term("title", "common"), frozenset({"org:1"}))).total == 0
