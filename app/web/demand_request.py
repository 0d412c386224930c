"""Reads which unmet demand is asked for: the same parameters on the page, in its CSV and in the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from app.identity.policy import Action
from app.kernel.actor import ANONYMOUS
from app.kernel.errors import Gone, NotFound
from app.kernel.text import Text
from app.search.demand.searched import KEPT_DAYS
from app.web.context import actor, services
from app.web.parameters import Loose, Whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.catalog.record import DatasetRecord
    from app.identity.organizations import Organization
    from app.search.demand.topics import Topic

PERIOD = 30


class Asked(Loose):
    """Which topics."""

    days: Whole = Field(default=PERIOD, ge=1, le=KEPT_DAYS, description="How many days back, today included.")
    organization: str = Field(default="", description="Only what is near to this organization, by its slug.")


class AskedByProgram(Asked):
    """The same, without anything else."""

    strict: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Shown:
    """Topics of the last days, the organizations of all of them by id, and the datasets that answer some, by id."""

    days: int
    chosen: str
    topics: tuple[Topic, ...]
    own: tuple[Organization, ...]
    organizations: Mapping[str, Organization]
    datasets: Mapping[str, DatasetRecord]

    def bureaus(self, topic: Topic) -> tuple[Organization, ...]:
        """List the organizations that might own a topic, the likeliest first."""
        return tuple(self.organizations[each] for each in topic.organization_ids if each in self.organizations)


def shown(given: Asked) -> Shown:
    """Find what is asked for and the request's actor may see. Raises `NotFound`."""
    days, chosen = given.days, given.organization
    own = services().organizations.where(actor(), Action.READ_DEMAND)
    found = next((each.id for each in own if each.slug == chosen), None)
    if chosen and found is None:
        raise NotFound(Text("この組織は見つかりません。", "There is no such organization."))
    topics = services().demand.topics.list(actor(), days=days, organization_id=found)
    every = {each.id: each for each in services().organizations.list()}
    return Shown(days, chosen, topics, own, every, _datasets(topics))


def _datasets(topics: tuple[Topic, ...]) -> dict[str, DatasetRecord]:
    """Find what answers topics, as far as everybody may read it by now."""
    found = {}
    for dataset_id in {topic.dataset_id for topic in topics if topic.dataset_id}:
        try:
            found[dataset_id] = services().catalog.get_by_id(ANONYMOUS, dataset_id)
        except (NotFound, Gone):
            continue
    return found
