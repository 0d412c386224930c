"""Datasets as documents for agents that see only documents: lists in pages, Markdown, names that are completed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app import audit
from app.agents.reading import Reading
from app.catalog.record import Access, State
from app.kernel.actor import ANONYMOUS, SYSTEM, AgentReach
from app.kernel.errors import BadRequest, Denied, Gone, NotFound, OverBudget
from tests.agents import at_work
from tests.factories import Portal, package


def reading_of(portal: Portal, page: int = 50) -> Reading:
    return Reading(portal.services.agent_tools, page=page)


def address(portal: Portal, slug: str) -> str:
    return portal.services.site.absolute(f"/dataset/{slug}")


def test_pages_lead_to_every_dataset_that_is_public_once(portal: Portal) -> None:
    for name in ("one", "two", "three"):
        portal.publish(package(name=name))
    portal.publish(package(name="inside"), access=Access.INTERNAL)
    reading, cursor, seen = reading_of(portal, page=2), "", []
    while True:
        page = reading.page(ANONYMOUS, cursor)
        seen += [each.slug for each in page.datasets]
        if not (cursor := page.next):
            break
    assert sorted(seen) == ["one", "three", "two"]


@pytest.mark.parametrize("cursor", ["-1", "x", "１", "9" * 5000, " 1", "1.0"])
def test_a_cursor_that_is_none_is_refused(portal: Portal, cursor: str) -> None:
    with pytest.raises(BadRequest):
        reading_of(portal).page(ANONYMOUS, cursor)


def test_a_dataset_is_read_as_markdown(portal: Portal) -> None:
    portal.publish()
    assert "人口" in reading_of(portal).read(ANONYMOUS, address(portal, "ward-population"))


def test_what_is_hidden_gone_or_elsewhere_is_not_read(portal: Portal) -> None:
    portal.publish(package(name="inside"), access=Access.INTERNAL)
    portal.publish(package(name="gone"))
    portal.services.catalog.move(SYSTEM, "gone", State.WITHDRAWN, reason="誤りがありました。")
    reading = reading_of(portal)
    for slug, error in {"inside": NotFound, "unknown": NotFound, "gone": Gone}.items():
        with pytest.raises(error):
            reading.read(ANONYMOUS, address(portal, slug))
    for uri in ("file:///etc/passwd", "https://evil.example/dataset/one", "", address(portal, "")):
        with pytest.raises(BadRequest):
            reading.read(ANONYMOUS, uri)


def test_names_are_completed_with_what_is_public(portal: Portal) -> None:
    portal.publish(package(name="open", title="鶴の数"))
    portal.publish(package(name="inside", title="鶴の巣"), access=Access.INTERNAL)
    reading = reading_of(portal)
    assert reading.complete(ANONYMOUS, "slug", "鶴の") == ("open",)
    assert reading.complete(ANONYMOUS, "place", "八王") == ("東京都八王子市",)
    assert reading.complete(ANONYMOUS, "place", "") == reading.complete(ANONYMOUS, "topic", "鶴") == ()


def test_an_agent_that_may_not_describe_reads_nothing(portal: Portal) -> None:
    portal.publish()
    narrow = at_work(portal, AgentReach(tools=frozenset({"resolve_place"})))
    reading = reading_of(portal)
    for ask in (
        lambda: reading.page(narrow, ""),
        lambda: reading.complete(narrow, "slug", "特別"),
    ):
        with pytest.raises(Denied):
            ask()


@pytest.mark.parametrize("how", ["listed", "completed", "read"])
def test_documents_that_not_everybody_may_see_leave_a_record(portal: Portal, how: str) -> None:
    record = portal.publish(package(title="秘密の鶴"), access=Access.INTERNAL)
    actor = at_work(portal, AgentReach(organizations=frozenset({portal.organization.id}), is_internal=True), calls=2)
    reading = reading_of(portal)
    asks: dict[str, Callable[[], object]] = {
        "listed": lambda: reading.page(actor, ""),
        "completed": lambda: reading.complete(actor, "slug", "秘密"),
        "read": lambda: reading.read(actor, address(portal, record.slug)),
    }
    ask = asks[how]

    assert ask()

    with portal.services.database.read() as session:
        newest = audit.acts(session, organization_ids=None, offset=0, limit=1).items[0]
    assert (newest.action, newest.actor_id, newest.subject) == ("dataset.ask", actor.id, f"dataset:{record.id}")
    ask()
    with pytest.raises(OverBudget):
        ask()
