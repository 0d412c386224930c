"""The sandbox: what comes back, what is stopped, what stays outside."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import openpyxl
import psutil
import pytest

from app.infra import landlock
from app.infra.sandbox import Limits, Sandbox, file_wall, network_wall
from app.kernel.errors import AppError, Invalid, OverLimit, Unavailable
from app.kernel.report import Problem, Report
from app.kernel.text import Text

ROOT = Path(__file__).parents[2]
MIB = 1 << 20
LIMITS = Limits(memory_bytes=1024 * MIB, seconds=20)
FUNCTIONS = "tests.unit.sandbox_functions"

# Behind the wall around files the tests' own functions have to be let in.
TESTS = ROOT / "tests"

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the wall is Linux's")
behind_landlock = pytest.mark.skipif(landlock.version() == 0, reason="this kernel has no Landlock")
since_files_move = pytest.mark.skipif(landlock.version() == 1, reason="this Landlock keeps files in their folders")
since_signals_are_scoped = pytest.mark.skipif(landlock.version() < 6, reason="this kernel's Landlock knows no signals")


def run(
    name: str,
    argument: object,
    folder: Path,
    limits: Limits = LIMITS,
    reads: tuple[Path, ...] = (),
    **options: Any,
) -> Any:
    function = f"{FUNCTIONS}:{name}"
    sandbox = Sandbox(frozenset({function}))
    return sandbox.run(function, argument, folder=folder, limits=limits, reads=(TESTS, *reads), **options)


def is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def ends_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_running(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_the_result_comes_back(tmp_path: Path) -> None:
    assert run("double", {"人口": 21}, tmp_path) == {"人口": 42}


def test_a_large_argument_and_a_large_answer_pass(tmp_path: Path) -> None:
    argument = {f"column {number}": number for number in range(200_000)}

    assert len(run("double", argument, tmp_path)) == 200_000


def test_a_function_not_on_the_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="os:system"):
        Sandbox(frozenset({f"{FUNCTIONS}:double"})).run("os:system", "true", folder=tmp_path, limits=LIMITS)


def test_a_function_that_does_not_exist_fails(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        run("absent", None, tmp_path)


def test_nothing_of_the_parent_gets_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAKEHASHI_SECRET_KEY", "do-not-tell")
    monkeypatch.setenv("DATABASE_PASSWORD", "do-not-tell")
    with (tmp_path / "inherited").open("wb") as inherited:
        os.set_inheritable(inherited.fileno(), True)  # noqa: FBT003 - the standard library's signature
        inside = run("surroundings", None, tmp_path)

    assert "do-not-tell" not in inside["environment"].values()
    assert set(inside["environment"]) <= {"PATH", "LANG", "LC_CTYPE", "TZ", "HOME", "TMPDIR", "MALLOC_ARENA_MAX"}
    assert inside["environment"]["HOME"] == inside["folder"] == str(tmp_path.resolve())
    assert inside["session"] is True
    assert inside["core"] == [0, 0]
    assert inside["zone"] == "UTC"
    # Input, output, errors, the answer; and behind Landlock the file that keeps a grant alive.
    assert len(inside["descriptors"]) == (5 if landlock.version() else 4)


@pytest.mark.parametrize(("name", "argument"), [("sleep", 60), ("spin", None)])
def test_the_deadline_ends_it(tmp_path: Path, name: str, argument: object) -> None:
    start = time.monotonic()

    with pytest.raises(OverLimit, match=r"longer than 0\.5 seconds"):
        run(name, argument, tmp_path, Limits(memory_bytes=1024 * MIB, seconds=0.5))

    assert time.monotonic() - start < 5


def test_a_memory_hog_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(OverLimit):
        run("hog_memory", None, tmp_path, Limits(memory_bytes=300 * MIB, seconds=20))


def test_a_file_past_its_limit_is_stopped(tmp_path: Path) -> None:
    limits = Limits(memory_bytes=1024 * MIB, seconds=20, file_bytes=MIB)

    run("fill_file", MIB, tmp_path, limits)
    with pytest.raises(OverLimit):
        run("fill_file", MIB + 1, tmp_path, limits)


def test_open_files_are_counted(tmp_path: Path) -> None:
    assert run("open_many", 100, tmp_path, Limits(memory_bytes=1024 * MIB, seconds=20, open_files=32)) < 32


def test_endless_recursion_is_over_the_limit(tmp_path: Path) -> None:
    with pytest.raises(OverLimit):
        run("nest", 0, tmp_path)


def test_a_segmentation_fault_ends_only_the_child(tmp_path: Path) -> None:
    with pytest.raises(OverLimit):
        run("segfault", None, tmp_path)


def test_the_network_is_out_of_reach(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        with pytest.raises(Unavailable):
            run("reach", ["127.0.0.1", listener.getsockname()[1]], tmp_path)
        with pytest.raises(BlockingIOError):
            listener.accept()


@linux_only
def test_native_code_gets_no_socket_either(tmp_path: Path) -> None:
    assert run("reach_by_c", 1, tmp_path) == errno.EACCES
    assert run("reach_by_c", 0, tmp_path) == errno.EACCES


WALL = """
import socket, sys
from app.infra import sandbox_child
assert {build}
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=2)
except OSError as error:
    print(error.errno)
else:
    print("connected")
"""


@linux_only
@pytest.mark.parametrize(
    ("build", "answer"),
    [
        ("True", "connected"),
        ("sandbox_child._leave_network()", str(errno.ENETUNREACH)),
        ("sandbox_child._refuse_calls()", str(errno.EACCES)),
        ("not sys.addaudithook(sandbox_child._refuse_python_sockets)", str(errno.EACCES)),
    ],
)
def test_each_wall_holds_alone(build: str, answer: str) -> None:
    if "leave_network" in build and "namespace" not in network_wall():
        pytest.skip("this system gives no network namespace")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-c", WALL.format(build=build), str(listener.getsockname()[1])]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == answer


def test_the_wall_has_a_name() -> None:
    assert network_wall() in {"namespace+filter", "namespace", "filter", "hook"}


def test_a_grandchild_is_dead_after_the_answer(tmp_path: Path) -> None:
    assert ends_within(run("leave_grandchild", 60, tmp_path), 2)


def test_a_grandchild_is_dead_after_the_deadline(tmp_path: Path) -> None:
    file = tmp_path / "pid"

    with pytest.raises(OverLimit):
        run("leave_grandchild_and_sleep", {"file": str(file), "seconds": 60}, tmp_path, Limits(1024 * MIB, 2))

    assert ends_within(int(file.read_text()), 2)


PARENT = """
import pathlib, sys
from app.infra.sandbox import Limits, Sandbox
name = "tests.unit.sandbox_functions:tell_pid_and_sleep"
folder = pathlib.Path(sys.argv[1])
reads = (pathlib.Path("tests"),)
Sandbox(frozenset({name})).run(name, str(folder / "pid"), folder=folder, limits=Limits(1 << 30, 60), reads=reads)
"""


@linux_only
def test_the_child_dies_with_a_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], cwd=ROOT)
    deadline = time.monotonic() + 20
    while not (tmp_path / "pid").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    child = int((tmp_path / "pid").read_text())
    assert is_running(child)

    parent.kill()
    parent.wait()

    assert ends_within(child, 2)


def test_a_flood_of_output_is_swallowed(tmp_path: Path) -> None:
    before = psutil.Process().memory_info().rss

    assert run("flood_output", 100 * MIB, tmp_path) == "done"

    assert psutil.Process().memory_info().rss - before < 20 * MIB


def test_an_answer_past_its_size_is_over_the_limit(tmp_path: Path) -> None:
    limits = Limits(memory_bytes=1024 * MIB, seconds=20, result_bytes=MIB)

    assert len(run("flood_answer", MIB - 1000, tmp_path, limits)) == MIB - 1000
    with pytest.raises(OverLimit):
        run("flood_answer", 50 * MIB, tmp_path, limits)


def test_an_error_of_the_domain_comes_back_whole(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        run("reject", None, tmp_path)

    assert caught.value.message.ja == "表に問題があります"
    assert caught.value.message.en == "the table has problems"
    problem = Problem("type-error", Text("数ではありません", "not a number"), Text("直す", "fix it"), row=7)
    assert caught.value.report == Report((problem,), omitted=2)


def test_every_error_of_the_domain_has_its_own_code() -> None:
    codes = [kind.code for kind in AppError.__subclasses__()]

    assert len(set(codes)) == len(codes)


def test_other_errors_tell_their_details_only_to_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unavailable) as caught:
        run("crash", "row 12", tmp_path)

    assert "row 12" not in caught.value.message.en + caught.value.message.ja
    assert "ValueError: broken by row 12" in caplog.text
    assert "\nERROR" not in caplog.text


@pytest.mark.parametrize("name", ["exit_early", "answer_set"])
def test_no_answer_in_json_is_a_failure(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unavailable):
        run(name, None, tmp_path)


def test_the_heart_beats_about_every_second(tmp_path: Path) -> None:
    beats: list[float] = []

    run("sleep", 2.5, tmp_path, heartbeat=lambda: beats.append(time.monotonic()))

    assert len(beats) == 2
    assert 0.9 < beats[1] - beats[0] < 2


def test_a_failing_heartbeat_ends_the_run(tmp_path: Path) -> None:
    def lost() -> None:
        raise LookupError

    start = time.monotonic()
    with pytest.raises(LookupError):
        run("sleep", 60, tmp_path, heartbeat=lost)

    assert time.monotonic() - start < 10


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    """A portal's data folder with a secret key, two uploads, and a job's folder in which lie links to the key."""
    files, job = tmp_path / "files", tmp_path / "work" / "job"
    files.mkdir()
    (job / "inner").mkdir(parents=True)
    made = {"key": tmp_path / "secret-key", "named": files / "named", "other": files / "other", "own": job / "own"}
    for path in made.values():
        path.write_text("as it was")
    (job / "symbolic").symlink_to(made["key"])
    (job / "folder").symlink_to(files)
    others = {"data": tmp_path, "files": files, "job": job, "symbolic": job / "symbolic", "new": job / "new"}
    more = {
        "beside": tmp_path / "work" / "new",
        "through": job / "folder" / "new",
        "inside": job / "inner" / "new",
        "passwords": Path("/etc/passwd"),
    }
    ours = {"root": ROOT, "settings": ROOT / "pyproject.toml", "code": ROOT / "app" / "wiring.py"}
    parent = {"environment": Path(f"/proc/{os.getpid()}/environ")}
    return {name: str(path) for name, path in (made | others | more | ours | parent).items()}


def attempt(places: dict[str, str], what: str, *names: str, function: str = "attempt") -> int:
    """Try it inside, by the names of `places`, where the upload "named" may be read; answer the error's number."""
    argument = [what, *(places.get(name, name) for name in names)]
    return int(run(function, argument, Path(places["job"]), reads=(Path(places["named"]),)))


@behind_landlock
@pytest.mark.parametrize("place", ["key", "other", "passwords", "settings", "environment", "symbolic"])
def test_no_foreign_file_can_be_read(places: dict[str, str], place: str) -> None:
    Path(places[place]).read_bytes()

    assert attempt(places, "read", place) == errno.EACCES


@behind_landlock
@pytest.mark.parametrize("place", ["data", "files", "root", "/", "/proc", "/tmp"])
def test_no_foreign_folder_can_be_listed(places: dict[str, str], place: str) -> None:
    assert attempt(places, "list", place) == errno.EACCES


@behind_landlock
@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("make", ["beside"]),
        ("make", ["through"]),
        ("make folder", ["beside"]),
        ("change", ["key"]),
        ("change", ["symbolic"]),
        ("open to change", ["code"]),
        ("truncate", ["key"]),
        ("truncate", ["symbolic"]),
        ("remove", ["key"]),
        ("rename", ["key", "new"]),
        ("rename", ["own", "beside"]),
        ("link", ["key", "new"]),
        ("link", ["own", "beside"]),
        ("remove folder", ["job"]),
    ],
)
def test_nothing_is_written_outside_of_the_folder(places: dict[str, str], what: str, names: list[str]) -> None:
    assert attempt(places, what, *names) in {errno.EACCES, errno.EXDEV}

    assert Path(places["key"]).read_text() == "as it was"
    assert not Path(places["beside"]).exists()
    assert not Path(places["new"]).exists()


@behind_landlock
def test_the_named_file_can_be_read(places: dict[str, str]) -> None:
    assert attempt(places, "read", "named") == 0


@behind_landlock
@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("change", ["named"]),
        ("truncate", ["named"]),
        ("remove", ["named"]),
        ("rename", ["named", "new"]),
        ("rename", ["own", "named"]),
        # Under a name in the folder it could be written to.
        ("link", ["named", "new"]),
    ],
)
def test_the_named_file_cannot_be_changed(places: dict[str, str], what: str, names: list[str]) -> None:
    assert attempt(places, what, *names) in {errno.EACCES, errno.EXDEV}
    assert Path(places["named"]).read_text() == "as it was"


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("read", ["own"]),
        ("list", ["job"]),
        ("make", ["new"]),
        ("change", ["own"]),
        ("make folder", ["new"]),
        ("rename", ["own", "new"]),
        pytest.param("rename", ["own", "inside"], marks=since_files_move),
        ("link", ["own", "new"]),
        ("remove", ["own"]),
    ],
)
def test_the_folder_is_there_to_be_used(places: dict[str, str], what: str, names: list[str]) -> None:
    assert attempt(places, what, *names) == 0


@behind_landlock
@pytest.mark.parametrize(("what", "names"), [("symlink", ["key", "new"]), ("make pipe", ["new"])])
def test_only_plain_files_are_made_in_the_folder(places: dict[str, str], what: str, names: list[str]) -> None:
    assert attempt(places, what, *names) == errno.EACCES


@behind_landlock
def test_no_program_can_be_started_even_where_it_can_be_read(tmp_path: Path) -> None:
    python = Path(sys.executable)

    assert run("attempt", ["read", str(python)], tmp_path, reads=(python,)) == 0
    assert run("attempt", ["execute", str(python)], tmp_path, reads=(python,)) == errno.EACCES


@behind_landlock
@pytest.mark.parametrize("place", ["key", "environment"])
def test_a_grandchild_is_behind_the_same_wall(places: dict[str, str], place: str) -> None:
    assert attempt(places, "read", place, function="attempt_in_grandchild") == errno.EACCES
    assert attempt(places, "read", "own", function="attempt_in_grandchild") == 0


@since_signals_are_scoped
def test_no_other_process_can_be_signalled(places: dict[str, str]) -> None:
    assert attempt(places, "signal", str(os.getpid())) == errno.EPERM


METADATA = [
    "truncate",
    "change mode",
    "change mode of open file",
    "change owner",
    "change times",
    "change attribute",
]


@linux_only
@pytest.mark.parametrize("what", METADATA)
def test_mode_owner_times_and_attributes_stay(places: dict[str, str], what: str) -> None:
    assert attempt(places, what, "own") == errno.EACCES


def test_temporary_files_lie_in_the_folder(tmp_path: Path) -> None:
    assert run("write_temporary", None, tmp_path) == str(tmp_path.resolve())


def test_duckdb_sorts_more_than_memory_holds(tmp_path: Path) -> None:
    assert run("sort_in_duckdb", 1_000_000, tmp_path) == 999_999


def test_frictionless_reads_the_named_file(tmp_path: Path) -> None:
    job = tmp_path / "job"
    job.mkdir()
    (tmp_path / "table.csv").write_text("name,人口\nA,1\n", encoding="utf-8")
    (job / "table.csv").symlink_to(tmp_path / "table.csv")

    assert run("describe_with_frictionless", "table.csv", job, reads=(tmp_path / "table.csv",)) == ["name", "人口"]


def test_calamine_reads_the_named_file(tmp_path: Path) -> None:
    job = tmp_path / "job"
    job.mkdir()
    book = openpyxl.Workbook()
    book.worksheets[0].append(["人口", 21])
    book.save(tmp_path / "book.xlsx")

    found = run("read_workbook", str(tmp_path / "book.xlsx"), job, reads=(tmp_path / "book.xlsx",))

    assert found == [["人口", 21]]


def test_sudachi_splits_words(tmp_path: Path) -> None:
    assert run("split_words", "人口を数える", tmp_path) == ["人口", "を", "数える"]


def test_the_libraries_of_the_system_load(tmp_path: Path) -> None:
    assert run("hash_and_compress", "人口", tmp_path) == 32


ALONE = """
import os, sys
from pathlib import Path
from app.infra import landlock, sandbox_child
from tests.unit.sandbox_functions import attempt
{build}
print(*(attempt([argument.partition(":")[0], argument.partition(":")[2]]) for argument in sys.argv[1:]))
"""


def alone(build: str, folder: Path, *attempts: str) -> list[int]:
    """Put up one wall in a process of its own, which works in the folder, and try things behind it."""
    command = [sys.executable, "-c", ALONE.format(build=build), *attempts]
    paths = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=paths, capture_output=True, text=True, check=True)
    return [int(number) for number in done.stdout.split()]


@behind_landlock
def test_the_wall_around_files_holds_alone(places: dict[str, str]) -> None:
    attempts = [f"read:{places['key']}", f"change:{places['key']}", f"read:{places['named']}", "change:own"]
    build = f"assert sandbox_child.shut_off_files({str(ROOT)!r}, ({places['named']!r},)) == 'landlock'"

    assert alone("", Path(places["job"]), *attempts) == [0, 0, 0, 0]
    assert alone(build, Path(places["job"]), *attempts) == [errno.EACCES, errno.EACCES, 0, 0]


@behind_landlock
def test_another_process_is_out_of_reach_even_where_its_files_are_not(tmp_path: Path) -> None:
    attempts = [f"read:/proc/{os.getpid()}/status", f"list:/proc/{os.getpid()}/cwd/"]
    build = (
        "assert sandbox_child._prctl(sandbox_child.PR_SET_NO_NEW_PRIVS, 1); "
        "assert landlock.confine(reads=['/'], works=['.'])"
    )

    assert alone("", tmp_path, *attempts) == [0, 0]
    assert alone(build, tmp_path, *attempts) == [0, errno.EACCES]


@linux_only
def test_the_filter_holds_alone(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("as it was")
    attempts = [f"{what}:own" for what in METADATA]

    # Not every file system has attributes, but nothing else refuses them.
    assert errno.EACCES not in alone("", tmp_path, *attempts)
    build = "assert sandbox_child._refuse_calls()"
    assert alone(build, tmp_path, *attempts, "change:own") == [errno.EACCES] * len(METADATA) + [0]


WITHOUT_LANDLOCK = """
import os, pathlib, sys
from app.infra import landlock, sandbox, sandbox_child
architecture, _ = sandbox_child.REFUSED_CALLS[os.uname().machine]
sandbox_child.REFUSED_CALLS = {os.uname().machine: (architecture, (landlock.CREATE_RULESET,))}
sandbox_child.REFUSED_EVERYWHERE = ()
assert sandbox_child._refuse_calls()
print(sandbox.file_wall())
"""


@linux_only
def test_a_kernel_without_landlock_runs_it_all_the_same() -> None:
    command = [sys.executable, "-c", WITHOUT_LANDLOCK]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "none"


def test_the_wall_around_files_has_a_name() -> None:
    assert file_wall() == ("landlock" if landlock.version() else "none")
