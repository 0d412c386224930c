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

import psutil
import pytest

from app.infra.sandbox import Limits, Sandbox, network_wall
from app.kernel.errors import AppError, Invalid, OverLimit, Unavailable
from app.kernel.report import Problem, Report
from app.kernel.text import Text

ROOT = Path(__file__).parents[2]
MIB = 1 << 20
LIMITS = Limits(memory_bytes=1024 * MIB, seconds=20)
FUNCTIONS = "tests.unit.sandbox_functions"

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the wall is Linux's")


def run(name: str, argument: object, folder: Path, limits: Limits = LIMITS, **options: Any) -> Any:
    function = f"{FUNCTIONS}:{name}"
    return Sandbox(frozenset({function})).run(function, argument, folder=folder, limits=limits, **options)


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
    assert len(inside["descriptors"]) == 4


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
        ("sandbox_child._refuse_sockets()", str(errno.EACCES)),
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
Sandbox(frozenset({name})).run(name, str(folder / "pid"), folder=folder, limits=Limits(1 << 30, 60))
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
