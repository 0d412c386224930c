"""What every search engine must do alike, whatever it is made of.

Where engines differ, and nobody may rely on either:
- BM25 is of the same form, but lengths are kept more or less exactly, and frequencies count what was replaced and not
  yet cleaned away in tantivy and OpenSearch; so scores differ by some per cent;
- `slop` counts the places that tokens are moved by in tantivy and OpenSearch, so from 2 on two neighbours may have
  changed places there; in Whoosh they stand in order. It counts up to 8 in tantivy, to 99 in the others;
- an open phrase whose last token has more than 16,384 endings, or that has a token of more than 64 letters, may be
  found in tantivy although the last token stands elsewhere in the field; the others know 16,384 of the endings;
- the beginning of a token counts up to 900 bytes in OpenSearch;
- a token or value of more than 65,530 bytes is not found again in tantivy, a value of more than 8,000 letters neither
  in OpenSearch, where tokens are cut to as many (its entry is, by all else);
- a question of more than 1,024 clauses is refused by OpenSearch, unless its operator allows more;
- a `put` of several megabytes is done in part by OpenSearch where its server fails in the middle;
- titles that agree in their first 100 letters are ordered by id;
- the prior decides among the best 250 alone in tantivy, among all in the others;
- which thousand values of a facet are answered, where it has more that are equally frequent.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from app.kernel.errors import BadRequest
from app.search.clauses import (
    ID,
    All,
    Among,
    Any,
    Best,
    Between,
    Boosted,
    Constant,
    Everything,
    Nothing,
    Phrase,
    Prefix,
    Step,
    Term,
)
from app.search.engine import Ask, Engine, Entry, Facet, FacetValue, Sort
from app.search.fields import NAMES
from app.search.opensearch_engine import OpenSearchEngine
from app.search.tantivy_engine import TantivyEngine
from app.search.whoosh_engine import WhooshEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.search.clauses import Clause

# One line for each engine.
ENGINES: dict[str, Callable[[pytest.FixtureRequest], Engine]] = {
    "tantivy": lambda request: TantivyEngine(request.getfixturevalue("tmp_path") / "index"),
    "whoosh": lambda request: WhooshEngine(request.getfixturevalue("tmp_path") / "index"),
    "opensearch": lambda request: OpenSearchEngine(f"{request.getfixturevalue('opensearch_url')}/t{uuid4().hex}"),
}
# Some field besides the titles.
OTHER = next(name for name in NAMES if name != "title")
MARKS = {"opensearch": [pytest.mark.xdist_group("opensearch")]}

STRANGE = (
    "",
    " ",
    '"',
    "AND",
    "a*",
    ".*",
    "(((",
    "[a TO z]",
    "{",
    "\\",
    "a\\",
    "title:a",
    "+-&&||!^~#@<>/",
    "\x00",
    "a\x00b",
    "\n",
    "😀",
    "\ud800",
    "人\udfff口",
    "e" + "\u0301" * 5000,
    "x" * 100_000,
    "人口" * 50_000,
)


@pytest.fixture(params=[pytest.param(name, marks=MARKS.get(name, [])) for name in ENGINES])
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param](request)


def entry(name: str, *titles: str, **given: object) -> Entry:
    """Make an entry of a public dataset; what is given by name replaces a part."""
    parts: dict[str, object] = {
        "revision": 1,
        "audiences": ("public", "org:tokyo"),
        "fields": {"title": titles},
        "columns": {},
        "numbers": {"updated": 0, "popularity": 0},
        "title_key": name,
        "card": name.encode(),
    }
    return Entry(id=name, **parts | given)  # type: ignore[arg-type]  # a test gives what fits


def ids(engine: Engine, clause: Clause | None = None, **ask: object) -> list[str]:
    question = Ask(clause or Everything(), **ask)  # type: ignore[arg-type]  # as above
    return [match.id for match in engine.search(question).matches]


def scores(engine: Engine, clause: Clause) -> dict[str, float]:
    return {match.id: match.score for match in engine.search(Ask(clause, limit=100)).matches}


def walk(engine: Engine, ask: Callable[[str], Ask]) -> Iterator[list[str]]:
    """Give page after page."""
    after, is_first = "", True
    while after or is_first:
        found = engine.search(ask(after))
        yield [match.id for match in found.matches]
        after, is_first = found.next, False


# Keeping


def test_an_index_that_was_never_written_answers_nothing(engine: Engine) -> None:
    found = engine.search(Ask(facets=(Facet.FORMAT,)))
    assert (found.matches, found.total, found.facets, found.next) == ((), 0, {Facet.FORMAT: ()}, "")
    assert engine.count([Everything(), Nothing()], None) == (0, 0)
    assert (engine.values("format", None, 10), engine.revisions(), engine.stamp()) == ((), {}, "")


def test_a_match_brings_its_card(engine: Engine) -> None:
    card = bytes(range(256)) * 10
    engine.put([entry("a", card=card), entry("b", card=b"")])
    assert {match.id: match.card for match in engine.search(Ask()).matches} == {"a": card, "b": b""}


def test_a_second_put_replaces_the_first(engine: Engine) -> None:
    engine.put([entry("a", "old"), entry("b", "old")])
    engine.put([entry("a", "new", revision=2)])
    assert (ids(engine, Term("title", "old")), ids(engine, Term("title", "new"))) == (["b"], ["a"])
    assert engine.revisions() == {"a": 2, "b": 1}


def test_the_last_of_one_put_wins(engine: Engine) -> None:
    engine.put([entry("a", "x"), entry("a", "y", revision=2)])
    assert (engine.revisions(), engine.search(Ask()).total) == ({"a": 2}, 1)


def test_what_was_removed_is_gone(engine: Engine) -> None:
    engine.put([entry("a", columns={"format": ("CSV",)}), entry("b")])
    engine.remove(["a", "never-there", "\ud800"])
    found = engine.search(Ask(facets=(Facet.FORMAT,)))
    assert ([match.id for match in found.matches], found.total, found.facets[Facet.FORMAT]) == (["b"], 1, ())
    assert (engine.revisions(), engine.values("format", None, 5)) == ({"b": 1}, ())


def test_removing_from_an_index_that_was_never_written_does_nothing(engine: Engine) -> None:
    engine.remove(["a"])
    engine.remove([])
    assert engine.revisions() == {}


def test_every_change_has_its_stamp(engine: Engine) -> None:
    changes = (
        lambda: engine.put([entry("a")]),
        lambda: engine.put([entry("a")]),
        lambda: engine.remove(["a"]),
        lambda: engine.rebuild([entry("a")]),
    )
    stamps = {engine.stamp()}
    for change in changes:
        change()
        stamps.add(engine.stamp())
    assert len(stamps) == 5
    assert engine.stamp() == engine.stamp()


def test_a_failure_among_the_entries_keeps_none_of_them(engine: Engine) -> None:
    engine.put([entry("a")])

    def failing() -> Iterator[Entry]:
        yield entry("b")
        raise LookupError

    for change in (engine.put, engine.rebuild):
        with pytest.raises(LookupError):
            change(failing())
        assert ids(engine) == ["a"]
    engine.put([entry("c")])
    assert ids(engine) == ["a", "c"]


def test_a_rebuild_leaves_nothing_else(engine: Engine) -> None:
    engine.put([entry("a", "x", columns={"format": ("CSV",)}), entry("b")])
    assert engine.rebuild([entry("b", revision=3), entry("c"), entry("c", revision=2)]) == 2
    assert engine.revisions() == {"b": 3, "c": 2}
    assert ids(engine, Term("title", "x")) == []
    assert engine.rebuild([]) == 0
    assert engine.search(Ask()).total == 0


def test_the_old_index_serves_and_takes_entries_while_a_new_one_is_made(engine: Engine) -> None:
    engine.put([entry("a")])
    seen: list[list[str]] = []

    def watched() -> Iterator[Entry]:
        yield entry("new")
        engine.put([entry("b")])
        seen.append(ids(engine))

    engine.rebuild(watched())
    assert (seen, ids(engine)) == ([["a", "b"]], ["new"])


@pytest.mark.parametrize("value", STRANGE, ids=range(len(STRANGE)))
def test_an_entry_of_strange_letters_is_kept(engine: Engine, value: str) -> None:
    given = {"columns": {"format": (value, "CSV"), "word": (value,)}, "title_key": value}
    engine.put([entry("a", value, "plain", **given)])
    found = engine.search(Ask(Term("title", "plain"), sort=Sort.TITLE, facets=(Facet.FORMAT,)))
    assert [match.id for match in found.matches] == ["a"]
    assert FacetValue("CSV", 1) in found.facets[Facet.FORMAT]


# Clauses


@pytest.fixture
def shelf(engine: Engine) -> Engine:
    """Hold entries whose ids say which tokens their titles have, in that order."""
    engine.put(entry(name, name.replace("-", " ")) for name in ("a", "b", "a-b", "b-a", "a-x-b", "apple-b", "x"))
    return engine


A, B, X = Term("title", "a"), Term("title", "b"), Term("title", "x")


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        (Everything(), "a b a-b b-a a-x-b apple-b x"),
        (Nothing(), ""),
        (A, "a a-b b-a a-x-b"),
        (Term(OTHER, "a"), ""),
        (Term("title", "A"), ""),
        (Prefix("title", "a"), "a a-b b-a a-x-b apple-b"),
        (Prefix("title", "ap"), "apple-b"),
        (Prefix("title", "."), ""),
        (Prefix("title", ""), "a b a-b b-a a-x-b apple-b x"),
        (Phrase("title", ("a", "b")), "a-b"),
        (Phrase("title", ("a",)), "a a-b b-a a-x-b"),
        (Phrase("title", ()), ""),
        (Phrase("title", ("a", "b"), slop=1), "a-b a-x-b"),
        (Phrase("title", ("appl",), is_open=True), "apple-b"),
        (Phrase("title", ("b", "a"), is_open=True), "b-a"),
        (Phrase("title", ("apple", ""), is_open=True), "apple-b"),
        (Boosted(A, 3.0), "a a-b b-a a-x-b"),
        (Constant(A, 3.0), "a a-b b-a a-x-b"),
        (Best((X, Phrase("title", ("a", "b")))), "a-b a-x-b x"),
        (Best(()), ""),
        (All((A, B)), "a-b b-a a-x-b"),
        (All((A,), should=(B,)), "a a-b b-a a-x-b"),
        (All((A,), must_not=(B,)), "a"),
        (All((), must_not=(A,)), "b apple-b x"),
        (All((), should=(A,)), "a b a-b b-a a-x-b apple-b x"),
        (All((A, Nothing())), ""),
        (All((Everything(),), must_not=(Everything(),)), ""),
        (Any((A, X)), "a a-b b-a a-x-b x"),
        (Any((A, B, X), minimum=2), "a-b b-a a-x-b"),
        (Any((A, B, X), minimum=3), "a-x-b"),
        (Any((A, B), minimum=3), ""),
        (Any((A,), minimum=0), "a b a-b b-a a-x-b apple-b x"),
        (Any(()), ""),
        (All((Any((A, X)), Any((B, Nothing())))), "a-b b-a a-x-b"),
    ],
    ids=str,
)
def test_a_clause_matches(shelf: Engine, clause: Clause, found: str) -> None:
    assert set(ids(shelf, clause)) == set(found.split())
    assert shelf.search(Ask(clause)).total == len(found.split())


@pytest.mark.parametrize("slop", [0, 1, 4, 8])
def test_a_phrase_does_not_reach_across_two_values(engine: Engine, slop: int) -> None:
    engine.put([entry("a", "p q", "r s", "t")])
    assert ids(engine, Phrase("title", ("q", "r"), slop=slop)) == []
    assert ids(engine, Phrase("title", ("q", "r"), is_open=True, slop=slop)) == []
    assert ids(engine, Phrase("title", ("r", "s"), slop=slop)) == ["a"]


def test_japanese_tokens_are_tokens_like_others(engine: Engine) -> None:
    engine.put([entry("a", "人口 口統 統計"), entry("b", "統計 人口")])
    assert ids(engine, Phrase("title", ("人口", "口統", "統計"))) == ["a"]
    assert ids(engine, Phrase("title", ("人口", "口"), is_open=True)) == ["a"]
    assert set(ids(engine, Prefix("title", "人"))) == {"a", "b"}


@pytest.mark.parametrize(
    "token", ["a.c", "a*", "(x)", "[y]", "c++", "c#", "-", "&&", "~", "^$", "{2}", "\\d", "😀", "a|b"]
)
def test_tokens_that_look_like_patterns_are_themselves(engine: Engine, token: str) -> None:
    engine.put([entry("it", f"one {token} two"), entry("other", "one abc two aa x y 2 5 a b")])
    clauses = (
        Term("title", token),
        Prefix("title", token),
        Phrase("title", ("one", token)),
        Phrase("title", ("one", token), is_open=True),
        Phrase("title", (token, "tw"), is_open=True),
    )
    assert [ids(engine, clause) for clause in clauses] == [["it"]] * 5


@pytest.mark.parametrize("token", STRANGE, ids=range(len(STRANGE)))
def test_a_clause_of_strange_tokens_is_answered(engine: Engine, token: str) -> None:
    engine.put([entry("a", "a b")])
    clauses: tuple[Clause, ...] = (
        Term("title", token),
        Phrase("title", ("zz", token)),
        Phrase("title", (token, token, token), slop=10**9),
        Phrase("title", ("zz", token), is_open=True),
        Phrase("title", (token, "zz"), is_open=True),
        Among("format", (token,)),
    )
    assert engine.count(clauses, None) == (0,) * len(clauses)
    assert engine.count([Prefix("title", token)], None)[0] <= 1
    assert ids(engine, filters={Facet.FORMAT: (token,)}) == []
    assert ids(engine, audiences=frozenset({token})) == []


def test_a_long_token_is_found_by_its_long_beginning(engine: Engine) -> None:
    engine.put([entry("a", "one " + "人口" * 200), entry("b", "one 人口")])
    start = "人口" * 150
    assert ids(engine, Prefix("title", start)) == ["a"]
    assert ids(engine, Phrase("title", ("one", start), is_open=True)) == ["a"]


def test_a_clause_of_many_clauses_is_answered(engine: Engine) -> None:
    engine.put(entry(f"e{number}", f"w{number}") for number in range(50))
    many = Any(tuple(Boosted(Term("title", f"w{number}"), 2.0) for number in range(0, 1000, 2)))
    assert engine.search(Ask(many)).total == 25
    assert engine.count([Among("format", tuple(map(str, range(5000))))], None) == (0,)


NUMBERS = {"old": -(10**15), "zero": 0, "new": 10**15, "least": -(2**63), "most": 2**63 - 1}


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (0, 0, "zero"),
        (0, None, "zero new most"),
        (1, None, "new most"),
        (None, 0, "least old zero"),
        (None, -1, "least old"),
        (-(10**15), 10**15, "old zero new"),
        (None, None, "least old zero new most"),
        (5, 4, ""),
        (2**63, None, ""),
        (None, -(2**63) - 1, ""),
        (-(10**30), 10**30, "least old zero new most"),
    ],
)
def test_numbers_lie_between_bounds_and_absent_ones_nowhere(
    engine: Engine, low: int | None, high: int | None, found: str
) -> None:
    engine.put([*(entry(name, numbers={"period_end": number}) for name, number in NUMBERS.items()), entry("absent")])
    clause = Between("period_end", low, high)
    assert set(ids(engine, clause)) == set(found.split())
    assert engine.count([clause, All((), must_not=(clause,))], None) == (len(found.split()), 6 - len(found.split()))


def test_a_column_is_matched_by_whole_values(engine: Engine) -> None:
    engine.put([entry("a", columns={"word": ("New York", "人口")}), entry("b", columns={"word": ("New",)})])
    assert ids(engine, Among("word", ("New York",))) == ["a"]
    assert ids(engine, Among("word", ("new", "人", "York", "New*", ""))) == []
    assert set(ids(engine, Among("word", ("New", "人口")))) == {"a", "b"}
    assert ids(engine, Among("word", ())) == []


def test_the_id_of_an_entry_is_a_column_as_well(engine: Engine) -> None:
    engine.put([entry("a", "x"), entry("b", "x"), entry("ab", "x", audiences=("org:tokyo",))])
    assert set(ids(engine, Among(ID, ("a", "ab", "absent")))) == {"a"}
    assert ids(engine, Any((Constant(Among(ID, ("b",)), 2.0), Constant(Term("title", "x"), 1.0)))) == ["b", "a"]
    assert engine.count([Among(ID, ("a", "ab"))], None) == (2,)


# Scores


@pytest.fixture
def ranked(engine: Engine) -> Engine:
    """Hold one entry that has a rare token, one that has it twice as thick, and many others."""
    engine.put([entry("long", "rare one two three four five six"), entry("short", "rare"), entry("both", "rare often")])
    engine.put(entry(f"other{number:02}", "often") for number in range(20))
    return engine


RARE, OFTEN = Term("title", "rare"), Term("title", "often")


def test_short_fields_and_rare_tokens_weigh_more(ranked: Engine) -> None:
    found = scores(ranked, Any((RARE, OFTEN)))
    assert found["short"] > found["long"] > 0
    assert found["both"] > found["long"] > found["other00"] > 0
    assert ids(ranked, RARE) == ["short", "both", "long"]


def test_scores_of_all_and_any_add_up(ranked: Engine) -> None:
    expected = scores(ranked, RARE)["both"] + scores(ranked, OFTEN)["both"]
    for clause in (All((RARE, OFTEN)), Any((RARE, OFTEN)), All((RARE,), should=(OFTEN,))):
        assert scores(ranked, clause)["both"] == pytest.approx(expected, rel=1e-4)


def test_the_best_counts_and_a_part_of_the_others(ranked: Engine) -> None:
    rare, often = scores(ranked, RARE)["both"], scores(ranked, OFTEN)["both"]
    assert scores(ranked, Best((RARE, OFTEN)))["both"] == pytest.approx(rare, rel=1e-4)
    assert scores(ranked, Best((RARE, OFTEN), tie=0.5))["both"] == pytest.approx(rare + often / 2, rel=1e-4)


def test_weights_multiply_and_constants_replace(ranked: Engine) -> None:
    assert scores(ranked, Boosted(RARE, 3.0))["long"] == pytest.approx(3 * scores(ranked, RARE)["long"], rel=1e-4)
    assert set(scores(ranked, Constant(Any((RARE, OFTEN)), 2.5)).values()) == {2.5}
    assert set(scores(ranked, Boosted(Prefix("title", "rar"), 4.0)).values()) == {4.0}


def test_filters_columns_numbers_and_everything_add_nothing(engine: Engine) -> None:
    engine.put([entry("a", "x", columns={"format": ("CSV",)}), entry("b", "y")])
    silent = (Everything(), Among("format", ("CSV",)), Between("updated", 0, 0))
    rich = Ask(All((Term("title", "x"), *silent)), filters={Facet.FORMAT: ("CSV",)}, audiences=frozenset({"public"}))
    assert engine.search(rich).matches[0].score == pytest.approx(scores(engine, Term("title", "x"))["a"], rel=1e-4)


def test_the_prior_adds_what_is_reached_where_relevance_orders(engine: Engine) -> None:
    numbers = {"none": {}, "low": {"rating": 1}, "high": {"rating": 3, "updated": 5}}
    engine.put(entry(name, "x", numbers=each) for name, each in numbers.items())
    ask = Ask(Constant(Term("title", "x"), 1.0), prior=(Step("rating", 1, 0.25), Step("rating", 3, 0.25)))
    found = {match.id: match.score for match in engine.search(ask).matches}
    assert found == {"high": 1.5, "low": 1.25, "none": 1.0}
    assert list(found) == ["high", "low", "none"]
    assert engine.search(replace(ask, limit=1, offset=1)).matches[0].id == "low"
    assert ids(engine, ask.clause, prior=ask.prior, sort=Sort.UPDATED) == ids(engine, sort=Sort.UPDATED)


def test_the_better_match_comes_first(engine: Engine) -> None:
    fields = {"worse": {OTHER: ("x",)}, "better": {"title": ("x",)}}
    engine.put(entry(name, fields=each) for name, each in fields.items())
    clause = Any((Boosted(Term("title", "x"), 8.0), Term(OTHER, "x")))
    first, second = engine.search(Ask(clause)).matches
    assert (first.id, second.id) == ("better", "worse")
    assert first.score > second.score > 0


def test_more_forms_than_an_engine_takes_are_cut_and_not_refused(engine: Engine) -> None:
    engine.put([entry("a", "x y"), entry("b", "x")])
    rich = [
        Best((Term("title", word), *(Term(OTHER, f"{place}-{n}") for n in range(300))))
        for place, word in enumerate("xy" * 5)
    ]
    assert ids(engine, All(tuple(rich))) == ["a"]
    assert engine.count([Any(tuple(rich[:2])), Any(tuple(rich), minimum=10)], None) == (2, 1)


# Audiences


@pytest.mark.parametrize(
    ("audiences", "found"),
    [
        ({"public"}, {"open"}),
        ({"public", "org:tokyo"}, {"open", "closed"}),
        ({"org:tok", "org:tokyo2", "ORG:TOKYO", "*", ""}, set()),
        ({f"org:{number}" for number in range(100)} | {"org:tokyo"}, {"open", "closed"}),
        (set(), set()),
        (None, {"open", "closed"}),
    ],
)
def test_nobody_finds_what_is_not_for_them(engine: Engine, audiences: set[str] | None, found: set[str]) -> None:
    closed = {"audiences": ("org:tokyo",), "columns": {"format": ("SECRET",), "word": ("secret",)}}
    engine.put([entry("open", "x", columns={"format": ("CSV",)}), entry("closed", "x", **closed)])
    asking = None if audiences is None else frozenset(audiences)
    formats = {"open": "CSV", "closed": "SECRET"}
    for clause in (Everything(), Term("title", "x"), All((), must_not=(Nothing(),))):
        for sort in Sort:
            answer = engine.search(Ask(clause, asking, sort=sort, facets=(Facet.FORMAT,)))
            assert {match.id for match in answer.matches} == found
            assert answer.total == len(found)
            assert {value.value for value in answer.facets[Facet.FORMAT]} == {formats[name] for name in found}
    assert engine.count([Everything(), Among("word", ("secret",))], asking) == (len(found), int("closed" in found))
    assert {value.value for value in engine.values("format", asking, 9)} == {formats[name] for name in found}


def test_a_facet_with_its_own_filter_does_not_tell_of_what_is_closed(engine: Engine) -> None:
    closed = {"audiences": ("org:tokyo",), "columns": {"format": ("SECRET",)}}
    engine.put([entry("open", columns={"format": ("CSV",)}), entry("closed", **closed)])
    found = engine.search(Ask(filters={Facet.FORMAT: ("SECRET",)}, facets=(Facet.FORMAT,)))
    assert (found.matches, found.total, found.facets[Facet.FORMAT]) == ((), 0, (FacetValue("CSV", 1),))


# Filters, facets, values


@pytest.fixture
def stall(engine: Engine) -> Engine:
    """Hold four entries of two publishers in three formats."""
    columns = {
        "a": {"format": ("CSV",), "publisher": ("tokyo",), "theme": ("SOCI",)},
        "b": {"format": ("CSV", "XLSX"), "publisher": ("tokyo",), "theme": ("SOCI", "GOVE")},
        "c": {"format": ("JSON",), "publisher": ("osaka-city",)},
        "d": {"format": ("CSV",), "publisher": ("osaka-city",)},
    }
    engine.put(entry(name, "x" if name != "d" else "y", columns=each) for name, each in columns.items())
    return engine


def test_values_of_one_facet_are_alternatives_and_facets_narrow_each_other(stall: Engine) -> None:
    both = {Facet.FORMAT: ("XLSX", "JSON")}
    assert set(ids(stall, filters=both)) == {"b", "c"}
    assert ids(stall, filters=both | {Facet.PUBLISHER: ("osaka-city",)}) == ["c"]
    assert ids(stall, Term("title", "y"), filters=both) == []
    assert len(ids(stall, filters={Facet.FORMAT: ()})) == 4


@pytest.mark.parametrize("value", ["csv", "CS", "", "*", "CSV XLSX", "CSV*", "osaka"])
def test_a_filter_matches_whole_values_only(stall: Engine, value: str) -> None:
    assert ids(stall, filters={Facet.FORMAT: (value,)}) == []
    assert ids(stall, filters={Facet.PUBLISHER: (value,)}) == []


def test_facets_count_all_results_the_most_frequent_first(stall: Engine) -> None:
    found = stall.search(Ask(Term("title", "x"), limit=1, facets=tuple(Facet)))
    assert found.total == 3
    assert found.facets == dict.fromkeys(Facet, ()) | {
        Facet.PUBLISHER: (FacetValue("tokyo", 2), FacetValue("osaka-city", 1)),
        Facet.THEME: (FacetValue("SOCI", 2), FacetValue("GOVE", 1)),
        Facet.FORMAT: (FacetValue("CSV", 2), FacetValue("JSON", 1), FacetValue("XLSX", 1)),
    }


def test_only_the_facets_asked_for_are_counted(stall: Engine) -> None:
    assert stall.search(Ask()).facets == {}
    assert set(stall.search(Ask(facets=(Facet.THEME,), filters={Facet.FORMAT: ("CSV",)})).facets) == {Facet.THEME}


def test_a_facet_is_counted_without_its_own_filter_but_with_the_others(stall: Engine) -> None:
    filters = {Facet.FORMAT: ("XLSX",), Facet.PUBLISHER: ("tokyo",)}
    found = stall.search(Ask(filters=filters, limit=0, facets=(Facet.FORMAT, Facet.PUBLISHER, Facet.THEME)))
    assert (found.matches, found.total) == ((), 1)
    assert found.facets[Facet.FORMAT] == (FacetValue("CSV", 2), FacetValue("XLSX", 1))
    assert found.facets[Facet.PUBLISHER] == (FacetValue("tokyo", 1),)
    assert found.facets[Facet.THEME] == (FacetValue("GOVE", 1), FacetValue("SOCI", 1))


def test_facets_do_not_depend_on_the_page(stall: Engine) -> None:
    first = stall.search(Ask(sort=Sort.TITLE, limit=2, facets=tuple(Facet)))
    second = stall.search(Ask(sort=Sort.TITLE, limit=2, after=first.next, facets=tuple(Facet)))
    assert [match.id for match in second.matches] == ["c", "d"]
    assert (second.total, second.facets) == (4, first.facets)


def test_a_facet_of_a_thousand_values_is_counted_exactly(engine: Engine) -> None:
    engine.put(entry(f"e{number:04}", columns={"place": (f"p{number % 900:03}", "all")}) for number in range(1200))
    places = engine.search(Ask(limit=0, facets=(Facet.PLACE,))).facets[Facet.PLACE]
    assert places[:2] == (FacetValue("all", 1200), FacetValue("p000", 2))
    assert (len(places), sum(value.count for value in places)) == (901, 2400)


def test_values_are_the_most_frequent_of_a_column(stall: Engine) -> None:
    assert stall.values("format", None, 2) == (FacetValue("CSV", 3), FacetValue("JSON", 1))
    assert stall.values("theme", frozenset({"public"}), 50_000) == (FacetValue("SOCI", 2), FacetValue("GOVE", 1))
    assert stall.values("word", None, 5) == stall.values("format", None, 0) == ()


def test_counts_answer_in_the_order_of_the_clauses(stall: Engine) -> None:
    clauses = (Among("format", ("CSV",)), Nothing(), Everything(), Term("title", "y"))
    assert stall.count(iter(clauses), frozenset({"public"})) == (3, 0, 4, 1)
    assert stall.count([], None) == ()


# Orders and pages


def test_the_newest_come_first_and_those_of_unknown_age_last(engine: Engine) -> None:
    ages = {"old": -(10**15), "mid": 10, "new": 10**15}
    engine.put([*(entry(name, numbers={"updated": age}) for name, age in ages.items()), entry("unknown", numbers={})])
    assert ids(engine, sort=Sort.UPDATED) == ["new", "mid", "old", "unknown"]
    assert ids(engine, sort=Sort.RELEVANCE) == ["new", "mid", "old", "unknown"]


def test_what_is_new_here_comes_first_however_old_its_data(engine: Engine) -> None:
    dates = {"arrived": (1, 30), "updated": (30, 10), "old": (2, 2)}
    engine.put(entry(name, numbers={"updated": data, "revised": record}) for name, (data, record) in dates.items())
    assert ids(engine, sort=Sort.REVISED) == ["arrived", "updated", "old"]
    assert ids(engine, sort=Sort.UPDATED) == ["updated", "old", "arrived"]


def test_the_most_popular_come_first(engine: Engine) -> None:
    engine.put(
        entry(name, numbers={"popularity": number}) for name, number in {"few": 9, "many": 10, "none": 0}.items()
    )
    assert ids(engine, sort=Sort.POPULARITY) == ["many", "few", "none"]


def test_titles_are_ordered_by_their_keys(engine: Engine) -> None:
    keys = {"1": "", "2": "a", "3": "a b", "4": "aa", "5": "か", "6": "人口", "7": "😀"}
    engine.put(entry(name, title_key=key) for name, key in reversed(keys.items()))
    assert ids(engine, sort=Sort.TITLE) == list("1234567")


@pytest.mark.parametrize("sort", [Sort.UPDATED, Sort.REVISED, Sort.POPULARITY, Sort.TITLE])
def test_what_ranks_alike_is_ordered_by_id(engine: Engine, sort: Sort) -> None:
    for name in "cabed":
        engine.put([entry(name, title_key="same")])
    assert ids(engine, sort=sort) == list("abcde")


def many(count: int) -> list[Entry]:
    """Make entries, in no order, that share many of their places in every order."""
    shuffled = random.Random(5).sample(range(count), count)
    return [
        entry(
            f"d{number:03}",
            "x",
            title_key=f"t{number % 7}",
            numbers={"updated": number % 5, "revised": number % 4, "popularity": number % 3},
        )
        for number in shuffled
    ]


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("clause", [Everything(), Term("title", "x")], ids=["everything", "term"])
def test_a_walk_meets_everything_once(engine: Engine, sort: Sort, clause: Clause) -> None:
    entries = many(95)
    for start in range(0, 95, 19):
        engine.put(entries[start : start + 19])
    pages = list(walk(engine, lambda after: Ask(clause, sort=sort, limit=10, after=after)))
    assert [len(page) for page in pages] == [10] * 9 + [5]
    met = [name for page in pages for name in page]
    assert met == ids(engine, clause, sort=sort, limit=1000)
    assert len(set(met)) == 95


@pytest.mark.parametrize("sort", [Sort.UPDATED, Sort.REVISED, Sort.POPULARITY, Sort.TITLE])
def test_changes_elsewhere_make_a_walk_neither_skip_nor_repeat(engine: Engine, sort: Sort) -> None:
    engine.put(many(60))
    seen: list[str] = []
    removed: set[str] = set()
    for page in walk(engine, lambda after: Ask(sort=sort, limit=7, after=after)):
        seen.extend(page)
        removed.add(page[-1])
        engine.remove([page[-1]])  # the very place where the next page begins
        engine.put(
            [entry(f"z{len(seen)}", title_key="", numbers=dict.fromkeys(("updated", "revised", "popularity"), 99))]
        )
    assert sorted(seen) == [f"d{number:03}" for number in range(60)]
    assert len(removed) == 9


@pytest.mark.parametrize("sort", Sort)
def test_the_end_has_no_next(engine: Engine, sort: Sort) -> None:
    engine.put(many(20))
    first = engine.search(Ask(sort=sort, limit=10))
    second = engine.search(Ask(sort=sort, limit=10, after=first.next))
    assert (len(second.matches), second.next, second.total) == (10, "", 20)
    assert engine.search(Ask(sort=sort, limit=20)).next == ""
    assert engine.search(Ask(sort=sort, limit=0)).next == ""


@pytest.mark.parametrize("sort", Sort)
def test_an_offset_jumps_and_the_walk_goes_on_from_there(engine: Engine, sort: Sort) -> None:
    engine.put(many(40))
    order = ids(engine, sort=sort, limit=40)
    jumped = engine.search(Ask(sort=sort, limit=5, offset=30))
    assert [match.id for match in jumped.matches] == order[30:35]
    assert ids(engine, sort=sort, limit=5, after=jumped.next) == order[35:]
    assert ids(engine, sort=sort, limit=5, after=engine.search(Ask(sort=sort, limit=5)).next, offset=5) == order[10:15]


@pytest.mark.parametrize("sort", Sort)
def test_an_offset_jumps_far_over_what_ranks_alike(engine: Engine, sort: Sort) -> None:
    entries = many(950)
    engine.put(entries[:600])
    engine.put(entries[600:])
    order = ids(engine, Term("title", "x"), sort=sort, limit=950)
    for offset in (501, 640, 711, 949, 950):
        assert ids(engine, Term("title", "x"), sort=sort, offset=offset, limit=3) == order[offset : offset + 3]


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize(("offset", "limit"), [(0, 0), (5, 10), (10**12, 10), (2**62, 1), (10**30, 2**40)])
def test_an_empty_page_still_counts(engine: Engine, sort: Sort, offset: int, limit: int) -> None:
    engine.put([entry("a", "x"), entry("b", "x")])
    found = engine.search(Ask(Term("title", "x"), sort=sort, offset=offset, limit=limit))
    assert (found.matches, found.total, found.next) == ((), 2, "")


def test_a_limit_beyond_the_index_is_no_trouble(engine: Engine) -> None:
    engine.put([entry("a")])
    assert ids(engine, limit=2**40) == ["a"]


@pytest.mark.parametrize("sort", Sort)
def test_a_damaged_place_is_a_bad_request(engine: Engine, sort: Sort) -> None:
    engine.put(entry(name, "x") for name in "abc")
    clause = Term("title", "x")
    good = engine.search(Ask(clause, sort=sort, limit=1)).next
    other = engine.search(Ask(clause, sort=next(each for each in Sort if each is not sort), limit=1)).next
    flipped = good[:-3] + ("A" if good[-3] != "A" else "B") + good[-2:]
    for after in (
        good[:-1],
        good[1:],
        good + "AAAA",
        flipped,
        other,
        "x",
        "*",
        " ",
        "é",
        "\ud800",
        "\x00",
        "A" * 100_000,
    ):
        with pytest.raises(BadRequest):
            engine.search(Ask(clause, sort=sort, after=after))


def test_a_place_is_short_and_fits_an_address(engine: Engine) -> None:
    engine.put(entry(name, title_key="人口" * 5000) for name in ("a", "b"))
    for sort in (Sort.UPDATED, Sort.TITLE):
        after = engine.search(Ask(sort=sort, limit=1)).next
        assert len(after) < 600
        assert after.replace("-", "").replace("_", "").isalnum()
        assert after.isascii()
