"""RDF in several syntaxes: each can be read, and all say the same."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from rdflib import Graph

from app.kernel.errors import OverLimit
from app.kernel.text import Text
from app.metadata.checks.result import Findings, few

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.metadata.checks.rendering import Rendering

SAME = {"dcat-xml": "xml", "dcat-jsonld": "json-ld", "dcat-nt": "nt"}
# Beyond this the comparison of blank nodes could take long; our graphs have none, and then it is one of sets.
MOST_BLANK = 200


def same_as_turtle(format_name: str) -> Callable[[Rendering], Findings]:
    """Make the look that compares a syntax with the Turtle."""
    return partial(_compare, format_name)


def readable_turtle(format_name: str) -> Callable[[Rendering], Findings]:
    """Make the look that only reads a Turtle file."""
    return partial(_read, format_name)


def is_self_contained(document: Any) -> bool:
    """Say whether every JSON-LD context is written out, so that reading it fetches nothing."""
    if isinstance(document, list):
        return all(map(is_self_contained, document))
    if isinstance(document, dict):
        return all(
            _is_written_out(value) if key == "@context" else is_self_contained(value) for key, value in document.items()
        )
    return True


def _is_written_out(context: Any) -> bool:
    parts = context if isinstance(context, list) else [context]
    return all(part is None or (isinstance(part, dict) and "@import" not in part) for part in parts)


def _compare(format_name: str, rendering: Rendering) -> Findings:
    turtle = rendering.triples
    syntax = SAME[format_name]
    body = rendering.body(format_name)
    if syntax == "json-ld" and not is_self_contained(json.loads(body)):
        return Findings(("the JSON-LD context is elsewhere and is not fetched",))
    try:
        other = Graph().parse(data=body, format=syntax)
    except Exception as error:  # noqa: BLE001 - each of rdflib's readers raises errors of its own
        return Findings(few([f"cannot be read: {error}"]))
    return Findings() if _say_the_same(turtle, other) else Findings(few(_differences(turtle, other)))


def _say_the_same(one: Graph, other: Graph) -> bool:
    from rdflib.compare import isomorphic

    blank = max(_blank(one), _blank(other))
    if blank == 0:
        return set(one) == set(other)
    if blank > MOST_BLANK:
        raise OverLimit(
            Text("空白ノードが多すぎるため比べていません。", "There are too many blank nodes to be compared.")
        )
    return isomorphic(one, other)


def _differences(turtle: Graph, other: Graph) -> list[str]:
    lacks = sorted(f"lacks {' '.join(term.n3() for term in triple)}" for triple in turtle - other)
    adds = sorted(f"adds {' '.join(term.n3() for term in triple)}" for triple in other - turtle)
    return [f"{len(turtle)} triples in Turtle, {len(other)} here", *lacks, *adds]


def _blank(triples: Graph) -> int:
    from rdflib import BNode

    return sum(isinstance(node, BNode) for node in triples.all_nodes())


def _read(format_name: str, rendering: Rendering) -> Findings:
    try:
        Graph().parse(data=rendering.body(format_name), format="turtle")
    except Exception as error:  # noqa: BLE001 - as above
        return Findings(few([f"cannot be read: {error}"]))
    return Findings()
