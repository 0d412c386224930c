"""What is to be done with an upload: which repairs to make, and whether to stop and ask before publishing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.infra.conversion import converter
from app.publishing.repair.choices import Choice, Choices
from app.publishing.repair.rules import RULES
from app.publishing.submission import Details, Go, Repairs

if TYPE_CHECKING:
    from app.identity.organizations import Organization
    from app.publishing.examination import Examination
    from app.publishing.models import SubmissionRow

# Somebody who decided has been shown everything: then it runs through, or shows it again.
DECIDED = {Go.CHECK: Repairs.SHOW, Go.PUBLISH: Repairs.APPLY}

choices_from = converter(tuple[Choice, ...])
_details = converter(Details)


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for by the sender, the publisher's defaults, and the last decision."""

    repairs: Repairs
    choices: Choices

    def stops(self, examination: Examination, *, valid: bool) -> bool:
        """Say whether somebody has to look before anything is published or refused."""
        if self.repairs is Repairs.SHOW:
            return valid or bool(examination.tables)
        return valid and self.repairs is Repairs.ASK and examination.asks


def details_of(row: SubmissionRow) -> Details:
    """Read what was said with a submission."""
    return _details(row.details)


def plan(row: SubmissionRow, organization: Organization) -> Plan:
    """Read the plan of a submission. What the publisher's defaults say of rules that are no more is left out."""
    details = details_of(row)
    defaults = {rule: apply for rule, apply in organization.repair_defaults.items() if rule in RULES}
    repairs = DECIDED[Go(row.go)] if row.go else details.repairs or _own(organization)
    return Plan(repairs, Choices(choices_of(row), defaults, none=repairs is Repairs.NONE))


def choices_of(row: SubmissionRow) -> tuple[Choice, ...]:
    """List what the sender chose, then what was decided later; of two about the same, the later one stands."""
    given = details_of(row).choices
    decided = choices_from(row.choices)
    return tuple({(each.rule, each.resource, each.column, each.before): each for each in (*given, *decided)}.values())


def _own(organization: Organization) -> Repairs:
    return Repairs(organization.repairs) if organization.repairs in set(Repairs) else Repairs.ASK
