"""The official SHACL shapes of DCAT-AP 3.0.1, run by pySHACL on the Turtle."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from rdflib import RDF, SH, Graph
from rdflib.namespace import split_uri

from app.metadata.checks.result import Findings, few

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rdflib.term import Node

    from app.metadata.checks.rendering import Rendering

FOLDER = Path(__file__).parents[3] / "metadata" / "shacl" / "dcat-ap-3.0.1"


def kept_to(shapes: str) -> Callable[[Rendering], Findings]:
    """Make the look that holds the graph against a file of shapes."""
    return partial(_look, shapes)


def _look(shapes: str, rendering: Rendering) -> Findings:
    return findings(shapes, rendering.triples)


def findings(shapes: str, triples: Graph) -> Findings:
    """Validate any DCAT graph: violations are problems, warnings are advice. Nothing is inferred or fetched.

    Raises errors of pySHACL, which are `RuntimeError`, where it gives up before it has judged.
    """
    import pyshacl
    from pyshacl.errors import ValidationFailure

    _, report, _ = pyshacl.validate(triples, shacl_graph=_shapes(shapes), inference="none", do_owl_imports=False)
    if isinstance(report, ValidationFailure):
        raise report
    return Findings(few(_sentences(report, SH.Violation)), few(_others(report)))


@cache
def _shapes(name: str) -> Graph:
    return Graph().parse(FOLDER / name)


def _others(report: Graph) -> Iterator[str]:
    yield from _sentences(report, SH.Warning)
    yield from _sentences(report, SH.Info)


def _sentences(report: Graph, severity: Node) -> list[str]:
    """Write each result as where, which property, and what is wrong; sorted, because graphs have no order."""
    return sorted(_sentence(report, result) for result in report.subjects(SH.resultSeverity, severity))


def _sentence(report: Graph, result: Node) -> str:
    path = report.value(result, SH.resultPath)
    kind = report.value(result, SH.sourceConstraintComponent)
    focus = str(report.value(result, SH.focusNode))
    message = min(map(str, report.objects(result, SH.resultMessage)), default=_name(kind))
    return message if focus in message else f"{focus} {path or ''}: {message}"


def _name(term: Node | None) -> str:
    return split_uri(str(term))[1] if term else str(RDF.nil)
