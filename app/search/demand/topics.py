"""What is searched for often and not found, for governors and the bureaus that might own it; and what came of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from app import audit
from app.identity import policy
from app.identity.policy import Action
from app.kernel.errors import BadRequest, Denied, NotFound
from app.kernel.ids import new_id
from app.kernel.text import Text
from app.search.answer import SearchQuery
from app.search.demand.searched import KEPT_DAYS, is_often
from app.search.demand.tables import BureauRow, SearchedRow, TopicRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.identity.organizations import Organizations
    from app.infra.clock import Clock
    from app.infra.db import Database
    from app.infra.work import UnitsOfWork
    from app.kernel.actor import Actor
    from app.search.service import Search

# What is shown, and what is routed at once: those asked for most.
MOST_TOPICS = 500
# Whose datasets come nearest is looked for again after this long, as datasets come and go.
ROUTED_DAYS = 7
NEAREST, MOST_BUREAUS, MOST_WORDS = 20, 3, 5
# An organization is named where this share of the nearest datasets speaks for it.
LEAST_SHARE = 0.25
NOTE_LENGTH = 500


class TopicState(StrEnum):
    """What came of a topic."""

    OPEN = "open"
    ANSWERED = "answered"
    NOT_PLANNED = "not_planned"


@dataclass(frozen=True, slots=True)
class Topic:
    """What was searched for, how often on how many days (UTC) of the period, and who might own it.

    `organization_ids` has the likeliest first; without any, nobody publishes anything near it yet.
    """

    id: str
    words: str
    count: int
    days: int
    first: date
    last: date
    organization_ids: tuple[str, ...]
    state: TopicState
    dataset_id: str | None
    note: str
    decided: datetime | None


class Topics:
    """Lists topics to those whom the policy gives them, and keeps decisions about them."""

    def __init__(
        self, database: Database, units: UnitsOfWork, clock: Clock, search: Search, organizations: Organizations
    ) -> None:
        self._database = database
        self._units = units
        self._clock = clock
        self._search = search
        self._organizations = organizations

    def list(self, actor: Actor, *, days: int = KEPT_DAYS, organization_id: str | None = None) -> tuple[Topic, ...]:
        """List what was asked for most within the last days; of one organization where given.

        Whoever reaches some organizations only is shown what was found to be near to these.
        """
        reached = policy.audiences(actor, Action.READ_DEMAND)
        since = self._clock().date() - timedelta(days=days - 1)
        count = func.sum(SearchedRow.count)
        query = (
            select(TopicRow, count, func.count(), func.min(SearchedRow.day), func.max(SearchedRow.day))
            .join(SearchedRow, SearchedRow.words == TopicRow.words)
            .where(SearchedRow.day >= since)
            .group_by(TopicRow.id)
            .order_by(count.desc(), TopicRow.words)
            .limit(MOST_TOPICS)
        )
        for wanted in (_organizations_in(reached), None if organization_id is None else {organization_id}):
            if wanted is not None:
                own = select(BureauRow.topic_id).where(BureauRow.organization_id.in_(wanted))
                query = query.where(TopicRow.id.in_(own))
        with self._database.read() as session:
            found = session.execute(query).all()
            bureaus = _bureaus(session, [row.id for row, *_ in found])
        return tuple(_topic(row, sums, bureaus.get(row.id, ())) for row, *sums in found)

    def decide(
        self, actor: Actor, topic_id: str, state: TopicState, *, dataset_id: str | None = None, note: str = ""
    ) -> None:
        """Say what came of a topic. Raises `NotFound`, `Denied`, and `BadRequest` where the answer or reason lacks."""
        with self._units() as work:
            row = work.session.get(TopicRow, topic_id, with_for_update=True)
            near = _bureaus(work.session, [topic_id]).get(topic_id, ())
            subject = {policy.organization(each) for each in near}
            if row is None or not policy.may(actor, Action.READ_DEMAND, subject):
                raise NotFound(Text("この話題は見つかりません。", "There is no such topic."))
            if not (decision := policy.may(actor, Action.DECIDE_DEMAND, subject)):
                raise Denied(decision.reason)
            _check(state, dataset_id, note)
            row.state, row.note, row.decided = state, note, work.now
            row.dataset_id = dataset_id if state is TopicState.ANSWERED else None
            detail = {"state": state.value, "words": row.words, "dataset": row.dataset_id, "note": note}
            # The record is never rewritten: words stay in it that everybody who decides has seen.
            audit.record(
                work,
                actor,
                "demand.decide",
                f"demand:{row.id}",
                organization_id=near[0] if near else None,
                **{name: value for name, value in detail.items() if value},
            )
            work.commit()

    def refresh(self) -> int:
        """Take up what was asked for often enough, drop what no longer is kept, and find out whose it might be.

        Answers how many topics were looked at. Raises `Unavailable` where the index cannot be read.
        """
        with self._database.read() as session:
            often = session.scalars(
                select(SearchedRow.words)
                .group_by(SearchedRow.words)
                .having(is_often())
                .order_by(func.sum(SearchedRow.count).desc(), SearchedRow.words)
                .limit(MOST_TOPICS)
            ).all()
            known = {row.words: row for row in session.scalars(select(TopicRow))}
            topics = SearchedRow.words.in_(select(TopicRow.words))
            grouped = select(SearchedRow.words).where(topics).group_by(SearchedRow.words)
            kept = set(session.scalars(grouped.having(is_often())))
        self._drop([row.id for words, row in known.items() if words not in kept])
        before = self._clock() - timedelta(days=ROUTED_DAYS)
        due = [words for words in often if words not in known or known[words].routed < before]
        ids = {each.slug: each.id for each in self._organizations.list()} if due else {}
        for words in due:
            self._route(words, [ids[slug] for slug in self.nearest(words) if slug in ids])
        return len(due)

    def nearest(self, words: str) -> tuple[str, ...]:
        """Name by slug the publishers of what comes nearest to words among what everybody may read."""
        votes = self._votes(words)
        if not votes:
            for word in words.split()[:MOST_WORDS]:
                votes += self._votes(word)
        least = LEAST_SHARE * votes.total()
        return tuple(slug for slug, vote in votes.most_common(MOST_BUREAUS) if vote >= least)

    def _votes(self, words: str) -> Counter[str]:
        hits = self._search.search(SearchQuery(words, limit=NEAREST, facets=())).hits
        votes: Counter[str] = Counter()
        for rank, hit in enumerate(hits, start=1):
            # Hundredths, the first hit a whole: what comes first is nearest.
            votes[hit.document.publisher_slug] += 100 // rank
        return votes

    def _route(self, words: str, organization_ids: Sequence[str]) -> None:
        with self._database.write() as session:
            row = session.scalars(select(TopicRow).where(TopicRow.words == words)).one_or_none()
            if row is None:
                row = TopicRow(id=new_id(), words=words, state=TopicState.OPEN, note="", routed=self._clock())
                session.add(row)
            row.routed = self._clock()
            session.flush()
            session.execute(delete(BureauRow).where(BureauRow.topic_id == row.id))
            for rank, organization_id in enumerate(organization_ids):
                session.add(BureauRow(topic_id=row.id, organization_id=organization_id, rank=rank))
            session.commit()

    def _drop(self, topic_ids: Sequence[str]) -> None:
        if not topic_ids:
            return
        with self._database.write() as session:
            session.execute(delete(BureauRow).where(BureauRow.topic_id.in_(topic_ids)))
            session.execute(delete(TopicRow).where(TopicRow.id.in_(topic_ids)))
            session.commit()


def _check(state: TopicState, dataset_id: str | None, note: str) -> None:
    if state is TopicState.ANSWERED and dataset_id is None:
        raise BadRequest(Text("応えたデータを指定してください。", "Name the dataset that answers it."))
    if state is TopicState.NOT_PLANNED and not note:
        raise BadRequest(Text("公開しない理由を書いてください。", "Write why it is not planned."))
    if len(note) > NOTE_LENGTH:
        raise BadRequest(Text(f"メモは {NOTE_LENGTH} 文字までです。", f"A note has at most {NOTE_LENGTH} characters."))


def _organizations_in(reached: frozenset[str] | None) -> set[str] | None:
    if reached is None:
        return None
    mark = policy.organization("")
    return {each.removeprefix(mark) for each in reached if each.startswith(mark)}


def _bureaus(session: Session, topic_ids: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    query = select(BureauRow).where(BureauRow.topic_id.in_(list(topic_ids))).order_by(BureauRow.rank)
    found: dict[str, tuple[str, ...]] = {}
    for row in session.scalars(query):
        found[row.topic_id] = (*found.get(row.topic_id, ()), row.organization_id)
    return found


def _topic(row: TopicRow, sums: Sequence[Any], organization_ids: tuple[str, ...]) -> Topic:
    count, days, first, last = sums
    state = TopicState(row.state)
    return Topic(
        row.id, row.words, int(count), days, first, last, organization_ids, state, row.dataset_id, row.note, row.decided
    )
