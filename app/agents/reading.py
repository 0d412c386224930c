"""Datasets as documents: listed, read as Markdown, and completed while a name is typed."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from app.agents.naming import dataset_of
from app.agents.taming import tame
from app.agents.tool import Call
from app.catalog import addresses
from app.identity import policy
from app.identity.policy import Action
from app.kernel.errors import BadRequest
from app.kernel.text import Text
from app.query.within import names_to_offer
from app.search.answer import SuggestionKind

if TYPE_CHECKING:
    from app.agents.service import AgentTools
    from app.kernel.actor import Actor

PAGE = 50
MOST_COMPLETIONS = 20
# Whoever may not have a dataset described may not read its description.
SAME_AS = "describe_dataset"
_TITLE_LENGTH = 200
_TYPED = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """A dataset in a list."""

    address: str
    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the datasets; `next` leads to more, empty at the end."""

    datasets: tuple[Listed, ...]
    next: str = ""


class Reading:
    """Reads descriptions under the rules of the tools."""

    def __init__(self, tools: AgentTools, *, page: int = PAGE) -> None:
        self._tools, self._page = tools, page
        self._site = tools.desk.site

    @property
    def template(self) -> str:
        """The template of the addresses that can be read (RFC 6570)."""
        return self._site.absolute(addresses.dataset("{slug}"))

    def page(self, actor: Actor, cursor: str, *, client: str = "") -> Page:
        """List some of the datasets that somebody may read. Raises `Denied`, `BadRequest` for a wrong cursor."""
        if cursor and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < len("1000000000")):
            raise BadRequest(Text("cursor が正しくありません。", "That is no cursor of this list."))
        start = int(cursor or 0)

        def listed(call: Call) -> Page:
            found = self._tools.desk.catalog.list(actor, offset=start, limit=self._page)
            for each in found.items:
                call.saw(each)
            shown = tuple(
                Listed(
                    self._site.absolute(addresses.dataset(each.slug)),
                    each.slug,
                    tame(each.title.get("ja"), _TITLE_LENGTH),
                )
                for each in found.items
            )
            return Page(shown, str(start + self._page) if start + self._page < found.total else "")

        return self._tools.read(actor, SAME_AS, {"cursor": cursor}, listed, client=client, written=_page_text)

    def read(self, actor: Actor, address: str, *, client: str = "") -> str:
        """Answer a dataset's description as Markdown. Raises `NotFound`, `Gone`, `Denied`."""

        def markdown(call: Call) -> str:
            if not address.startswith(self._site.absolute(addresses.dataset(""))):
                raise BadRequest(Text("この URI は読めません。", f"Addresses to read look like {self.template}."))
            record = dataset_of(self._tools.desk, call, address)
            call.saw(record)
            return self._tools.desk.descriptions.render(record, "markdown").body.decode()

        return self._tools.read(actor, SAME_AS, {"uri": address}, markdown, client=client)

    def complete(self, actor: Actor, argument: str, typed: str, *, client: str = "") -> tuple[str, ...]:
        """Answer how what is typed may go on: the slug of a dataset in an address, a place in a prompt."""
        if argument == "slug":
            return self._slugs(actor, typed, client)
        return _places(typed) if argument == "place" else ()

    def _slugs(self, actor: Actor, typed: str, client: str) -> tuple[str, ...]:
        desk = self._tools.desk

        def completed(call: Call) -> tuple[str, ...]:
            audiences = policy.audiences(actor, Action.READ_DATASET)
            found = desk.search.suggest(typed[:_TYPED], audiences, MOST_COMPLETIONS)
            slugs = [each.slug for each in found if each.kind is SuggestionKind.DATASET]
            gone = desk.catalog.slugs_out_of_reach(actor, slugs)
            kept = tuple(slug for slug in slugs if slug not in gone)
            for slug in kept:
                call.saw(desk.catalog.get(actor, slug))
            return kept

        return self._tools.read(actor, SAME_AS, {"slug": typed}, completed, client=client, written=" ".join)


def _page_text(page: Page) -> str:
    return "\n".join(f"{each.address} {each.slug} {each.title}" for each in page.datasets)


def _places(typed: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKC", typed[:_TYPED]).strip()
    fitting = (name for name in names_to_offer() if plain in name)
    return tuple(islice(fitting, MOST_COMPLETIONS)) if plain else ()
