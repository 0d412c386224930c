"""What validators said of each dataset: written by a job, read by pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import delete, select

from app.infra.conversion import converter
from app.metadata import mqa
from app.metadata.checks.models import CheckRow
from app.metadata.checks.result import CheckResult, Verdict
from app.metadata.checks.suite import assess, is_open

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord
    from app.infra.clock import Clock
    from app.infra.db import Database

NAMED = 5
_results = converter(tuple[CheckResult, ...])


@dataclass(frozen=True, slots=True)
class Checked:
    """A dataset's last check. `revision` is that of the record which was looked at."""

    revision: int
    checked: datetime
    results: tuple[CheckResult, ...]
    marks: mqa.Marks

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """What a validator refused."""
        return tuple(result for result in self.results if result.verdict is Verdict.FAILED)

    @property
    def passed_standards(self) -> tuple[str, ...]:
        """The standards that at least one validator accepted and none refused, in their order."""
        refused = {result.standard for result in self.failed}
        accepted = (result.standard for result in self.results if result.verdict is Verdict.PASSED)
        return tuple(standard for standard in dict.fromkeys(accepted) if standard not in refused)


@dataclass(frozen=True, slots=True)
class PublisherMarks:
    """The marks of many datasets. `lacking` has for each unmet indicator the slugs of the first few that lack it.

    A slug may meanwhile be of a dataset that not everybody may read: ask the catalogue before showing it.
    """

    marks: mqa.CatalogMarks
    lacking: Mapping[str, tuple[str, ...]]


class Checks:
    """Keeps the last check of each dataset."""

    def __init__(
        self,
        database: Database,
        site: Site,
        clock: Clock,
        *,
        rated: Callable[[Session, str], None] = lambda _session, _dataset_id: None,
    ) -> None:
        """`rated` writes what follows another rating of a dataset into the transaction that keeps the rating."""
        self._database = database
        self._site = site
        self._clock = clock
        self._rated = rated

    def refresh(self, record: DatasetRecord) -> None:
        """Check a record and keep what was found, unless a later revision was checked meanwhile."""
        assessment = assess(record, self._site)
        with self._database.write() as session:
            known = session.get(CheckRow, record.id, with_for_update=True)
            if known is not None and known.revision > record.revision:
                return
            if known is None or mqa.rating_of_met(known.results["met"]) != assessment.marks.rating:
                self._rated(session, record.id)
            session.merge(
                CheckRow(
                    dataset_id=record.id,
                    revision=record.revision,
                    checked=self._clock(),
                    results={
                        "results": msgspec.to_builtins(assessment.results),
                        "met": [indicator.id for indicator in assessment.marks.indicators if indicator.met],
                        "slug": record.slug,
                        "organization": record.publisher.id,
                        "open": is_open(record),
                    },
                )
            )
            session.commit()

    def forget(self, dataset_id: str) -> None:
        """Drop what was found of a dataset."""
        with self._database.write() as session:
            session.execute(delete(CheckRow).where(CheckRow.dataset_id == dataset_id))
            session.commit()

    def of(self, dataset_id: str) -> Checked | None:
        """Answer the last check of a dataset; `None` where none has run yet."""
        with self._database.read() as session:
            row = session.get(CheckRow, dataset_id)
        if row is None:
            return None
        results = _results(row.results["results"])
        return Checked(row.revision, row.checked, results, mqa.marks_of(row.results["met"]))

    def ratings(self, dataset_ids: Sequence[str]) -> dict[str, str]:
        """Map those of a few hundred datasets that were checked to their ratings, whatever revision that was of."""
        met = select(CheckRow.dataset_id, CheckRow.results["met"]).where(CheckRow.dataset_id.in_(dataset_ids))
        with self._database.read() as session:
            return {dataset_id: mqa.rating_of_met(names) for dataset_id, names in session.execute(met)}

    def of_publisher(self, organization_id: str) -> PublisherMarks:
        """Sum up an organization's datasets that everybody may read; those not checked yet do not count."""
        counts = dict.fromkeys((rule.id for rule in mqa.rules()), 0)
        lacking: dict[str, list[str]] = {name: [] for name in counts}
        population = 0
        for slug, met in self._summaries(organization_id):
            population += 1
            for name in counts:
                if name in met:
                    counts[name] += 1
                elif len(lacking[name]) < NAMED:
                    lacking[name].append(slug)
        named = {name: tuple(slugs) for name, slugs in lacking.items() if slugs}
        return PublisherMarks(mqa.tally(counts, population), named)

    def _summaries(self, organization_id: str) -> Iterator[tuple[str, frozenset[str]]]:
        body = CheckRow.results
        query = select(body["slug"].as_string(), body["met"]).order_by(CheckRow.dataset_id)
        own = query.where(body["organization"].as_string() == organization_id, body["open"].as_boolean())
        with self._database.read() as session:
            for slug, met in session.execute(own):
                yield slug, frozenset(met)
