"""What somebody may not find since a moment ago is left out of what the index still answers."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.catalog.models import IS_HIDDEN, DatasetRow
from app.catalog.record import Access, State
from app.infra.question import STEP, Question
from app.kernel.actor import ANONYMOUS, SYSTEM, Role
from app.kernel.ids import new_id
from tests.factories import Portal, json_of, package


def test_a_withdrawn_dataset_leaves_answers_before_the_index_learns_of_it(portal: Portal) -> None:
    record, client = portal.publish(package(title="消える表")), portal.client()
    searched, typed = "/api/v1/datasets?q=消える表", "/api/v1/suggest?q=消える"
    assert [hit["id"] for hit in json_of(client.get(searched))["results"]] == [record.id]
    assert "消える表" in str(json_of(client.get(typed)))

    portal.services.catalog.move(SYSTEM, record.slug, State.WITHDRAWN, reason="試験のためです。")

    answer = json_of(client.get(searched))
    assert (answer["results"], answer["total"]) == ([], 0)
    assert "消える表" not in str(json_of(client.get(typed)))


def test_what_is_kept_inside_is_out_of_reach_for_others_by_id_and_by_slug(portal: Portal) -> None:
    inside = portal.publish(package(name="inside"), access=Access.INTERNAL)
    public = portal.publish(package(name="public"))
    catalog, ids, slugs = portal.services.catalog, (inside.id, public.id, "none"), (inside.slug, public.slug, "none")

    for stranger in (ANONYMOUS, portal.person(Role.VIEWER, organization=portal.other_organization())):
        assert catalog.out_of_reach(stranger, ids) == {inside.id}
        assert catalog.slugs_out_of_reach(stranger, slugs) == {inside.slug}
    assert catalog.out_of_reach(portal.person(Role.VIEWER), ids) == frozenset()
    assert catalog.slugs_out_of_reach(SYSTEM, slugs) == frozenset()


def test_however_many_are_asked_of_each_is_answered(portal: Portal) -> None:
    inside = portal.publish(package(), access=Access.INTERNAL)

    for others in (0, 1, STEP - 1, STEP, 5 * STEP):
        asked = [*(new_id() for _ in range(others)), inside.id]
        assert portal.services.catalog.out_of_reach(ANONYMOUS, asked) == {inside.id}
    assert portal.services.catalog.out_of_reach(ANONYMOUS, ()) == frozenset()


def test_an_index_of_what_is_hidden_answers(portal: Portal) -> None:
    database = portal.services.database
    with database.read() as session:
        connection = session.connection()
        question = Question(select(DatasetRow.id).where(IS_HIDDEN), DatasetRow.id)
        written, keys = question.written(connection.dialect, ["a"])
        if database.is_sqlite:
            explained = "EXPLAIN QUERY PLAN"
        else:
            explained = "EXPLAIN"
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # which is best for next to no rows
        plan = connection.exec_driver_sql(f"{explained} {written}", keys).all()

    assert "ix_datasets_hidden" in str(plan)


@pytest.mark.parametrize("keys", [(), ("a",)])
def test_what_is_asked_leaves_no_transaction_open(portal: Portal, keys: tuple[str, ...]) -> None:
    question = Question(select(DatasetRow.id), DatasetRow.id if keys else None)
    portal.services.database.ask(question, keys)

    record = portal.publish()

    assert (record.id,) in portal.services.database.ask(Question(select(DatasetRow.id)))


def test_a_connection_that_was_lost_is_made_anew(portal: Portal) -> None:
    database = portal.services.database
    if database.is_sqlite:
        pytest.skip("nothing ends connections to a file")
    before = database.state()
    with database.read() as session:
        session.scalar(select(DatasetRow.id))
    with database.write() as session:
        others = "datname = current_database() AND pid != pg_backend_pid()"
        session.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")).all()

    assert portal.services.catalog.has_visible() is False
    assert database.state() != before
    with database.read() as session:
        assert session.scalar(select(DatasetRow.id)) is None
