"""`kakehashi describe`: prints a description, checks one dataset or all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.describe import describe
from tests.factories import Portal, make_portal


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("describe")
    portal: Portal = make_portal(place)
    portal.publish()
    portal.close()
    return place / "var"


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(describe, words, env={"KAKEHASHI_DATA_DIR": str(folder)})


def test_a_description_is_printed_as_it_is_served(folder: Path) -> None:
    answer = run(folder, "ward-population")
    assert json.loads(answer.output)["name"] == "ward-population"
    assert run(folder, "ward-population", "--format", "dcat").output.startswith("@prefix")


def test_a_check_prints_each_validator_and_the_marks(folder: Path) -> None:
    answer = run(folder, "ward-population", "--check")
    assert answer.exit_code == 0, answer.output
    assert "passed       DCAT-AP 3.0.1" in answer.output
    assert "/405 points" in answer.output


def test_all_datasets_are_summed_up(folder: Path) -> None:
    answer = run(folder, "--all", "--check")
    assert answer.exit_code == 0, answer.output
    assert "1 datasets, 0 with failures" in answer.output


@pytest.mark.parametrize("words", [(), ("--all",), ("ward-population", "--all", "--check")])
def test_a_command_that_says_too_little_or_too_much_is_refused(folder: Path, words: tuple[str, ...]) -> None:
    assert run(folder, *words).exit_code == 2


def test_an_unknown_format_is_refused_with_the_known_ones(folder: Path) -> None:
    answer = run(folder, "ward-population", "--format", "nothing")
    assert answer.exit_code == 1
    assert "datapackage" in str(answer.exception)
