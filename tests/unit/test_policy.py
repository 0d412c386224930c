"""One table answers "may I?" and "what may I list?"."""

from __future__ import annotations

import pytest

from app.identity.policy import POLICY, PUBLIC, SCOPES, Action, audiences, may, organization
from app.kernel.actor import ANONYMOUS, PORTAL_ROLES, SYSTEM, Actor, ActorKind, Role, RoleGrant

OWN, OTHER = organization("own"), organization("other")


def somebody(role: Role, scopes: frozenset[str] | None = None) -> Actor:
    grant = RoleGrant(role, None if role in PORTAL_ROLES else "own")
    return Actor(ActorKind.PERSON, "1", "somebody", frozenset({grant}), scopes)


def test_nobody_reads_what_is_public_and_nothing_else() -> None:
    assert audiences(ANONYMOUS, Action.READ_DATASET) == frozenset({PUBLIC})
    assert [action for action in Action if audiences(ANONYMOUS, action) != frozenset()] == [Action.READ_DATASET]


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", [role for role in Role if role not in PORTAL_ROLES])
def test_no_role_in_one_organization_reaches_another(role: Role, action: Action) -> None:
    assert not may(somebody(role), action, (OTHER,))


@pytest.mark.parametrize("action", list(Action))
def test_what_the_table_does_not_give_is_denied(action: Action) -> None:
    for role in Role:
        expected = role in POLICY[action]
        assert bool(may(somebody(role), action, (OWN,))) is expected, role


def test_a_token_does_no_more_than_its_scopes() -> None:
    reader = somebody(Role.PUBLISHER, frozenset({"read"}))

    assert may(reader, Action.READ_DATASET, (OWN,))
    assert not may(reader, Action.SUBMIT, (OWN,))
    assert not may(reader, Action.PUBLISH, (OWN,))


def test_a_scope_gives_nothing_that_the_role_does_not() -> None:
    assert not may(somebody(Role.VIEWER, frozenset(SCOPES)), Action.SUBMIT, (OWN,))


def test_the_portal_itself_may_do_everything() -> None:
    assert all(audiences(SYSTEM, action) is None for action in Action)


def test_a_refusal_says_why_in_both_languages() -> None:
    decision = may(ANONYMOUS, Action.SUBMIT, (OWN,))

    assert decision.reason.ja
    assert decision.reason.en


@pytest.mark.parametrize("action", list(Action))
def test_a_role_of_the_whole_portal_that_stands_in_one_organization_reaches_no_other(action: Action) -> None:
    for role in PORTAL_ROLES:
        misplaced = Actor(ActorKind.PERSON, "1", "somebody", frozenset({RoleGrant(role, "own")}))

        assert not may(misplaced, action, (OTHER,))
