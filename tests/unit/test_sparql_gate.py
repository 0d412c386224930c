"""What the gate refuses, and what it lets through."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from rdflib.plugins.sparql.algebra import translateQuery, traverse
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from app.kernel.errors import AppError, BadRequest, TooLarge
from app.sparql.gate import examine

ELSEWHERE = "<http://127.0.0.1:8/>"
AWAY = (
    f"SELECT * {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }}",
    f"SELECT * {{ service silent {ELSEWHERE} {{ ?s ?p ?o }} }}",
    "SELECT * { ?s ?p ?g SERVICE ?g { ?s ?p ?o } }",
    f"SELECT * {{ ?s ?p ?o OPTIONAL {{ SERVICE{ELSEWHERE}{{ ?s ?p ?o }} }} }}",
    f"SELECT * {{ ?s ?p ?o FILTER EXISTS {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }} }}",
    f"SELECT * {{ {{ SELECT * {{ SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }} }} }}",
    f'SELECT * {{ ?s ?p "\\"" . # "\n SERVICE {ELSEWHERE} {{ ?s ?p ?o }} }}',
    f"SELECT * {{ SERV\\u0049CE {ELSEWHERE} {{ ?s ?p ?o }} }}",
)
# Read as a call by engines that look for keywords without their ends, or for "less than" before addresses.
SLY = (
    "PREFIX : <http://127.0.0.1:8/> SELECT * {SERVICE:x{?s ?p ?o}}",
    "PREFIX ex: <http://127.0.0.1:8/> SELECT * {SERVICEex:x{?s ?p ?o}}",
    "PREFIX ex: <http://127.0.0.1:8/> SELECT * {SERVICESILENTex:x{?s ?p ?o}}",
    "SELECT * {?s ?p ?b FILTER(?b<?z)SERVICE#>\n?x{?a ?c ?d}}",
    'SELECT * {?s ?p ?b FILTER(?b<?z#> """\n) SERVICE ?x {?a ?c ?d} #"""\n}',
)
INNOCENT = (
    "PREFIX service: <http://x/> SELECT ?service { ?service service:of service:b }",
    'SELECT * { ?s ?p "SERVICE <http://x/> { }" } # SERVICE <x> {}',
    "SELECT * { ?s <http://x/service#a> ?service . ?s <http://x/b(c)#d> 'load' }",
    'SELECT * { ?s ?p """a "quoted" SERVICE { """ FILTER(?p < 5 && ?s>3) }',
    "PREFIX dcat: <http://www.w3.org/ns/dcat#> SELECT * { GRAPH ?g { ?s a dcat:DataService } }",
    "BASE <http://x/> PREFIX : <#> ASK { :a :insert :delete }",
)


def calls_away(query: str) -> bool:
    found = []

    def look(part: object) -> None:
        if isinstance(part, CompValue) and part.name == "ServiceGraphPattern":
            found.append(part)

    traverse(translateQuery(parseQuery(query)).algebra, visitPre=look)
    return bool(found)


@pytest.mark.parametrize("query", AWAY)
def test_what_another_parser_reads_as_a_call_is_refused(query: str) -> None:
    assert calls_away(query)
    with pytest.raises(BadRequest, match="SERVICE"):
        examine(query)


@pytest.mark.parametrize("query", SLY)
def test_what_only_some_engines_read_as_a_call_is_refused(query: str) -> None:
    with pytest.raises(BadRequest):
        examine(query)


@pytest.mark.parametrize("query", INNOCENT)
def test_innocent_uses_of_the_words_pass(query: str) -> None:
    assert not calls_away(query)
    assert examine(query).query == query


@pytest.mark.parametrize("update", ["LOAD <http://x/>", "CLEAR ALL", "insert data { <a:a> <a:b> <a:c> }"])
def test_updates_are_refused(update: str) -> None:
    with pytest.raises(BadRequest, match="Updates"):
        examine(update)


def test_a_refusal_names_the_line_and_the_column() -> None:
    with pytest.raises(BadRequest) as refused:
        examine("SELECT *\n{ SERVICE <http://x/> {} }")

    assert refused.value.report is not None
    assert (refused.value.report.problems[0].row, refused.value.report.problems[0].column) == (2, "3")


def test_graphs_of_from_are_named_in_full() -> None:
    examined = examine("PREFIX d: <http://x/dataset/> SELECT * FROM d:a FROM NAMED <http://x/dataset/b> { ?s ?p ?o }")

    assert examined.graphs == ("http://x/dataset/a", "http://x/dataset/b")


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(BadRequest, match="nested"):
        examine("SELECT * " + "{" * 3000 + "}" * 3000)


def test_a_query_of_a_megabyte_is_refused() -> None:
    with pytest.raises(TooLarge):
        examine("SELECT * { } #" + "x" * 1_000_000)


@pytest.mark.parametrize("piece", ['"', "'''", "a.", "<", "\\u0041", "x:\\", "<a\\u0041", "#", "@a-", "'\\"])
def test_no_text_takes_long(piece: str) -> None:
    started = time.perf_counter()
    with suppress(AppError):
        examine(piece * (16_000 // len(piece)))
    assert time.perf_counter() - started < 1.5
