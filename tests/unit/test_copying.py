"""What readers copy asks the same question again: it runs, and it cannot be made to say anything else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from app.kernel.text import Text
from app.query.answer import OutColumn
from app.web.copying import Snippet, snippets
from tests.factories import Portal, make_portal

COLUMNS = (OutColumn("区名", "string"), OutColumn("人口", "integer"))
HOSTILE = "a\"b#(lf)\n'); drop"


def written(url: str = "https://data.example.org/rows", name: str = "population") -> dict[str, Snippet]:
    return {each.name: each for each in snippets(lambda suffix: url + suffix, COLUMNS, name)}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served table's rows."""
    portal: Portal = make_portal(tmp_path_factory.mktemp("copying"))
    record = portal.publish()
    server = make_server("127.0.0.1", 0, portal.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v1/resources/{record.resources[0].id}/rows"
    server.shutdown()
    thread.join()
    server.server_close()
    portal.close()


def run(snippet: Snippet, folder: Path, *command: str) -> str:
    done = subprocess.run([*command, snippet.code], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["pandas", "duckdb", "polars"])
def test_python_runs_and_shows_the_rows(rows: str, name: str, tmp_path: Path) -> None:
    code = written_for(rows)[name]

    assert "千代田区" in run(code, tmp_path, sys.executable, "-c")


def test_javascript_runs_and_shows_the_rows(rows: str, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node here")

    assert "千代田区" in run(written_for(rows)["javascript"], tmp_path, node, "--input-type=module", "-e")


def test_curl_fetches_the_rows(rows: str, tmp_path: Path) -> None:
    shell = shutil.which("sh")
    if shell is None or shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    run(written_for(rows)["curl"], tmp_path, shell, "-c")

    assert "千代田区" in (tmp_path / "population.csv").read_text("utf-8")


def written_for(rows: str) -> dict[str, Snippet]:
    question = "?version=1&%E4%BA%BA%E5%8F%A3__gte=1"
    return {each.name: each for each in snippets(lambda suffix: rows + suffix + question, COLUMNS, "population")}


def test_all_programs_have_words_in_both_languages_and_name_the_address() -> None:
    found = written()

    assert list(found) == ["curl", "pandas", "duckdb", "polars", "r", "javascript", "excel"]
    assert all("https://data.example.org/rows." in each.code for each in found.values())
    assert all(each.title.ja and each.title.en for each in found.values())


def test_a_name_of_a_file_is_plain() -> None:
    assert "curl -o a-b-lf-drop.csv 'https://" in written(name=HOSTILE)["curl"].code


def test_power_query_keeps_codes_as_text_and_numbers_as_numbers() -> None:
    code = written()["excel"].code

    assert '{"区名", type text}' in code
    assert '{"人口", Int64.Type}' in code


def test_names_of_columns_cannot_end_a_text_of_power_query() -> None:
    code = snippets(lambda suffix: "https://x" + suffix, (OutColumn(HOSTILE, "string"),), "x")[-1].code

    assert '{"a""b#(#)(lf)#(000A)\'); drop", type text}' in code
    assert len(re.findall('"', code.replace('""', ""))) % 2 == 0


def test_what_a_program_needs_is_said() -> None:
    assert written()["pandas"].hint != Text()
