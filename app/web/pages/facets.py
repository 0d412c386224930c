"""The facets of the search page, with a link for each value: to the results with it, or without it where it is chosen.

A page has hundreds of values, so their markup is made here, from parts that are escaped once and kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from markupsafe import Markup, escape

from app.kernel.text import Text
from app.search.engine import Facet, FacetValue
from app.web.context import facet_words, language
from app.web.facet_words import TITLES, arranged
from app.web.pages.asked import asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from app.kernel.text import Language
    from app.web.pages.asked import Asked
    from app.web.search_request import Found

FIRST = 8
MORE = 92
# Letters that the addresses of a facet's values may take: each of them says the whole question.
ROOM = 30_000
# Nine facets of a hundred values in two languages, twice.
KEPT = 4096
_DATASETS = Text(" 件", " datasets")
_TAKE_BACK = Text(" 件、選択中。解除する", " datasets, chosen. Remove")


@dataclass(frozen=True, slots=True)
class FacetShown:
    """A facet with its most frequent values, what was chosen before all, and the others behind "more"."""

    facet: Facet
    title: Text
    first: Markup
    more: Markup
    hidden: int
    is_used: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """Writes the lines of a facet's values, which `name` names, for somebody who asked for `now`."""

    facet: Facet
    name: Callable[[str], Text]
    now: Asked
    spoken: Language

    def offered(self, values: Iterable[FacetValue]) -> Iterator[str]:
        """Write values that can be chosen."""
        before = f'<li><a rel="nofollow" href="{escape(self.now.start(self.facet.value))}'
        after = f'<span class="unseen">{escape(_DATASETS.get(self.spoken))}</span></span></a></li>'
        offer = partial(_offer, self.facet.value, self.spoken, self.name)
        for each in values:
            yield f"{before}{offer(each.value)}{each.count:,}{after}"

    def taken(self, values: Iterable[FacetValue]) -> Iterator[str]:
        """Write values that are chosen and can be taken back."""
        after = f'<span class="unseen">{escape(_TAKE_BACK.get(self.spoken))}</span></span></a></li>'
        for each in values:
            key, name = _key(self.facet.value, each.value), _name(self.name(each.value), self.spoken)
            before = f'<li><a rel="nofollow" href="{escape(self.now.less(self.facet.value, each.value))}'
            yield f'{before}{key} class="icon-check" aria-current="true">{name}{each.count:,}{after}'


def facets(found: Found) -> tuple[FacetShown, ...]:
    """Show each facet that has values or is used."""
    counted, chosen, now, spoken = found.answer.facets, found.query.filters, asked(), language()
    return tuple(
        shown(Lines(facet, facet_words().names(facet), now, spoken), counted.get(facet, ()), chosen.get(facet, ()))
        for facet in TITLES
        if counted.get(facet) or chosen.get(facet)
    )


def shown(lines: Lines, values: Sequence[FacetValue], chosen: Sequence[str]) -> FacetShown:
    """Show a facet that has `values` to somebody who has chosen some."""
    most = min(FIRST + MORE, max(FIRST, ROOM // len(lines.now.address)))
    counts = {each.value: each.count for each in values} if chosen else {}
    set_ = [FacetValue(value, counts.get(value, 0)) for value in chosen]
    rest = arranged(lines.facet, (each for each in values[:most] if each.value not in chosen))
    written = [*lines.taken(set_), *lines.offered(rest)]
    first = max(FIRST, len(set_))
    before, behind = written[:first], written[first:]
    title = TITLES[lines.facet]
    return FacetShown(lines.facet, title, _markup(before), _markup(behind), len(behind), bool(chosen))


@lru_cache(maxsize=KEPT)
def _offer(facet: str, spoken: Language, name: Callable[[str], Text], value: str) -> str:
    """Write what the line of a value has between address and count; quoted for an address it needs no escaping."""
    return f"{quote_plus(value)}{_key(facet, value)}>{_name(name(value), spoken)}"


def _key(facet: str, value: str) -> str:
    return f'" data-key="{escape(f"{facet}={value}")}"'


def _name(title: Text, spoken: Language) -> str:
    written = title.language(spoken)
    lang = "" if written == spoken else f' lang="{written}"'
    return f'<span class="name"{lang}>{escape(title.get(spoken))}</span> <span class="count">'


def _markup(lines: Sequence[str]) -> Markup:
    return Markup("\n".join(lines))  # noqa: S704 - each part of a line is escaped where it is made
