"""Measures how well search ranks, by judgements that others made, beside plain BM25 on the same documents.

ACORDAR 1 (datasets of many portals), NTCIR-15 Data Search (English titles of data.gov), and known items among Tokyo's
records. Documents go the whole way: search document, entry, tantivy, the query language and all that the portal does
with a query. What is not beside this repository is skipped.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.catalog.record import State
from app.kernel.text import Text, text_of
from app.search.answer import SearchQuery
from app.search.document import SearchDocument, document_of
from app.search.engine import PUBLIC
from app.search.entries import entry_of
from app.search.service import Search
from app.search.tantivy_engine import TantivyEngine
from benchmarks.measures import PlainBm25, mean, ndcg, recall, reciprocal_rank
from benchmarks.support import machine, table
from tests.search import known_items, tokyo

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "search-relevance"
DAY = datetime(2026, 1, 1, tzinfo=UTC)
DEPTH = 100
SETTLED = 120.0  # seconds
FOLDS = 5
HALVES = ("tune", "test")

Ranker = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents, queries and judgements; `queries` and `judged` share their keys, which end with a number."""

    name: str
    documents: tuple[SearchDocument, ...]
    queries: Mapping[str, str]
    judged: Mapping[str, Mapping[str, int]]


def acordar(folder: Path) -> Collection:
    """Read the judged datasets of ACORDAR 1. Their text repeats the title, which a portal's description does not."""
    documents = []
    for each in _lines(folder / "judged_corpus.jsonl"):
        description = each["text"].removeprefix(each["title"]).lstrip(". ")
        keywords = tuple(each["tags_guess"])
        documents.append(_document(each["id"], each["title"], description, keywords, each["author_guess"]))
    return _collection("ACORDAR 1", documents, folder / "queries.dev.tsv", folder / "qrels.dev.txt")


def ntcir(folder: Path) -> Collection:
    """Read the English titles of NTCIR-15."""
    documents = [_document(each["id"], each["title"]) for each in _lines(folder / "corpus_e_titles.jsonl")]
    judged = folder / "train_e_qrels.dev.txt"
    return _collection("NTCIR-15 English", documents, folder / "train_e_queries.dev.tsv", judged)


COLLECTIONS: Mapping[str, Callable[[Path], Collection]] = {"acordar1": acordar, "ntcir15": ntcir}


def _lines(file: Path) -> Iterator[dict[str, object] | dict[str, str]]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _document(
    name: str, title: str, description: str = "", keywords: tuple[str, ...] = (), publisher: str = ""
) -> SearchDocument:
    return SearchDocument(
        id=name,
        slug=name,
        revision=1,
        audiences=(PUBLIC,),
        title=text_of(title),
        description=text_of(description),
        publisher_slug="",
        publisher=text_of(publisher),
        license="",
        license_title=Text(),
        updated=DAY,
        revised=DAY,
        state=State.PUBLISHED.value,
        keywords=keywords,
    )


def _collection(name: str, documents: Iterable[SearchDocument], queries: Path, judged: Path) -> Collection:
    judgements: dict[str, dict[str, int]] = {}
    for line in judged.read_text(encoding="utf-8").splitlines():
        query, _, document, value = line.split()
        judgements.setdefault(query, {})[document] = int(value)
    asked = dict(line.split("\t", 1) for line in queries.read_text(encoding="utf-8").splitlines() if line)
    both = asked.keys() & judgements.keys()
    return Collection(
        name,
        tuple(documents),
        {query: words for query, words in asked.items() if query in both},
        {query: values for query, values in judgements.items() if query in both},
    )


def plain(documents: Iterable[SearchDocument]) -> Ranker:
    """Rank by BM25 over everything that documents say, as one text."""
    return PlainBm25({each.id: _all_words(each) for each in documents}).rank


def _all_words(document: SearchDocument) -> str:
    names = (document.title, document.description, document.publisher)
    texts = (words for text in names for _, words in text.both())
    return " ".join((*texts, *document.keywords, *document.columns, *document.resources, *document.subjects))


def portal(documents: Iterable[SearchDocument], folder: Path) -> Ranker:
    """Rank as the portal does."""
    engine = TantivyEngine(folder)
    engine.rebuild(map(entry_of, documents))
    search = Search(engine)
    _settle(search)

    def rank(query: str) -> Sequence[str]:
        answer = search.search(SearchQuery(query, limit=DEPTH, facets=()))
        return [hit.document.id for hit in answer.hits]

    return rank


def _settle(search: Search) -> None:
    """Wait for the vocabulary, which a portal has long before it is asked: it tells in what language it is."""
    end = time.monotonic() + SETTLED
    while not any(map(search.suggest, ("a", "人"))):
        if time.monotonic() > end:
            sys.exit("No vocabulary was made: what is measured would be another portal.")
        time.sleep(0.1)


def rankers(documents: Sequence[SearchDocument], folder: Path) -> dict[str, Ranker]:
    """Make all that is compared."""
    return {"plain BM25 (k1 0.9, b 0.4)": plain(documents), "the portal": portal(documents, folder)}


def judge(collection: Collection, folder: Path) -> str:
    """Write the table of a collection, the means over all queries and over the folds."""
    rows = []
    for name, rank in rankers(collection.documents, folder).items():
        began = time.perf_counter()
        ranked = {query: rank(words) for query, words in collection.queries.items()}
        taken = (time.perf_counter() - began) / len(ranked) * 1000
        gains = {query: ndcg(found, collection.judged[query]) for query, found in ranked.items()}
        first = mean(reciprocal_rank(found, collection.judged[query]) for query, found in ranked.items())
        share = mean(recall(found, collection.judged[query]) for query, found in ranked.items())
        folds = [mean(gains[query] for query in fold) for fold in _folds(tuple(gains))]
        spread = f"{statistics.mean(folds):.4f} ± {statistics.stdev(folds):.4f}"
        rows.append((name, f"{mean(gains.values()):.4f}", spread, f"{first:.4f}", f"{share:.4f}", f"{taken:.1f}"))
    sizes = f"{len(collection.documents):,} documents, {len(collection.queries)} queries"
    header = (f"{collection.name}: {sizes}", "nDCG@10", f"over {FOLDS} folds", "MRR", "recall@20", "ms a query")
    return table(header, rows)


def _folds(queries: Sequence[str]) -> list[Sequence[str]]:
    ordered = sorted(queries, key=lambda query: int(query.rpartition("-")[2]))
    return [ordered[number::FOLDS] for number in range(FOLDS)]


def judge_known(folder: Path, halves: Sequence[str], *, shows_misses: bool) -> str:
    """Write the table of the known items: MRR@10 by kind, ours and plain."""
    documents = [document for record in tokyo.records() if (document := document_of(record))]
    ranked_by = rankers(documents, folder)
    items = [each for each in known_items.read() if each.half in halves]
    found: dict[str, dict[str, list[float]]] = {name: {kind: [] for kind in known_items.KINDS} for name in ranked_by}
    for item in items:
        for name, rank in ranked_by.items():
            value = known_items.reciprocal_rank(rank(item.query), item.ids)
            found[name][item.kind].append(value)
            if shows_misses and name == "the portal" and value < 1:
                print(f"{value:.2f} {item.kind}: {item.query}")
    rows = []
    for name, kinds in found.items():
        everything = [value for values in kinds.values() for value in values]
        rows.append((name, f"{mean(everything):.3f}", *(f"{mean(values):.3f}" for values in kinds.values())))
    title = f"MRR@10 of {len(items)} known items ({' and '.join(halves)}) among {len(documents):,}"
    return table((title, "all", *known_items.KINDS), rows)


def main() -> None:
    """Measure what is there, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tune", action="store_true", help="only the half of the known items that is for tuning")
    parser.add_argument("--misses", action="store_true", help="name the known items that are not found first")
    parser.add_argument("--only", choices=(*COLLECTIONS, "known"))
    chosen = parser.parse_args()
    print(f"\n{machine()}")
    with tempfile.TemporaryDirectory(prefix="kakehashi-relevance-") as name:
        for place, read in COLLECTIONS.items():
            if chosen.only not in {None, place}:
                continue
            if (FOLDER / place).is_dir():
                print("\n" + judge(read(FOLDER / place), Path(name) / place))
            else:
                print(f"\n{place}: skipped, its files are not beside this repository")
        if chosen.only in {None, "known"}:
            if tokyo.FILE.is_file():
                halves = HALVES[:1] if chosen.tune else HALVES
                print("\n" + judge_known(Path(name) / "known", halves, shows_misses=chosen.misses))
            else:
                print("\nknown items: skipped, Tokyo's records are not beside this repository")


if __name__ == "__main__":
    main()
