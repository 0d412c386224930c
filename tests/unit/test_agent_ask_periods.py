"""Periods in words, and the columns of a table that tell them: years, fiscal years, months, days and text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from app.agents import periods
from app.agents.service import AgentTools
from app.kernel.actor import ANONYMOUS
from tests.factories import Portal, make_portal, package

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("2021", "2021-01-01/2021-12-31"),
        ("２０２１年", "2021-01-01/2021-12-31"),
        ("令和3年度", "2021-04-01/2022-03-31"),
        ("R3年度", "2021-04-01/2022-03-31"),
        ("FY2021", "2021-04-01/2022-03-31"),
        ("fiscal year 2021", "2021-04-01/2022-03-31"),
        ("令和元年", "2019-01-01/2019-12-31"),
        ("R3", "2021-01-01/2021-12-31"),
        ("2021-04", "2021-04-01/2021-04-30"),
        ("2021/4/1", "2021-04-01/2021-04-01"),
        ("令和3年4月1日", "2021-04-01/2021-04-01"),
        ("20210401", "2021-04-01/2021-04-01"),
        ("April 2021", "2021-04-01/2021-04-30"),
        ("Apr 3, 2021", "2021-04-03/2021-04-03"),
        ("2020..2022", "2020-01-01/2022-12-31"),
        ("2020-2022", "2020-01-01/2022-12-31"),
        ("from 2020 to 2022", "2020-01-01/2022-12-31"),
        ("2020〜2022年度", "2020-04-01/2023-03-31"),
        ("平成27年度から30年度まで", "2015-04-01/2019-03-31"),
        ("2020-02-01/2020-03-15", "2020-02-01/2020-03-15"),
        ("1990s", "1990-01-01/1999-12-31"),
        ("2021年度第1四半期", "2021-04-01/2021-06-30"),
        ("Q4 2021", "2021-10-01/2021-12-31"),
        ("since 2020", "2020-01-01/None"),
        ("2020年以降", "2020-01-01/None"),
        ("after 2020", "2021-01-01/None"),
        ("before 2020", "None/2019-12-31"),
        ("2020年まで", "None/2020-12-31"),
        ("last 3 years", "2024-01-01/2026-12-31"),
        ("直近3年", "2024-01-01/2026-12-31"),
        ("過去12か月", "2025-12-01/2026-11-30"),
        ("last 30 days", "2026-11-01/2026-11-30"),
        ("昨年度", "2025-04-01/2026-03-31"),
        ("last month", "2026-10-01/2026-10-31"),
    ],
)
def test_periods_are_read_in_both_languages_and_calendars(words: str, days: str) -> None:
    found = periods.read(words, TODAY)
    assert found is not None
    assert f"{found.start}/{found.end}" == days


@pytest.mark.parametrize(
    "words", ["", "いつか", "2021-13", "0000", "12", "2022..2020", "999年", "〜" * 200, "last 9999999 years", "Q5 2021"]
)
def test_what_is_no_period_is_none(words: str) -> None:
    assert periods.read(words, TODAY) is None


@pytest.mark.parametrize("words", ["latest", "最新", "the most recent year", "最新の年度"])
def test_the_latest_is_whatever_the_table_has(words: str) -> None:
    found = periods.read(words, TODAY)
    assert found is not None
    assert found.is_latest


def made(here: Portal, name: str, kind: str, column: str, cells: list[str]) -> None:
    fields = [{"name": column, "type": kind}, {"name": "値", "type": "integer"}]
    csv = f"{column},値\n" + "".join(f"{cell},{number}\n" for number, cell in enumerate(cells))
    resource = {"name": "table", "path": "table.csv", "schema": {"fields": fields}}
    here.publish(package({"table.csv": csv}, name=name, title=name, resources=[resource]))


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentTools]:
    here = make_portal(tmp_path_factory.mktemp("portal"))
    made(here, "eras", "string", "年次", ["平成30年", "令和元年", "令和2年", "令和3年", "総数"])
    made(here, "fiscal", "year", "年度", ["2019", "2020", "2021", "2022"])
    made(here, "numbers", "integer", "年", ["2019", "2020", "2021", "2022"])
    made(here, "months", "yearmonth", "年月", ["2021-03", "2021-04", "2022-03", "2022-04"])
    made(here, "days", "date", "日付", ["2021-03-31", "2021-04-01", "2022-03-31", "2022-04-01"])
    yield here.services.agent_tools
    here.close()


def asked(tools: AgentTools, dataset: str, period: str) -> Any:
    outcome = tools.call(ANONYMOUS, "query_rows", {"dataset": dataset, "period": period})
    assert outcome.code == "ok", outcome.text
    return outcome.structure


@pytest.mark.parametrize(
    ("dataset", "period", "values"),
    [
        ("eras", "2019..2020", [1, 2]),
        ("eras", "令和3年度", [3]),
        ("eras", "since 2020", [2, 3]),
        ("eras", "latest", [3]),
        ("fiscal", "令和3年度", [2]),
        ("fiscal", "2021", [2]),
        ("fiscal", "2021-02", [1]),
        ("fiscal", "2020..", [1, 2, 3]),
        ("fiscal", "最新", [3]),
        ("numbers", "2020-2021", [1, 2]),
        ("months", "令和3年度", [1, 2]),
        ("months", "2022-04", [3]),
        ("months", "latest", [3]),
        ("days", "FY2021", [1, 2]),
        ("days", "2021", [0, 1]),
        ("days", "until 2021-03", [0]),
        ("days", "latest", [3]),
    ],
)
def test_a_period_chooses_rows_by_whatever_column_tells_it(
    tools: AgentTools, dataset: str, period: str, values: list[int]
) -> None:
    assert [row["値"] for row in asked(tools, dataset, period)["data"]["rows"]] == values


@pytest.mark.parametrize(
    ("dataset", "period", "said"),
    [
        ("fiscal", "2021", "fiscal years"),
        ("numbers", "令和3年度", "calendar years"),
        ("fiscal", "2021-02", "whole years"),
        ("eras", "2020", "no periods"),
    ],
)
def test_where_years_begin_otherwise_a_note_says_so(tools: AgentTools, dataset: str, period: str, said: str) -> None:
    assert any(said in note for note in asked(tools, dataset, period)["notes"])
