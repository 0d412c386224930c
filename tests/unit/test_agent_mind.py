"""What agents must mind: totals that run on, totals among their parts, whose dates are told, and which place is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.agents.finding import find, widened
from app.agents.service import AgentTools
from app.agents.tool import Call
from app.kernel.actor import ANONYMOUS
from app.search.answer import SearchAnswer
from app.search.notices import without
from tests.factories import Portal, make_portal, package

DAYS = [date(2020, 8, 1) + timedelta(days=number) for number in range(40)]
COUNTRIES = ("Japan", "Germany", "France", "Italy", "Kenya", "Korea, Republic of")
WHOLES = (("World", "WLD"), ("High income", "HIC"), ("OECD members", "OED"))


def csv_of(names: str, rows: list[tuple[Any, ...]]) -> str:
    return "\n".join([names, *(",".join(f'"{cell}"' for cell in row) for row in rows)]) + "\n"


def running() -> str:
    """Two wards of which one took a case back, how many are not known yet, and a level that rises a little."""
    cells = [(day, at * 30 - (at == 20), at * at, 100 - at if at % 2 else at, 5000 + at) for at, day in enumerate(DAYS)]
    return csv_of("日付,新宿区,中央区,調査中,病床", cells)


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentTools]:
    portal: Portal = make_portal(tmp_path_factory.mktemp("portal"))
    world = [(name, f"C{at}", year, 10) for at, name in enumerate(COUNTRIES) for year in (2021, 2022)]
    world += [(name, code, year, 60) for name, code in WHOLES for year in (2021, 2022)]
    wards = [("2024-04-01", name, 5) for name in ("千代田区", "中央区", "港区")] + [("2024-04-01", "総　数", 15)]
    wide = ",".join(f"項目{number}" for number in range(60))
    files = {
        "patients": running(),
        "gdp": csv_of("Country Name,Country Code,Year,Value", world),
        "wards": csv_of("調査日,名称,人口", wards),
        "visits": csv_of("column_1,column_2", [(day, 3) for day in DAYS]),
        "wide": csv_of(wide, [tuple("値" * 20 for _ in range(60))]),
    }
    for name, text in files.items():
        covers = {"gdp": {"spatial": ["Japan"]}}.get(name, {})
        portal.publish(package({f"{name}.csv": text}, name=name, title=name, resources=[told(name)], **covers))
    yield portal.services.agent_tools
    portal.close()


def told(name: str) -> dict[str, Any]:
    return {"name": name, "path": f"{name}.csv"}


def asked(tools: AgentTools, tool: str = "query_rows", **arguments: Any) -> Any:
    return tools.call(ANONYMOUS, tool, arguments).structure


def totals(tools: AgentTools, **arguments: Any) -> Any:
    return asked(tools, **arguments)["data"].get("totals")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"measures": ["sum(新宿区)", "avg(中央区)"], "period": "2020-08"}, ["中央区", "新宿区"]),
        ({"measures": ["sum(新宿区)"], "group_by": ["month(日付)"]}, ["新宿区"]),
        ({"measures": ["sum(新宿区)"], "group_by": ["日付"]}, None),
        ({"measures": ["sum(新宿区)"], "period": "2020-08-03"}, None),
        ({"measures": ["max(新宿区)", "sum(調査中)", "sum(病床)"]}, None),
    ],
)
def test_a_running_total_that_is_summed_over_dates_is_told(tools: AgentTools, arguments: Any, expected: Any) -> None:
    answer = asked(tools, dataset="patients", **arguments)

    assert answer["data"].get("running_totals") == expected
    assert any("running total" in note for note in answer["notes"]) == bool(expected)


def test_a_table_is_described_with_its_running_totals(tools: AgentTools) -> None:
    assert asked(tools, "describe_dataset", dataset="patients")["data"]["running_totals"] == ["新宿区", "中央区"]
    assert "running_totals" not in asked(tools, "describe_dataset", dataset="gdp")["data"]


def test_totals_among_parts_are_told_with_the_filter_that_leaves_them_out(tools: AgentTools) -> None:
    found = totals(tools, dataset="gdp", measures=["sum(Value)"], period="2022")
    parts = asked(tools, dataset="gdp", measures=["sum(Value)"], period="2022", filters=found["filters"])

    assert found["values"] == ["World", "High income", "OECD members"]
    assert parts["data"]["rows"] == [{"sum_Value": 60}]
    assert "totals" not in parts["data"]
    assert totals(tools, dataset="wards", sort=["-人口"])["filters"] == ["名称 != 総　数"]


def test_totals_are_not_told_of_where_rows_are_apart_or_one_is_asked_for(tools: AgentTools) -> None:
    assert totals(tools, dataset="gdp", place="Japan", measures=["sum(Value)"]) is None
    assert totals(tools, dataset="gdp", group_by=["Country Name"], measures=["sum(Value)"]) is None
    assert totals(tools, dataset="gdp") is None
    assert totals(tools, dataset="gdp", group_by=["Country Name"], measures=["sum(Value)"], sort=["-sum(Value)"])


def test_the_latest_of_many_rows_says_how_many_share_it(tools: AgentTools) -> None:
    notes = {name: asked(tools, dataset=name, period="latest")["notes"] for name in ("gdp", "patients")}

    assert "9 rows share the latest date or period." in notes["gdp"]
    assert not any("share" in note for note in notes["patients"])


def test_a_country_is_looked_for_before_a_municipality_where_a_table_has_countries(tools: AgentTools) -> None:
    (near,) = asked(tools, dataset="gdp", place="Germny")["data"]["problems"]

    assert asked(tools, dataset="gdp", place="Korea")["data"]["rows"][0]["Country Name"] == "Korea, Republic of"
    assert (near["code"], "Germany" in near["advice"]) == ("country-not-told", True)


def test_a_place_that_no_column_tells_is_refused_with_what_the_table_is_about(tools: AgentTools) -> None:
    (found,) = asked(tools, dataset="patients", place="八王子市")["data"]["problems"]

    assert "新宿区" in found["advice"]


def test_the_day_data_was_sent_is_not_told_as_its_own(tools: AgentTools) -> None:
    found = {name: asked(tools, "search_datasets", query=name)["data"]["results"][0] for name in ("visits", "wide")}

    assert (found["visits"].get("period"), "published" in found["visits"]) == ("2020-08-01/2020-09-09", False)
    assert ("period" in found["wide"], "published" in found["wide"]) == (False, True)


def test_what_search_did_without_is_not_told_where_it_was_used_apart(tools: AgentTools) -> None:
    found = find(tools.desk, Call(ANONYMOUS, datetime(2026, 6, 1, tzinfo=UTC)), "visits 2020年8月")
    best = replace(found.found[0], sure=replace(found.found[0].sure, missing=("男女別",)))

    def said(*words: str) -> tuple[str, ...]:
        return widened(SearchAnswer((), 0, relaxed=without(words, is_partial=True)), best, found.wanted)

    assert said("2020年8月") == said("患者が一番多い区") == ("Results without “男女別”.",)
    assert said("visits") == ("Nothing has “visits”. These results have some of the other words.",)


def test_a_wide_table_is_cut_before_how_to_cite_it(tools: AgentTools) -> None:
    answer = asked(tools, "describe_dataset", dataset="wide", max_tokens=1500)

    assert answer["data"]["more_columns"]
    assert "attribution" in answer["data"]["citation"]
    assert "parts (60 columns" in answer["notes"][-1]
