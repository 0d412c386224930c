"""Reads which unmet demand is asked for: the same parameters on the page, in its CSV and in the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request

from app.identity.policy import Action
from app.kernel.actor import ANONYMOUS
from app.kernel.errors import Gone, NotFound
from app.kernel.text import Text
from app.search.demand.searched import KEPT_DAYS
from app.web.context import actor, services
from app.web.respond import integer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.catalog.record import DatasetRecord
    from app.identity.organizations import Organization
    from app.search.demand.topics import Topic

PERIOD = 30


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


def shown() -> Shown:
    """Find what the request asks for and its actor may see. Raises `BadRequest` and `NotFound`."""
    days = integer("days", PERIOD, low=1, high=KEPT_DAYS)
    chosen = request.args.get("organization", "")
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
