"""The moves that a dataset may make in its life."""

from __future__ import annotations

from collections.abc import Mapping

from app.catalog.record import Access, State
from app.identity import policy
from app.kernel.errors import Conflict
from app.kernel.text import Text

MOVES: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.IN_REVIEW, State.PUBLISHED}),
    State.IN_REVIEW: frozenset({State.DRAFT, State.PUBLISHED}),
    State.PUBLISHED: frozenset({State.DEPRECATED, State.WITHDRAWN}),
    State.DEPRECATED: frozenset({State.PUBLISHED, State.WITHDRAWN}),
    State.WITHDRAWN: frozenset(),
}
VISIBLE = frozenset({State.PUBLISHED, State.DEPRECATED})
# A withdrawn dataset is known to have existed: its address answers with the reason.
KNOWN = VISIBLE | {State.WITHDRAWN}

LABELS: Mapping[State, Text] = {
    State.DRAFT: Text("下書き", "Draft"),
    State.IN_REVIEW: Text("承認待ち", "In review"),
    State.PUBLISHED: Text("公開中", "Published"),
    State.DEPRECATED: Text("更新終了", "Deprecated"),
    State.WITHDRAWN: Text("公開取り下げ", "Withdrawn"),
}


def check_move(before: State, after: State) -> None:
    """Raise `Conflict` unless the table allows the move."""
    if after not in MOVES[before]:
        ja, en = LABELS[before], LABELS[after]
        raise Conflict(
            Text(
                f"「{ja.ja}」から「{en.ja}」には移れません。",
                f"A dataset cannot go from {ja.en.lower()} to {en.en.lower()}.",
            )
        )


def audiences(state: State, access: Access, organization_id: str, dataset_id: str) -> tuple[str, ...]:
    """Name those who may know of a dataset: see `identity/policy.py`. Agents know of nothing before it is published."""
    own = policy.organization(organization_id)
    if state not in KNOWN:
        return (own,)
    for_agents = (policy.of_organization(access, organization_id), policy.of_dataset(access, dataset_id))
    return (policy.PUBLIC, own, *for_agents) if access is Access.PUBLIC else (own, *for_agents)
