"""Commands for organizations, people, their roles, sign-in links and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.cli.portal import open_portal
from app.identity.policy import SCOPES
from app.kernel.actor import SYSTEM, Role
from app.kernel.text import Text

if TYPE_CHECKING:
    from app.wiring import Services


@click.command("sign-in-link")
@click.argument("email")
def link(email: str) -> None:
    """Print a one-time sign-in for a person who has lost the way in."""
    services = open_portal()
    click.echo(services.site.absolute(f"/sign-in/{services.accounts.new_link(email)}"))


@click.command("add-organization")
@click.argument("slug")
@click.argument("title_ja")
@click.option("--title-en", default="")
@click.option("--email", default="", help="Where readers' questions go.")
def organization(slug: str, title_ja: str, title_en: str, email: str) -> None:
    """Add a publishing organization."""
    services = open_portal()
    created = services.organizations.create(SYSTEM, slug=slug, title=Text(title_ja, title_en), contact_email=email)
    click.echo(services.site.absolute(f"/publisher/{created.slug}"))


@click.command("token")
@click.argument("email")
@click.option("--name", default="command line")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(tuple(SCOPES)), default=("publish",))
@click.option("--days", default=90)
def token(email: str, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make an API token for a person and print it, once."""
    services = open_portal()
    click.echo(services.accounts.issue_token(email, name=name, scopes=scopes, days=days))


@click.command("grant")
@click.argument("email")
@click.argument("role", type=click.Choice([each.value for each in Role]))
@click.option("--organization", "slug", default=None, help="Slug; not for governors and operators.")
def grant(email: str, role: str, slug: str | None) -> None:
    """Give a person a role, in an organization or in the whole portal."""
    services = open_portal()
    services.organizations.grant(
        SYSTEM,
        person_id=services.accounts.person(email).id,
        role=Role(role),
        organization_id=_id_of(services, slug),
    )


@click.command("revoke")
@click.argument("email")
@click.argument("role", type=click.Choice([each.value for each in Role]))
@click.option("--organization", "slug", default=None, help="Slug; not for governors and operators.")
def revoke(email: str, role: str, slug: str | None) -> None:
    """Take a role from a person."""
    services = open_portal()
    services.organizations.revoke(
        SYSTEM,
        person_id=services.accounts.person(email).id,
        role=Role(role),
        organization_id=_id_of(services, slug),
    )


@click.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Shut a person out: sessions, sign-in links, password and tokens."""
    open_portal().accounts.disable(email)


def _id_of(services: Services, slug: str | None) -> str | None:
    return None if slug is None else services.organizations.get(slug).id
