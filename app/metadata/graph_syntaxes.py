"""One graph in four syntaxes, written by us because rdflib's writers are slow and two of them change from run to run.

Subjects, predicates and values are sorted, so that one graph always gives the same bytes. Graphs of ours have no blank
nodes (`rdf.part` names the parts) and use only the namespaces of `rdf.PREFIXES` in predicates and types.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from rdflib import RDF, XSD, Literal, URIRef

from app.metadata.rdf import DCAT, HYDRA, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rdflib import Graph
    from rdflib.term import Node

Values = dict[URIRef, list["URIRef | Literal"]]

# People read a description from the top.
FIRST = (HYDRA.PartialCollectionView, DCAT.Catalog, DCAT.DatasetSeries, DCAT.Dataset, DCAT.Distribution)
_PREFIX_OF = {str(namespace): prefix for prefix, namespace in PREFIXES.items()}
_LOCAL = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?")
_NOT_IN_AN_ADDRESS = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
_STRING = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_LONG_STRING = str.maketrans({"\\": "\\\\", '"': '\\"', "\r": "\\r"})


def ntriples(triples: Graph) -> bytes:
    """Write N-Triples (w3.org/TR/n-triples), a sorted line for each triple."""
    lines = sorted(f"{_term(subject)} {_term(predicate)} {_term(value)} .\n" for subject, predicate, value in triples)
    return "".join(lines).encode()


def turtle(triples: Graph) -> bytes:
    """Write Turtle (w3.org/TR/turtle)."""
    blocks = [_turtle_subject(subject, values) for subject, values in _subjects(triples)]
    prefixes = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in _used(triples).items())
    return "\n".join((prefixes, *blocks)).encode()


def rdf_xml(triples: Graph) -> bytes:
    """Write RDF/XML (w3.org/TR/rdf-syntax-grammar): a flat list of descriptions."""
    spaces = "".join(f" xmlns:{prefix}={quoteattr(space)}" for prefix, space in _used(triples).items())
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<rdf:RDF{spaces}>"]
    for subject, values in _subjects(triples):
        lines.append(f"  <rdf:Description rdf:about={quoteattr(subject)}>")
        lines.extend(_xml_value(predicate, value) for predicate, each in values.items() for value in each)
        lines.append("  </rdf:Description>")
    lines.append("</rdf:RDF>\n")
    return "\n".join(lines).encode()


def json_ld(triples: Graph) -> bytes:
    """Write JSON-LD 1.1 (w3.org/TR/json-ld11), compact, with a context that needs no second file."""
    subjects = _subjects(triples)
    terms = _json_terms(subjects)
    document = {
        "@context": {**_used(triples), **{_short(predicate): term for predicate, term in terms.items()}},
        "@graph": [_json_subject(subject, values, terms) for subject, values in subjects],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _subjects(triples: Graph) -> list[tuple[URIRef, Values]]:
    """Group the triples by subject and predicate, types first, everything else in order."""
    grouped: dict[Any, dict[Any, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value in triples:
        grouped[subject][predicate].append(value)
    ordered = sorted(grouped.items(), key=lambda pair: (_rank(pair[1].get(RDF.type, ())), pair[0]))
    return [(subject, _ordered(values)) for subject, values in ordered]


def _ordered(values: Mapping[URIRef, list[Any]]) -> Values:
    predicates = sorted(values, key=lambda predicate: (predicate != RDF.type, predicate))
    return {predicate: sorted(values[predicate], key=_term) for predicate in predicates}


def _rank(kinds: Sequence[Node]) -> int:
    return min((FIRST.index(kind) for kind in kinds if kind in FIRST), default=len(FIRST))


def _used(triples: Graph) -> dict[str, str]:
    """Answer the prefixes that stand in the graph, and that of RDF itself."""
    names: set[Node | None] = {RDF.type, XSD.string}
    for _, predicate, value in triples:
        names.add(predicate)
        if isinstance(value, Literal):
            names.add(value.datatype)
        else:
            names.add(value)
    spaces = {_split(str(name))[0] for name in names if name}
    return {prefix: str(space) for prefix, space in PREFIXES.items() if str(space) in spaces}


def _split(name: str) -> tuple[str, str]:
    cut = max(name.rfind("#"), name.rfind("/")) + 1
    return name[:cut], name[cut:]


def _short(name: str) -> str:
    """Write an address with its prefix where it has one, else as it is."""
    space, local = _split(name)
    prefix = _PREFIX_OF.get(space)
    return f"{prefix}:{local}" if prefix and _LOCAL.fullmatch(local) else name


def _address(name: str) -> str:
    # Addresses were checked where they came in; this is the last fence against one that ends its own brackets.
    return f"<{_NOT_IN_AN_ADDRESS.sub(lambda found: f'%{ord(found[0]):02X}', name)}>"


def _term(value: Node) -> str:
    if not isinstance(value, Literal):
        return _address(str(value))
    words = f'"{value.translate(_STRING)}"'
    if value.language:
        return f"{words}@{value.language}"
    return f"{words}^^{_address(value.datatype)}" if value.datatype else words


def _turtle_subject(subject: URIRef, values: Values) -> str:
    parts = (
        f"{'a' if predicate == RDF.type else _short(predicate)} " + ",\n        ".join(map(_turtle_term, each))
        for predicate, each in values.items()
    )
    return f"{_turtle_term(subject)} " + " ;\n    ".join(parts) + " .\n"


def _turtle_term(value: URIRef | Literal) -> str:
    if not isinstance(value, Literal):
        short = _short(str(value))
        return short if short != str(value) else _address(value)
    words = f'"""{value.translate(_LONG_STRING)}"""' if "\n" in value else f'"{value.translate(_STRING)}"'
    if value.language:
        return f"{words}@{value.language}"
    return f"{words}^^{_turtle_term(value.datatype)}" if value.datatype else words


def _xml_value(predicate: URIRef, value: URIRef | Literal) -> str:
    tag = _short(predicate)
    if not isinstance(value, Literal):
        return f"    <{tag} rdf:resource={quoteattr(value)}/>"
    kind = ""
    if value.language:
        kind = f' xml:lang="{value.language}"'
    elif value.datatype:
        kind = f" rdf:datatype={quoteattr(value.datatype)}"
    # A reader turns a bare carriage return into a newline (XML 1.0, 2.11).
    return f"    <{tag}{kind}>{escape(value, {chr(13): '&#13;'})}</{tag}>"


def _json_terms(subjects: Iterable[tuple[URIRef, Values]]) -> dict[URIRef, dict[str, str]]:
    """Say once what all values of a predicate are: addresses, words with a language, or literals of one type."""
    kinds: dict[URIRef, set[str]] = defaultdict(set)
    for _, values in subjects:
        for predicate, each in values.items():
            kinds[predicate].update(map(_json_kind, each))
    return {
        predicate: {"@id": _short(predicate), **_coercion(found)}
        for predicate, found in sorted(kinds.items())
        if predicate != RDF.type and len(found) == 1 and found != {""}
    }


def _json_kind(value: URIRef | Literal) -> str:
    if not isinstance(value, Literal):
        return "@id"
    return "@language" if value.language else _short(value.datatype or "")


def _coercion(kinds: set[str]) -> dict[str, str]:
    (kind,) = kinds
    return {"@container": "@language"} if kind == "@language" else {"@type": kind}


def _json_subject(subject: URIRef, values: Values, terms: Mapping[URIRef, dict[str, str]]) -> dict[str, Any]:
    node: dict[str, Any] = {"@id": str(subject)}
    for predicate, each in values.items():
        if predicate == RDF.type:
            node["@type"] = _one_or_more([_short(str(kind)) for kind in each])
        elif "@container" in terms.get(predicate, ()):
            node[_short(predicate)] = _by_language(each)
        elif predicate in terms:
            node[_short(predicate)] = _one_or_more([str(value) for value in each])
        else:
            node[_short(predicate)] = _one_or_more([_json_value(value) for value in each])
    return node


def _by_language(values: Iterable[URIRef | Literal]) -> dict[str, Any]:
    words: dict[str, list[str]] = defaultdict(list)
    for value in values:
        words[getattr(value, "language", None) or "@none"].append(str(value))
    return {language: _one_or_more(each) for language, each in words.items()}


def _json_value(value: URIRef | Literal) -> Any:
    if not isinstance(value, Literal):
        return {"@id": str(value)}
    if value.language:
        return {"@value": str(value), "@language": value.language}
    return {"@value": str(value), "@type": _short(value.datatype)} if value.datatype else str(value)


def _one_or_more(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else list(values)
