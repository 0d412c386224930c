"""Signing in, one-time links and tokens."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from click.testing import CliRunner

from app import audit
from app.cli import main
from app.identity import secrets
from app.identity.accounts import FAILURES_BEFORE_LOCK, LOCK_SECONDS_LIMIT
from app.kernel.actor import PORTAL_ROLES, SYSTEM, Role, RoleGrant
from app.kernel.errors import BadRequest, Conflict, Denied, NotFound, SignInNeeded
from tests import once
from tests.factories import PASSWORD, Portal

EMAIL = "person@example.jp"


@pytest.fixture
def secret(portal: Portal) -> str:
    made = portal.services.accounts.invite(
        SYSTEM, email=EMAIL, name="P", role=Role.EDITOR, organization_id=portal.organization.id
    )
    assert made is not None
    return made


def test_a_password_costs_whoever_guesses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_HASHER", once.DEAR)
    hashed = secrets.hash_password(PASSWORD)
    assert [extract_parameters(each) for each in (hashed, once.DEAR_NOBODY)] == [RFC_9106_LOW_MEMORY] * 2
    assert secrets.password_matches(PASSWORD, hashed)
    assert not secrets.password_matches(PASSWORD + ".", hashed)


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


def fail(portal: Portal, times: int) -> None:
    for _ in range(times):
        with pytest.raises(SignInNeeded):
            portal.services.accounts.sign_in(EMAIL, "wrong password!")


def at(portal: Portal, moment: datetime) -> None:
    """Make it this time for signing in and for units of work."""
    accounts = portal.services.accounts
    accounts._clock = accounts._units._clock = lambda: moment


def acts(portal: Portal) -> tuple[audit.Act, ...]:
    with portal.services.database.read() as session:
        return audit.acts(session, organization_ids=None, offset=0, limit=100).items


def test_many_wrong_passwords_close_the_sign_in_but_not_the_session(portal: Portal, secret: str) -> None:
    accounts = portal.services.accounts
    session = accounts.use_link(secret, PASSWORD)
    at(portal, portal.services.clock())
    fail(portal, FAILURES_BEFORE_LOCK)

    with pytest.raises(SignInNeeded):
        accounts.sign_in(EMAIL, PASSWORD)
    assert accounts.actor_of_session(session) is not None


def test_however_often_a_stranger_guesses_the_owner_waits_a_minute_at_most(portal: Portal, secret: str) -> None:
    accounts = portal.services.accounts
    accounts.use_link(secret, PASSWORD)
    now = portal.services.clock()
    for _ in range(FAILURES_BEFORE_LOCK + 8):
        now += timedelta(seconds=LOCK_SECONDS_LIMIT)
        at(portal, now)
        fail(portal, 2)

    with pytest.raises(SignInNeeded):
        accounts.sign_in(EMAIL, PASSWORD)
    at(portal, now + timedelta(seconds=LOCK_SECONDS_LIMIT))
    assert accounts.sign_in(EMAIL, PASSWORD)


def test_a_stranger_without_an_account_or_a_link_makes_nothing_be_written(portal: Portal) -> None:
    accounts = portal.services.accounts
    with portal.services.database.write() as session:
        session.connection()
        with pytest.raises(SignInNeeded):
            accounts.sign_in("nobody@example.jp", PASSWORD)
        with pytest.raises(SignInNeeded):
            accounts.use_link("x", "short")


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


def test_a_known_person_gets_no_link_from_another_organization(portal: Portal, secret: str) -> None:
    assert secret
    other = portal.other_organization()

    made = portal.services.accounts.invite(
        portal.person(Role.ADMIN, organization=other),
        email=EMAIL,
        name="",
        role=Role.VIEWER,
        organization_id=other.id,
    )

    assert made is None
    assert RoleGrant(Role.VIEWER, other.id) in portal.services.accounts.person(EMAIL).grants


def test_an_invitation_may_be_repeated_by_the_organization_that_made_it_until_it_is_used(
    portal: Portal, secret: str
) -> None:
    admin = portal.person(Role.ADMIN)

    def again() -> str | None:
        return portal.services.accounts.invite(
            admin, email=EMAIL, name="", role=Role.EDITOR, organization_id=portal.organization.id
        )

    assert again() is not None
    portal.services.accounts.use_link(secret, PASSWORD)
    assert again() is None


@pytest.mark.parametrize("role", sorted(PORTAL_ROLES))
def test_nobody_is_invited_to_a_role_of_the_whole_portal(portal: Portal, role: Role) -> None:
    with pytest.raises(BadRequest):
        portal.services.accounts.invite(
            portal.person(Role.ADMIN), email=EMAIL, name="", role=role, organization_id=portal.organization.id
        )


def test_a_disabled_person_is_out_at_once(portal: Portal, secret: str) -> None:
    accounts = portal.services.accounts
    session = accounts.use_link(secret, PASSWORD)
    token = accounts.issue_token(EMAIL, name="ci", scopes=["read"])

    accounts.disable(EMAIL)

    assert accounts.actor_of_session(session) is None
    with pytest.raises(SignInNeeded):
        accounts.sign_in(EMAIL, PASSWORD)
    with pytest.raises(SignInNeeded):
        accounts.actor_of_token(token)


def test_the_last_operator_stays(portal: Portal, secret: str) -> None:
    assert secret
    accounts, organizations = portal.services.accounts, portal.services.organizations
    first, second = accounts.person(EMAIL), portal.person(Role.VIEWER)
    organizations.grant(SYSTEM, person_id=first.id, role=Role.OPERATOR, organization_id=None)
    with pytest.raises(Conflict):
        organizations.revoke(SYSTEM, person_id=first.id, role=Role.OPERATOR, organization_id=None)
    with pytest.raises(Conflict):
        accounts.disable(EMAIL)

    organizations.grant(SYSTEM, person_id=second.id, role=Role.OPERATOR, organization_id=None)
    organizations.revoke(SYSTEM, person_id=first.id, role=Role.OPERATOR, organization_id=None)

    assert RoleGrant(Role.OPERATOR) not in accounts.person(EMAIL).grants


def test_the_operator_gives_and_takes_roles_and_disables_in_the_terminal(
    portal: Portal, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = portal.services.accounts.use_link(secret, PASSWORD)
    monkeypatch.setenv("KAKEHASHI_DATA_DIR", str(portal.services.settings.data_dir))
    monkeypatch.setenv("KAKEHASHI_DATABASE_URL", portal.services.settings.database)

    def run(*words: str) -> None:
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output

    run("grant", EMAIL, "governor")
    run("grant", EMAIL, "publisher", "--organization", "soumu")
    run("revoke", EMAIL, "editor", "--organization", "soumu")
    grants = portal.services.accounts.person(EMAIL).grants
    run("disable", EMAIL)

    assert grants == {RoleGrant(Role.GOVERNOR), RoleGrant(Role.PUBLISHER, portal.organization.id)}
    assert portal.services.accounts.actor_of_session(session) is None


def test_signing_out_is_on_record(portal: Portal, secret: str) -> None:
    accounts = portal.services.accounts
    session = accounts.use_link(secret, PASSWORD)
    accounts.sign_out(session)

    last = acts(portal)[0]
    assert (last.action, last.actor_id) == ("session.end", accounts.person(EMAIL).id)


def test_a_token_made_in_the_terminal_is_on_record_as_the_portals_act(portal: Portal, secret: str) -> None:
    assert secret
    portal.services.accounts.issue_token(EMAIL, name="ci", scopes=["read"])

    last = acts(portal)[0]
    assert (last.action, last.actor_id) == ("token.create", SYSTEM.id)
    assert last.detail["on_behalf_of"] == portal.services.accounts.person(EMAIL).id
