"""What organizations say of themselves, and the datasets that say it too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.identity.organizations import Description
from app.kernel.actor import ANONYMOUS, SYSTEM, Role
from app.kernel.errors import BadRequest, Denied, NotFound
from app.kernel.text import Text
from tests.factories import Portal

DESCRIPTION = Description(
    Text("統計局", "Statistics"), "https://example.jp/", "統計係", "toukei@example.jp", "https://example.jp/q", "131016"
)


def test_its_datasets_say_what_an_organization_says(portal: Portal) -> None:
    before = portal.publish()
    portal.services.organizations.describe(SYSTEM, portal.organization.id, DESCRIPTION)
    portal.work()

    after = portal.services.catalog.get(ANONYMOUS, before.slug)
    assert (after.publisher.title, after.publisher.area) == (DESCRIPTION.title, "131016")
    assert after.publisher.contact.email == "toukei@example.jp"
    assert after.revision == before.revision + 1
    assert after.modified > before.modified


def test_saying_the_same_again_changes_nothing(portal: Portal) -> None:
    services, own = portal.services, portal.organization
    first = services.organizations.describe(SYSTEM, own.id, DESCRIPTION)
    portal.work()

    assert services.organizations.describe(SYSTEM, own.id, DESCRIPTION) == first
    assert services.organizations.get(own.slug) == first
    assert services.queue.claim(("describe_organization",)) is None


WRONG = (
    {"title": Text()},
    {"homepage": "javascript:alert(1)"},
    {"contact_url": "https://x.jp/<y>"},
    {"contact_email": "nobody"},
    {"contact_name": "a\nb"},
    {"area": "x" * 501},
)


def test_words_that_cannot_be_what_they_stand_for_are_refused(portal: Portal) -> None:
    organizations, own = portal.services.organizations, portal.organization
    for changes in WRONG:
        with pytest.raises(BadRequest):
            organizations.describe(SYSTEM, own.id, replace(DESCRIPTION, **changes))
    assert organizations.get(own.slug) == own


def test_only_its_managers_describe_an_organization(portal: Portal) -> None:
    editor = portal.person(Role.EDITOR)
    with pytest.raises(Denied):
        portal.services.organizations.describe(editor, portal.organization.id, DESCRIPTION)
    with pytest.raises(NotFound):
        portal.services.organizations.describe(SYSTEM, "nobody", DESCRIPTION)
