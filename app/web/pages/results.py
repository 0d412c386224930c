"""What the search page shows of a search: chips, facets, orders, and why each dataset was found, with their addresses.

Addresses are made here and not in the template: a page has hundreds of them, and they differ in one value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, urlencode

from flask import request

from app.kernel.text import LANGUAGES, Language, Text
from app.search.engine import Facet, FacetValue, Sort
from app.search.excerpt import Piece, excerpt
from app.search.service import SearchQuery, Where
from app.web.context import answers, facet_words, language, services, url_with
from app.web.facet_words import SORTS, TITLES, arranged, place_name
from app.web.search_request import UPDATED_FROM, UPDATED_TO
from app.web.texts import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.search.service import Hit, Reason
    from app.web.search_request import Found

FIRST = 8
MORE = 92
# Letters that the addresses of a facet's values may take: each of them says the whole question.
ROOM = 30_000
EXAMPLES = 6
PER_PAGE = (20, 50, 100)
# What everybody's plain search has; an address with anything else is not for the indexes of search engines.
_PLAIN = frozenset({"q", "lang"})
_TITLE_LENGTH = 400
_NO_DAYS: Mapping[str, None] = {UPDATED_FROM: None, UPDATED_TO: None}
_CARRIED = frozenset({"q", "sort", "limit", UPDATED_FROM, UPDATED_TO, *(facet.value for facet in Facet)})
_KEPT = _CARRIED | {"lang"}
# `text` is where it stands, `word` what was asked for.
_REASONS: Mapping[Where, Text] = {
    Where.KEYWORD: Text("キーワード「{text}」", "Keyword “{text}”"),
    Where.PUBLISHER: Text("提供者「{text}」", "Publisher “{text}”"),
    Where.COLUMN: Text("列「{text}」", "Column “{text}”"),
    Where.RESOURCE: Text("ファイル「{text}」", "File “{text}”"),
    Where.SUBJECT: Text("分野「{text}」", "Subject “{text}”"),
    Where.VALUE: Text("表の中の値「{text}」", "Value in a table: “{text}”"),
    Where.PLACE: Text("地域「{text}」", "Place “{text}”"),
    Where.SYNONYM: Text("「{word}」と同じ意味の「{text}」", "“{text}”, which means “{word}”"),
    Where.READING: Text("「{word}」と読む「{text}」", "“{text}”, which is read “{word}”"),
}
# What these found is marked in the title or the excerpt, where it shows.
_SHOWN_BY_MARKS = frozenset({Where.SYNONYM, Where.READING})


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be chosen, or taken back where it is; `address` does so. `lang` is what `name` is written in."""

    key: str
    name: str
    lang: Language
    count: int
    address: str
    is_chosen: bool = False

    @property
    def counted(self) -> str:
        """The count with its thousands apart."""
        return f"{self.count:,}"


@dataclass(frozen=True, slots=True)
class FacetShown:
    """A facet with its most frequent values, what was chosen before all, and the others behind "more"."""

    facet: Facet
    title: Text
    first: tuple[Choice, ...]
    more: tuple[Choice, ...]

    @property
    def is_used(self) -> bool:
        """Something is chosen."""
        return any(choice.is_chosen for choice in self.first)


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition that holds; `address` is the search without it."""

    title: Text
    value: Text
    address: str


@dataclass(frozen=True, slots=True)
class Result:
    """A found dataset as the page shows it, and why it was found where that does not show."""

    hit: Hit
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    why: tuple[Text, ...]


def results(found: Found) -> tuple[Result, ...]:
    """Mark what was asked for in each title and description, in the reader's language where there are both."""
    return tuple(_result(hit, found.answer.marks) for hit in found.answer.hits)


def facets(found: Found) -> tuple[FacetShown, ...]:
    """Show each facet that has values or is used."""
    counted = found.answer.facets
    shown = (_facet(facet, counted.get(facet, ()), found.query.filters.get(facet, ())) for facet in TITLES)
    return tuple(each for each in shown if each.first)


def chips(query: SearchQuery) -> tuple[Chip, ...]:
    """List the conditions that hold beside the words."""
    chosen = [
        Chip(TITLES[facet], facet_words().names(facet)(value), without(facet.value, value))
        for facet in TITLES
        for value in query.filters.get(facet, ())
    ]
    if any(query.updated):
        chosen.append(Chip(Text("更新日", "Updated"), _days(query), plain_address(**_NO_DAYS)))
    return tuple(chosen)


def orders(query: SearchQuery) -> tuple[Choice, ...]:
    """List the orders that results can have; relevance needs words."""
    now = query.sort if query.words or query.sort is not Sort.RELEVANCE else Sort.UPDATED
    return tuple(
        _choice(sort.value, title, 0, plain_address(sort=sort.value), is_chosen=sort is now)
        for sort, title in SORTS.items()
        if query.words or sort is not Sort.RELEVANCE
    )


def sizes(query: SearchQuery) -> tuple[Choice, ...]:
    """List how many results a page may have."""
    return tuple(
        _choice(str(size), Text(str(size), str(size)), size, plain_address(limit=size), is_chosen=size == query.limit)
        for size in PER_PAGE
    )


def examples(query: SearchQuery) -> tuple[Choice, ...]:
    """Suggest themes that do have datasets, to whoever found nothing."""
    everything = SearchQuery(audiences=query.audiences, limit=0, facets=(Facet.THEME,))
    values = answers().find(everything).facets.get(Facet.THEME, ())
    name = facet_words().names(Facet.THEME)
    return tuple(
        _choice(each.value, name(each.value), each.count, "/?" + urlencode({Facet.THEME.value: each.value}))
        for each in values[:EXAMPLES]
    )


def without_conditions(query: SearchQuery) -> int:
    """Count what the words alone would find, or what comes near to them."""
    alone = SearchQuery(words=query.words, audiences=query.audiences, limit=0, facets=())
    return answers().find(alone).total


def plain_address(**changes: object) -> str:
    """Answer the present address with changes, from the first result on, without parameters that nobody here reads.

    A page has hundreds of addresses: what a stranger adds to one would be in all of them.
    """
    foreign: dict[str, object] = dict.fromkeys(request.args.keys() - _KEPT)
    return url_with(**foreign | changes)


def without(name: str, value: str) -> str:
    """Answer the present address without one value of a parameter."""
    return plain_address(**{name: [each for each in request.args.getlist(name) if clean(each) != value]})


def without_all() -> str:
    """Answer the present address without any condition but the words."""
    return plain_address(**dict.fromkeys(facet.value for facet in Facet), **_NO_DAYS)


def is_for_all(found: Found) -> bool:
    """Say whether search engines may list the page: a search by words alone, of which all found something.

    Whoever wants to can link to any words, and they would stand in the list as our title.
    """
    is_plain = {name for name, value in request.args.items() if value} <= _PLAIN
    answer = found.answer
    return is_plain and not (answer.relaxed or answer.dropped) and (answer.total > 0 or not found.query.words)


def canonical(query: SearchQuery) -> str:
    """Answer the one address of a plain search."""
    named = {"q": query.words, "lang": request.args.get("lang", "")}
    kept = urlencode({name: value for name, value in named.items() if value})
    return services().site.absolute("/" + (f"?{kept}" if kept else ""))


def instead(found: Found) -> tuple[Choice, ...]:
    """List what might have been meant."""
    return tuple(_choice(words, Text(words, words), 0, plain_address(q=words)) for words in found.answer.instead)


def same_as(path: str, *left_out: str) -> str:
    """Answer the same question at another address."""
    kept = urlencode(list(hidden_fields(*left_out)))
    return path + (f"?{kept}" if kept else "")


def next_page(found: Found) -> str:
    """Answer the address of the page after one that was walked to; pages by number need none."""
    after = found.answer.next
    return url_with(after=after, offset=None) if found.query.after and after else ""


def hidden_fields(*left_out: str) -> Iterator[tuple[str, str]]:
    """List the parameters that a form has to carry on, without those that it sets itself."""
    for name, value in request.args.items(multi=True):
        if value and name in _CARRIED and name not in left_out:
            yield name, value


def _facet(facet: Facet, values: Sequence[FacetValue], chosen: Sequence[str]) -> FacetShown:
    counts = {each.value: each.count for each in values} if chosen else {}
    set_ = tuple(FacetValue(value, counts.get(value, 0)) for value in chosen)
    most = min(FIRST + MORE, max(FIRST, ROOM // len(plain_address())))
    rest = arranged(facet, (each for each in values[:most] if each.value not in chosen))
    choices = tuple(_choices(facet, set_, rest))
    first = max(FIRST, len(set_))
    return FacetShown(facet, TITLES[facet], choices[:first], choices[first:])


def _choices(facet: Facet, chosen: Sequence[FacetValue], rest: Sequence[FacetValue]) -> Iterator[Choice]:
    name = facet_words().names(facet)
    for each in chosen:
        address = without(facet.value, each.value)
        yield _choice(f"{facet}={each.value}", name(each.value), each.count, address, is_chosen=True)
    start = plain_address()
    start += f"{'&' if '?' in start else '?'}{facet.value}="
    spoken = language()
    for each in rest:
        title, address = name(each.value), start + quote_plus(each.value)
        yield Choice(f"{facet}={each.value}", title.get(spoken), title.language(spoken), each.count, address)


def _choice(key: str, title: Text, count: int, address: str, *, is_chosen: bool = False) -> Choice:
    spoken = language()
    return Choice(key, title.get(spoken), title.language(spoken), count, address, is_chosen)


def _days(query: SearchQuery) -> Text:
    first, last = ("" if day is None else day.isoformat() for day in query.updated)
    return Text(f"{first}〜{last}", f"{first} – {last}")


def _result(hit: Hit, marks: Sequence[str]) -> Result:
    title = excerpt(hit.document.title.get(language()), marks, _TITLE_LENGTH)
    text = excerpt(_description(hit), marks)
    is_marked = any(piece.matched for piece in (*title, *text))
    why = tuple(_said(reason) for reason in hit.why if not (is_marked and reason.where in _SHOWN_BY_MARKS))
    return Result(hit, title, text, why)


def _description(hit: Hit) -> str:
    """Answer the description; nothing where it only names the publisher, as the line above it does."""
    words = hit.document.description.get(language())
    return "" if words.strip("【】[]() \n") in {hit.document.publisher.ja, hit.document.publisher.en} else words


def _said(reason: Reason) -> Text:
    where, word = _REASONS[reason.where], reason.word
    text = place_name(reason.text) if reason.where is Where.PLACE else Text(reason.text, reason.text)
    return Text(*(where.get(each).format(text=text.get(each), word=word) for each in LANGUAGES))
