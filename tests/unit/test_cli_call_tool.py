"""`kakehashi call-tool` shows people what an agent gets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.catalog.record import Access
from app.cli import main
from tests.factories import make_portal, package


@pytest.fixture
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    portal = make_portal(tmp_path)
    portal.publish()
    portal.publish(package(name="inside"), access=Access.INTERNAL)
    monkeypatch.setenv("KAKEHASHI_DATA_DIR", str(portal.services.settings.data_dir))
    yield
    portal.close()


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["call-tool", *words])


@pytest.mark.usefixtures("_home")
def test_an_answer_is_printed_as_json() -> None:
    ran = run("resolve_place", '{"name": "八王子市"}')
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["data"]["places"][0]["code5"] == "13201"


@pytest.mark.usefixtures("_home")
@pytest.mark.parametrize(
    "words",
    [
        ("resolve_place", '{"nmae": "八王子市"}'),
        ("resolve_place",),
        ("no_such_tool", "{}"),
        ("describe_dataset", '{"dataset": "inside"}'),
    ],
)
def test_an_error_is_printed_as_json_and_ends_with_one(words: tuple[str, ...]) -> None:
    ran = run(*words)
    assert ran.exit_code == 1
    assert json.loads(ran.stdout)["error"]["advice"]


@pytest.mark.parametrize("given", ["{", "[1]", "1", "[" * 100_000, "NaN"])
def test_what_is_no_object_is_refused_before_anything_is_opened(given: str) -> None:
    ran = run("resolve_place", given)
    assert ran.exit_code == 2
    assert "JSON" in ran.stderr
