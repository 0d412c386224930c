"""The present search as an address, from which those of other searches are made.

A page has hundreds of them, and they differ in one value: what they share is encoded once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import request

from app.search.engine import Facet
from app.web.search_request import UPDATED_FROM, UPDATED_TO
from app.web.texts import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

PATH = "/"
DAYS = (UPDATED_FROM, UPDATED_TO)
CONDITIONS = (*(facet.value for facet in Facet), *DAYS)
CARRIED = frozenset({"q", "sort", "limit", *CONDITIONS})
_KEPT = CARRIED | {"lang"}


@dataclass(frozen=True, slots=True)
class Part:
    """A parameter with one value, and as it is `written` in an address."""

    name: str
    value: str
    written: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A search from its first result on.

    Parameters that nobody here reads are none of it: what a stranger adds to one address would be in all of them.
    """

    parts: tuple[Part, ...] = ()

    @property
    def address(self) -> str:
        """The address itself."""
        return self._of(self.parts)

    def having(self, name: str, value: object) -> str:
        """Answer the address with this value and no other of the parameter."""
        others = (each for each in self.parts if each.name != name)
        return self._of((*others, Part(name, str(value), urlencode({name: value}))))

    def without(self, *names: str) -> str:
        """Answer the address without these parameters."""
        return self._of(each for each in self.parts if each.name not in names)

    def less(self, name: str, value: str) -> str:
        """Answer the address without one value of a parameter."""
        return self._of(each for each in self.parts if each.name != name or clean(each.value) != value)

    def start(self, name: str) -> str:
        """Answer the address up to where one more value of the parameter has to follow."""
        return f"{self.address}{'&' if self.parts else '?'}{name}="

    def _of(self, parts: Iterable[Part]) -> str:
        query = "&".join(each.written for each in parts)
        return f"{PATH}?{query}" if query else PATH


def asked() -> Asked:
    """Answer what the request asks for."""
    named = ((name, value) for name, value in request.args.items(multi=True) if name in _KEPT)
    return Asked(tuple(Part(*each, urlencode([each])) for each in named))
