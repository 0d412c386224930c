"""What a query means: its words, told from its fillers, each with the forms in which a record may hold it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from app.search.analysis import eras, gazetteer
from app.search.analysis.characters import FOLDER, fold
from app.search.analysis.fillers import ENGLISH_ENDINGS, FILLERS
from app.search.analysis.kana import hiragana, is_kana, kana_of, shortened
from app.search.analysis.segments import segments
from app.search.analysis.synonyms import Synonyms, key_of
from app.search.analysis.tokens import SHORT, Run, runs_of
from app.search.analysis.word import Asked, Form, Kind, Understood

# Groups that come with the portal.
SYNONYMS = FOLDER / "synonyms.csv"
QUERY_LENGTH = 200
QUERY_WORDS = 10
# NFKC makes up to eighteen letters of one.
_FOLDED_LENGTH = 2 * QUERY_LENGTH
_FORMS = 24
_SPELT = 4  # words of one reading that are looked for
_PREFIX = 3
_ROMAJI = 3


@cache
def own_synonyms() -> Synonyms:
    """Answer the groups that come with the portal."""
    return Synonyms.read([SYNONYMS])


def prepare() -> None:
    """Read the dictionary and the tables, which takes about a second: before the first question rather than in it."""
    understand("じんこう")


def understand(query: str, synonyms: Synonyms | None = None) -> Understood:
    """Understand the first `QUERY_LENGTH` characters and `QUERY_WORDS` different words of a query.

    Of more words fillers are left out first. Without `synonyms` those that come with the portal count.
    """
    text = _bounded(query)
    known = own_synonyms() if synonyms is None else synonyms
    words = _words(text, known)
    kept = _kept(words)
    asked = tuple(Asked(word, tuple(_forms(word, known)), word in fillers) for word, fillers in _told(kept))
    whole = written_form(text) if len(words) > 1 else None
    return Understood(asked, whole)


def unread(query: str, synonyms: Synonyms | None = None) -> tuple[str, ...]:
    """Answer what of a query is too much to be understood: words beyond the tenth, and what is beyond 200 letters."""
    words = _words(_bounded(query), own_synonyms() if synonyms is None else synonyms)
    kept = _kept(words)
    beyond = query[QUERY_LENGTH : 2 * QUERY_LENGTH].strip()
    return (*(word for word in words if word not in kept), *((beyond,) if beyond else ()))


def _bounded(query: str) -> str:
    return fold(query[:QUERY_LENGTH])[:_FOLDED_LENGTH]


def _words(text: str, synonyms: Synonyms) -> list[str]:
    """Answer the different words of folded text, without particles unless there is nothing else."""
    words = segments(text, lambda term: _is_known(term, synonyms)) or [run.folded for run in runs_of(text)]
    return [word for word in dict.fromkeys(words) if word]


def _is_known(term: str, synonyms: Synonyms) -> bool:
    if term in FILLERS or term in gazetteer.codes_by_name() or synonyms.knows(key_of(term)):
        return True
    return is_kana(term) and bool(synonyms.read_as(term) or gazetteer.names_by_reading().get(term))


def _kept(words: list[str]) -> list[str]:
    spare = len(words) - QUERY_WORDS
    if spare <= 0:
        return words
    dropped = [word for word in words if word in FILLERS][-spare:]
    return [word for word in words if word not in dropped][:QUERY_WORDS]


def _told(words: list[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Tell fillers: endings of English place names are some after a place."""
    before = ""
    for word in words:
        is_ending = word in ENGLISH_ENDINGS and bool(_codes(before))
        yield word, FILLERS | {word} if is_ending else FILLERS
        before = word


def _forms(word: str, synonyms: Synonyms) -> Iterator[Form]:
    """List the forms of a word, the written one first, each text once."""
    yield written_form(word)
    if word in FILLERS:
        return
    seen: set[tuple[object, ...]] = {(word,)}
    for form in _concluded(word, synonyms):
        key = (form.readings, form.codes, form.is_open) if form.readings or form.codes else (form.text,)
        if key not in seen:
            seen.add(key)
            yield form
        if len(seen) > _FORMS:
            return


def _concluded(word: str, synonyms: Synonyms) -> Iterator[Form]:
    for other in eras.others(word):
        # Its token, which the written form has, finds it; this is for marking.
        yield Form(Kind.DATE, other, 0.9)
    if codes := _codes(word):
        yield Form(Kind.PLACE, word, 0.8, codes=codes)
    yield from _readings(word, synonyms)
    for other in synonyms.of(key_of(word)):
        yield form_of(fold(other), Kind.SYNONYM, 0.6)


def _readings(word: str, synonyms: Synonyms) -> Iterator[Form]:
    """List forms for a word in kana or, less surely, in Latin letters."""
    kana, weight = (hiragana(word), 0.9) if is_kana(hiragana(word)) else (_romaji(word), 0.8)
    if not kana:
        return
    is_english = not is_kana(hiragana(word)) and synonyms.knows(key_of(word))
    weight *= 0.6 if is_english else 1
    spelt = _spelt(kana, synonyms, is_romaji=word.isascii())
    for other in spelt:
        yield form_of(other, Kind.READING, weight)
    yield Form(Kind.READING, kana, weight, readings=(kana,))
    tokens = [kana, *_short_tokens(kana, is_romaji=word.isascii())]
    for token in tokens[1:]:
        yield Form(Kind.READING, kana, weight * 0.7, readings=(token,))
    for token in tokens if len(kana) >= _PREFIX and not is_english else ():
        yield Form(Kind.READING, kana, weight * 0.4, readings=(token,), is_open=True)
    # Synonyms of what was meant stand further away than those of what was written.
    for other in spelt:
        for synonym in synonyms.of(key_of(other)):
            yield form_of(fold(synonym), Kind.SYNONYM, 0.5 * weight)


def _short_tokens(kana: str, *, is_romaji: bool) -> tuple[str, ...]:
    """Answer the token of a reading without long vowels, which Latin letters often leave out."""
    short = shortened(kana)
    return (SHORT + short,) if len(short) > 1 and (is_romaji or short != kana) else ()


def _romaji(word: str) -> str:
    return kana_of(word) if len(word) >= _ROMAJI else ""


def _spelt(kana: str, synonyms: Synonyms, *, is_romaji: bool) -> tuple[str, ...]:
    """Answer known words that are read so, folded; for Latin letters long vowels may be missing."""
    names = (fold(term) for term in synonyms.read_as(kana))
    places = gazetteer.names_by_reading().get(kana, ())
    short = synonyms.read_shortly_as(shortened(kana)) if is_romaji else ()
    short_places = gazetteer.names_by_short_reading().get(shortened(kana), ()) if is_romaji else ()
    found = dict.fromkeys((*names, *places, *map(fold, short), *short_places))
    return tuple(name for name in found if not is_kana(hiragana(name)) or not is_romaji or name != kana)[:_SPELT]


def _codes(word: str) -> tuple[str, ...]:
    """Answer the places that a word names, in whatever letters."""
    if codes := gazetteer.codes_by_name().get(word) or gazetteer.codes_by_name().get(word.removesuffix("内")):
        return codes
    kana = hiragana(word)
    if is_kana(kana):
        names = gazetteer.names_by_reading().get(kana, ())
    else:
        names = gazetteer.names_by_short_reading().get(shortened(_romaji(word)), ()) if word.isascii() else ()
    return tuple(dict.fromkeys(code for name in names for code in gazetteer.codes_by_name().get(name, ())))


def written_form(text: str) -> Form:
    """Answer what was written as a form; a year is looked up by its token, in whatever calendar it stands there."""
    if token := eras.token_of(text):
        return Form(Kind.WRITTEN, text, words=(token,))
    return form_of(text, Kind.WRITTEN, 1.0)


def form_of(text: str, kind: Kind, weight: float) -> Form:
    """Answer folded text as a form: its pairs side by side, or all of its words."""
    runs = runs_of(text)
    words = tuple(dict.fromkeys(token for run in runs for token in run.simple_words))
    if len(words) > 1 and is_kana(text):
        words = ()  # what the dictionary makes of じんこう is nonsense; its reading finds it
    return Form(kind, text, weight, *_pairs(runs), words=words)


def _pairs(runs: tuple[Run, ...]) -> tuple[tuple[str, ...], bool]:
    """Answer the pairs side by side, and whether the last is one letter that a token may begin with."""
    pairs = [token for run in runs for token in run.pairs]
    last = runs[-1].folded if runs and runs[-1].is_letters else ""
    if len(last) > 1:
        pairs.pop()  # the text that is found may go on after the last letter
    return tuple(pairs), len(last) == 1
