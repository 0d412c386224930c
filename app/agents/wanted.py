"""What a question asks for, taken apart: its topic, the places and the time that it names, and how fine."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.agents import periods
from app.agents.country_names import countries_in, is_in
from app.agents.measuring import BROAD, as_topics, is_measuring
from app.agents.periods import MONTHS
from app.agents.times import Spoken, spoken_in
from app.agents.wanted_places import Place, codes_in, place_among, place_named, place_of_countries
from app.catalog.coverage import day_of
from app.catalog.record import Period
from app.identity import policy
from app.identity.policy import Action
from app.search.analysis import eras
from app.search.language import parse
from app.search.language.tree import Both, Words

if TYPE_CHECKING:
    from app.agents.desk import Desk
    from app.agents.tool import Call
    from app.search.analysis.word import Asked

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the topic, of so many datasets.

    `is_soft` says that an answer need not be about it, `is_name` that it names one thing, which only rows may know.
    """

    asked: Asked
    count: int
    is_soft: bool
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question. `text` is what is looked for first, `topic` its words without place, time and how it was put.

    `total` is the number of all datasets. `is_plain` says that no sign of the query language stands in it.
    """

    text: str
    topic: tuple[Word, ...]
    total: int
    place: Place | None = None
    time: Spoken | None = None
    unread_period: str = ""
    is_plain: bool = True

    @property
    def topic_text(self) -> str:
        """The words of the topic, which are looked for where all of the question finds too little."""
        hard = [word.asked.text for word in self.topic if not word.is_soft]
        return " ".join(hard or [word.asked.text for word in self.topic])


def wanted(desk: Desk, call: Call, text: str, *, place: str = "", period: str = "") -> Wanted:
    """Take a question apart. What is named in `place` and `period` counts before what the text names."""
    question = as_topics(unicodedata.normalize("NFKC", text[:_LONGEST]).strip())
    plain, is_plain = _plain(question)
    told = desk.search.tell(plain, policy.audiences(call.actor, Action.READ_DATASET))
    countries = countries_in(question)
    said = [
        (asked, count, () if is_in(asked.text, countries) else codes_in(asked, question)) for asked, count in told.words
    ]
    among = place_among(desk, said, question) or place_of_countries(countries)
    named = place_named(desk, place) if place.strip() else among
    abroad = countries if named and named.countries else ()
    time = _time_of(period, call) if period.strip() else spoken_in(question, call.now)
    told_of = [
        (asked, count)
        for asked, count, codes in said
        if not (asked.is_filler or codes or _is_time(asked, time)) and not is_in(asked.text, abroad)
    ]
    topic = _topic(told_of, question) or tuple(
        Word(asked, count, is_soft=False) for asked, count, codes in said if codes or is_in(asked.text, abroad)
    )
    beside = named.words if place.strip() and named and named.words not in question else ""
    return Wanted(
        text=" ".join(filter(None, (question, beside))),
        topic=topic,
        total=told.total,
        place=named,
        time=time,
        unread_period=period.strip() if period.strip() and time is None else "",
        is_plain=is_plain,
    )


def _time_of(words: str, call: Call) -> Spoken | None:
    """Read a time that was named apart; the latest is no time to be about."""
    found = periods.read(words, day_of(call.now))
    if found is None:
        return spoken_in(words, call.now)
    return Spoken(words.strip(), Period(found.start, found.end))


def _plain(question: str) -> tuple[str, bool]:
    """Answer the words of a question that stand under no condition of the query language, and whether all do."""
    tree = parse(question).tree
    nodes = tree.nodes if isinstance(tree, Both) else (tree,) if tree else ()
    words = [node.text for node in nodes if isinstance(node, Words)]
    is_plain = len(words) == len(nodes)
    return (question if is_plain else " ".join(words)), is_plain


def _topic(words: list[tuple[Asked, int]], question: str) -> tuple[Word, ...]:
    """Tell what the question is about from what is to be done with it, as far as that leaves anything."""
    measuring = [is_measuring(asked.text) for asked, _ in words]
    broad = [asked.text in BROAD for asked, _ in words]
    soft = [one or other for one, other in zip(measuring, broad, strict=True)]
    if all(soft):
        soft = [False] * len(words) if all(measuring) else measuring
    return tuple(
        Word(asked, count, is_soft, _is_name(asked.text, question))
        for (asked, count), is_soft in zip(words, soft, strict=True)
    )


def _is_name(word: str, question: str) -> bool:
    """Say whether a Latin word is written as names are: Germany within a sentence, not GDP."""
    at = question.lower().find(word)
    spelt = question[at : at + len(word)]
    return at > 0 and word.isascii() and spelt[:1].isupper() and not spelt.isupper() and question[:1].isascii()


def _is_time(asked: Asked, time: Spoken | None) -> bool:
    if eras.token_of(asked.text):
        return True
    said = time.words.lower() if time else ""
    return (asked.text[0].isdigit() or asked.text[:3] in MONTHS) and asked.text in said
