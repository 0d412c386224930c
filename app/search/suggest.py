"""How a query may go on while it is typed: words, publishers, places and datasets that begin so.

What was typed may end within a word, within a kana even: じんk. The last word is completed, those before it stay.
"""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from app.catalog import places
from app.search import fields
from app.search.analysis import fold
from app.search.analysis.kana import hiragana
from app.search.analysis.tokens import runs_of
from app.search.answer import Suggestion, SuggestionKind
from app.search.clauses import Among, Phrase, Prefix, Term
from app.search.engine import Ask, Facet, Sort
from app.search.entries import document_from
from app.search.romaji import fold_romaji, romaji_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.search.clauses import Clause
    from app.search.engine import Engine
    from app.search.vocabulary import Vocabulary

LONGEST = 60
_DATASETS = 3
_PUBLISHERS = 2
_PLACES = 2
# Publishers are read off this many of the datasets that have one of such a name.
_LOOKED_AT = 20
_SHORTEST = 2


def suggestions(
    engine: Engine, vocabulary: Vocabulary, text: str, audiences: frozenset[str] | None, limit: int
) -> tuple[Suggestion, ...]:
    """Answer at most `limit` suggestions, the likeliest kinds first. Raises `Unavailable`."""
    typed = " ".join(text[:LONGEST].split()).encode("utf-8", "replace").decode()
    if not limit or not any(letter.isalnum() for letter in typed):
        return ()
    before, _, last = typed.rpartition(" ")
    public = audiences is None or "public" in audiences
    words = list(_words(vocabulary, before, last, limit)) if public else []
    others = (
        *_places(engine, typed, audiences),
        *_publishers(engine, typed, audiences),
        *_datasets(engine, typed, audiences),
    )
    # A publisher or place says more than the word that it is called by.
    named = {each.text for each in others}
    words = [each for each in words if each.text not in named]
    # Words first, but never only words where something else begins so too.
    kept = max(limit - len(others), (limit + 1) // 2)
    return tuple(dict.fromkeys((*words[:kept], *others, *words[kept:])))[:limit]


def _words(vocabulary: Vocabulary, before: str, last: str, limit: int) -> Iterator[Suggestion]:
    for word in vocabulary.starting(last, limit):
        # The count is that of the word alone; with others before it, it would promise too much.
        count = None if before else word.count
        yield Suggestion(f"{before} {word.text}".strip(), SuggestionKind.WORD, count=count)


def _datasets(engine: Engine, typed: str, audiences: frozenset[str] | None) -> Iterator[Suggestion]:
    clause = _beginning(fields.TITLE_PAIRS, typed)
    if clause is None:
        return
    ask = Ask(clause, audiences, sort=Sort.POPULARITY, limit=_DATASETS)
    for match in engine.search(ask).matches:
        document = document_from(match.card)
        yield Suggestion(document.title.get("ja"), SuggestionKind.DATASET, document.slug)


def _publishers(engine: Engine, typed: str, audiences: frozenset[str] | None) -> Iterator[Suggestion]:
    clause = _beginning(fields.PUBLISHER_PAIRS, typed)
    if clause is None:
        return
    found = engine.search(Ask(clause, audiences, limit=_LOOKED_AT, sort=Sort.UPDATED, facets=(Facet.PUBLISHER,)))
    counts = {each.value: each.count for each in found.facets.get(Facet.PUBLISHER, ())}
    names = {
        document.publisher_slug: document.publisher
        for document in (document_from(match.card) for match in found.matches)
    }
    for slug in sorted(names, key=lambda slug: -counts.get(slug, 0))[:_PUBLISHERS]:
        yield Suggestion(names[slug].get("ja"), SuggestionKind.PUBLISHER, slug, counts.get(slug))


def _places(engine: Engine, typed: str, audiences: frozenset[str] | None) -> Iterator[Suggestion]:
    named = tuple(islice(_places_beginning(typed), _LOOKED_AT))
    counts = engine.count([Among(Facet.PLACE.value, (place.code,)) for place in named], audiences) if named else ()
    there = sorted(zip(counts, named, strict=True), key=lambda each: -each[0])
    for count, place in there[:_PLACES]:
        if count:
            yield Suggestion(place.name or place.prefecture, SuggestionKind.PLACE, place.code, count)


def _beginning(pairs_field: str, typed: str) -> Clause | None:
    """Ask for texts in which these letters stand, the last word perhaps unfinished; nothing for one letter."""
    runs = list(runs_of(typed))
    if not runs or len(typed) < _SHORTEST:
        return None
    pairs = [token for run in runs for token in run.pairs]
    if runs[-1].is_letters and len(runs[-1].folded) > 1:
        # The last letter alone is the end of a text; what is looked for may go on.
        pairs.pop()
        return Phrase(pairs_field, tuple(pairs)) if len(pairs) > 1 else Term(pairs_field, pairs[0])
    if len(pairs) == 1:
        return Prefix(pairs_field, pairs[0])
    return Phrase(pairs_field, tuple(pairs), is_open=True)


def _places_beginning(typed: str) -> Iterator[places.Municipality]:
    plain = fold(typed)
    starts = {plain, hiragana(plain), fold_romaji(plain) if plain.isascii() else plain}
    for keys, place in _place_keys():
        if any(key.startswith(start) for key in keys for start in starts):
            yield place


@cache
def _place_keys() -> tuple[tuple[tuple[str, ...], places.Municipality], ...]:
    found = []
    for place in places.municipalities().values():
        kana = hiragana(fold(place.kana))
        written = [fold(name) for name in (place.names if place.name else (place.prefecture,))]
        found.append(((*written, kana, romaji_of(kana)), place))
    return tuple(found)
