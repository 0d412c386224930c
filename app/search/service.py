"""How data is found: questions to the engine with sane bounds, and an index that keeps up with the catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import chain
from typing import TYPE_CHECKING

from app.infra.clock import Clock, utc_now
from app.kernel.errors import Rebuilding
from app.kernel.text import Text
from app.search.analysis import QUERY_WORDS, understand, unread
from app.search.analysis.word import Kind
from app.search.answer import Hit, Reason, SearchAnswer, SearchQuery, Suggestion, SuggestionKind, Told, Where
from app.search.choices import without_unknown
from app.search.clauses import Everything
from app.search.document import SearchDocument
from app.search.engine import Ask, Engine, Entry
from app.search.entries import document_from, entry_of
from app.search.finding import STRICT, Finder, Finding, ways_of
from app.search.known import Known
from app.search.language import parse
from app.search.language.parser import TOO_MANY, short
from app.search.language.tree import Dropped
from app.search.notices import Relaxed
from app.search.question import Meaning, forms_of
from app.search.ranking import sign_clause
from app.search.semantic import Nearness
from app.search.suggest import suggestions
from app.search.why import reasons

if TYPE_CHECKING:
    from app.search.analysis.word import Understood

__all__ = [
    "Drift",
    "Dropped",
    "Hit",
    "Reason",
    "Relaxed",
    "Search",
    "SearchAnswer",
    "SearchQuery",
    "Suggestion",
    "SuggestionKind",
    "Told",
    "Where",
]

MAX_LIMIT = 100
MAX_SUGGESTIONS = 20
MOST_MARKS = 60
_READ_SO = 5
_UNDERSTOOD = 300  # texts
_REBUILDING = Text(
    ja="検索の索引を作り直しています。しばらくしてからもう一度お試しください。",
    en="The search index is being made anew; please try again in a while.",
)


@dataclass(frozen=True, slots=True)
class Drift:
    """Ids of datasets that the index lacks, knows in an older revision, or should not know."""

    missing: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Something is to be done."""
        return bool(self.missing or self.stale or self.extra)


class Search:
    """Stands before an engine. Who may find what is the caller's word: it turns an actor into audiences.

    What a dataset is to the index, or that it is nothing to it, says `document_of`.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Clock = utc_now,
        understand: Callable[[str], Understood] = understand,
        nearness: Nearness | None = None,
        is_expected: Callable[[], bool] = lambda: False,
    ) -> None:
        """Without `nearness`, words alone find. `is_expected` says whether there is anything that can be found."""
        self._engine = engine
        self._nearness = nearness or Nearness()
        self._clock = clock
        self._is_expected = is_expected
        # The next page and the next filter ask for the same words.
        self._understand = lru_cache(_UNDERSTOOD)(understand)
        self._known = Known(engine)

    def search(self, query: SearchQuery) -> SearchAnswer:
        """Find what the audiences of the query may find: the public, if it names none.

        `limit` is kept within 0 to `MAX_LIMIT`, `offset` is not below 0. Raises `Unavailable`, `Rebuilding` where there
        is no index though there is something to find, and `BadRequest` for an `after` that is none.
        """
        asked = replace(query, limit=max(0, min(query.limit, MAX_LIMIT)), offset=max(0, query.offset))
        way, after = ways_of(asked.after)
        meaning = self._meaning(asked.audiences)
        parsed = parse(asked.words)
        tree, unknown = without_unknown(parsed.tree, meaning)
        finder = Finder(self._engine, self._known, meaning, asked, self._clock(), nearness=self._nearness)
        finding = finder.find(tree, way, after)
        if not finding.found.total and not self._engine.stamp() and self._is_expected():
            raise Rebuilding(_REBUILDING)
        finding.found.begin()
        return SearchAnswer(
            hits=_hits(finding),
            total=finding.found.total,
            facets=dict(finding.found.facets),
            next=finding.way + finding.found.next if finding.found.next else "",
            dropped=(*parsed.dropped, *unknown, *_beyond(finding)),
            relaxed=finding.relaxed,
            instead=finding.instead,
            marks=self._marks(finding, meaning),
        )

    def tell(self, text: str, audiences: frozenset[str] | None = frozenset({"public"})) -> Told:
        """Say what plain words are understood as, and how many of all datasets have each. Raises `Unavailable`."""
        asked = self._understand(text).asked
        *counts, total = self._known.counts((*map(sign_clause, asked), Everything()), audiences)
        return Told(tuple(zip(asked, counts, strict=True)), total)

    def suggest(
        self, text: str, audiences: frozenset[str] | None = frozenset({"public"}), limit: int = 8
    ) -> tuple[Suggestion, ...]:
        """Answer how a query may go on, while it is typed. Raises `Unavailable`."""
        bounded = max(0, min(limit, MAX_SUGGESTIONS))
        return suggestions(self._engine, self._known.vocabulary(), text, audiences, bounded)

    def index(self, datasets: Iterable[SearchDocument | Entry]) -> None:
        """Make the index say of datasets what their documents say. Raises `Unavailable`."""
        with self._nearness.adding() as handed_on:
            self._engine.put(handed_on(map(_entry, datasets)))

    def forget(self, dataset_ids: Iterable[str]) -> None:
        """Take datasets out of the index; nothing happens for those that are not there. Raises `Unavailable`."""
        gone = tuple(dataset_ids)
        self._engine.remove(gone)
        self._nearness.remove(gone)

    def drift(self, expected: Mapping[str, int]) -> Drift:
        """Compare the index with the revisions, by id, of all datasets that should be in it. Raises `Unavailable`."""
        indexed = self._nearness.corrected(self._engine.revisions())
        return Drift(
            missing=tuple(sorted(expected.keys() - indexed.keys())),
            stale=tuple(
                sorted(known for known in expected.keys() & indexed.keys() if expected[known] != indexed[known])
            ),
            extra=tuple(sorted(indexed.keys() - expected.keys())),
        )

    def rebuild(self, all_of_them: Iterable[SearchDocument | Entry]) -> int:
        """Index all datasets anew and nothing else; answer how many. Readers keep the old index meanwhile."""
        with self._nearness.rebuilding() as handed_on:
            return self._engine.rebuild(handed_on(map(_entry, all_of_them)))

    def probe(self) -> None:
        """Raise `Unavailable` where the index cannot be read; a search touches more of it than its stamp does."""
        for match in self._engine.search(Ask(audiences=None, limit=1)).matches:
            document_from(match.card)

    def stamp(self) -> str:
        """Answer something that differs after every change of the index; empty while there is none."""
        return self._engine.stamp()

    def _meaning(self, audiences: frozenset[str] | None) -> Meaning:
        return Meaning(self._understand, partial(self._known.values_of, audiences=audiences))

    def _marks(self, finding: Finding, meaning: Meaning) -> tuple[str, ...]:
        """List what to mark: every form of what was asked for, and the words that are read as somebody typed."""
        forms = [form for form in forms_of(finding.question, meaning) if form.kind is not Kind.PLACE or form.text]
        read = (kana for form in forms if form.kind is Kind.READING for kana in form.readings)
        vocabulary = self._known.vocabulary()
        spelt = chain.from_iterable(vocabulary.reading(kana, _READ_SO) for kana in read)
        texts = (*(form.text for form in forms), *(word.text for word in spelt))
        return tuple(dict.fromkeys(text for text in texts if text))[:MOST_MARKS]


def _entry(dataset: SearchDocument | Entry) -> Entry:
    return dataset if isinstance(dataset, Entry) else entry_of(dataset)


def _beyond(finding: Finding) -> tuple[Dropped, ...]:
    """Name the words that were too many and have no blanks between; the query language counts those that have."""
    if len(finding.question.words) < QUERY_WORDS:
        return ()
    return tuple(Dropped(short(" ".join(words)), TOO_MANY) for words in (unread(finding.question.text),) if words)


def _hits(finding: Finding) -> tuple[Hit, ...]:
    matches = finding.found.matches
    documents = [document_from(match.card) for match in matches]
    why = reasons(documents, finding.question, is_strict=finding.way == STRICT)
    return tuple(
        Hit(document, match.score, each) for match, document, each in zip(matches, documents, why, strict=True)
    )
