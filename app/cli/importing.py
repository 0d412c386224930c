"""`kakehashi import`: records of other catalogues, from a file, as datasets whose files stay where they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.portal import open_portal
from app.cli.publish import print_problems
from app.harvest.applying import Order
from app.kernel.actor import SYSTEM

if TYPE_CHECKING:
    from app.harvest.applying import Imported

SHOWN = 20


@click.group(name="import")
def import_() -> None:
    """Import descriptions from another catalogue."""


@import_.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organization", help="Slug of the organization that takes all records, instead of those they name.")
@click.option("--source", default="", help="Address of the CKAN that the file comes from; readers will see it.")
@click.option("--publish", is_flag=True, help="Publish what is new or changed. Without it, only say what would happen.")
@click.option(
    "--deprecate-missing",
    is_flag=True,
    help="Mark datasets that came from --source before and are not in the file as no longer updated.",
)
def ckan(file: Path, *, organization: str | None, source: str, publish: bool, deprecate_missing: bool) -> None:
    """Import the packages of a CKAN: JSON Lines (gzipped or not), a JSON array or an answer of package_search.

    Running it again changes nothing but what changed there. Ends with 1 where a record was refused.
    """
    if deprecate_missing and not (source and publish):
        raise click.UsageError("--deprecate-missing needs --source and --publish")
    services = open_portal()
    order = Order(file, source.rstrip("/"), organization)
    importer = services.importer
    outcome = importer.run(SYSTEM, order, progress=_tell) if publish else importer.look(SYSTEM, order)
    _print(outcome)
    if deprecate_missing:
        click.echo(f"{importer.deprecate(SYSTEM, outcome)} marked as no longer updated")
    if not publish:
        click.echo("nothing was changed; --publish does it")
    elif outcome.counts.added or outcome.counts.changed:
        click.echo("the worker now indexes and describes them")
    if outcome.counts.refused or not outcome.report.valid:
        raise SystemExit(1)


def _tell(done: int) -> None:
    click.echo(f"\r{done} records", nl=False, err=True)


def _print(outcome: Imported) -> None:
    # Below the line that tells how far it is.
    click.echo(err=True)
    counts = outcome.counts
    click.echo(
        f"{counts.records} records: {counts.added} new, {counts.changed} changed, {counts.unchanged} unchanged, "
        f"{counts.left_out} left out, {counts.refused} refused"
    )
    if outcome.organizations:
        click.echo(f"{len(outcome.organizations)} new organizations: {_some(outcome.organizations)}")
    if outcome.missing:
        click.echo(f"{len(outcome.missing)} datasets are no longer in the file: {_some(outcome.missing)}")
    print_problems((*outcome.report.errors, *outcome.report.warnings))
    if outcome.report.omitted:
        click.echo(f"    and {outcome.report.omitted} more that the report does not list")


def _some(slugs: tuple[str, ...]) -> str:
    return ", ".join(slugs[:SHOWN]) + (", …" if len(slugs) > SHOWN else "")
