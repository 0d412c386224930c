"""A client that openapi-python-client generates from a table's own document fetches its rows, typed."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from app.query.formats.registry import FORMATS
from tests.factories import Portal, make_portal

BIN = Path(__file__).resolve().parents[2] / ".venv" / "clients" / "bin"
BYTES = {each.media_type: "application/octet-stream" for each in FORMATS}
FETCH = """
import sys
from generated import Client
from generated.api.rows import rows
client = Client(base_url=sys.argv[1])
answer = rows.sync(client=client, limit=2)
print(answer.total, [type(each).__name__ for each in answer.rows], answer.rows[0].to_dict())
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Portal, str]]:
    if not (BIN / "openapi-python-client").exists():
        pytest.skip("the generator of clients is not here: `make .venv/clients/installed` brings it")
    portal = make_portal(tmp_path)
    server = make_server("127.0.0.1", 0, portal.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield portal, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    portal.close()


def run(*command: object, folder: Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("whole", [False, True])
def test_a_generated_client_fetches_rows(served: tuple[Portal, str], tmp_path: Path, whole: bool) -> None:
    portal, address = served
    resource = portal.publish().resources[0]
    path = "/openapi.json" if whole else f"/api/v1/resources/{resource.id}/openapi.json"
    document = tmp_path / "openapi.json"
    document.write_bytes(portal.client().get(path).data)
    settings = tmp_path / "settings.yaml"
    # A generator knows few media types; files are bytes to it.
    named = {"package_name_override": "generated", "post_hooks": [], "content_type_overrides": BYTES}
    settings.write_text(json.dumps(named))
    generator = (BIN / "openapi-python-client", "generate", "--path", document, "--config", settings)
    told = run(*generator, "--meta", "none", "--output-path", "generated", folder=tmp_path)
    assert "within rows" not in told
    if not whole:
        found = run(BIN / "python", "-c", FETCH, address, folder=tmp_path)
        assert found.startswith("2 ['Row', 'Row'] {")
        assert "千代田区" in found
