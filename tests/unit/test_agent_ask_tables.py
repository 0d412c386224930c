"""Tables for agents: described so that they ask right, asked in SQL, compared through time, and who may see what."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from app import audit
from app.agents.service import AgentTools, Outcome
from app.catalog.record import Access, State
from app.kernel.actor import ANONYMOUS, SYSTEM
from tests.factories import Portal, descriptor, make_portal, package

FIRST = "コード,名称,人口\n131016,千代田区,66680\n131024,中央区,169179\n"
SECOND = "コード,名称,人口\n131016,千代田区,66680\n131024,中央区,170000\n131032,港区,\n"
SALES = "年度,店,種別,売上,率\n" + "".join(
    f"{year},店{shop},{'ABC'[shop % 3]},{shop * 100},{shop / 10}\n" for year in (2021, 2022) for shop in range(1, 9)
)
SHOPS = {
    "name": "sales",
    "path": "sales.csv",
    "schema": {
        "fields": [
            {"name": "年度", "type": "year"},
            {"name": "店", "type": "string", "description": "店の名前"},
            {"name": "種別", "type": "string", "categories": [{"value": "A", "label": "食品"}, "B", "C"]},
            {"name": "売上", "type": "integer", "unit": "円"},
            {"name": "率", "type": "number", "unit": "%"},
        ],
        "missingValues": ["", "不明"],
    },
}


def wide() -> tuple[str, dict[str, Any]]:
    """Make a table of sixty columns, one of them empty."""
    names = [f"項目{number}" for number in range(60)]
    csv = ",".join(names) + "\n" + ",".join(["", *("値" * 20 for _ in names[1:])]) + "\n"
    fields = [{"name": name, "type": "string", "description": "説明" * 30} for name in names]
    return csv, {"name": "wide", "path": "wide.csv", "schema": {"fields": fields}}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    portal = make_portal(tmp_path_factory.mktemp("portal"))
    portal.publish(package({"population.csv": FIRST}))
    resource = descriptor()["resources"][0]
    fields = [*resource["schema"]["fields"][:2], resource["schema"]["fields"][2] | {"unit": "person"}]
    changed = [resource | {"schema": resource["schema"] | {"fields": fields}}]
    portal.publish(package({"population.csv": SECOND}, version="2.0", resources=changed))
    caveats = "売上は税込みです。"
    portal.publish(package({"sales.csv": SALES}, name="sales", title="店の売上", resources=[SHOPS], caveats=caveats))
    csv, described = wide()
    portal.publish(package({"wide.csv": csv}, name="wide", title="広い表", resources=[described]))
    portal.publish(package({"population.csv": FIRST}, name="hidden", title="内部"), access=Access.INTERNAL)
    leaflet = {"name": "leaflet", "path": "leaflet.txt"}
    portal.publish(package({"leaflet.txt": "しおり"}, name="leaflet", title="しおり", resources=[leaflet]))
    yield portal
    portal.close()


@pytest.fixture(scope="module")
def tools(here: Portal) -> AgentTools:
    return here.services.agent_tools


def called(tools: AgentTools, name: str, **arguments: Any) -> Outcome:
    return tools.call(ANONYMOUS, name, arguments)


def data(tools: AgentTools, name: str, **arguments: Any) -> Any:
    outcome = called(tools, name, **arguments)
    assert outcome.code == "ok", outcome.text
    return outcome.structure["data"]


def test_a_description_has_what_is_needed_to_ask(tools: AgentTools) -> None:
    found = data(tools, "describe_dataset", dataset="sales", detail="standard")
    columns = {each["name"]: each for each in found["columns"]}
    assert columns["売上"] == {
        "name": "売上",
        "type": "integer",
        "unit": "円",
        "min": 100,
        "max": 800,
        "distinct": 8,
    }
    assert columns["種別"]["codes"] == {"A": "食品", "B": "", "C": ""}
    assert columns["店"]["definition"] == "店の名前"
    assert (found["rows"], found["sql"], found["empty_words"]) == (16, '"sales"', ["不明"])
    assert (found["caveats"], len(found["sample"])) == ("売上は税込みです。", 3)
    assert found["citation"]["license"]["url"]


@pytest.mark.parametrize(("detail", "most"), [("brief", 400), ("standard", 1500), ("full", 2000)])
def test_an_ordinary_table_is_described_in_few_tokens(tools: AgentTools, detail: str, most: int) -> None:
    for dataset in ("sales", "ward-population"):
        outcome = called(tools, "describe_dataset", dataset=dataset, detail=detail)
        assert (outcome.structure["truncated"], outcome.tokens < most) == (False, True), outcome.tokens


@pytest.mark.parametrize("dataset", ["sales", "ward-population", "wide"])
def test_the_questions_that_are_proposed_run(tools: AgentTools, dataset: str) -> None:
    proposed = data(tools, "describe_dataset", dataset=dataset, detail="standard", max_tokens=9000)["ask"]
    assert proposed
    for arguments in proposed:
        outcome = called(tools, "query_rows", **arguments)
        assert (outcome.code, outcome.structure["data"]["total"] > 0) == ("ok", True), arguments


def test_numbers_are_added_up_where_they_have_a_unit_that_can_be(tools: AgentTools) -> None:
    proposed = data(tools, "describe_dataset", dataset="sales", detail="standard")["ask"]
    assert {"dataset": "sales", "period": "latest", "sort": ["-売上"], "limit": 10} in proposed
    assert {
        "dataset": "sales",
        "group_by": ["種別"],
        "measures": ["sum(売上)"],
        "sort": ["-sum(売上)"],
        "period": "latest",
    } in proposed


def test_a_description_that_is_cut_loses_its_last_columns_and_names_them(tools: AgentTools) -> None:
    outcome = called(tools, "describe_dataset", dataset="wide", detail="standard", max_tokens=1500)
    found = outcome.structure["data"]
    assert (outcome.structure["truncated"], outcome.tokens <= 1500) == (True, True)
    names = [each["name"] for each in found["columns"]] + found["more_columns"]
    assert names == [f"項目{number}" for number in range(1, 60)]
    assert found["empty_columns"] == ["項目0"]
    assert "sample" not in found


def test_a_dataset_without_tables_is_described_by_its_files(tools: AgentTools) -> None:
    outcome = called(tools, "describe_dataset", dataset="leaflet")
    [file] = outcome.structure["data"]["files"]
    assert file["url"].endswith("/dataset/leaflet/data/leaflet.txt")
    assert "no table" in outcome.structure["notes"][-1]


def test_a_version_is_described_as_it_was(tools: AgentTools) -> None:
    outcome = called(tools, "describe_dataset", dataset="ward-population", version=1)
    assert (outcome.structure["data"]["rows"], outcome.structure["notes"]) == (
        2,
        ["This is version 1; the newest is 2."],
    )
    assert outcome.structure["data"]["ask"][0]["version"] == 1


def test_sql_keeps_units_and_cites_every_table(tools: AgentTools) -> None:
    query = (
        'SELECT a."名称", sum(a."人口") AS n FROM "ward-population" a JOIN "sales" b ON true GROUP BY 1 ORDER BY 2 DESC'
    )
    found = data(tools, "run_sql", query=query)
    assert found["columns"][1] == {
        "name": "n",
        "type": "integer",
        "unit": "person",
        "table": "ward-population",
        "of": "人口",
    }
    assert found["rows"][0] == {"名称": "港区", "n": None} or found["total"] == 3
    assert [each["dataset"] for each in found["citation"]["tables"]] == ["ward-population", "sales"]
    assert found["caveats"] == ["売上は税込みです。"]
    assert found["citation"]["permalink"].startswith("http://")


def test_sql_permalinks_answer_the_same(here: Portal, tools: AgentTools) -> None:
    found = data(tools, "run_sql", query='SELECT "名称" FROM "ward-population" WHERE "人口" > 100000')
    link = found["citation"]["permalink"].partition("/api/")[2]
    answer = here.client().get(f"/api/{link}").get_json()
    assert answer["rows"] == found["rows"] == [{"名称": "中央区"}]
    assert answer["citation"]["query_hash"] == found["citation"]["query_hash"]


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        ("DROP TABLE x", "bad-request", "Write one SELECT"),
        ("SELECT * FROM nothing", "not-found", "Tables are named"),
        ('SELECT "人工" FROM "sales"', "bad-request", "売上"),
        ("SELEC", "bad-request", "spelling"),
        ("SELECT * FROM read_csv('/etc/passwd')", "bad-request", ""),
        ('SELECT * FROM "hidden"', "not-found", ""),
        ("", "bad-request", ""),
        ("\ud800", "bad-arguments", ""),
    ],
)
def test_sql_that_cannot_be_run_says_what_is_allowed(tools: AgentTools, query: str, code: str, said: str) -> None:
    outcome = called(tools, "run_sql", query=query)
    assert (outcome.code, said in json.dumps(outcome.structure["data"], ensure_ascii=False)) == (code, True)


def test_sql_over_guarded_data_is_recorded_once(here: Portal, tools: AgentTools) -> None:
    found = tools.call(SYSTEM, "run_sql", {"query": 'SELECT count(*) FROM "hidden"'}).structure["data"]
    hashes = [act.detail["query_hash"] for act in asked_acts(here)]
    assert hashes.count(found["citation"]["query_hash"]) == 1


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("run_sql", {"query": 'SELECT CAST("名称" AS INTEGER) FROM "hidden"'}),
        ("run_sql", {"query": 'SELECT nothing FROM "hidden"'}),
        ("query_rows", {"dataset": "hidden", "columns": ["nothing"]}),
        ("describe_dataset", {"dataset": "hidden", "resource": "nothing"}),
    ],
)
def test_an_error_about_guarded_data_is_recorded_too(
    here: Portal, tools: AgentTools, tool: str, arguments: dict[str, Any]
) -> None:
    before = len(asked_acts(here))
    assert tools.call(SYSTEM, tool, arguments).is_error
    assert len(asked_acts(here)) == before + 1


def test_strangers_of_one_address_share_places_for_sql(here: Portal, tools: AgentTools) -> None:
    places, question = here.services.sql.pool.places, {"query": "SELECT 1"}
    with places.taken("net"):
        waiting = threading.Thread(target=tools.call, args=(ANONYMOUS, "run_sql", question), kwargs={"asker": "net"})
        waiting.start()
        while not places._waiting:
            time.sleep(0.001)
        began = time.monotonic()
        assert tools.call(ANONYMOUS, "run_sql", question, asker="net").code == "busy"
        assert time.monotonic() - began < here.services.sql.pool.bounds.wait_seconds / 2
    waiting.join()


def asked_acts(portal: Portal) -> list[audit.Act]:
    with portal.services.database.read() as session:
        acts = audit.acts(session, organization_ids=None, offset=0, limit=100).items
    return [act for act in acts if act.action == "dataset.ask"]


def test_changes_of_a_dataset_count_rows_and_columns(tools: AgentTools) -> None:
    found = data(tools, "list_changes", dataset="ward-population")
    [table] = found["tables"]
    assert table["counts"] == {"inserted": 1, "updated": 1, "deleted": 0}
    assert table["schema"] == [{"event": "unit-changed", "column": "人口", "before": "人", "after": "person"}]
    assert table["changes"][0] == {
        "change": "updated",
        "key": {"コード": "131024"},
        "changed": {"人口": {"before": 169179, "after": 170000}},
    }
    assert [each["number"] for each in found["versions"]] == [2, 1]


def test_a_first_version_is_all_new_and_nothing_is_new_since_the_last(tools: AgentTools) -> None:
    assert data(tools, "list_changes", dataset="sales")["tables"][0]["counts"]["inserted"] == 16
    [table] = data(tools, "list_changes", dataset="ward-population", since="2")["tables"]
    assert table["counts"] == {"inserted": 0, "updated": 0, "deleted": 0}


def test_changes_of_the_catalogue_are_what_everybody_may_see(tools: AgentTools) -> None:
    found = data(tools, "list_changes", since="last 7 days")
    told = {each["dataset"]: each["what"] for each in found["changes"]}
    assert told == dict.fromkeys(("leaflet", "wide", "sales", "ward-population"), "new dataset")
    assert data(tools, "list_changes", since="2099")["changes"] == []


@pytest.mark.parametrize("arguments", [{"since": "soon"}, {"dataset": "sales", "since": "99"}, {"since": "\0"}])
def test_a_since_that_is_none_says_how_it_is_written(tools: AgentTools, arguments: dict[str, str]) -> None:
    outcome = called(tools, "list_changes", **arguments)
    assert (outcome.code, outcome.structure["data"]["problems"][0]["at"]) == ("bad-request", "since")


@pytest.mark.parametrize("tool", ["describe_dataset", "query_rows", "list_changes"])
def test_what_is_internal_or_unknown_is_not_found_alike(tools: AgentTools, tool: str) -> None:
    codes = {called(tools, tool, dataset=name).code for name in ("hidden", "nothing-of-the-kind")}
    assert codes == {"not-found"}


def test_a_dataset_that_was_withdrawn_says_why(here: Portal, tools: AgentTools) -> None:
    here.publish(package({"population.csv": FIRST}, name="gone", title="取り下げ"))
    here.services.catalog.move(SYSTEM, "gone", State.WITHDRAWN, reason="誤りがありました。")
    for tool in ("describe_dataset", "query_rows", "list_changes"):
        outcome = called(tools, tool, dataset="gone")
        assert (outcome.code, outcome.structure["data"]["reason"]) == ("withdrawn", "誤りがありました。")
