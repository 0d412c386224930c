"""What the portal serves over HTTP is accepted by other people's validators, data included."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from pyshacl import validate
from rdflib import Graph
from werkzeug.serving import make_server

from app.cli.publish import packages, publish_all
from tests.factories import Portal, make_portal

ROOT = Path(__file__).resolve().parents[2]
METADATA = ROOT / "metadata"
SHAPES = ("shapes.ttl", "range.ttl", "dcat-ap-SHACL.ttl")
NAMES = sorted(path.name for path in packages([ROOT / "datasets"]))

# One portal for all: whoever runs several tests at once runs these one after another.
pytestmark = pytest.mark.xdist_group("served")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A portal with the shipped packages, listening; answers its address."""
    portal: Portal = make_portal(tmp_path_factory.mktemp("served"))
    publish_all(portal.services, [ROOT / "datasets"], portal.organization.id)
    server = make_server("127.0.0.1", 0, portal.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    portal.close()


def fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as answer:
        body: bytes = answer.read()
    return body


@pytest.mark.parametrize("name", NAMES)
def test_the_official_schema_accepts_the_descriptor(served: str, name: str) -> None:
    schema = json.loads((METADATA / "schemas" / "datapackage-2.0.json").read_text(encoding="utf-8"))
    descriptor = json.loads(fetch(f"{served}/dataset/{name}/datapackage.json"))

    assert [error.message for error in Draft7Validator(schema).iter_errors(descriptor)] == []


@pytest.mark.parametrize("name", NAMES)
def test_frictionless_accepts_the_descriptor_and_its_data(served: str, name: str) -> None:
    address = f"{served}/dataset/{name}/datapackage.json"
    command = [sys.executable, "-m", "frictionless", "validate", address, "--type", "package", "--json"]
    environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*"}
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    report: dict[str, Any] = json.loads(answer.stdout)

    assert report["valid"] is True, report
    assert report["stats"]["tasks"] > 0
    assert answer.returncode == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_turtle_conforms_to_dcat_ap(served: str, name: str) -> None:
    graph = Graph().parse(data=fetch(f"{served}/dataset/{name}.ttl"), format="turtle")

    for file in SHAPES:
        shapes = Graph().parse(METADATA / "shacl" / "dcat-ap-3.0.1" / file)
        conforms, _, text = validate(graph, shacl_graph=shapes, inference="none", allow_warnings=True)
        assert conforms, text
