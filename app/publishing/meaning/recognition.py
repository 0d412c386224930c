"""What a column is about and which form its words have: name and words have to agree, else the words decide."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from app.publishing.forms import dates, kana
from app.publishing.forms.form import Form
from app.publishing.meaning import labels
from app.publishing.meaning.candidates import candidates
from app.publishing.meaning.declared import declared_form
from app.publishing.meaning.headers import Header, understand
from app.publishing.meaning.words import Sample, Words, sort_out

DITTO = "ditto-filled"
SHOWN_IN_THE_WAY = 20
NEARLY = 0.9
_CHOICES, _CELLS_PER_CHOICE, _CHOICE_LENGTH = 20, 5, 30
_STRICT_TEXTS = {
    "corporate-number",
    "email",
    "individual-number",
    "municipality-code",
    "phone",
    "postal-code",
    "town-id",
    "url",
}
# A column that is to have days and has none that can be read: why not is worth a word.
_DAYS = {"date", "birth-date", "datetime"}
_SAID_BY_NAME = ("note", "person-name", "name")


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a column is. `almost` names the type that all but a few words have, and up to 20 of those."""

    meaning: str
    form: Form
    unit: str = ""
    null_words: tuple[str, ...] = ()
    ditto_words: tuple[str, ...] = ()
    almost: tuple[str, tuple[str, ...]] | None = None


def recognise(
    name: str,
    sample: Sample,
    declared: str | None = None,
    *,
    missing: Sequence[str] = (),
    off: Collection[str] = (),
) -> Recognised:
    """Recognise a column from its name and its distinct words with their counts, the most frequent first.

    `declared` is the Table Schema type that the publisher gave it, which then stands. `missing` are words that the
    publisher declared to mean nothing. Without the rules `off`, only what the others bring into form counts.
    """
    header = understand(name)
    words = _without_dittos(sort_out(sample, missing), sample, off)
    if declared not in {None, "string"}:
        return _as_declared(header, words, str(declared))
    if not words.typed:
        return Recognised("text", kana.TEXTS, ditto_words=words.dittos)
    almost: tuple[Form, tuple[str, ...]] | None = None
    for candidate in candidates(header, words):
        form = candidate.form
        if declared and not form.loose:
            continue
        share, in_the_way = _fit(form, words, off)
        if share >= candidate.share and (form.loose or not in_the_way):
            return _fitting(form, words, in_the_way)
        if almost is None and share >= NEARLY and not form.loose:
            almost = form, in_the_way
    return _text(header, words, almost)


def _without_dittos(words: Words, sample: Sample, off: Collection[str]) -> Words:
    """Take dittos for words like all others where they are not to be filled."""
    if DITTO not in off or not words.dittos:
        return words
    extra = tuple((word, count) for word, count in sample if word.strip() in words.dittos)
    return replace(words, typed=words.typed + extra, dittos=())


def _fit(form: Form, words: Words, off: Collection[str]) -> tuple[float, tuple[str, ...]]:
    """Say which part of the cells fits a form, and which words do not."""
    fits, in_the_way = 0, []
    for word, count in words.typed:
        read = form.read(word)
        if read is None or read.rule in off:
            in_the_way.append(word)
        else:
            fits += count
    return fits / max(1, words.cells), tuple(in_the_way)


def _fitting(form: Form, words: Words, in_the_way: tuple[str, ...]) -> Recognised:
    strict = form.type != "string" or (form.meaning in _STRICT_TEXTS and not in_the_way)
    return Recognised(form.meaning, form, form.unit, words.nulls if strict else (), words.dittos)


def _as_declared(header: Header, words: Words, declared: str) -> Recognised:
    form = declared_form(header, words, declared)
    nulls = words.nulls if words.typed else ()
    return Recognised(form.meaning, form, form.unit, nulls, words.dittos)


def _text(header: Header, words: Words, almost: tuple[Form, tuple[str, ...]] | None) -> Recognised:
    meaning = _meaning_of_text(header, words)
    half = any(map(kana.is_half, words.listed)) and not any(map(kana.is_full, words.listed))
    form = replace(kana.KANA if half or meaning == "name-kana" else kana.TEXTS, meaning=meaning)
    if almost is None:
        if _DAYS & set(header.meanings):
            form = replace(form, flag=dates.flag, flags_clean=True)
        return Recognised(meaning, form, ditto_words=words.dittos)
    typed, in_the_way = almost
    form = replace(form, flag=typed.flag, flags_clean=True)
    return Recognised(meaning, form, ditto_words=words.dittos, almost=(typed.type, in_the_way[:SHOWN_IN_THE_WAY]))


def _meaning_of_text(header: Header, words: Words) -> str:
    """Say what text is about, where its name and its words both say so."""
    listed = labels.bare(words.listed)
    for meaning, agrees, enough in _LABELS:
        if (meaning in header.meanings or len(listed) >= enough) and agrees(listed):
            return meaning
    for meaning, agrees in _TEXTS:
        if meaning in header.meanings and agrees(listed):
            return meaning
    if labels.is_full_address(listed):
        return "address"
    named = next((meaning for meaning in header.meanings if meaning in _SAID_BY_NAME), "")
    if named:
        return named
    return "category" if _are_choices(header, words) else "text"


# meaning, what its words are like, and how many different ones are enough without the name's word for it
_LABELS = (
    ("sex", labels.is_sex, 2),
    ("weekday", labels.is_weekday, 3),
    ("yes-no", labels.is_yes_no, 1),
    ("prefecture", labels.is_prefecture, 2),
    ("municipality", labels.is_municipality, 3),
)
_TEXTS = (
    ("weekday", labels.is_day_list),
    ("name-kana", labels.is_kana),
    ("name-english", labels.is_latin),
    ("address", labels.is_address),
    ("period", labels.is_period),
)


def _are_choices(header: Header, words: Words) -> bool:
    """Say whether a few short words come back again and again."""
    few = len(words.typed) <= _CHOICES and all(len(word) <= _CHOICE_LENGTH for word in words.listed)
    return few and ("category" in header.meanings or words.cells >= _CELLS_PER_CHOICE * len(words.typed))
