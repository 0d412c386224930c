"""One commit of a Whoosh index, as what scores and answers need of it. Entries are numbers here, in Whoosh's order."""

from __future__ import annotations

from array import array
from collections import Counter
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from app.search.whoosh_engine.layout import AUDIENCE, CARD, ID, REVISION, column, number, number_bytes, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from whoosh.matching.mcore import Matcher
    from whoosh.reading import IndexReader

_FEWEST = 1e-9  # instead of a length of none
# One search asks for the same tokens and phrases up to four times; so many of their entries are kept, some 30 MB.
_REMEMBERED = 300_000


class Reading:
    """What a commit holds. Whoosh's readers share places in files, so only one thread may use one at a time."""

    def __init__(self, stamp: str, reader: IndexReader) -> None:
        self.stamp = stamp
        # Whoosh's reader of an empty index lacks most of what others have.
        self._leaves = tuple((leaf, start) for leaf, start in reader.leaf_readers() if leaf.doc_count_all())
        self._columns: dict[str, list[bytes]] = {}
        self._lengths: dict[str, tuple[list[int], float]] = {}
        self._remembered: dict[Hashable, dict[int, float]] = {}
        self._room = _REMEMBERED

    @cached_property
    def alive(self) -> frozenset[int]:
        """All entries."""
        return frozenset(start + each for leaf, start in self._leaves for each in leaf.all_doc_ids())

    @cached_property
    def ids(self) -> dict[str, int]:
        """The number of each entry by its id."""
        names = self.column(ID)
        return {names[entry].decode(): entry for entry in self.alive}

    @cached_property
    def revisions(self) -> dict[str, int]:
        """The revision of each entry by its id."""
        revisions = self.column(REVISION)
        return {name: int(revisions[entry]) for name, entry in self.ids.items()}

    def card(self, entry: int) -> bytes:
        """Answer the card of one entry."""
        leaf, start = next((leaf, start) for leaf, start in reversed(self._leaves) if start <= entry)
        return bytes(leaf.column_reader(CARD, translate=False)[entry - start])

    def column(self, name: str) -> list[bytes]:
        """Answer what stands in a column for every number, also of what is gone."""
        known = self._columns.get(name)
        if known is None:
            known = self._columns[name] = [bytes(value) for leaf, _ in self._leaves for value in _values(leaf, name)]
        return known

    def among(self, name: str, values: Iterable[str]) -> set[int]:
        """Answer the entries that have one of these whole values in a column."""
        rows, wanted = self.column(name), frozenset(values)
        if name == ID:
            return {entry for entry in self.alive if rows[entry].decode() in wanted}
        sets = {raw for raw in frozenset(rows) if not wanted.isdisjoint(values_of(raw))}
        return {entry for entry in self.alive if rows[entry] in sets} if sets else set()

    def counted(self, name: str, entries: Iterable[int]) -> Counter[str]:
        """Count the values of a column over entries. Most entries share theirs with many, so sets are counted first."""
        rows, counted = self.column(column(name)), Counter[str]()
        for raw, count in Counter(rows[entry] for entry in entries).items():
            for value in values_of(raw):
                counted[value] += count
        return counted

    def between(self, name: str, low: int | None, high: int | None) -> set[int]:
        """Answer the entries whose number lies between two bounds."""
        rows = self.column(number(name))
        least, most = number_bytes(low or 0), number_bytes(high or 0)
        present = (entry for entry in self.alive if rows[entry])
        return {
            entry
            for entry in present
            if (low is None or rows[entry] >= least) and (high is None or rows[entry] <= most)
        }

    def audience(self, audiences: frozenset[str] | None) -> AbstractSet[int]:
        """Answer the entries that somebody may find."""
        return self.alive if audiences is None else self.among(AUDIENCE, audiences)

    def lengths(self, field: str) -> tuple[list[int], float]:
        """Answer the number of tokens in a field of every entry, and their mean."""
        if field not in self._lengths:
            leaves = [leaf for leaf, _ in self._leaves]
            lengths = [leaf.doc_field_length(entry, field) for leaf in leaves for entry in range(leaf.doc_count_all())]
            total = sum(leaf.field_length(field) for leaf in leaves)
            self._lengths[field] = lengths, max(total / max(len(lengths), 1), _FEWEST)
        return self._lengths[field]

    def weights(self, field: str, token: str) -> dict[int, float]:
        """Answer how often each entry that has a token has it; the answer is not to be changed."""
        return self._weights_of(field, token.encode())

    def places(self, field: str, token: bytes, entries: AbstractSet[int]) -> dict[int, array[int]]:
        """Answer where in a field a token stands, for some entries."""
        wanted = entries & self._weights_of(field, token).keys()
        found: dict[int, array[int]] = {}
        if wanted:
            for entry, matcher in self._postings(field, token):
                if entry in wanted:
                    found[entry] = array("I", matcher.value())
                    if len(found) == len(wanted):
                        break
        return found

    def endings(self, field: str, start: str, limit: int) -> set[bytes]:
        """Answer tokens that begin so."""
        found = (token for leaf, _ in self._leaves for token in leaf.expand_prefix(field, start.encode()))
        return set(islice(found, limit))

    def having(self, field: str, token: bytes) -> Iterator[int]:
        """Give the entries that have a token."""
        return iter(self._weights_of(field, token))

    def _weights_of(self, field: str, token: bytes) -> dict[int, float]:
        found = self._postings(field, token)
        return self.remembered((field, token), lambda: {entry: matcher.weight() for entry, matcher in found})

    def remembered(self, name: Hashable, make: Callable[[], dict[int, float]]) -> dict[int, float]:
        """Answer numbers of entries that are the same for every question, and make them where they are not kept."""
        known = self._remembered.get(name)
        if known is None:
            known = make()
            self._room -= 1 + len(known)
            if self._room < 0:
                self._remembered.clear()
                self._room = _REMEMBERED - 1 - len(known)
            self._remembered[name] = known
        return known

    def _postings(self, field: str, token: bytes) -> Iterator[tuple[int, Matcher]]:
        for leaf, start in self._leaves:
            if (field, token) in leaf:
                matcher = leaf.postings(field, token)
                while matcher.is_active():
                    yield start + matcher.id(), matcher
                    matcher.next()


def _values(leaf: IndexReader, name: str) -> Iterable[bytes]:
    rows = leaf.column_reader(name, translate=False)
    return (rows[entry] for entry in range(leaf.doc_count_all()))
