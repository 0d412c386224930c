"""Archives that were made to do harm: each is refused by name, early, and leaves nothing behind."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from app.kernel.report import Findings
from app.publishing.archive import ArchiveLimits, Entry, looks_like, unpack

CSV = b"city,population\nHachioji,579355\n"
GIGABYTE = 1024**3


@dataclass(frozen=True)
class Member:
    """A member of a handmade zip; what is `None` is stated truly."""

    name: bytes = b"a.csv"
    content: bytes = CSV
    method: int = 0
    flags: int = 0
    mode: int = 0o100644
    packed: bytes | None = None
    local_name: bytes | None = None
    local_method: int | None = None
    size: int | None = None
    crc: int | None = None
    extra: bytes = b""
    gap: bytes = b""
    shared_offset: int | None = None

    def body(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflated(self.content) if self.method == 8 else self.content

    def values(self) -> tuple[int, int, int]:
        crc = zlib.crc32(self.content) if self.crc is None else self.crc
        return crc, len(self.body()), len(self.content) if self.size is None else self.size


@dataclass(frozen=True)
class Handmade:
    """A zip file written byte by byte."""

    members: tuple[Member, ...] = field(default=(Member(),))
    count: int | None = None
    prefix: bytes = b""
    suffix: bytes = b""
    comment: bytes = b""
    disk: int = 0

    def to_bytes(self) -> bytes:
        out, offsets = bytearray(), []
        for member in self.members:
            offsets.append(len(out) if member.shared_offset is None else member.shared_offset)
            if member.shared_offset is None:
                out += self._local(member) + member.body() + member.gap
        start = len(out)
        for member, offset in zip(self.members, offsets, strict=True):
            out += self._central(member, offset)
        count = len(self.members) if self.count is None else self.count
        length = len(out) - start
        out += struct.pack("<4s4H2LH", b"PK\5\6", self.disk, 0, count, count, length, start, len(self.comment))
        return self.prefix + bytes(out) + self.comment + self.suffix

    @staticmethod
    def _local(member: Member) -> bytes:
        name = member.name if member.local_name is None else member.local_name
        method = member.method if member.local_method is None else member.local_method
        header = struct.pack(
            "<4s5H3L2H", b"PK\3\4", 20, member.flags, method, 0, 33, *member.values(), len(name), len(member.extra)
        )
        return header + name + member.extra

    @staticmethod
    def _central(member: Member, offset: int) -> bytes:
        numbers = (0x0314, 20, member.flags, member.method, 0, 33, *member.values(), len(member.name))
        rest = (len(member.extra), 0, 0, 0, member.mode << 16, offset)
        return struct.pack("<4s6H3L5H2L", b"PK\1\2", *numbers, *rest) + member.name + member.extra


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def zip64_directory(count: int) -> bytes:
    """One honest member, and a zip64 end record that promises `count` of them."""
    whole = Handmade().to_bytes()
    body, end = whole[:-22], whole[-22:]
    start = struct.unpack_from("<L", end, 16)[0]
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(body) - start, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(body), 1)
    return body + record + locator + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)


def attempt(
    folder: Path, raw: bytes, limits: ArchiveLimits | None = None
) -> tuple[tuple[Entry, ...], list[str], float]:
    """Unpack in a folder of its own; answer the entries, the codes and the seconds of CPU."""
    (folder / "in.zip").write_bytes(raw)
    findings = Findings()
    begun = time.process_time()
    entries = unpack(folder / "in.zip", folder / "out", findings, limits or ArchiveLimits())
    return entries, [problem.code for problem in findings.problems], time.process_time() - begun


def everything_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def zipped(*members: Member) -> bytes:
    return Handmade(members).to_bytes()


def stored(**contents: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return buffer.getvalue()


OTHER_METHODS = {"bzip2": 12, "lzma": 14, "deflate64": 9, "zstd": 93, "shrunk": 1}
OVERLAP = Member(b"a.csv", bytes(1000), 8)
LONG_ZEROS = bytes(3 * 1024**2)
UTF8 = 1 << 11

HOSTILE: dict[str, tuple[bytes, str]] = {
    "H01 climbing name": (zipped(Member(b"../../evil.csv")), "archive-name-traversal"),
    "H01 climbing in the middle": (zipped(Member(b"a/../../evil.csv")), "archive-name-traversal"),
    "H01 empty part": (zipped(Member(b"a//evil.csv")), "archive-name-traversal"),
    "H02 absolute name": (zipped(Member(b"/etc/cron.d/x")), "archive-name-absolute"),
    "H03 climbing backslash": (zipped(Member(b"..\\win.csv")), "archive-name-traversal"),
    "H03 plain backslash": (zipped(Member(b"data\\win.csv")), "archive-name-backslash"),
    "H03 network share": (zipped(Member(b"\\\\host\\share\\x.csv")), "archive-name-absolute"),
    "H04 drive": (zipped(Member(b"C:\\x.csv")), "archive-name-absolute"),
    "H04 drive without folder": (zipped(Member(b"C:x.csv")), "archive-name-absolute"),
    "H04 device": (zipped(Member(b"data/CON")), "archive-name-device"),
    "H04 device with suffix": (zipped(Member(b"nul.csv")), "archive-name-device"),
    "H04 device as folder": (zipped(Member(b"aux/x.csv")), "archive-name-device"),
    "H04 alternate stream": (zipped(Member(b"data.csv:hidden")), "archive-name-not-portable"),
    "H04 dot at the end": (zipped(Member(b"data.csv.")), "archive-name-not-portable"),
    "H05 NUL in name": (zipped(Member(b"ok.csv\0.exe")), "archive-name-hidden-letters"),
    "H05 newline in name": (zipped(Member(b"a\n.csv")), "archive-name-hidden-letters"),
    "H06 symlink": (zipped(Member(content=b"/etc/passwd", mode=0o120777)), "archive-special-file"),
    "H07 FIFO": (zipped(Member(mode=0o010644)), "archive-special-file"),
    "H07 device node": (zipped(Member(mode=0o020644)), "archive-special-file"),
    "H07 socket": (zipped(Member(mode=0o140644)), "archive-special-file"),
    "H08 same name twice": (zipped(Member(), Member(content=b"x,y\n")), "archive-duplicate-name"),
    "H09 names in other case": (zipped(Member(b"OK.csv"), Member(b"ok.csv")), "archive-duplicate-name"),
    "H09 file that is a folder too": (zipped(Member(b"a"), Member(b"A/b.csv")), "archive-duplicate-name"),
    "H10 NFC and NFD twins": (
        zipped(Member("é.csv".encode(), flags=UTF8), Member("e\u0301.csv".encode(), flags=UTF8)),
        "archive-duplicate-name",
    ),
    "H11 text direction": (zipped(Member("a\u202evsc.csv".encode(), flags=UTF8)), "archive-name-hidden-letters"),
    "H11 zero width": (zipped(Member("a\u200b.csv".encode(), flags=UTF8)), "archive-name-hidden-letters"),
    "H11 half a character": (zipped(Member(b"\xed\xa0\x80.csv", flags=UTF8)), "archive-name-encoding"),
    "H12 name of 300 bytes": (zipped(Member(b"a" * 296 + b".csv")), "archive-name-too-long"),
    "H13 members share their bytes": (
        zipped(OVERLAP, *(replace(OVERLAP, name=b"a.csv", shared_offset=0) for _ in range(99))),
        "archive-overlap",
    ),
    "H14 ratio": (zipped(Member(content=LONG_ZEROS, method=8)), "archive-ratio"),
    "H14 four gigabytes declared": (
        zipped(*(Member(b"%d.csv" % number, method=8, size=2 * GIGABYTE) for number in range(3))),
        "archive-too-large",
    ),
    "H16 65,000 entries": (Handmade(count=65_000).to_bytes(), "archive-too-many-entries"),
    "H16 more members than stated": (Handmade((Member(), Member(b"b.csv")), count=1).to_bytes(), "archive-broken"),
    "H16 fewer members than stated": (Handmade(count=2).to_bytes(), "archive-broken"),
    "H18 more bytes than stated": (
        zipped(Member(content=LONG_ZEROS, method=8, size=10)),
        "archive-content-mismatch",
    ),
    "H18 fewer bytes than stated": (zipped(Member(method=8, size=4000)), "archive-content-mismatch"),
    "H18 stored with two sizes": (zipped(Member(size=10)), "archive-content-mismatch"),
    "H18 wrong checksum": (zipped(Member(crc=1)), "archive-content-mismatch"),
    "H18 bytes after the deflate stream": (
        zipped(Member(method=8, packed=deflated(CSV) + b"secret")),
        "archive-content-mismatch",
    ),
    "H18 deflate stream without end": (
        zipped(Member(method=8, packed=deflated(CSV)[:-3])),
        "archive-content-mismatch",
    ),
    "H18 no deflate stream": (zipped(Member(method=8, packed=b"\xff" * 40)), "archive-content-mismatch"),
    "H19 other local name": (zipped(Member(local_name=b"b.exe")), "archive-header-mismatch"),
    "H19 other local method": (zipped(Member(local_method=8)), "archive-header-mismatch"),
    "H20 trailing garbage": (Handmade(suffix=b"garbage").to_bytes(), "archive-trailing-data"),
    "H20 comment": (Handmade(comment=b"made by somebody").to_bytes(), "archive-trailing-data"),
    "H20 second archive behind": (Handmade(suffix=Handmade().to_bytes()).to_bytes(), "archive-broken"),
    "H20 second archive in the comment": (Handmade(comment=Handmade().to_bytes()).to_bytes(), "archive-broken"),
    "H20 archive hidden in a gap": (
        zipped(Member(gap=Handmade().to_bytes()), Member(b"b.csv")),
        "archive-hidden-data",
    ),
    "H20 data before the directory": (zipped(Member(gap=b"hidden")), "archive-hidden-data"),
    "H21 HTML in front": (Handmade(prefix=b"<html><script>").to_bytes(), "archive-prepended-data"),
    "H22 encrypted": (zipped(Member(flags=1)), "archive-encrypted"),
    "H22 strongly encrypted": (zipped(Member(flags=1 << 6)), "archive-encrypted"),
    "H22 AES": (zipped(Member(method=99)), "archive-encrypted"),
    "H23 2**40 members": (zip64_directory(2**40), "archive-too-many-entries"),
    "H23 2**63 members": (zip64_directory(2**63), "archive-too-many-entries"),
    "H23 zip64 values without a record": (Handmade(count=0xFFFF).to_bytes(), "archive-broken"),
    "H26 200 folders": (zipped(Member(b"a/" * 99 + b"x.csv")), "archive-name-too-deep"),
    "H26 folders alone": (zipped(Member(b"a/" * 20, b""), Member()), "archive-name-too-deep"),
    "H27 no member": (Handmade(()).to_bytes(), "archive-empty"),
    "H27 folders only": (zipped(Member(b"data/", b"")), "archive-empty"),
    "H28 PDF": (b"%PDF-1.7\n" + bytes(400), "not-a-zip"),
    "H28 gzip": (b"\x1f\x8b\x08" + bytes(400), "not-a-zip"),
    "H28 HTML": (b"<!DOCTYPE html><html></html>", "not-a-zip"),
    "H28 nothing": (b"", "not-a-zip"),
    "second disk": (Handmade(disk=1).to_bytes(), "archive-multi-volume"),
    "folder with content": (zipped(Member(b"data/"), Member()), "archive-content-mismatch"),
    "zip64 block twice": (
        zipped(Member(extra=struct.pack("<HHQ", 1, 8, 1) * 2)),
        "archive-broken",
    ),
    "zip64 block nobody asked for": (zipped(Member(extra=struct.pack("<HHQ", 1, 8, 1))), "archive-broken"),
    "extra field past its end": (zipped(Member(extra=struct.pack("<HH", 9, 500))), "archive-broken"),
} | {f"H15 {name}": (zipped(Member(method=method)), "archive-method") for name, method in OTHER_METHODS.items()}


@pytest.mark.parametrize(("raw", "code"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_archive_is_refused_early_and_leaves_nothing(tmp_path: Path, raw: bytes, code: str) -> None:
    entries, codes, seconds = attempt(tmp_path, raw)

    assert code in codes
    assert entries == ()
    assert seconds < 2
    assert set(everything_in(tmp_path)) <= {"in.zip", "out"}


def test_an_overlap_bomb_is_refused_before_anything_is_inflated(tmp_path: Path) -> None:
    zeros = bytes(20_000_000)
    kernel = Member(b"0.csv", method=8, packed=deflated(zeros), size=len(zeros), crc=zlib.crc32(zeros))
    bomb = zipped(kernel, *(replace(kernel, shared_offset=0) for _ in range(900)))

    _, codes, seconds = attempt(tmp_path, bomb)

    assert codes == ["archive-overlap"]
    assert seconds < 2
    assert everything_in(tmp_path) == ["in.zip"]


def test_no_more_is_written_than_the_directory_states(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)  # keep what would have been cleaned away

    _, codes, _ = attempt(tmp_path, zipped(Member(content=LONG_ZEROS, method=8, size=10)))

    assert codes == ["archive-content-mismatch"]
    assert sum(path.stat().st_size for path in (tmp_path / "out").iterdir()) <= 10


def test_a_damaged_member_takes_the_good_ones_with_it(tmp_path: Path) -> None:
    entries, codes, _ = attempt(tmp_path, zipped(Member(b"good.csv"), Member(b"bad.csv", crc=1)))

    assert (entries, codes) == ((), ["archive-content-mismatch"])
    assert everything_in(tmp_path / "out") == []


def test_every_bad_name_is_reported_not_only_the_first(tmp_path: Path) -> None:
    _, codes, _ = attempt(tmp_path, zipped(Member(b"../a"), Member(b"/b"), Member(b"con"), Member(b"d.csv")))

    assert codes == ["archive-name-traversal", "archive-name-absolute", "archive-name-device"]


@pytest.mark.parametrize("length", range(0, 40_960, 4096))
def test_an_archive_cut_anywhere_is_refused(tmp_path: Path, length: int) -> None:
    whole = zipped(*(Member(b"%d.csv" % number, CSV * 200) for number in range(7)))
    assert len(whole) > 40_960

    entries, codes, _ = attempt(tmp_path, whole[:length])

    assert entries == ()
    assert codes == ["archive-truncated" if length else "not-a-zip"]


def test_every_single_damaged_byte_is_refused_or_harmless(tmp_path: Path) -> None:
    whole = bytearray(zipped(Member(b"a.csv", method=8), Member(b"b.csv")))
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 0xFF
        folder = tmp_path / str(position)
        folder.mkdir()

        entries, codes, _ = attempt(folder, bytes(damaged))

        assert bool(entries) != bool(codes)
        assert all(entry.path.read_bytes() == CSV for entry in entries)


def test_a_zip_in_a_zip_stays_one_opaque_file(tmp_path: Path) -> None:
    inner = stored(**{"x.csv": CSV})

    entries, codes, _ = attempt(tmp_path, stored(**{"inner.zip": inner, "a.csv": CSV}))

    assert codes == []
    assert {entry.name: entry.path.read_bytes() for entry in entries} == {"inner.zip": inner, "a.csv": CSV}


def test_names_never_become_paths(tmp_path: Path) -> None:
    entries, _, _ = attempt(tmp_path, stored(**{"data/a.csv": CSV, "readme.md": b"x"}))

    assert [entry.path for entry in entries] == [tmp_path / "out" / "0001", tmp_path / "out" / "0002"]


def test_a_report_shows_hidden_letters_of_a_name(tmp_path: Path) -> None:
    (tmp_path / "in.zip").write_bytes(zipped(Member("a\u202evsc.csv".encode(), flags=UTF8)))
    findings = Findings()
    unpack(tmp_path / "in.zip", tmp_path / "out", findings)

    assert findings.problems[0].file == "a\\u202evsc.csv"


DISGUISED: dict[str, tuple[bytes, str]] = {
    "pdf": (b"%PDF-1.4\n", "pdf"),
    "gzip": (b"\x1f\x8b\x08\0", "gzip"),
    "html": (b"\xef\xbb\xbf\n <!DOCTYPE html>", "html"),
    "html table": (b"<table><tr><td>1</td></tr></table>", "html"),
    "parquet": (b"PAR1\x15\0", "parquet"),
    "sqlite": (b"SQLite format 3\0", "sqlite"),
    "duckdb": (bytes(8) + b"DUCK" + bytes(8), "duckdb"),
    "old office file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "ole"),
    "lzh": (b"\x1f\x00-lh5-rest", "lzh"),
    "program": (b"\x7fELF\x02\x01", "program"),
    "zeros": (bytes(500), "unknown"),
}


@pytest.mark.parametrize(("raw", "kind"), DISGUISED.values(), ids=DISGUISED)
def test_a_disguised_file_is_seen_for_what_it_is(tmp_path: Path, raw: bytes, kind: str) -> None:
    (tmp_path / "table.csv").write_bytes(raw)

    assert looks_like(tmp_path / "table.csv") == kind
