"""What a new portal needs before anybody can use it: an organization, an operator, and some data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.actor import SYSTEM
from app.kernel.text import Text

if TYPE_CHECKING:
    from app.identity.organizations import Organization
    from app.wiring import Services

ORGANIZATION = "kakehashi"


def own_organization(services: Services) -> Organization:
    """The operator's own organization, made where the portal has none."""
    known = services.organizations.list()
    found = next((each for each in known if each.slug == ORGANIZATION), None)
    if found is not None or known:
        return found or known[0]
    settings = services.settings
    return services.organizations.create(
        SYSTEM,
        slug=ORGANIZATION,
        title=Text(settings.operator_ja, settings.operator_en),
        homepage=settings.url,
        contact_email=settings.operator_email,
    )


def first_sign_in(services: Services) -> str | None:
    """Make the operator of a portal that has nobody, and answer the address of a one-time sign-in."""
    organization = own_organization(services)
    secret = services.accounts.first_operator(services.settings.operator_email, organization.id)
    return None if secret is None else services.site.absolute(f"/sign-in/{secret}")


def is_empty(services: Services) -> bool:
    """Say whether nothing was ever published here."""
    return not services.catalog.revisions()
