"""Zip and compound files whose offsets lead beyond their end."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from app.kernel.report import Findings
from app.publishing.archive import looks_like, unpack


def far_member(offset: int) -> bytes:
    """A zip whose one member lies at a 64-bit offset."""
    extra = struct.pack("<HHQ", 1, 8, offset)
    central = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 45, 45, 0, 0, 0, 0, 0, 0, 0, 5, len(extra), 0, 0, 0, 0, 0xFFFFFFFF
    )
    directory = central + b"a.csv" + extra
    start = struct.pack("<4s5H3L2H", b"PK\x03\x04", 45, 0, 0, 0, 0, 0, 0, 0, 5, 0) + b"a.csv"
    return start + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), len(start), 0)


@pytest.mark.parametrize("offset", [2**44, 2**62, 2**63 - 1, 2**63, 2**64 - 1])
def test_a_member_beyond_what_files_can_have_is_refused(tmp_path: Path, offset: int) -> None:
    file = tmp_path / "far.zip"
    file.write_bytes(far_member(offset))
    findings = Findings()
    assert unpack(file, tmp_path / "out", findings) == ()
    assert [problem.code for problem in findings.problems] == ["archive-truncated"]


def test_an_end_record_too_short_to_be_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "short.zip"
    file.write_bytes(b"PK\x05\x06\0\0")
    findings = Findings()
    assert unpack(file, tmp_path / "out", findings) == ()
    assert [problem.code for problem in findings.problems] == ["archive-truncated"]


def test_a_compound_file_that_points_beyond_its_end_is_only_that(tmp_path: Path) -> None:
    file = tmp_path / "far.xls"
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(22) + b"\x0c\0" + bytes(16) + b"\xff" * 4 + bytes(460))
    assert looks_like(file) == "ole"
