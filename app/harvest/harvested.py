"""What other catalogues say of a dataset, in this portal's words, wherever it came from."""

from __future__ import annotations

from dataclasses import dataclass

from app.catalog.record import About
from app.kernel.report import Report
from app.kernel.text import Text


@dataclass(frozen=True, slots=True)
class HarvestedOrganization:
    """Who answers for a record there. `slug` is one that this portal takes."""

    slug: str
    title: Text
    homepage: str = ""


@dataclass(frozen=True, slots=True)
class Harvested:
    """One record. `source_id` is its permanent id there, `name` what it is called in addresses there."""

    name: str
    source_id: str
    about: About
    organization: HarvestedOrganization | None = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """What was made of the record in line `row`: nothing where the report has an error, or where it is not public.

    `source_id` is known of most records that could not be understood, too; empty where not even that is.
    """

    row: int
    source_id: str
    report: Report
    harvested: Harvested | None = None
