"""What the zip gate takes: archives as people's programs really write them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from app.kernel.report import Findings
from app.publishing.archive import ArchiveLimits, Entry, looks_like, name_fault, unpack

CSV = "市,人口\n八王子市,579355\n".encode()


class Unseekable(io.RawIOBase):
    """A stream as of a web server: `zipfile` then writes data descriptors behind the members."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        raw = bytes(piece)  # type: ignore[call-overload]
        self.written += raw
        return len(raw)


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"" if name.endswith("/") else CSV)
    return buffer.getvalue()


def named(raw_name: bytes) -> bytes:
    """A zip whose only member has these bytes as its name, without the UTF-8 flag."""
    placeholder = "n" * len(raw_name)
    return zipped(placeholder).replace(placeholder.encode(), raw_name)


def unpacked(folder: Path, raw: bytes, limits: ArchiveLimits | None = None) -> tuple[Entry, ...]:
    (folder / "in.zip").write_bytes(raw)
    findings = Findings()
    entries = unpack(folder / "in.zip", folder / "out", findings, limits or ArchiveLimits())
    assert findings.problems == []
    return entries


def names(folder: Path, raw: bytes) -> list[str]:
    return [entry.name for entry in unpacked(folder, raw)]


def codes(folder: Path, raw: bytes, limits: ArchiveLimits) -> list[str]:
    (folder / "in.zip").write_bytes(raw)
    findings = Findings()
    unpack(folder / "in.zip", folder / "out", findings, limits)
    return [problem.code for problem in findings.problems]


def test_an_entry_has_its_content_size_and_hash(tmp_path: Path) -> None:
    (entry,) = unpacked(tmp_path, zipped("人口.csv"))

    assert entry.path.read_bytes() == CSV
    assert (entry.name, entry.size, entry.sha256) == ("人口.csv", len(CSV), hashlib.sha256(CSV).hexdigest())


@pytest.mark.parametrize(
    ("raw_name", "name"),
    [
        ("データ/表.csv".encode("cp932"), "データ/表.csv"),
        ("予ソ能.csv".encode("cp932"), "予ソ能.csv"),  # the second bytes of these letters are backslashes
        ("ﾃｱ人口.csv".encode("cp932"), "ﾃｱ人口.csv"),
        ("人口.csv".encode(), "人口.csv"),
        ("か\u3099.csv".encode(), "が.csv"),
    ],
)
def test_names_without_the_utf8_flag_are_read(tmp_path: Path, raw_name: bytes, name: str) -> None:
    assert unpacked(tmp_path, named(raw_name))[0].name in {name, name.rpartition("/")[2]}


def test_one_cp932_name_makes_its_neighbours_cp932(tmp_path: Path) -> None:
    both = zipped("nnnn", "mmmmmm").replace(b"nnnn", b"\xc3\xb1\xc3\xb1").replace(b"mmmmmm", "表計算".encode("cp932"))

    assert names(tmp_path, both) == ["ﾃｱﾃｱ", "表計算"]


def test_streamed_archives_have_their_sizes_behind_the_data(tmp_path: Path) -> None:
    stream = Unseekable()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr("b.csv", CSV)

    assert names(tmp_path, bytes(stream.written)) == ["a.csv", "b.csv"]


def test_zip64_members_are_read(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open("a.csv", "w", force_zip64=True) as member:
        member.write(CSV)

    assert names(tmp_path, buffer.getvalue()) == ["a.csv"]


def test_an_empty_file_is_a_file(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("empty.csv", b"")

    assert unpacked(tmp_path, buffer.getvalue())[0].size == 0


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        (("pack/datapackage.json", "pack/data/a.csv"), ["datapackage.json", "data/a.csv"]),
        (("pack/", "pack/a.csv", "__MACOSX/pack/._a.csv"), ["a.csv"]),
        (("datapackage.json", "data/a.csv"), ["datapackage.json", "data/a.csv"]),
        (("one/a.csv", "two/b.csv"), ["one/a.csv", "two/b.csv"]),
        (("outer/inner/a.csv",), ["inner/a.csv"]),
    ],
)
def test_one_folder_around_everything_is_taken_off(tmp_path: Path, inside: tuple[str, ...], outside: list[str]) -> None:
    assert names(tmp_path, zipped(*inside)) == outside


def test_litter_of_operating_systems_is_left_out(tmp_path: Path) -> None:
    litter = (".DS_Store", "data/Thumbs.db", "data/desktop.ini", "__MACOSX/._a.csv", "._a.csv", "data/")

    assert names(tmp_path, zipped("a.csv", *litter)) == ["a.csv"]


def test_the_commit_id_of_git_archive_is_no_trailing_data(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("repo-main/a.csv", CSV)
        archive.comment = b"6eb7a1f7a98e8f48ec0dac8a0f9d5b5b1cbbd1c6"

    assert names(tmp_path, buffer.getvalue()) == ["a.csv"]


def test_a_short_file_may_shrink_as_much_as_it_likes(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.csv", b"0," * 400_000)

    assert unpacked(tmp_path, buffer.getvalue())[0].size == 800_000


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (ArchiveLimits(entries=1), "archive-too-many-entries"),
        (ArchiveLimits(total_bytes=2 * len(CSV) - 1), "archive-too-large"),
        (ArchiveLimits(depth=1), "archive-name-too-deep"),
        (ArchiveLimits(name_bytes=8), "archive-name-too-long"),
    ],
)
def test_limits_are_those_of_the_caller(tmp_path: Path, limits: ArchiveLimits, code: str) -> None:
    assert codes(tmp_path, zipped("a.csv", "x/y/b.csv"), limits) == [code]


def test_earlier_problems_of_other_parts_do_not_stop_an_archive(tmp_path: Path) -> None:
    findings = Findings()
    (tmp_path / "bad.zip").write_bytes(b"")
    (tmp_path / "good.zip").write_bytes(zipped("a.csv"))
    unpack(tmp_path / "bad.zip", tmp_path / "1", findings)

    assert len(unpack(tmp_path / "good.zip", tmp_path / "2", findings)) == 1


@pytest.mark.parametrize(
    "name", ["避難所一覧（２０２４年）・最新.csv", "a b-c_(1).csv", "100%.csv", "データ/表.csv", ".gitignore"]
)
def test_ordinary_names_have_no_fault(name: str) -> None:
    assert name_fault(name) is None


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        (("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (("xl/workbook.xml", "xl/vbaProject.bin", "[Content_Types].xml"), "xlsm"),
        (("[Content_Types].xml", "xl/workbook.bin"), "xlsb"),
        (("[Content_Types].xml", "word/document.xml"), "docx"),
        (("xl/workbook.xml",), "zip"),
        (("a.csv",), "zip"),
    ],
)
def test_office_files_are_told_from_plain_zips(tmp_path: Path, members: tuple[str, ...], kind: str) -> None:
    (tmp_path / "file").write_bytes(zipped(*members))

    assert looks_like(tmp_path / "file") == kind


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "euc-jp", "iso-2022-jp", "utf-16"])
def test_tables_in_any_encoding_look_like_text(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "file").write_bytes(CSV.decode().encode(encoding))

    assert looks_like(tmp_path / "file") == "text"


def test_an_empty_file_looks_empty(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    assert looks_like(tmp_path / "file") == "empty"
