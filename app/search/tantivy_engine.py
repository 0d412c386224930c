"""The embedded engine: a tantivy index in a folder, shared by every process of one machine.

Writers take turns through a file lock beside the folder. Readers notice a commit by looking at the index's
`meta.json` before each search. What a user types is never parsed as a query language: the query is built here
from analysed words.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
from tantivy import DocAddress, Document, Index, IndexWriter, Occur, Order, Query, Schema, SchemaBuilder, Searcher

from app.kernel.errors import Unavailable
from app.kernel.text import Text
from app.search.analysis import Word, tokens_of, words_of
from app.search.engine import Facet, FacetValue, Hit, SearchAnswer, SearchDocument, SearchQuery, Sort
from app.search.fields import FACET_VALUES, FACETS, FIELDS, title_key

# Raise this when the analysis, the fields or `SearchDocument` change: the new release then starts with an
# empty index, which the drift check fills, rather than with one it cannot read.
LAYOUT = "2"

_WRITER_MEMORY = 64_000_000
_SEGMENT_VALUES = 50_000
_TIE = 0.2  # what a word's other fields add to its best one
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ORDERS = {Sort.UPDATED: ("updated", Order.Desc), Sort.TITLE: ("title_key", Order.Asc)}

_DAMAGED = Text(
    ja="検索の索引を読み書きできません。索引を作り直す必要があります。",
    en="The search index cannot be read or written; it has to be rebuilt.",
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(SearchDocument)


Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Reading:
    """The index as of one commit. `stamp` tells it from later ones."""

    stamp: tuple[int, int, int]
    schema: Schema
    searcher: Searcher


class TantivyEngine:
    """Keeps the index under `folder` and its lock beside it, as `<folder>.lock`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = folder / LAYOUT
        self._lock = folder.with_name(folder.name + ".lock")
        self._reading: _Reading | None = None

    def put(self, documents: Iterable[SearchDocument]) -> None:
        """Add documents in one commit, replacing those with the same id. Raises `Unavailable`."""
        with self._writing() as writer:
            for document in documents:
                entry = _entry(document)
                with _guarded():
                    writer.delete_documents_by_term("id", document.id)
                    writer.add_document(entry)

    def remove(self, ids: Iterable[str]) -> None:
        """Take documents out in one commit; unknown ids do nothing. Raises `Unavailable`."""
        wanted = tuple(ids)
        if not wanted or not self._stamp():
            return
        with self._writing() as writer, _guarded():
            for dataset_id in wanted:
                writer.delete_documents_by_term("id", _storable(dataset_id))

    def search(self, query: SearchQuery) -> SearchAnswer:
        """Answer a question; empty while there is no index. Raises `Unavailable` where it is damaged."""
        return self._read(lambda reading: _answer(reading, query)) or _nothing()

    def revisions(self) -> dict[str, int]:
        """Map the id of every document to its revision. Raises `Unavailable`."""
        return self._read(_revisions) or {}

    def clear(self) -> None:
        """Start again with an empty index, whatever is there now."""
        with self._locked(), _guarded():
            self._create()

    def _create(self) -> Index:
        # Without `meta.json` readers see no index, rather than one that is half gone.
        (self._index / "meta.json").unlink(missing_ok=True)
        if self._folder.exists():
            shutil.rmtree(self._folder)
        self._index.mkdir(parents=True)
        return Index(_schema(), str(self._index))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        with self._lock.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _writing(self) -> Iterator[IndexWriter]:
        """Commit what is done inside; an exception leaves the index as it was."""
        with self._locked():
            with _guarded():
                index = Index(_schema(), str(self._index)) if self._stamp() else self._create()
                writer = index.writer(_WRITER_MEMORY, 1)
                # What a killed writer left uncommitted bears names that this one will want.
                writer.garbage_collect_files()
            try:
                yield writer
                with _guarded():
                    writer.commit()
            finally:
                with _guarded():
                    writer.wait_merging_threads()

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            status = (self._index / "meta.json").stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size

    def _read(self, question: Callable[[_Reading], Answer]) -> Answer | None:
        """Ask the newest commit, `None` while there is no index."""
        for last in (False, True):
            stamp = self._stamp()
            if not stamp:
                return None
            try:
                with _guarded():
                    return question(self._open(stamp))
            except Unavailable:
                # A writer may have replaced the index between the look at it and its opening.
                if last or stamp == self._stamp():
                    raise
        return None

    def _open(self, stamp: tuple[int, int, int]) -> _Reading:
        reading = self._reading
        if not reading or reading.stamp != stamp:
            index = Index.open(str(self._index))
            index.config_reader("manual")  # else every process would run a thread that watches the folder
            reading = self._reading = _Reading(stamp, index.schema, index.searcher())
        return reading


def _nothing() -> SearchAnswer:
    return SearchAnswer(hits=(), total=0, facets=dict.fromkeys(Facet, ()))


@contextmanager
def _guarded() -> Iterator[None]:
    """Say `Unavailable` where tantivy meets bytes it cannot read."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise Unavailable(_DAMAGED) from error
    except BaseException as error:
        # A panic in Rust is no `Exception`, and its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise Unavailable(_DAMAGED) from error


def _schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_bytes_field("document", stored=True)
    for name in ("id", "stamp", "audience"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("title_key", *Facet):
        builder.add_text_field(_column(name), fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("updated", fast=True)
    for field in FIELDS:
        builder.add_text_field(field.name, tokenizer_name="whitespace", index_option="position")
    return builder.build()


def _column(name: str) -> str:
    """Keep the facet `publisher`, a slug, apart from the searched field `publisher`, a name."""
    return f"facet_{name}" if name in tuple(Facet) else name


def _entry(document: SearchDocument) -> Document:
    entry = Document()
    entry.add_bytes("document", _encoder.encode(document))
    entry.add_text("id", document.id)
    entry.add_text("stamp", f"{document.revision} {document.id}")
    entry.add_text("title_key", title_key(document))
    entry.add_integer("updated", (document.updated - _EPOCH) // timedelta(microseconds=1))
    for audience in document.audiences:
        entry.add_text("audience", audience)
    for facet, read in FACETS.items():
        for value in read(document):
            entry.add_text(_column(facet), value)
    for field in FIELDS:
        for text in field.read(document):
            entry.add_text(field.name, " ".join(tokens_of(text)))
    return entry


def _answer(reading: _Reading, query: SearchQuery) -> SearchAnswer:
    words = words_of(query.words)
    asked = [_audience(reading.schema, query.audiences), *(_anywhere(reading.schema, word) for word in words)]
    filters = {
        facet: _any_of(reading.schema, _column(facet), values)
        for facet, values in (query.filters or {}).items()
        if values
    }
    found = _all_of([*asked, *filters.values()])
    sort = Sort.UPDATED if query.sort is Sort.RELEVANCE and not words else query.sort
    hits, total = _hits(reading.searcher, found, query, sort)
    return SearchAnswer(hits, total, _facets(reading.searcher, asked, filters))


def _audience(schema: Schema, audiences: frozenset[str] | None) -> Query:
    return Query.all_query() if audiences is None else _any_of(schema, "audience", audiences)


def _any_of(schema: Schema, field: str, values: Iterable[str]) -> Query:
    """Match without a say in the order of results."""
    terms = Query.term_set_query(schema, field, [_storable(value) for value in values])
    return Query.const_score_query(terms, 0.0)


def _all_of(queries: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _anywhere(schema: Schema, word: Word) -> Query:
    fields = [Query.boost_query(_in_field(schema, field.name, word), field.weight) for field in FIELDS]
    return Query.disjunction_max_query(fields, _TIE)


def _in_field(schema: Schema, field: str, word: Word) -> Query:
    *first, last = word.tokens
    if word.is_open:
        last += ".?"  # tokens are letters and digits: nothing in them means something in a pattern
        if first:
            return Query.regex_phrase_query(schema, field, [*first, last])
        return Query.regex_query(schema, field, last)
    if first:
        return Query.phrase_query(schema, field, [*first, last])
    return Query.term_query(schema, field, last)


def _hits(searcher: Searcher, found: Query, query: SearchQuery, sort: Sort) -> tuple[tuple[Hit, ...], int]:
    # tantivy reserves memory for offset + limit results, and refuses a limit of none.
    limit, offset = max(1, min(query.limit, searcher.num_docs)), min(query.offset, searcher.num_docs)
    field, order = _ORDERS.get(sort, (None, Order.Desc))
    result = searcher.search(found, limit=limit, offset=offset, order_by_field=field, order=order)
    hits = (
        Hit(_document(searcher, address), 0.0 if field else float(score))
        for score, address in result.hits[: query.limit]
    )
    return tuple(hits), result.count  # type: ignore[attr-defined]  # it is there, the stub forgets it


def _document(searcher: Searcher, address: DocAddress) -> SearchDocument:
    return _decoder.decode(searcher.doc(address)["document"][0])


def _facets(
    searcher: Searcher, asked: list[Query], filters: Mapping[Facet, Query]
) -> dict[Facet, tuple[FacetValue, ...]]:
    """Count in one pass all facets that see the same results: those without a filter of their own."""
    passes = [tuple(facet for facet in Facet if facet not in filters), *((facet,) for facet in filters)]
    counts: dict[Facet, tuple[FacetValue, ...]] = {}
    for facets in filter(None, passes):
        others = [query for facet, query in filters.items() if facet not in facets]
        counts |= _counts(searcher, _all_of([*asked, *others]), facets)
    return {facet: counts[facet] for facet in Facet}


def _counts(searcher: Searcher, query: Query, facets: tuple[Facet, ...]) -> dict[Facet, tuple[FacetValue, ...]]:
    size = {"size": FACET_VALUES, "segment_size": _SEGMENT_VALUES}
    answer = searcher.aggregate(query, {facet.value: {"terms": {"field": _column(facet), **size}} for facet in facets})
    return {facet: _ranked(answer[facet.value]["buckets"]) for facet in facets}


def _ranked(buckets: list[dict[str, str | int]]) -> tuple[FacetValue, ...]:
    values = (FacetValue(str(bucket["key"]), int(bucket["doc_count"])) for bucket in buckets)
    return tuple(sorted(values, key=lambda value: (-value.count, value.value)))


def _revisions(reading: _Reading) -> dict[str, int]:
    stamps = reading.searcher.terms_with_prefix("stamp", "", filter_query=Query.all_query())
    pairs = (stamp.split(" ", 1) for stamp, _ in stamps)
    return {dataset_id: int(revision) for revision, dataset_id in pairs}


def _storable(value: str) -> str:
    """Make half a surrogate pair, which no index can hold, a question mark."""
    return value.encode("utf-8", "replace").decode()
