"""The OpenAPI documents are valid and true: of all routes, of one table, and as a page whose examples run."""

from __future__ import annotations

import html
import re
import shlex
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.query.parameters import PASSED_OVER, RESERVED
from app.web import openapi
from app.web.interface import interface_of
from app.web.openapi.words import STATUSES
from tests.factories import Portal, json_of
from tests.standards.catalogue import small_catalogue  # noqa: F401 - a fixture, found by its name

EXAMPLE = re.compile(r'<pre class="example"[^>]*>(.*?)</pre>', re.DOTALL)


@pytest.fixture(scope="module")
def document(catalogue: Portal) -> Any:
    return json_of(catalogue.client().get("/openapi.json"))


@pytest.fixture(scope="module")
def of_table(catalogue: Portal) -> Any:
    record = catalogue.services.catalog.get(*_somebody(catalogue))
    return json_of(catalogue.client().get(f"/api/v1/resources/{record.resources[0].id}/openapi.json"))


def _somebody(_catalogue: Portal) -> tuple[Any, str]:
    from app.kernel.actor import ANONYMOUS

    return ANONYMOUS, "public-0"


def parameters(document: Any, operation: Any) -> dict[str, Any]:
    kept = document["components"].get("parameters", {})
    found = [kept.get(each.get("$ref", "").rpartition("/")[2], each) for each in operation["parameters"]]
    assert len({each["name"] for each in found}) == len(found)
    return {each["name"]: each for each in found}


def test_both_documents_are_as_openapi_wants(document: Any, of_table: Any) -> None:
    for each in (document, of_table):
        assert [error.message for error in OpenAPIV31SpecValidator(each).iter_errors()] == []


def test_every_route_of_the_api_declares_what_it_answers(catalogue: Portal) -> None:
    routes = [each for each in openapi.described_routes(catalogue.app) if each.rule.startswith("/api/")]
    declared = {each.endpoint: interface_of(catalogue.app.view_functions[each.endpoint]) for each in routes}
    assert [name for name, interface in declared.items() if not interface.answers and name != "api.rows"] == []
    told = {status for each in declared.values() for status in each.problems if 400 <= status < 500}
    assert told <= {int(each) for each in STATUSES if each.isdecimal()}


def test_every_operation_says_in_japanese_what_it_does(document: Any) -> None:
    operations = [(path, method, each) for path, item in document["paths"].items() for method, each in item.items()]
    assert len(operations) > 90
    assert [(path, method) for path, method, each in operations if not each.get("x-summary-ja")] == []


def test_no_status_hides_behind_a_default(document: Any) -> None:
    for item in document["paths"].values():
        for operation in item.values():
            assert "default" not in operation["responses"]
            assert {"401", "429", "5XX"} <= operation["responses"].keys()


def test_a_tables_own_document_has_its_columns_their_operators_and_typed_rows(of_table: Any) -> None:
    (operation,) = (item["get"] for path, item in of_table["paths"].items() if path.endswith("/rows"))
    taken = parameters(of_table, operation)
    assert {"コード", "名称__contains", "名称__within", "人口__gte", "人口__between"} <= taken.keys()
    assert not {"人口__contains", "人口__within", "box", "near"} & taken.keys()
    row = of_table["components"]["schemas"]["Row"]["properties"]
    assert row["人口"]["type"] == ["integer", "null"]
    assert "人" in row["人口"]["description"]
    assert taken["名称"]["schema"]["anyOf"][0]["enum"] == ["千代田区", "中央区"]


def test_a_tables_own_document_has_every_reserved_parameter(of_table: Any) -> None:
    (operation,) = (item["get"] for path, item in of_table["paths"].items() if path.endswith("/rows"))
    missing = {*RESERVED, *PASSED_OVER} - parameters(of_table, operation).keys()
    assert missing == {"box", "near"}  # which need coordinates
    measures = parameters(of_table, operation)["measures"]["schema"]["items"]["enum"]
    assert {"count", "sum(人口)", "distinct(名称)"} <= set(measures)
    assert "sum(名称)" not in measures


def test_a_hidden_tables_document_answers_as_an_unknown_ones(catalogue: Portal) -> None:
    from app.kernel.actor import SYSTEM

    hidden = catalogue.services.catalog.get(SYSTEM, "inside").resources[0].id
    unknown = "00000000-0000-0000-0000-000000000000"
    answers = [catalogue.client().get(f"/api/v1/resources/{each}/openapi.json") for each in (hidden, unknown)]
    assert answers[0].status_code == 404
    assert answers[0].data == answers[1].data


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_for_developers_names_every_operation_and_its_examples_run(
    catalogue: Portal, document: Any, language: str
) -> None:
    client = catalogue.client()
    page = client.get(f"/developers?lang={language}").text
    assert [path for path in document["paths"] if f"<code>{html.escape(path)}</code>" not in page] == []
    assert page.count("<script") == 1
    commands = [shlex.split(html.unescape(found)) for found in EXAMPLE.findall(page)]
    assert len(commands) == 7
    for program, *_, address in commands:
        answer = client.get(address.removeprefix(catalogue.services.site.url))
        assert (program, answer.status_code) == ("curl", 200), address
        assert answer.data


@pytest.mark.parametrize(
    ("query", "place", "offered"),
    [
        ("limt=5", "limt", "limit"),
        ("limit=1_0", "limit", "from 0 to 100"),
        ("limit=101", "limit", "from 0 to 100"),
        ("limit=1&limit=2", "limit", "once"),
        ("sort=newest", "sort", "relevance, updated"),
        ("updated_from=2026-02-30", "updated_from", "2026-04-01"),
        ("offset=", "offset", "from 0 to"),
    ],
)
def test_a_parameter_that_cannot_be_is_named_with_what_could(
    catalogue: Portal, query: str, place: str, offered: str
) -> None:
    answer = catalogue.client().get(f"/api/v1/datasets?{query}")
    (problem,) = json_of(answer)["report"]["problems"]
    assert (answer.status_code, problem["column"]) == (400, place)
    assert offered in problem["message"]["en"] + problem["advice"]["en"]
    assert place in problem["message"]["ja"]


def test_all_wrong_parameters_are_told_at_once(catalogue: Portal) -> None:
    answer = catalogue.client().get("/api/v1/datasets?limt=5&sort=x&offset=-1")
    assert {each["column"] for each in json_of(answer)["report"]["problems"]} == {"limt", "sort", "offset"}
