"""Stored descriptions of datasets put together as one document: merging graphs needs no parsing where all is ours.

Names are the same in every graph and there are no blank nodes, so the union of the graphs is what their statements
say one after another (w3.org/TR/rdf11-concepts, 4.1). Only the frames differ: `graph_syntaxes` writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from app.metadata import graph_syntaxes
from app.metadata.rdf import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rdflib import Graph

_XML_END = b"</rdf:RDF>"
_PREFIX = b"@prefix "
_SPACES = {prefix: str(space) for prefix, space in PREFIXES.items()}


def joined(name: str, head: Graph, descriptions: Iterable[bytes]) -> bytes:
    """Write a graph and the descriptions behind it, all in the syntax of the format `name`."""
    write, join = _SYNTAXES[name]
    return b"".join(join((write(head), *descriptions)))


def _ntriples(documents: Iterable[bytes]) -> Iterator[bytes]:
    yield from documents


def _turtle(documents: Iterable[bytes]) -> Iterator[bytes]:
    for prefix, space in _SPACES.items():
        yield f"@prefix {prefix}: <{space}> .\n".encode()
    for document in documents:
        while document.startswith(_PREFIX):
            document = document.partition(b"\n")[2]  # noqa: PLW2901 - what is left of it
        yield document


def _rdf_xml(documents: Iterable[bytes]) -> Iterator[bytes]:
    spaces = "".join(f' xmlns:{prefix}="{space}"' for prefix, space in _SPACES.items())
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{spaces}>\n'.encode()
    for document in documents:
        _declaration, _root, descriptions = document.split(b"\n", 2)
        yield descriptions.rstrip().removesuffix(_XML_END)
    yield _XML_END + b"\n"


def _json_ld(documents: Iterable[bytes]) -> Iterator[bytes]:
    """Write out what each document's context says of its values: documents need not agree on it."""
    yield b'{"@context":' + msgspec.json.encode(_SPACES) + b',"@graph":['
    number = 0
    for document in documents:
        read = msgspec.json.decode(document)
        for node in read["@graph"]:
            yield (b",\n" if number else b"\n") + msgspec.json.encode(_written_out(node, read["@context"]))
            number += 1
    yield b"]}\n"


def _written_out(node: Mapping[str, Any], terms: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _values(value, terms.get(key)) for key, value in node.items()}


def _values(value: Any, term: Any) -> Any:
    if not isinstance(term, dict):
        return value
    if term.get("@container") == "@language":
        return [_spoken(language, words) for language, each in value.items() for words in _list(each)]
    if kind := term.get("@type"):
        return [{"@id": each} if kind == "@id" else {"@value": each, "@type": kind} for each in _list(value)]
    return value


def _spoken(language: str, words: str) -> dict[str, str]:
    return {"@value": words} if language == "@none" else {"@value": words, "@language": language}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_SYNTAXES: Mapping[str, tuple[Callable[[Graph], bytes], Callable[[Iterable[bytes]], Iterator[bytes]]]] = {
    "dcat": (graph_syntaxes.turtle, _turtle),
    "dcat-xml": (graph_syntaxes.rdf_xml, _rdf_xml),
    "dcat-jsonld": (graph_syntaxes.json_ld, _json_ld),
    "dcat-nt": (graph_syntaxes.ntriples, _ntriples),
}
NAMES = tuple(_SYNTAXES)
