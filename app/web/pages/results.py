"""What the search page shows of a search beside its facets and results: chips, orders, suggestions, addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import request

from app.kernel.text import Text
from app.search.engine import Facet, Sort
from app.search.service import SearchQuery
from app.web.context import answers, facet_words, language, services, url_with
from app.web.facet_words import SORTS, TITLES
from app.web.pages.asked import CARRIED, CONDITIONS, DAYS, asked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.kernel.text import Language
    from app.search.engine import FacetValue
    from app.web.search_request import Found

EXAMPLES, SHORTCUTS = 6, 8
PER_PAGE = (20, 50, 100)
# What everybody's plain search has; an address with anything else is not for the indexes of search engines.
_PLAIN = frozenset({"q", "lang"})


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
class Chip:
    """A condition that holds; `address` is the search without it."""

    title: Text
    value: Text
    address: str


def chips(query: SearchQuery) -> tuple[Chip, ...]:
    """List the conditions that hold beside the words."""
    now = asked()
    chosen = [
        Chip(TITLES[facet], facet_words().names(facet)(value), now.less(facet.value, value))
        for facet in TITLES
        for value in query.filters.get(facet, ())
    ]
    if any(query.updated):
        chosen.append(Chip(Text("更新日", "Updated"), _days(query), now.without(*DAYS)))
    return tuple(chosen)


def orders(query: SearchQuery) -> tuple[Choice, ...]:
    """List the orders that results can have; relevance needs words."""
    now, used = asked(), query.sort if query.words or query.sort is not Sort.RELEVANCE else Sort.UPDATED
    return tuple(
        _choice(sort.value, title, 0, now.having("sort", sort.value), is_chosen=sort is used)
        for sort, title in SORTS.items()
        if query.words or sort is not Sort.RELEVANCE
    )


def sizes(query: SearchQuery) -> tuple[Choice, ...]:
    """List how many results a page may have."""
    now = asked()
    return tuple(
        _choice(str(size), Text(str(size), str(size)), size, now.having("limit", size), is_chosen=size == query.limit)
        for size in PER_PAGE
    )


def examples(query: SearchQuery) -> tuple[Choice, ...]:
    """Suggest themes that do have datasets, to whoever found nothing."""
    everything = SearchQuery(audiences=query.audiences, limit=0, facets=(Facet.THEME,))
    values = answers().find(everything).facets.get(Facet.THEME, ())
    return _themes(values[:EXAMPLES], "/")


def shortcuts(found: Found) -> tuple[Choice, ...]:
    """List the themes that most datasets are about, to whoever has not asked for anything yet."""
    return _themes(found.answer.facets.get(Facet.THEME, ())[:SHORTCUTS], asked().address)


def without_conditions(query: SearchQuery) -> int:
    """Count what the words alone would find, or what comes near to them."""
    alone = SearchQuery(words=query.words, audiences=query.audiences, limit=0, facets=())
    return answers().find(alone).total


def without_all() -> str:
    """Answer the present address without any condition but the words."""
    return asked().without(*CONDITIONS)


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
    now = asked()
    return tuple(_choice(words, Text(words, words), 0, now.having("q", words)) for words in found.answer.instead)


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
        if value and name in CARRIED and name not in left_out:
            yield name, value


def _themes(values: Sequence[FacetValue], address: str) -> tuple[Choice, ...]:
    name, start = facet_words().names(Facet.THEME), f"{address}{'&' if '?' in address else '?'}"
    return tuple(
        _choice(each.value, name(each.value), each.count, start + urlencode({Facet.THEME.value: each.value}))
        for each in values
    )


def _choice(key: str, title: Text, count: int, address: str, *, is_chosen: bool = False) -> Choice:
    spoken = language()
    return Choice(key, title.get(spoken), title.language(spoken), count, address, is_chosen)


def _days(query: SearchQuery) -> Text:
    first, last = ("" if day is None else day.isoformat() for day in query.updated)
    return Text(f"{first}〜{last}", f"{first} – {last}")
