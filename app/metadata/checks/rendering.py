"""A dataset's descriptions as bytes, each rendered once for all validators."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
from rdflib import Graph, URIRef

from app.catalog import addresses
from app.kernel.errors import OverLimit
from app.kernel.text import Text
from app.metadata.registry import by_name

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord

# pySHACL takes about 0.3 ms a triple in all, so the longest look is some seconds; a dataset of 20 files has 1,000.
MAX_TRIPLES = 30_000
MAX_BYTES = 16 << 20


class Rendering:
    """Renders a record on demand. Raises `NotFound` for what cannot be described yet, `OverLimit` for too much."""

    def __init__(self, record: DatasetRecord, site: Site) -> None:
        self.dataset = URIRef(site.absolute(addresses.dataset(record.path)))
        self._record = record
        self._site = site
        self._bodies: dict[str, bytes] = {}

    def body(self, name: str) -> bytes:
        """Answer the bytes of a format of the registry."""
        if name not in self._bodies:
            known = by_name(name)
            if known is None:
                message = f"no format named {name}"
                raise LookupError(message)
            self._bodies[name] = known.render(self._record, self._site)
        body = self._bodies[name]
        if len(body) > MAX_BYTES:
            raise _too_much(len(body), "bytes", "バイト")
        return body

    def json(self, name: str) -> Any:
        """Read a JSON format back."""
        return msgspec.json.decode(self.body(name))

    @cached_property
    def triples(self) -> Graph:
        """The Turtle of DCAT-AP, read back."""
        graph = Graph().parse(data=self.body("dcat"), format="turtle")
        if len(graph) > MAX_TRIPLES:
            raise _too_much(len(graph), "triples", "トリプル")
        return graph


def _too_much(count: int, unit_en: str, unit_ja: str) -> OverLimit:
    return OverLimit(
        Text(
            f"記述が大きすぎる（{count:,} {unit_ja}）ため検証していません。",
            f"The description is too large to be checked ({count:,} {unit_en}).",
        )
    )
