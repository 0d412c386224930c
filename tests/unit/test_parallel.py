"""An upload is read by several processes as by one; what goes wrong in one of them refuses the whole."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from app.infra.sandbox import Limits, Sandbox
from app.kernel.errors import OverLimit, Unavailable
from app.publishing import parallel
from app.publishing.ingested import Ingested, Question
from app.publishing.parallel import FINISHER, FUNCTIONS, READER, SHARE_READER, read_upload, shares_of
from app.publishing.submission import Details, Repairs
from tests.factories import Portal, package

LIMITS = Limits(memory_bytes=4 << 30, seconds=60)
PARENT = "id,name\n1,千代田区\n2,港区\n"
CHILD = 'note,p\n"two\nlines",1\nb,2\n'
KEY = {"fields": ["p"], "reference": {"resource": "parent", "fields": ["id"]}}
SCHEMA = {
    "fields": [{"name": "note", "type": "string"}, {"name": "p", "type": "integer"}],
    "foreignKeys": [KEY],
}
RUNS_OF_TWO = [READER, SHARE_READER, SHARE_READER, FINISHER]


@dataclass
class Recording(Sandbox):
    """A sandbox that remembers what it ran and how long each run was allowed to take."""

    runs: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    _functions: frozenset[str] = FUNCTIONS

    def run(self, function: str, argument: object, *, limits: Limits, **more: Any) -> Any:
        self.runs.append(function)
        self.seconds.append(limits.seconds)
        return super().run(function, argument, limits=limits, **more)


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(parallel, "WORTH_SHARING_BYTES", 1)


def three_tables(child: str = CHILD, parent: str | bytes = PARENT, **more: Any) -> bytes:
    resources = [
        {"name": "child", "path": "child.csv", "schema": SCHEMA},
        {"name": "parent", "path": "parent.csv"},
        {"name": "dirty", "path": "dirty.csv"},
    ]
    files = {"child.csv": child, "parent.csv": parent, "dirty.csv": "コード,名称\n131016,千代田区 \n131032,港区\n"}
    return package(files, resources=resources, **more)


def read(content: bytes, folder: Path, sandbox: Sandbox, limits: Limits = LIMITS, **more: Any) -> Ingested:
    folder.mkdir()
    upload = folder.with_suffix(".zip")
    upload.write_bytes(content)
    question = Question(str(upload), "package.zip", Details())
    return read_upload(sandbox, question, folder=folder, limits=limits, **more)


def made_files(answer: Ingested, folder: Path) -> dict[str, bytes]:
    files = [file for each in answer.resources for file in (each.file, each.original, each.parquet) if file]
    receipts = [each.intake.receipt for each in answer.resources if each.intake]
    return {file.path: (folder / file.path).read_bytes() for file in (*files, *receipts)}


@pytest.mark.parametrize("child", [CHILD, 'note,p\n"two\nlines",1\nb,3\n'], ids=["good", "a key without its parent"])
def test_several_processes_answer_the_same_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, child: str) -> None:
    alone, together = Recording(), Recording()
    shared = read(three_tables(child), tmp_path / "together", together)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    whole = read(three_tables(child), tmp_path / "alone", alone)

    assert together.runs == RUNS_OF_TWO
    assert alone.runs == [READER]
    assert msgspec.to_builtins(shared) == msgspec.to_builtins(whole)
    assert made_files(shared, tmp_path / "together") == made_files(whole, tmp_path / "alone")
    assert whole.report.valid == (child == CHILD)
    assert [each.resource for each in shared.examined] == ["child", "parent", "dirty"]


def test_a_missing_key_is_told_by_its_line_whoever_read_the_table(tmp_path: Path) -> None:
    answer = read(three_tables(CHILD + "c,7\n"), tmp_path / "job", Recording())
    assert [(each.code, each.row, each.value) for each in answer.report.errors] == [("foreign-key", 5, "7")]


def test_warnings_of_the_opening_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = three_tables(homepage="javascript:alert(1)")
    shared = read(content, tmp_path / "together", Recording())
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert shared.report == read(content, tmp_path / "alone", Recording()).report
    assert shared.report.problems


def test_an_error_in_one_share_refuses_the_package(tmp_path: Path) -> None:
    answer = read(three_tables("note,p\na,x\n"), tmp_path / "job", Recording())
    assert answer.about is None
    assert [(each.code, each.file) for each in answer.report.errors] == [("type-error", "child.csv")]


def test_one_table_or_little_to_read_is_read_by_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "WORTH_SHARING_BYTES", 1 << 20)
    sandbox = Recording()
    assert read(three_tables(), tmp_path / "job", sandbox).report.valid
    assert sandbox.runs == [READER]


def test_data_in_the_descriptor_comes_to_whoever_reads_it(tmp_path: Path) -> None:
    resources = [{"name": name, "path": f"{name}.csv"} for name in ("a", "b")]
    inline = {"name": "c", "data": [{"n": 10**30, "share": 1.50, "名称": "区"}]}
    content = package({"a.csv": PARENT, "b.csv": PARENT}, resources=[*resources, inline])
    sandbox = Recording()
    answer = read(content, tmp_path / "job", sandbox)
    assert sandbox.runs == RUNS_OF_TWO
    table = tmp_path / "job" / answer.resources[2].file.path
    assert table.read_text("utf-8").split() == ["n,share,名称", f"{10**30},1.5,区"]


def test_a_share_over_its_limit_is_over_the_limit_for_all(tmp_path: Path) -> None:
    limits = Limits(memory_bytes=4 << 30, seconds=60, file_bytes=1 << 20)
    longer_as_utf8 = ("id,name\n" + "".join(f"{number},{'区' * 40}\n" for number in range(9000))).encode("cp932")
    sandbox = Recording()
    with pytest.raises(OverLimit):
        read(three_tables(parent=longer_as_utf8), tmp_path / "job", sandbox, limits)
    assert sandbox.runs == RUNS_OF_TWO[:3]


def test_a_share_that_fails_fails_the_whole_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "job"
    (tmp_path / "job" / "out-2").mkdir(parents=True)
    upload = tmp_path / "upload.zip"
    upload.write_bytes(three_tables())
    sandbox = Recording()
    with pytest.raises(Unavailable):
        read_upload(sandbox, Question(str(upload), "p.zip", Details()), folder=folder, limits=LIMITS)
    assert sandbox.runs == RUNS_OF_TWO[:3]


def test_all_processes_together_have_the_time_of_one(tmp_path: Path) -> None:
    sandbox = Recording()
    read(three_tables(), tmp_path / "job", sandbox)
    first, *_, last = sandbox.seconds
    assert LIMITS.seconds >= first > max(sandbox.seconds[1:3]) > last


def test_signs_of_life_go_on_in_the_callers_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "HEARTBEAT_SECONDS", 0.01)
    beats: list[int] = []
    read(three_tables(), tmp_path / "job", Recording(), heartbeat=lambda: beats.append(threading.get_ident()))
    assert len(beats) > 3
    assert set(beats) == {threading.get_ident()}


def test_who_waits_can_end_all_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "HEARTBEAT_SECONDS", 0.01)
    sandbox, others = Recording(), set(psutil.Process().children())

    def lost() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        read(three_tables(), tmp_path / "job", sandbox, heartbeat=lost)
    assert sandbox.runs == RUNS_OF_TWO[:3]
    assert not set(psutil.Process().children()) - others


def test_the_portal_publishes_what_several_processes_read(portal: Portal) -> None:
    sandbox = Recording(_functions=portal.services.publishing._sandbox._functions)
    portal.services.publishing._sandbox = sandbox
    record = portal.publish(three_tables(), details=Details(repairs=Repairs.APPLY))
    assert sandbox.runs == RUNS_OF_TWO
    assert [(each.name, each.table and each.table.rows) for each in record.resources] == [
        ("child", 2),
        ("parent", 2),
        ("dirty", 2),
    ]


# --- sharing out ----------------------------------------------------------------------------------------------------


def test_work_is_shared_out_by_weight() -> None:
    assert shares_of([10, 4, 4, 1], 2, 1) == ((0,), (1, 2, 3))


def test_every_resource_is_in_one_share() -> None:
    shares = shares_of([1, 500, 3, 2, 400, 0, 0], 4, 1)
    assert len(shares) == 4
    assert sorted(number for share in shares for number in share) == list(range(7))


@pytest.mark.parametrize(
    ("weights", "processes", "worth"),
    [([], 4, 0), ([900], 4, 0), ([900, 900], 1, 0), ([900, 2, 2], 4, 5)],
    ids=["nothing", "one resource", "one process", "others would have little to do"],
)
def test_what_one_process_had_better_do_is_not_shared_out(weights: list[int], processes: int, worth: int) -> None:
    assert shares_of(weights, processes, worth) == ()
