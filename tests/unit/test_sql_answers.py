"""Answers in SQL over HTTP: what they mean, who may ask about what, and what is offered instead."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.catalog.record import Access
from app.kernel.actor import ANONYMOUS, Role
from app.kernel.errors import BadRequest
from app.query.engine import TableEngine
from app.query.frame import frame_of
from app.query.sql.hints import Hints
from app.query.sql.names import Named, name_of
from app.query.sql.stream import stream_of
from tests.factories import Portal, json_of, make_portal, package

AREAS = "コード,面積\n131016,11.66\n131024,10.21\n131032,20.37\n"
SECRET = "コード,canary\n131016,CANARY-91\n131024,CANARY-92\n"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    made = make_portal(tmp_path_factory.mktemp("sql"))
    made.publish()
    areas = {"area.csv": AREAS, "second.csv": AREAS}
    made.publish(package(areas, name="areas", title="面積", resources=[{"name": n[:-4], "path": n} for n in areas]))
    secret = package({"s.csv": SECRET}, name="secret", title="内部", resources=[{"name": "s", "path": "s.csv"}])
    made.publish(secret, access=Access.INTERNAL)
    yield made
    made.close()


@pytest.fixture
def client(here: Portal) -> FlaskClient:
    return here.client()


def ask(client: FlaskClient, query: str, status: int = 200, **more: Any) -> Any:
    answer = client.post("/api/v1/sql", json={"query": query, **more})
    assert answer.status_code == status, answer.text
    return json_of(answer)


def test_a_join_over_datasets_keeps_meanings_and_cites_both(client: FlaskClient) -> None:
    found = ask(
        client,
        'SELECT a.名称, a.人口, b.面積, a.人口 / b.面積 AS 密度 FROM "ward-population" a '
        'JOIN "areas/area" b USING (コード) ORDER BY 人口',
    )

    assert found["rows"][0]["名称"] == "千代田区"
    assert [column.get("unit") for column in found["columns"]] == [None, "人", None, None]
    assert [column.get("table") for column in found["columns"]] == ["ward-population"] * 2 + ["areas/area", None]
    assert [table["pinned"] for table in found["citation"]["tables"]] == [
        "ward-population/population@1",
        "areas/area@1",
    ]
    assert all(table["attribution"]["ja"] for table in found["citation"]["tables"])


def test_sums_keep_the_unit_and_whole_numbers(client: FlaskClient) -> None:
    [total, count] = ask(client, 'SELECT sum(人口) AS s, count(人口) AS n FROM "ward-population"')["columns"]

    assert (total["type"], total["unit"], total["function"], total["of"]) == ("integer", "人", "sum", "人口")
    assert "unit" not in count


NAMES = (
    '"ward-population"',
    '"WARD-POPULATION"',
    '"ward-population/population"',
    "ward_population__population",
    "ward_population",
    '"ward-population@1"',
    '"ward-population/population@1"',
    '"areas/second"',
    "areas__area",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_table_has_several_names(client: FlaskClient, name: str) -> None:
    assert ask(client, f"SELECT count(*) AS n FROM {name}")["rows"][0]["n"] in {2, 3}


def test_a_resource_id_is_a_name(here: Portal, client: FlaskClient) -> None:
    resource = here.services.catalog.get(ANONYMOUS, "ward-population").resources[0]

    assert ask(client, f'SELECT count(*) AS n FROM "{resource.id}"')["rows"] == [{"n": 2}]


def test_a_dataset_of_several_tables_lists_them(client: FlaskClient) -> None:
    refused = ask(client, 'SELECT * FROM "areas"', 404)

    assert '"areas/second"' in refused["report"]["problems"][0]["advice"]["en"]


def test_what_is_hidden_is_as_what_is_not_there(client: FlaskClient) -> None:
    hidden, absent = (ask(client, f"SELECT * FROM {name}", 404) for name in ("secret", "absent"))

    assert str(hidden).replace("secret", "absent") == str(absent)


def test_with_may_take_a_hidden_name_and_gets_its_own_rows(client: FlaskClient) -> None:
    own = ask(client, "WITH secret AS (SELECT 1 AS x) SELECT * FROM secret")
    mixed = "SELECT * FROM (WITH secret AS (SELECT 1 AS x) SELECT * FROM secret), secret"

    assert own["rows"] == [{"x": 1}]
    ask(client, mixed, 404)


def test_own_people_ask_about_internal_data_and_it_is_recorded(here: Portal, caplog: pytest.LogCaptureFixture) -> None:
    viewer = here.token(Role.VIEWER, scopes=("read",))
    with caplog.at_level(logging.INFO, "app.query.sql.accesses"):
        answer = here.client().post("/api/v1/sql", json={"query": "SELECT * FROM secret"}, headers=viewer)

    acts = _acts(here)
    assert answer.status_code == 200, answer.text
    assert "CANARY-91" in answer.text
    assert acts[0].action == "dataset.ask"
    assert acts[0].detail["rows"] == 2
    assert "2 rows" in caplog.text


def test_an_error_that_may_quote_a_cell_of_internal_data_is_recorded(here: Portal) -> None:
    viewer, before = here.token(Role.VIEWER, scopes=("read",)), len(_acts(here))
    asked = {"query": 'SELECT CAST("名称" AS DATE) FROM secret'}
    answer = here.client().post("/api/v1/sql", json=asked, headers=viewer)

    assert answer.status_code == 400, answer.text
    [act] = [each for each in _acts(here)[: len(_acts(here)) - before] if each.action == "dataset.ask"]
    assert act.detail == {"failed": True}


def test_public_data_leaves_no_row_in_the_record(here: Portal, client: FlaskClient) -> None:
    before = len(_acts(here))
    ask(client, 'SELECT 1 FROM "ward-population"')

    assert len(_acts(here)) == before


def test_a_column_that_is_not_there_offers_the_columns(client: FlaskClient) -> None:
    [problem] = ask(client, 'SELECT 人工\nFROM "ward-population"', 400)["report"]["problems"]

    assert (problem["row"], problem["column"]) == (1, "8")
    assert '"人口"' in problem["advice"]["ja"]


def test_types_arrive_as_what_they_are(client: FlaskClient) -> None:
    [row] = ask(
        client,
        "SELECT 1.10::DECIMAL(9, 2) AS d, DATE '2026-04-01' AS day, TIME '01:02:03' AS t, 9007199254740993 AS big,"
        " true AS b, NULL AS nothing, 'a' AS text, TIMESTAMPTZ '2026-04-01 09:00:00+09' AS at, INTERVAL 1 DAY AS i",
    )["rows"]

    assert row | {"i": ""} == {
        "d": 1.1,
        "day": "2026-04-01",
        "t": "01:02:03",
        "big": 9007199254740993,
        "b": True,
        "nothing": None,
        "text": "a",
        "at": "2026-04-01T00:00:00Z",
        "i": "",
    }


def test_an_answer_is_a_stream_that_formats_can_write(here: Portal, tmp_path: Path) -> None:
    text = (
        "SELECT 1.10::DECIMAL(9, 2) AS d, DATE '2026-04-01' AS day, TIME '01:02:03' AS t, 'NaN'::DOUBLE AS nan,"
        " true AS b, 170141183460469231731687303715884105727 AS wide, '改\n行' AS text,"
        " TIMESTAMPTZ '2026-04-01 09:00:00+09' AS at"
    )
    sql = here.services.sql
    answered = sql.ask(text, sql.examine(text), {}, limit=10)

    stream = stream_of(answered, TableEngine(), tmp_path / "rows.jsonl")
    [[row]] = list(stream.batches())
    stream.close()

    assert (*row[:3], *row[4:]) == (*answered.answer.rows[0][:3], *answered.answer.rows[0][4:])
    assert math.isnan(row[3])


def test_names_that_stand_twice_are_told_apart(client: FlaskClient) -> None:
    assert ask(client, "SELECT 1 AS a, 2 AS a, 3 AS a_2")["rows"] == [{"a": 1, "a_2": 2, "a_2_2": 3}]


def test_rows_past_the_limit_are_cut_and_said_to_be(client: FlaskClient) -> None:
    cut = ask(client, 'SELECT * FROM "areas/area"', limit=2)
    whole = ask(client, 'SELECT * FROM "areas/area"', limit=3)

    assert (len(cut["rows"]), cut["truncated"], cut["exact"]) == (2, True, False)
    assert (len(whole["rows"]), whole["truncated"], whole["exact"]) == (3, False, True)


def test_an_explanation_counts_columns_that_would_be_read(client: FlaskClient) -> None:
    one, two = (
        json_of(client.post("/api/v1/sql/explain", json={"query": f'SELECT {columns} FROM "ward-population"'}))
        for columns in ("人口", "*")
    )

    assert one["rows"] == two["rows"] == 2
    assert 0 < one["bytes"] < two["bytes"]
    assert one["reads"][0]["columns"] == ["人口"]


def test_a_product_of_tables_that_is_too_large_is_refused_before_it_runs(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.query.sql.service.MAX_PAIRS", 8)
    refused = ask(client, 'SELECT count(*) FROM "areas/area" a, "areas/area" b', 422)

    assert "9" in refused["messages"]["en"]


def test_a_question_may_stand_in_the_address(client: FlaskClient) -> None:
    answer = client.get("/api/v1/sql", query_string={"query": "SELECT 1 AS a", "limit": "1"})

    assert json_of(answer)["rows"] == [{"a": 1}]
    assert client.get("/api/v1/sql").status_code == 400
    assert client.get("/api/v1/sql", query_string={"query": "SELECT 1", "limit": "10001"}).status_code == 400


def test_a_day_that_python_has_not_comes_as_text(client: FlaskClient) -> None:
    assert ask(client, "SELECT DATE '20000-01-01' AS day")["rows"] == [{"day": "20000-01-01"}]


@pytest.mark.parametrize("suffix", ["csv", "excel.csv", "jsonl", "arrow", "parquet", "xlsx", "md"])
def test_an_answer_comes_in_every_format_of_rows(client: FlaskClient, suffix: str) -> None:
    query = {"query": 'SELECT コード, 面積 FROM "areas/area" ORDER BY 面積'}
    answer = client.get(f"/api/v1/sql.{suffix}", query_string=query)

    assert answer.status_code == 200, answer.text
    assert 'rel="cite-as"' in answer.headers["Link"]
    assert suffix != "csv" or answer.text.splitlines() == [
        "コード,面積",
        "131024,10.21",
        "131016,11.66",
        "131032,20.37",
    ]


def test_a_permalink_answers_the_same_bytes_after_the_data_changed(tmp_path: Path) -> None:
    portal = make_portal(tmp_path)

    def publish(content: str) -> None:
        portal.publish(package({"a.csv": content}, name="a", title="面積", resources=[{"name": "a", "path": "a.csv"}]))

    publish(AREAS)
    client = portal.client()
    query = "SELECT sum(面積) AS 計 FROM a"
    link = ask(client, query)["citation"]["permalink"].removeprefix(portal.services.site.url)
    before = client.get(link)
    publish(AREAS.replace("11.66", "12.66"))
    after = client.get(link)
    now = ask(client, query)
    again = client.get(link, headers={"If-None-Match": after.headers["ETag"]})
    portal.close()

    assert before.data == after.data
    assert json_of(after)["rows"] == [{"計": 42.24}]
    assert again.status_code == 304
    assert now["rows"] == [{"計": 43.24}]


def test_a_question_too_long_for_an_address_is_cited_by_when_it_was_so(tmp_path: Path) -> None:
    portal = make_portal(tmp_path)

    def publish(content: str) -> None:
        portal.publish(package({"a.csv": content}, name="a", title="面積", resources=[{"name": "a", "path": "a.csv"}]))

    publish(AREAS)
    client = portal.client()
    query = f"SELECT sum(面積) AS 計 FROM a WHERE コード NOT IN ({', '.join(map(str, range(2500)))})"
    before = ask(client, query)
    publish(AREAS.replace("11.66", "12.66"))
    then, again = (ask(client, query, at=before["citation"]["at"]) for _ in range(2))
    portal.close()

    assert before["citation"]["permalink"] is None
    assert "citation.at" in before["notes"][0]["message"]["ja"]
    assert then == again
    assert then["rows"] == before["rows"] == [{"計": 42.24}]
    assert then["citation"]["query_hash"] == before["citation"]["query_hash"]


def test_every_permalink_fits_into_a_request_line(client: FlaskClient) -> None:
    for letters in range(7000, 8000, 97):
        link = ask(client, f"SELECT '{'x' * letters}'")["citation"]["permalink"]
        assert link is None or len(f"GET {link} HTTP/1.1\r\n") <= 8190


def test_a_file_of_a_long_question_has_no_link(client: FlaskClient) -> None:
    answer = client.get("/api/v1/sql.csv", query_string={"query": f"SELECT '{'x' * 8000}' AS a"})

    assert answer.status_code == 200
    assert "Link" not in answer.headers


@pytest.mark.parametrize("asked", ["current_date", "Current_Timestamp", "localtime", "age(DATE '2020-01-01')"])
def test_what_time_it_is_has_no_permalink_and_is_no_answer_for_good(client: FlaskClient, asked: str) -> None:
    query = f'SELECT CAST({asked} AS VARCHAR) AS t FROM "areas/area"'
    now = ask(client, query)
    [problem] = ask(client, query, 400, at="2100-01-01T00:00Z")["report"]["problems"]
    got = client.get("/api/v1/sql", query_string={"query": query, "at": "2100-01-01T00:00Z"})

    assert now["citation"]["permalink"] is None
    assert now["citation"]["at"] is None
    assert now["notes"][0]["code"] == "no-permalink"
    assert problem["code"] == "sql-clock"
    assert got.status_code == 400


def test_a_column_with_the_clocks_name_is_asked_for_good(client: FlaskClient) -> None:
    query = "SELECT x.current_date FROM (SELECT 1 AS current_date) AS x"

    assert ask(client, query, at="2100-01-01T00:00Z")["rows"] == [{"current_date": 1}]


@pytest.mark.parametrize(
    "query",
    [
        'SELECT x FROM "areas/area" AS x',
        'SELECT count("areas/area") FROM "areas/area"',
        'SELECT a FROM "areas/area" AS x(a, b)',
        'SELECT 1 FROM "areas/area" NATURAL JOIN "areas/second"',
    ],
)
def test_rows_as_a_whole_are_priced_as_all_of_their_columns(client: FlaskClient, query: str) -> None:
    price, every = (
        json_of(client.post("/api/v1/sql/explain", json={"query": each}))["reads"][0]
        for each in (query, 'SELECT * FROM "areas/area"')
    )

    assert price["columns"] == every["columns"] == ["コード", "面積"]
    assert price["bytes"] == every["bytes"] > 0


def test_a_column_named_as_its_table_is_priced_as_that_column(here: Portal, client: FlaskClient) -> None:
    files = {"p.csv": "place,other\nx,1\ny,2\n"}
    here.publish(package(files, name="place", title="所", resources=[{"name": "p", "path": "p.csv"}]))
    found = json_of(client.post("/api/v1/sql/explain", json={"query": "SELECT place FROM place"}))

    assert found["reads"][0]["columns"] == ["place"]


def test_two_tables_whose_names_are_one_to_the_engine_are_refused_with_names_that_are_not(here: Portal) -> None:
    """A package cannot have such resources; what else brings tables in might."""
    record = here.services.catalog.get(ANONYMOUS, "areas")
    upper, lower = (replace(each, name=name) for each, name in zip(record.resources, ("Twin", "twin"), strict=True))
    twins = replace(record, resources=(upper, lower))
    tables = {
        f"areas/{each.name}": Named(f"areas/{each.name}", twins, each, frame_of(each, here.services.store))
        for each in twins.resources
    }
    text, sql = 'SELECT * FROM "areas/Twin", "areas/twin"', here.services.sql
    with pytest.raises(BadRequest) as refused:
        sql.ask(text, sql.examine(text), tables, limit=1)

    assert refused.value.report is not None
    assert upper.id in refused.value.report.problems[0].advice.en
    assert [name_of(twins, each) for each in twins.resources] == [upper.id, lower.id]


def test_a_name_in_other_capitals_is_the_same_table(client: FlaskClient) -> None:
    assert ask(client, 'SELECT count(*) AS n FROM "areas/area", "AREAS/Area"')["rows"] == [{"n": 9}]


def test_hints_stop_walking_at_their_deadline_and_keep_no_more_than_they_may(
    here: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.query.sql.hints.KNOWN_COLUMNS", 3)
    monkeypatch.setattr("app.query.sql.hints.LOOKED_AT_ONCE", 1)
    services = here.services
    hints = Hints(services.catalog, services.store, TableEngine())
    record = services.catalog.get(ANONYMOUS, "ward-population")
    hints._refresh(math.inf)
    mine = Named("x", record, record.resources[0], frame_of(record.resources[0], services.store))

    assert 0 < sum(map(len, hints._columns.values())) <= 3
    assert list(hints._candidates(mine, 0.0)) == []


def test_hints_of_a_large_catalogue_are_read_beside_the_requests(here: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.query.sql.hints.LARGE", 0)
    monkeypatch.setattr("app.query.sql.hints.PAUSE", 0)
    services = here.services
    hints = Hints(services.catalog, services.store, TableEngine())
    record = services.catalog.get(ANONYMOUS, "areas")
    at_once = hints.joins(ANONYMOUS, record, record.resources[0])
    assert hints._reader
    hints._reader.join(10)

    assert len(at_once) <= len(hints.joins(ANONYMOUS, record, record.resources[0])) > 0


def test_what_was_not_published_yet_is_not_there(client: FlaskClient) -> None:
    answer = client.get("/api/v1/sql", query_string={"query": 'SELECT 1 FROM "areas/area"', "at": "2000-01-01T00:00Z"})

    assert answer.status_code == 404
    assert "at" in answer.text


def test_hints_name_tables_with_the_same_values_and_none_that_are_hidden(here: Portal, client: FlaskClient) -> None:
    resource = here.services.catalog.get(ANONYMOUS, "ward-population").resources[0]
    answer = client.get(f"/api/v1/resources/{resource.id}/joins")
    hints = json_of(answer)["joins"]

    assert {hint["table"] for hint in hints} == {"areas/area", "areas/second"}
    assert all((hint["column"], hint["share"]) == ("コード", 1.0) for hint in hints)
    assert "secret" not in answer.text
    assert ask(client, hints[0]["sql"])["total"] == 2


def test_the_publishers_people_are_hinted_their_internal_tables_too(here: Portal) -> None:
    resource = here.services.catalog.get(ANONYMOUS, "ward-population").resources[0]
    viewer = here.token(Role.VIEWER, scopes=("read",))
    answer = here.client().get(f"/api/v1/resources/{resource.id}/joins", headers=viewer)

    assert "secret" in {hint["table"] for hint in json_of(answer)["joins"]}


def _acts(here: Portal) -> list[Any]:
    from app import audit

    with here.services.database.read() as session:
        return list(audit.acts(session, organization_ids=None, offset=0, limit=100).items)
