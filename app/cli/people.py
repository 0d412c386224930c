"""Commands for organizations, sign-in links and tokens."""

from __future__ import annotations

import click

from app.cli.portal import open_portal
from app.identity.policy import SCOPES
from app.kernel.actor import SYSTEM
from app.kernel.text import Text


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
    person = services.accounts.person(email)
    click.echo(services.accounts.create_token(person, name=name, scopes=scopes, days=days))
