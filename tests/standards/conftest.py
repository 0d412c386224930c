"""Other people's validators, loaded once: the official Data Package profiles and DCAT-AP shapes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from jsonschema import Draft7Validator
from rdflib import Graph

from tests.standards.mcp_serving import serving  # noqa: F401 - a fixture, found by its name
from tests.standards.published import published  # noqa: F401 - as above

METADATA = Path(__file__).parents[2] / "metadata"

Violations = Callable[[Graph], list[str]]
Errors = Callable[[Any], list[str]]


@pytest.fixture(scope="session")
def dcat_violations() -> Violations:
    """What the mandatory shapes, the class ranges and the full profile of DCAT-AP 3.0.1 say of a graph."""
    folder = METADATA / "shacl" / "dcat-ap-3.0.1"
    shapes = {name: Graph().parse(folder / name) for name in ("shapes.ttl", "range.ttl", "dcat-ap-SHACL.ttl")}

    def violations(triples: Graph) -> list[str]:
        verdicts = {
            name: pyshacl.validate(triples, shacl_graph=graph, inference="none") for name, graph in shapes.items()
        }
        return [f"{name}: {text}" for name, (conforms, _, text) in verdicts.items() if not conforms]

    return violations


@pytest.fixture(scope="session")
def package_errors() -> Errors:
    """What the official profile of Data Package 2.0 says of a descriptor."""
    profile = json.loads((METADATA / "schemas" / "datapackage-2.0.json").read_text(encoding="utf-8"))
    Draft7Validator.check_schema(profile)
    validator = Draft7Validator(profile)
    return lambda descriptor: [
        f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(descriptor)
    ]
