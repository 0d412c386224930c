"""The catalogue of hostile uploads, H01 to H60, through the whole portal: what a sender is told, at what cost.

Each case is refused with a reason and advice, or published without harm; in bounded time and memory of the reader,
without a connection to anywhere, without a file left behind; and the next good upload is published.
"""

from __future__ import annotations

import io
import json
import sqlite3
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pytest

from app.catalog.record import Access, DatasetRecord
from app.kernel.actor import SYSTEM
from app.publishing.submission import Details, Repairs, Submission
from tests.factories import CSV, Portal, descriptor, make_portal, package, zipped
from tests.hostile import test_archives as archives
from tests.hostile import test_descriptors as descriptors
from tests.hostile import test_tables as tables
from tests.hostile.test_uploads import Trap

SECONDS = 30  # generous: the machine may be doing much else
MOST_MEMORY = 1 << 30
GLANCE = 0.02
PAGE = {"Accept": "text/html"}
NAMES = {f"H{number:02}" for number in range(1, 61)}
DETAILS = Details(access=Access.PUBLIC, repairs=Repairs.APPLY)
RESOURCE: dict[str, Any] = {"name": "population", "path": "population.csv"}
LONG_LINES = "名称,所在地\n" + "東京都庁,新宿区西新宿二丁目\n図書館分室,渋谷区代々木\n" * 20


@dataclass(frozen=True)
class Place:
    """Where an attack could reach to: the port of the trap, the folder of the portal, one for making files."""

    port: int
    data: Path
    scratch: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/x"


@dataclass(frozen=True)
class Case:
    """An upload and what becomes of it; `codes` has one of the report's errors, or of its warnings if published."""

    content: Callable[[Place], bytes]
    file_name: str = "x.zip"
    published: bool = False
    codes: tuple[str, ...] = ()
    check: Callable[[Portal, DatasetRecord], None] | None = None


def archive(key: str) -> Case:
    raw, code = archives.HOSTILE[key]
    return Case(lambda _: raw, codes=(code, "unsupported-file"))


def described(key: str) -> Case:
    """Refuse a descriptor in a package that is good otherwise."""
    raw, code = descriptors.HOSTILE[key]
    text = json.dumps(raw) if isinstance(raw, dict) else raw
    files = {"a.csv": CSV, "data/b.csv": CSV + "131032,港区,1\n", "schema.json": "{}"}
    return Case(lambda _: stored({"datapackage.json": text, **files}), codes=(code,))


def resource(*codes: str, published: bool = False, **changes: Any) -> Case:
    """Change the one resource of a good package; `{address}` becomes that of the trap."""
    return whole(*codes, published=published, resources=[RESOURCE | changes])


def whole(*codes: str, published: bool = False, **changes: Any) -> Case:
    def content(place: Place) -> bytes:
        written = json.dumps(descriptor(**changes), ensure_ascii=False)
        filled = written.replace("{address}", place.address).replace("{port}", str(place.port))
        return zipped({"datapackage.json": filled.replace("{data}", str(place.data)), "population.csv": CSV})

    return Case(content, published=published, codes=codes)


def file(content: bytes | str | Callable[[], bytes | str], *codes: str, name: str = "x.csv") -> Case:
    def made(_: Place) -> bytes:
        raw = content() if callable(content) else content
        return raw.encode() if isinstance(raw, str) else raw

    return Case(made, file_name=name, codes=codes)


def stored(files: dict[str, bytes | str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return packed.getvalue()


def passes(case: Case, check: Callable[[Portal, DatasetRecord], None] | None = None) -> Case:
    return replace(case, published=True, check=check)


# --- what is published, and how ------------------------------------------------------------------------------------


def original(portal: Portal, record: DatasetRecord) -> bytes:
    found = record.resources[0]
    with portal.services.store.open((found.original or found.file).sha256) as stream:
        return stream.read()


def pages(record: DatasetRecord) -> list[str]:
    page = f"/dataset/{record.slug}"
    return [page, *(f"{page}/resource/{each.name}" for each in record.resources)]


def shows_no_markup(portal: Portal, record: DatasetRecord) -> None:
    for address in pages(record):
        page = portal.client().get(address, headers=PAGE)
        assert page.status_code == 200
        assert "<img src=x" not in page.text


def keeps_formulas(portal: Portal, record: DatasetRecord) -> None:
    assert original(portal, record) == FORMULAS.encode()


def has_text_in_rows(portal: Portal, record: DatasetRecord) -> None:
    (table,) = [each.table for each in record.resources]
    assert table is not None
    assert [column.name for column in table.columns] == ["名称", "所在地"]
    shown = table.columns[0].profile
    assert shown is not None
    assert "東京都庁" in shown.examples
    assert all(portal.client().get(address, headers=PAGE).status_code == 200 for address in pages(record))


def has_the_decoded_name(_: Portal, record: DatasetRecord) -> None:
    assert [each.title.ja for each in record.resources] == ["人口"]


def is_one_plain_file(_: Portal, record: DatasetRecord) -> None:
    assert [each.table for each in record.resources] == [None]


FORMULAS = "w,k\n=1+1,a\n+cmd|' /C calc'!A0,b\n-2+3+cmd|' /C calc'!A0,c\n@SUM(1),d\n\"\t=1\",e\n\"\r=1\",f\n"
DDE_LINK = f'<externalLink xmlns="{tables.SPREADSHEET}"><ddeLink ddeService="cmd" ddeTopic="/C calc"/></externalLink>'
MARKUP = "<b>n</b>,k\n<img src=x onerror=alert(1)>,x\n"
EXTREMES = "c,k\n" + "".join(f"{cell},x\n" for cell in tables.H54)


def japanese_names(_: Place) -> bytes:
    return archives.zipped(archives.Member("人口.csv".encode("cp932"), CSV.encode()))


def parquet(place: Place) -> bytes:
    path = place.scratch / "a.parquet"
    duckdb.execute(f"COPY (SELECT 1 AS a) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


def duckdb_file(place: Place) -> bytes:
    path = place.scratch / "a.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE OR REPLACE TABLE a AS SELECT 1 AS a")
    return path.read_bytes()


def sqlite_file(place: Place) -> bytes:
    path = place.scratch / "a.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE IF NOT EXISTS a (a)")
    connection.commit()
    connection.close()
    return path.read_bytes()


def doctype(words: str) -> Callable[[], bytes]:
    part = f"{words}<sst xmlns='{tables.SPREADSHEET}'/>"
    return lambda: tables.workbook(more=[("xl/sharedStrings.xml", part)])


def with_part(name: str) -> Callable[[], bytes]:
    return lambda: tables.workbook(more=[(name, "<x/>")])


def sheet_of(rows: str) -> Callable[[], bytes]:
    return lambda: tables.workbook(tables.HEADER + rows)


def cut(at: int) -> Case:
    noise = "".join(f"{(number * 2654435761) % 2**32:08x},\n" for number in range(2_000))
    return Case(lambda _: stored({"a.csv": "a,b\n" + noise})[:at])


def with_pattern(pattern: str) -> Case:
    fields = [{"name": "w", "type": "string", "constraints": {"pattern": pattern}}]
    resources = [RESOURCE | {"schema": {"fields": fields}}]
    rows = "w\n" + ("a" * 50_000 + "!\n") * 3
    return Case(lambda _: package({"population.csv": rows}, resources=resources), codes=("constraint-error",))


def with_keys(*keys: str) -> Case:
    odd: dict[str, Any] = {key: {"polluted": True} for key in keys}
    return passes(whole(**odd, resources=[RESOURCE | odd]))


CASES: dict[str, Case] = {
    # archives
    "H01 climbing name": archive("H01 climbing name"),
    "H02 absolute name": archive("H02 absolute name"),
    "H03 climbing backslash": archive("H03 climbing backslash"),
    "H03 plain backslash": archive("H03 plain backslash"),
    "H04 drive": archive("H04 drive"),
    "H04 device": archive("H04 device with suffix"),
    "H05 NUL in a name": archive("H05 NUL in name"),
    "H06 symbolic link": archive("H06 symlink"),
    "H07 FIFO": archive("H07 FIFO"),
    "H07 device node": archive("H07 device node"),
    "H08 same name twice": archive("H08 same name twice"),
    "H09 names in other case": archive("H09 names in other case"),
    "H10 NFC and NFD twins": archive("H10 NFC and NFD twins"),
    "H11 text direction": archive("H11 text direction"),
    "H11 zero width": archive("H11 zero width"),
    "H12 name of 300 bytes": archive("H12 name of 300 bytes"),
    "H13 overlap bomb": archive("H13 members share their bytes"),
    "H14 ratio": archive("H14 ratio"),
    "H14 four gigabytes declared": archive("H14 four gigabytes declared"),
    "H15 bzip2": archive("H15 bzip2"),
    "H15 zstd": archive("H15 zstd"),
    "H16 65,000 entries": archive("H16 65,000 entries"),
    "H17 zip in a zip": passes(Case(lambda _: stored({"b.zip": stored({"c.zip": b"x"})})), is_one_plain_file),
    "H18 more bytes than stated": archive("H18 more bytes than stated"),
    "H18 wrong checksum": archive("H18 wrong checksum"),
    "H19 other local name": archive("H19 other local name"),
    "H20 trailing garbage": archive("H20 trailing garbage"),
    "H20 second archive behind": archive("H20 second archive behind"),
    "H21 HTML in front": archive("H21 HTML in front"),
    "H22 encrypted": archive("H22 encrypted"),
    "H23 2**40 members": archive("H23 2**40 members"),
    "H24 names in CP932": passes(Case(japanese_names), has_the_decoded_name),
    **{f"H25 cut at {at}": cut(at) for at in (4096, 8192, 12288, 16384)},
    "H26 200 folders": archive("H26 200 folders"),
    "H27 no member": archive("H27 no member"),
    "H27 one CSV and no descriptor": passes(Case(lambda _: zipped({"a.csv": CSV}))),
    "H28 PDF": archive("H28 PDF"),
    "H28 gzip": archive("H28 gzip"),
    "H28 HTML": archive("H28 HTML"),
    # descriptor
    "H29 address on this machine": resource("path-is-remote", path="{address}"),
    "H30 the portal's own database": resource(
        "path-is-remote", path="sqlite:////{data}/kakehashi.sqlite3", dialect={"sql": {"table": "people"}}
    ),
    "H31 database server": resource("path-is-remote", path="postgresql://127.0.0.1:{port}/x"),
    "H32 file address": resource("path-is-remote", path="file:///etc/passwd"),
    "H33 object store": resource("path-is-remote", path="s3://169.254.169.254/x"),
    "H34 schema at an address": resource("external-schema", schema="{address}"),
    "H34 dialect at an address": resource("external-dialect", dialect="{address}"),
    "H34 profile at an address": passes(whole(profile="{address}")),
    "H35 profiles at addresses": passes(
        whole(profiles=["{address}"], resources=[RESOURCE | {"profiles": ["{address}"]}])
    ),
    "H36 more paths": resource("multipart-resource", extrapaths=["{address}"]),
    "H37 foreign package": resource(
        "external-foreign-key",
        schema={
            "fields": [{"name": "コード"}],
            "foreignKeys": [
                {"fields": "コード", "reference": {"package": "{address}", "resource": "r", "fields": "x"}}
            ],
        },
    ),
    "H38 ten megabytes": described("H38 ten megabytes"),
    "H38 depth of 10,000": described("H38 depth of 10,000"),
    "H38 NaN": described("H38 NaN"),
    "H38 1e400": described("H38 1e400"),
    "H38 duplicate keys": described("H38 duplicate keys"),
    "H38 lone surrogate": described("H38 lone surrogate"),
    "H38 BOM": described("H38 BOM"),
    "H39 pattern": with_pattern("(a+)+$"),
    "H39 pattern in groups": with_pattern("(.*.*)*=x"),
    "H40 100,000 resources": described("H40 100,000 resources"),
    "H40 a million fields": Case(
        lambda _: stored({"datapackage.json": '{"fields": [' + '{"name": "c"},' * 1_000_000 + "{}]}"}),
        codes=("descriptor-too-large",),
    ),
    "H41 markup as a name": described("H41 name '<script>'"),
    "H41 climbing name": described("H41 name '../x'"),
    "H42 same path": described("H42 same path"),
    "H42 same name": described("H42 same name"),
    "H43 no such file": described("H43 no such file"),
    "H43 folder": described("H43 folder"),
    "H44 100 MB of data in the descriptor": Case(
        lambda _: stored({"datapackage.json": b'{"name": "p", "data": "' + b"x" * 100_000_000 + b'"}'}),
        codes=("descriptor-too-large",),
    ),
    "H45 keys with a meaning elsewhere": with_keys("__proto__", "__class__", "constructor"),
    # tables and spreadsheets
    "H46 a line of 50 MB": file(lambda: b"a,b\n1,2\n" + b"x" * 50_000_000),
    "H47 unclosed quote in 50 MB": file(lambda: 'a,b\n1,2\n3,"4\n' + "5,6\n" * 12_500_000),
    "H48 NUL": file(b"a,b\n1,2\n" * 100 + b"1,\0\n"),
    **{
        f"H49 {encoding}": passes(file(LONG_LINES.encode(encoding)), has_text_in_rows)
        for encoding in ("utf-16", "cp932", "euc_jp", "utf-8-sig")
    },
    "H49 mixed": file("名称\n東京都\n".encode() + "日本橋\n".encode("cp932"), "encoding-mixed"),
    "H50 16,385 columns": file(lambda: ",".join(f"c{number}" for number in range(16_385)) + "\n"),
    "H50 10,000,000 columns": file(lambda: "," * 10_000_000 + "\n"),
    "H51 strange names of columns": passes(file(f'{"x" * 10_000},{"x" * 10_000},,"a\nb"\n1,2,3,4\n')),
    "H52 formulas": passes(file(FORMULAS, "formula-like-cells"), keeps_formulas),
    "H53 markup": passes(file(MARKUP), shows_no_markup),
    "H54 extreme values": passes(file(EXTREMES)),
    "H55 far cell": file(sheet_of('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), name="x.xlsx"),
    "H56 three million rows": file(sheet_of("<row/>" * 3_000_000), name="x.xlsx"),
    "H57 billion laughs": file(doctype(tables.LAUGHS), name="x.xlsx"),
    "H57 outside entity": file(doctype(tables.OUTSIDE), name="x.xlsx"),
    "H58 macros": file(with_part("xl/vbaProject.bin"), name="x.xlsx"),
    "H58 macros under their own name": file(with_part("xl/vbaProject.bin"), name="x.xlsm"),
    "H58 database connection": file(with_part("xl/connections.xml"), name="x.xlsx"),
    "H58 DDE link": file(
        lambda: tables.workbook(more=[("xl/externalLinks/externalLink1.xml", DDE_LINK)]), name="x.xlsx"
    ),
    "H58 embedded objects": file(with_part("xl/embeddings/oleObject1.bin"), name="x.xlsx"),
    "H59 HTML as a workbook": file("<html><table><tr><td>1</td></tr></table></html>", name="x.xlsx"),
    "H59 text as a workbook in a package": Case(lambda _: zipped({"x.xlsx": CSV})),
    "H59 OpenDocument as Excel": Case(lambda _: stored({"x.xlsx": tables.opendocument("")})),
    "H60 Parquet as CSV": Case(parquet, "x.csv"),
    "H60 DuckDB as CSV": Case(duckdb_file, "x.csv"),
    "H60 SQLite as CSV": Case(sqlite_file, "x.csv"),
    "H60 Parquet as CSV in a package": Case(lambda place: stored({"x.csv": parquet(place)})),
}


LAST = set({name[:3]: name for name in CASES}.values())


# --- the portal, watched -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    made = make_portal(tmp_path_factory.mktemp("portal"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    made = Trap()
    yield made
    made.close()


@pytest.fixture
def place(shared: Portal, trap: Trap, tmp_path: Path) -> Place:
    return Place(trap.port, shared.services.settings.data_dir, tmp_path)


class Watch:
    """Looks at the memory of the readers that are started meanwhile."""

    def __init__(self) -> None:
        self.peak = 0
        self._before = set(psutil.Process().children())
        self._over = threading.Event()

    def look(self) -> None:
        while not self._over.wait(GLANCE):
            for child in set(psutil.Process().children()) - self._before:
                with suppress(psutil.Error):
                    resident = child.memory_info().rss
                    if any("sandbox_child" in word for word in child.cmdline()):  # until then it is a copy of us
                        self.peak = max(self.peak, resident)

    def stop(self) -> None:
        self._over.set()


@contextmanager
def watched() -> Iterator[Watch]:
    watch = Watch()
    looking = threading.Thread(target=watch.look)
    looking.start()
    try:
        yield watch
    finally:
        watch.stop()
        looking.join()


@pytest.mark.parametrize("name", CASES)
def test_it_harms_nobody(
    shared: Portal, trap: Trap, place: Place, name: str, record_property: Callable[[str, object], None]
) -> None:
    case = CASES[name]
    content = case.content(place)
    begun = time.monotonic()
    with watched() as watch:
        submission = shared.submit(content, file_name=case.file_name, details=DETAILS)
    seconds = time.monotonic() - begun
    record_property("seconds", round(seconds, 2))
    record_property("peak_megabytes", watch.peak >> 20)

    judge(shared, case, submission)
    assert seconds < SECONDS
    assert watch.peak < MOST_MEMORY
    assert trap.hits == 0
    assert list((shared.services.settings.data_dir / "work").iterdir()) == []
    assert not (shared.services.settings.data_dir.parent / "evil.csv").exists()
    assert shared.client().get("/").status_code == 200
    if name in LAST:
        assert shared.submit().state in {"published", "unchanged"}


def judge(portal: Portal, case: Case, submission: Submission) -> None:
    codes = {each.code for each in submission.report.problems}
    if case.published:
        assert submission.state in {"published", "unchanged"}, submission.report
        assert set(case.codes) <= codes
        if case.check is not None:
            assert submission.dataset_id is not None
            case.check(portal, portal.services.catalog.get_by_id(SYSTEM, submission.dataset_id))
        return
    assert submission.state == "refused"
    errors = submission.report.errors
    assert errors
    assert all(each.message.ja and each.message.en and each.advice.ja and each.advice.en for each in errors)
    assert not case.codes or codes & set(case.codes), codes
    assert codes.isdisjoint({"over-limit", "reader-failed"})


def test_every_case_of_the_catalogue_is_here() -> None:
    assert {name[:3] for name in CASES} == NAMES
