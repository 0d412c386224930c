"""The places that a question names: told from words that only look so, and of several of one name the likeliest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.agents import places as agent_places
from app.agents.country_names import JAPAN, country_called
from app.agents.place_readings import codes_read
from app.catalog import places
from app.search.analysis.word import Kind

if TYPE_CHECKING:
    from app.agents.country_names import Spoken
    from app.agents.desk import Desk
    from app.search.analysis.word import Asked

_SURE_ENGLISH = 6
# What makes a Latin word a place's: Minato ward, Hino-shi. A town or village may be meant by anybody.
_KIND = r"(?: (?:ward|city)|-(?:ku|shi|machi|cho|mura|son))\b"
_MOST_NAMES = 100


@dataclass(frozen=True, slots=True)
class Place:
    """The places that are asked for: six-digit codes, any of them. `names` are how tables and titles may name them.

    `shared` are all that have the name, where that was settled by what the portal is about; `nearest` are names like
    it where none was recognised. `countries` are codes of three letters; those have no other codes.
    """

    words: str
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


def place_of_countries(spoken: tuple[Spoken, ...]) -> Place | None:
    """Make one place of the countries that a question names."""
    if not spoken:
        return None
    names = tuple(dict.fromkeys(name for each in spoken for name in each.country.names))
    countries = tuple(each.country.code for each in spoken)
    return Place("、".join(each.words for each in spoken), names=names, countries=countries)


def codes_in(asked: Asked, question: str) -> tuple[str, ...]:
    """Answer the places that a word names. Latin words may be read as one by chance: date is 伊達, mine is 美祢."""
    codes = next((form.codes for form in asked.forms if form.kind is Kind.PLACE), ())
    if not codes and (spelt := re.search(rf"\b{re.escape(asked.text)}{_KIND}", question, re.IGNORECASE)):
        return codes_read(spelt[0])
    if not codes or asked.is_filler or not asked.text.isascii() or asked.text[0].isdigit():
        return codes
    if len(asked.text) >= _SURE_ENGLISH or places.place_of(asked.text):
        return codes
    at = question.lower().find(asked.text)
    return codes if at > 0 and question[at].isupper() else ()


def place_named(desk: Desk, words: str) -> Place:
    """Recognise the place that was named apart."""
    if (country := country_called(words)) and country.code != JAPAN:
        return Place(words.strip(), names=country.names, countries=(country.code,))
    found = agent_places.find(words)
    if found.codes:
        return _named(found.words, found.codes)
    if found.shared:
        # 大田 is 大田区 in Tokyo, and 大田市 elsewhere.
        own = _of_area(desk, found.shared)
        return _named(found.words, own if len(own) == 1 else found.shared, shared=found.shared)
    for asked, _ in desk.search.tell(found.words).words:
        if codes := next((form.codes for form in asked.forms if form.kind is Kind.PLACE), ()):
            return _settled(desk, found.words, codes)
    return Place(found.words, names=(found.words,), nearest=found.nearest)


def place_among(desk: Desk, said: list[tuple[Asked, int, tuple[str, ...]]], question: str) -> Place | None:
    """Take the place out of the words; the prefecture before a municipality's name says which one it is."""
    named = [(asked.text, codes) for asked, _, codes in said if codes]
    if not named:
        return None
    *before, (words, codes) = named
    for _, wholes in before:
        inside = tuple(code for code in codes if set(places.containing(code)) & set(wholes))
        if inside:
            return _settled(desk, words, inside)
    if before and len(named) > 1:
        # Several places side by side are compared.
        every = tuple(dict.fromkeys(code for _, each in named for code in each))
        return _named("、".join(text for text, _ in named), every, tuple(text for text, _ in named))
    at = question.lower().find(words)
    return _settled(desk, question[at : at + len(words)] if at >= 0 else words, codes)


def _settled(desk: Desk, words: str, codes: tuple[str, ...]) -> Place:
    """Of places that share a name, take the one in the area that the portal is about."""
    called = agent_places.find(words).codes
    if len(called) == 1 and len(codes) > 1 and called[0] in codes:
        # 港区 alone is that of Tokyo, others are called by their city too; where the portal is about one, that.
        own = _of_area(desk, codes)
        return _named(words, own if len(own) == 1 else called, shared=codes)
    is_one_name = len({_own_name(code) for code in codes}) == 1
    if len(codes) > 1 and is_one_name and len(own := _of_area(desk, codes)) == 1:
        return _named(words, own, shared=codes)
    return _named(words, codes, shared=codes if len(codes) > 1 and is_one_name else ())


def _of_area(desk: Desk, codes: tuple[str, ...]) -> tuple[str, ...]:
    area = places.place_of(desk.site.area) if desk.site.area else None
    return tuple(code for code in codes if area and area.code in (code, *places.containing(code)))


def _own_name(code: str) -> str:
    known = places.municipality(code)
    return (known.names[-1] or known.prefecture) if known else code


def _named(words: str, codes: tuple[str, ...], also: tuple[str, ...] = (), *, shared: tuple[str, ...] = ()) -> Place:
    names: dict[str, None] = dict.fromkeys((words, *also))
    for code in codes[:_MOST_NAMES]:
        known = places.municipality(code)
        if known is not None:
            names |= dict.fromkeys(known.names if known.name else (known.prefecture,))
            english = places.place_of_code(code)
            if english and english.name.en:
                names[english.name.en] = None
    return Place(words, codes, tuple(names), shared)
