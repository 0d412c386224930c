"""Records are told apart in files of every kind."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import msgspec
import pytest

from app.harvest import reading
from app.harvest.harvested import Mapped
from tests.unit.test_harvest_import import lines, numbered


def read(folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> list[Mapped]:
    """Read a file as the sandbox would, in its working folder."""
    monkeypatch.chdir(folder)
    file = folder / "records"
    file.write_bytes(content)
    count = reading.read({"file": str(file), "portal": ""})
    found = (folder / reading.MAPPED_FILE).read_bytes().splitlines()
    assert count == len(found)
    return [msgspec.json.decode(line, type=Mapped) for line in found]


def codes(found: list[Mapped]) -> list[str]:
    return [each.code for mapped in found for each in mapped.report.problems]


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(lines(numbered(1), numbered(2))),
        b"\xef\xbb\xbf" + lines(numbered(1)) + b"\r\n\n" + lines(numbered(2)),
        json.dumps([numbered(1), numbered(2)], indent=1).encode(),
        json.dumps({"success": True, "result": {"count": 2, "results": [numbered(1), numbered(2)]}}).encode(),
        json.dumps({"success": True, "result": [numbered(1), numbered(2)]}, indent=2).encode(),
    ],
    ids=["gzip", "lines", "array", "package_search", "current_package_list"],
)
def test_files_of_all_kinds_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    names = [mapped.harvested.name for mapped in read(tmp_path, monkeypatch, content) if mapped.harvested]

    assert names == ["dataset-1", "dataset-2"]


def test_what_was_read_of_a_broken_file_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(lines(numbered(1), numbered(2, notes="".join(map(str, range(4000))))))

    found = read(tmp_path, monkeypatch, packed[:-200])

    assert found[0].harvested is not None
    assert codes(found) == ["harvest-file-broken"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"[]"])
def test_a_file_without_records_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    assert codes(read(tmp_path, monkeypatch, content)) == ["harvest-nothing-found"]


def test_a_file_that_is_too_large_is_read_as_far_as_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_RECORDS", 2)

    found = read(tmp_path, monkeypatch, lines(*(numbered(number) for number in range(5))))

    assert [bool(mapped.harvested) for mapped in found] == [True, True, False]
    assert codes(found) == ["harvest-file-too-large"]


def test_a_packed_bomb_ends_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 20 << 20)

    found = read(tmp_path, monkeypatch, gzip.compress(lines(numbered(1)) + b" " * (64 << 20)))

    assert found[0].harvested is not None
    assert codes(found) == ["harvest-record-too-long", "harvest-file-too-large"]
