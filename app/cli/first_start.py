"""What a new portal needs before anybody can use it: an organization, an operator, and some data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.actor import SYSTEM
from app.kernel.errors import NotFound
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
    """Answer the address of a one-time sign-in for the operator, until one was used.

    A portal that has nobody gets its operator here.
    """
    organization = own_organization(services)
    email = services.settings.operator_email
    secret = services.accounts.first_operator(email, organization.id) or _another_link(services, email)
    return None if secret is None else services.site.absolute(f"/sign-in/{secret}")


def _another_link(services: Services, email: str) -> str | None:
    # The start that made the operator may have ended before anybody read its link.
    try:
        if services.accounts.has_signed_in(email):
            return None
    except NotFound:
        # The setting names somebody else than at the first start: there are people, and they have their ways in.
        return None
    return services.accounts.new_link(email)
