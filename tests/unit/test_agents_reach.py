"""What an agent reaches: each reach against each state and access of a dataset, in the policy and in the catalogue."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.catalog import lifecycle
from app.catalog.record import Access, State
from app.identity import policy
from app.identity.policy import Action
from app.kernel.actor import SYSTEM, Actor, ActorKind, AgentReach
from app.kernel.errors import Gone, NotFound
from app.search.service import SearchQuery
from tests.agents import portal_in
from tests.factories import Portal, package

IDS = frozenset
# Of a dataset "d" of the organization "o": whether each reach sees it where it is public, and where it is internal.
REACHES: dict[str, tuple[AgentReach | None, bool, bool]] = {
    "everything public": (AgentReach(), True, False),
    "everything, internal too": (AgentReach(is_internal=True), True, False),
    "its organization": (AgentReach(organizations=IDS("o")), True, False),
    "its organization and another": (AgentReach(organizations=IDS("op")), True, False),
    "its organization, internal too": (AgentReach(organizations=IDS("o"), is_internal=True), True, True),
    "another organization": (AgentReach(organizations=IDS("p")), False, False),
    "another organization, internal too": (AgentReach(organizations=IDS("p"), is_internal=True), False, False),
    "no organization": (AgentReach(organizations=IDS(), is_internal=True), False, False),
    "itself": (AgentReach(datasets=IDS("d")), True, False),
    "itself, internal too": (AgentReach(datasets=IDS("d"), is_internal=True), True, True),
    "another dataset, internal too": (AgentReach(datasets=IDS("e"), is_internal=True), False, False),
    "both kinds of narrowing": (AgentReach(organizations=IDS("o"), datasets=IDS("d"), is_internal=True), False, False),
    "nothing": (None, False, False),
}
KNOWN = {State.DRAFT: False, State.IN_REVIEW: False, State.PUBLISHED: True, State.DEPRECATED: True} | {
    State.WITHDRAWN: True  # to have existed; what it held is gone
}


def agent(reach: AgentReach | None) -> Actor:
    return Actor(ActorKind.AGENT, "a", "a", reach=reach)


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("reach", list(REACHES))
def test_an_agent_knows_of_what_its_reach_says(reach: str, state: State) -> None:
    given, public, internal = REACHES[reach]

    for access, expected in ((Access.PUBLIC, public), (Access.INTERNAL, internal)):
        subject = lifecycle.audiences(state, access, "o", "d")
        assert bool(policy.may(agent(given), Action.READ_DATASET, subject)) is (expected and KNOWN[state]), access


@pytest.mark.parametrize("action", [each for each in Action if each is not Action.READ_DATASET])
def test_an_agent_may_do_nothing_else(action: Action) -> None:
    for reach, _, _ in REACHES.values():
        assert policy.audiences(agent(reach), action) == frozenset()


def test_no_person_gains_by_the_audiences_of_agents() -> None:
    for state, access in itertools.product(State, Access):
        subject = set(lifecycle.audiences(state, access, "o", "d"))
        is_open = access is Access.PUBLIC and state in lifecycle.KNOWN
        assert {each for each in subject if each.count(":") < 2} == {"org:o"} | ({"public"} if is_open else set())


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal_in(Path(tmp_path_factory.mktemp("reach"))) as made:
        yield made


@pytest.fixture(scope="module")
def slugs(portal: Portal) -> dict[str, tuple[str, str, bool]]:
    """Datasets of two organizations in two states; by slug their id, their organization's, and whether internal."""
    found = {}
    for organization in (portal.organization, portal.other_organization()):
        for access, state in itertools.product(Access, ("published", "withdrawn")):
            if state == "withdrawn" and organization is not portal.organization:
                continue
            name = f"canary-{organization.slug}-{access.value}-{state}"
            record = portal.publish(package(name=name, title=f"{name} の表"), access=access, organization=organization)
            if state != "published":
                portal.services.catalog.move(SYSTEM, record.slug, State(state), reason="試験のためです。")
            found[record.slug] = (record.id, organization.id, access is Access.INTERNAL)
    return found


@pytest.mark.parametrize("is_internal", [False, True])
@pytest.mark.parametrize("narrowing", ["none", "organization", "dataset"])
def test_the_catalogue_shows_an_agent_its_reach_and_no_canary_else(
    portal: Portal, slugs: dict[str, tuple[str, str, bool]], narrowing: str, *, is_internal: bool
) -> None:
    own = portal.organization.id
    one = next(iter(slugs))
    reach = {
        "none": AgentReach(),
        "organization": AgentReach(organizations=frozenset({own}), is_internal=is_internal),
        "dataset": AgentReach(datasets=frozenset({slugs[one][0]}), is_internal=is_internal),
    }[narrowing]
    expected = {
        slug
        for slug, (id_, organization, kept) in slugs.items()
        if (not kept or (is_internal and narrowing != "none"))
        and (narrowing != "organization" or organization == own)
        and (narrowing != "dataset" or slug == one or id_ == slugs[one][0])
    }

    assert _got(portal, agent(reach), slugs) == expected
    everything = portal.services.catalog.list(agent(reach), states=tuple(State), limit=100)
    assert {record.slug for record in everything.items} == expected
    visible = {slug for slug in expected if not slug.endswith("withdrawn")}
    assert set(slugs) - portal.services.catalog.slugs_out_of_reach(agent(reach), tuple(slugs)) == visible
    for words in ("", "canary", "特別区"):
        query = SearchQuery(words, audiences=policy.audiences(agent(reach), Action.READ_DATASET), limit=50)
        assert {hit.document.slug for hit in portal.services.search.search(query).hits} == visible


def _got(portal: Portal, actor: Actor, slugs: dict[str, tuple[str, str, bool]]) -> set[str]:
    found = set()
    for slug in slugs:
        try:
            assert portal.services.catalog.get(actor, slug).slug == slug
        except NotFound:
            continue
        except Gone:
            found.add(slug)
        else:
            found.add(slug)
    return found
