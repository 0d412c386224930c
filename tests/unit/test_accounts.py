"""Signing in, one-time links and tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.identity.accounts import FAILURES_BEFORE_LOCK
from app.kernel.actor import SYSTEM, Role
from app.kernel.errors import BadRequest, Denied, NotFound, SignInNeeded
from tests.factories import PASSWORD, Portal

EMAIL = "person@example.jp"


@pytest.fixture
def secret(portal: Portal) -> str:
    made = portal.services.accounts.invite(
        SYSTEM, email=EMAIL, name="P", role=Role.EDITOR, organization_id=portal.organization.id
    )
    assert made is not None
    return made


def test_a_link_sets_a_password_once(portal: Portal, secret: str) -> None:
    accounts = portal.services.accounts
    accounts.use_link(secret, PASSWORD)

    assert accounts.actor_of_session(accounts.sign_in(EMAIL, PASSWORD)) is not None
    with pytest.raises(SignInNeeded):
        accounts.use_link(secret, "another long password")


def test_setting_a_password_ends_other_sessions(portal: Portal, secret: str) -> None:
    accounts = portal.services.accounts
    old = accounts.use_link(secret, PASSWORD)

    accounts.use_link(accounts.new_link(EMAIL), "another long password")

    assert accounts.actor_of_session(old) is None


def test_a_short_password_is_refused_and_the_link_stays_good(portal: Portal, secret: str) -> None:
    with pytest.raises(BadRequest):
        portal.services.accounts.use_link(secret, "short")

    assert portal.services.accounts.link_is_good(secret)


def test_an_unknown_person_and_a_wrong_password_look_the_same(portal: Portal, secret: str) -> None:
    portal.services.accounts.use_link(secret, PASSWORD)
    messages = set()
    for email, password in (("nobody@example.jp", PASSWORD), (EMAIL, "wrong password!")):
        with pytest.raises(SignInNeeded) as caught:
            portal.services.accounts.sign_in(email, password)
        messages.add(caught.value.message)

    assert len(messages) == 1


def test_many_wrong_passwords_lock_the_person_for_a_while(portal: Portal, secret: str) -> None:
    accounts = portal.services.accounts
    accounts.use_link(secret, PASSWORD)
    for _ in range(FAILURES_BEFORE_LOCK):
        with pytest.raises(SignInNeeded):
            accounts.sign_in(EMAIL, "wrong password!")

    with pytest.raises(SignInNeeded):
        accounts.sign_in(EMAIL, PASSWORD)


def test_signing_out_ends_the_session(portal: Portal, secret: str) -> None:
    accounts = portal.services.accounts
    session = accounts.use_link(secret, PASSWORD)
    accounts.sign_out(session)

    assert accounts.actor_of_session(session) is None


def test_a_token_acts_for_its_person_until_it_is_revoked(portal: Portal) -> None:
    accounts = portal.services.accounts
    person = portal.person(Role.PUBLISHER)
    token = accounts.create_token(person, name="ci", scopes=["submit"])

    assert accounts.actor_of_token(token).scopes == frozenset({"submit"})
    accounts.revoke_token(person, accounts.tokens(person)[0].id)
    with pytest.raises(SignInNeeded):
        accounts.actor_of_token(token)


def test_the_secret_of_a_token_is_not_kept(portal: Portal) -> None:
    person = portal.person(Role.PUBLISHER)
    token = portal.services.accounts.create_token(person, name="ci", scopes=["submit"])

    assert token not in repr(portal.services.accounts.tokens(person))
    database = portal.services.settings.data_dir / "kakehashi.sqlite3"
    if portal.services.database.is_sqlite:
        kept = b"".join(path.read_bytes() for path in database.parent.glob("kakehashi.sqlite3*"))
        assert token.encode() not in kept


def test_nobody_revokes_anothers_token(portal: Portal) -> None:
    accounts = portal.services.accounts
    owner, other = portal.person(Role.PUBLISHER), portal.person(Role.ADMIN)
    accounts.create_token(owner, name="ci", scopes=["submit"])

    with pytest.raises(NotFound):
        accounts.revoke_token(other, accounts.tokens(owner)[0].id)


@pytest.mark.parametrize(("scopes", "days"), [((), 10), (("everything",), 10), (("read",), 0), (("read",), 366)])
def test_a_token_needs_known_scopes_and_an_end(portal: Portal, scopes: tuple[str, ...], days: int) -> None:
    with pytest.raises(BadRequest):
        portal.services.accounts.create_token(portal.person(Role.EDITOR), name="x", scopes=scopes, days=days)


def test_only_an_administrator_invites(portal: Portal) -> None:
    with pytest.raises(Denied):
        portal.services.accounts.invite(
            portal.person(Role.PUBLISHER),
            email="new@example.jp",
            name="",
            role=Role.ADMIN,
            organization_id=portal.organization.id,
        )


def test_a_session_ends_by_itself(portal: Portal, secret: str) -> None:
    accounts = portal.services.accounts
    session = accounts.use_link(secret, PASSWORD)
    later = portal.services.clock() + timedelta(days=15)
    accounts._clock = lambda: later

    assert accounts.actor_of_session(session) is None
