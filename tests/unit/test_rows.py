"""What reading costs: rows of tables stay within bounds, and a record takes no more than it shows."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy import text

from app.catalog.record import ResourceRecord
from app.kernel.errors import OverLimit
from app.query.answer import Answer
from app.query.question import Condition, Op, Order, Question
from app.query.rows import Rows
from tests.factories import Portal, make_portal, package

LONG = "x" * 10_000


def long_rows(count: int) -> bytes:
    content = "n,words\n" + "".join(f"{number},{LONG}\n" for number in range(count))
    return package({"long.csv": content}, resources=[{"name": "long", "path": "long.csv"}])


def first(rows: Rows, resource: ResourceRecord, limit: int) -> Answer:
    return rows.ask(rows.frame(resource), Question(limit=limit))


@pytest.fixture
def here(tmp_path: Path) -> Portal:
    return make_portal(tmp_path)


def test_rows_stop_at_the_limit_of_bytes_and_say_so(here: Portal) -> None:
    resource = here.publish(long_rows(30)).resources[0]
    page = first(Rows(here.services.store, max_bytes=50_000), resource, 30)
    assert len(page.rows) == 5
    assert page.truncated
    assert page.total == 30


def test_pages_that_were_cut_short_go_on_behind_their_last_row(here: Portal) -> None:
    resource = here.publish(long_rows(30)).resources[0]
    rows = Rows(here.services.store, max_bytes=50_000)
    question, found = Question(limit=20, sort=[Order(column="words")]), 0
    while True:
        page = rows.ask(rows.frame(resource), question)
        found += len(page.rows)
        if not page.next:
            break
        question = question.model_copy(update={"after": page.next})
    assert found == 30


def test_a_sample_of_too_many_bytes_is_over_the_limit(here: Portal) -> None:
    resource = here.publish(long_rows(30)).resources[0]
    rows = Rows(here.services.store, max_bytes=50_000)
    assert len(rows.sample(rows.frame(resource), 3)) == 3
    with pytest.raises(OverLimit):
        rows.sample(rows.frame(resource), 20)


def test_rows_that_fit_are_all_answered(here: Portal) -> None:
    resource = here.publish(long_rows(5)).resources[0]
    page = first(Rows(here.services.store, max_bytes=50_000), resource, 30)
    assert (len(page.rows), page.truncated) == (5, False)


def test_a_table_too_large_for_memory_is_over_the_limit(here: Portal) -> None:
    words = random.Random(1)
    content = "words\n" + "".join(f"{words.randbytes(5_000).hex()}\n" for _ in range(500))
    made = package({"long.csv": content}, resources=[{"name": "long", "path": "long.csv"}])
    resource = here.publish(made).resources[0]
    with pytest.raises(OverLimit):
        first(Rows(here.services.store, memory="2MB"), resource, 1000)


def test_an_answer_for_good_has_no_estimate(here: Portal) -> None:
    resource = here.publish(long_rows(30)).resources[0]
    rows = Rows(here.services.store, count_seconds=0.0)
    frame, question = rows.frame(resource), Question(limit=1, where=Condition(column="n", op=Op.LT, value=9))
    estimated, counted = rows.ask(frame, question), rows.ask_for_good(frame, question)

    assert (estimated.total, estimated.exact) == (30, False)
    assert (counted.total, counted.exact) == (9, True)
    assert counted.rows == estimated.rows


def test_what_cannot_be_counted_has_no_answer_for_good(here: Portal) -> None:
    resource = here.publish(long_rows(30)).resources[0]
    rows = Rows(here.services.store)
    question = Question(limit=1, where=Condition(column="n", op=Op.LT, value=9))
    with pytest.raises(OverLimit):
        rows.count_for_good(rows.frame(resource), question, seconds=0.0)


def test_the_answer_says_that_rows_are_missing(here: Portal) -> None:
    resource = here.publish(long_rows(2)).resources[0]
    answer = here.client().get(f"/api/v1/resources/{resource.id}/rows")
    assert answer.json is not None
    assert answer.json["truncated"] is False


def test_the_preview_cuts_long_cells(here: Portal) -> None:
    record = here.publish(long_rows(2))
    page = here.client().get(f"/dataset/{record.slug}/resource/{record.resources[0].name}").text
    assert "x" * 199 + "…" in page
    assert "x" * 201 not in page


def test_a_record_is_read_without_the_words_of_its_other_versions(here: Portal) -> None:
    here.publish()
    dataset_id = here.publish(package(title="改訂")).id
    with here.services.database.engine.begin() as connection:
        connection.execute(text("UPDATE versions SET about = '{broken' WHERE number = 1"))
    record = here.services.catalog.find(dataset_id)
    assert record is not None
    assert [version.number for version in record.versions] == [2, 1]
    assert record.title.ja == "改訂"


def test_a_sample_is_of_the_tables_own_columns_however_they_are_called(here: Portal) -> None:
    fields = [{"name": "file_row_number", "type": "integer"}, {"name": "区", "type": "string"}]
    resources = [{"name": "t", "path": "t.csv", "schema": {"fields": fields}}]
    [resource] = here.publish(package({"t.csv": "file_row_number,区\n7,北\n7,南\n"}, resources=resources)).resources
    rows = here.services.rows
    assert rows.sample(rows.frame(resource), 20) == ((7, "北"), (7, "南"))


def test_a_column_that_there_is_not_is_refused_with_the_nearest(here: Portal) -> None:
    [resource] = here.publish().resources
    address = f"/api/v1/resources/{resource.id}/columns"
    refused = here.client().get(address, query_string={"column": "人工"})
    assert refused.status_code == 400
    assert "人口" in refused.text
