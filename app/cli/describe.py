"""`kakehashi describe`: prints a description of a dataset, or runs the validators on all of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from app.cli.portal import open_portal
from app.kernel.actor import SYSTEM
from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.metadata.checks.result import Verdict
from app.metadata.checks.suite import assess
from app.metadata.registry import FORMATS, by_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.catalog.record import DatasetRecord
    from app.metadata.checks.suite import Assessment
    from app.wiring import Services

DEFAULT = "datapackage"


@click.command()
@click.argument("slug", required=False)
@click.option("--format", "name", default=DEFAULT, show_default=True, help="Name of the format to print.")
@click.option("--check", is_flag=True, help="Run the validators now and print what they say.")
@click.option("--all", "every", is_flag=True, help="With --check: all datasets that can be found, one line each.")
def describe(slug: str | None, name: str, *, check: bool, every: bool) -> None:
    """Print a dataset's description, or check it against every standard.

    Ends with 1 where a check failed.
    """
    services = open_portal()
    if every:
        if not check or slug:
            raise click.UsageError("--all goes with --check and without SLUG.")
        failed = _check_all(services)
    elif not slug:
        raise click.UsageError("Name a dataset by its SLUG, or use --all --check.")
    elif check:
        failed = _check_one(services, slug)
    else:
        click.echo(_description(services, slug, name), nl=False)
        return
    if failed:
        raise SystemExit(1)


def _description(services: Services, slug: str, name: str) -> bytes:
    if by_name(name) is None:
        known = ", ".join(each.name for each in FORMATS)
        raise NotFound(
            Text(
                f"「{name}」という形式はありません。次のいずれかです: {known}",
                f"There is no format “{name}”. It is one of {known}.",
            )
        )
    return services.descriptions.render(services.catalog.get(SYSTEM, slug), name).body


def _check_one(services: Services, slug: str) -> int:
    """Print a table of results and the missing indicators; answer how many checks failed."""
    found = assess(services.catalog.get(SYSTEM, slug), services.site)
    for result in found.results:
        click.echo(f"{result.verdict:<12} {result.standard:<24} {result.format:<14} {result.validator}")
        for problem in result.problems:
            click.echo(f"    {problem}")
        for advice in result.advice:
            click.echo(f"    advised: {advice}")
        if result.reason:
            click.echo(f"    {result.reason.en} / {result.reason.ja}")
    click.echo(f"{_points(found)} points of the EU's metadata quality assessment")
    for indicator in found.marks.indicators:
        if not indicator.met:
            click.echo(f"    missing {indicator.weight:>2}: {indicator.title.en} / {indicator.title.ja}")
            click.echo(f"        {indicator.advice.en}")
            click.echo(f"        {indicator.advice.ja}")
    return _failures(found)


def _check_all(services: Services) -> int:
    """Print a line for each dataset, then how many there are of each rating; answer how many datasets failed."""
    ratings, failed = Counter[str](), 0
    for record in _records(services):
        found = assess(record, services.site)
        failures = _failures(found)
        failed += failures > 0
        ratings[found.marks.rating] += 1
        click.echo(f"{'FAILED' if failures else 'passed'}  {_points(found):>7}  {record.slug}")
    written = ", ".join(f"{count} {rating}" for rating, count in ratings.most_common())
    click.echo(f"{sum(ratings.values())} datasets, {failed} with failures; {written or 'none'}")
    return failed


def _records(services: Services) -> Iterator[DatasetRecord]:
    for dataset_id in sorted(services.catalog.revisions()):
        record = services.catalog.find(dataset_id)
        if record is not None:
            yield record


def _points(found: Assessment) -> str:
    return f"{found.marks.points}/{found.marks.maximum}"


def _failures(found: Assessment) -> int:
    return sum(result.verdict is Verdict.FAILED for result in found.results)
