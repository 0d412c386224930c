"""Work is spread over processes; what goes wrong in one of them is told, and the order of answers is kept."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.publishing import parallel
from app.publishing.parallel import spread


@dataclass(frozen=True, slots=True)
class Answer:
    number: int
    process: int
    words: tuple[str, ...] = ()


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def answer(number: int) -> Answer:
    return Answer(number, os.getpid(), (f"答 {number}", "\n"))


def no_process_is_left() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


def test_answers_come_in_the_order_of_the_questions(tmp_path: Path) -> None:
    answers = spread([1, 500, 3, 2, 400], answer, tmp_path, Answer)
    assert [each.number for each in answers] == [0, 1, 2, 3, 4]
    assert answers[3].words == ("答 3", "\n")


def test_work_is_shared_by_weight_among_other_processes(tmp_path: Path) -> None:
    answers = spread([10, 4, 4, 1], answer, tmp_path, Answer)
    first, *others = [each.process for each in answers]
    assert len({first, *others}) == 2
    assert first not in others
    assert os.getpid() not in {first, *others}
    assert no_process_is_left()


def test_one_piece_is_done_here(tmp_path: Path) -> None:
    assert [each.process for each in spread([7], answer, tmp_path, Answer)] == [os.getpid()]
    assert list(tmp_path.iterdir()) == []


def test_one_core_does_all_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert {each.process for each in spread([7, 8, 9], answer, tmp_path, Answer)} == {os.getpid()}


def test_nothing_to_do_has_no_answers(tmp_path: Path) -> None:
    assert spread([], answer, tmp_path, Answer) == []


def test_there_are_no_more_processes_than_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    answers = spread([1] * 20, answer, tmp_path, Answer)
    assert len({each.process for each in answers}) == parallel.MOST_PROCESSES


def test_a_part_that_runs_out_of_memory_is_told_as_such(tmp_path: Path) -> None:
    def work(number: int) -> Answer:
        if number == 1:
            raise MemoryError
        return answer(number)

    with pytest.raises(MemoryError):
        spread([1, 1], work, tmp_path, Answer)
    assert no_process_is_left()


def test_a_part_that_is_killed_counts_as_out_of_memory(tmp_path: Path) -> None:
    def work(number: int) -> Answer:
        if number == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer(number)

    with pytest.raises(MemoryError):
        spread([1, 1], work, tmp_path, Answer)
    assert no_process_is_left()


def test_a_part_that_fails_fails_the_whole(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    def work(number: int) -> Answer:
        if number == 0:
            raise ValueError("a fault of ours")
        return answer(number)

    with pytest.raises(RuntimeError, match="failed"):
        spread([1, 1], work, tmp_path, Answer)
    assert "ValueError: a fault of ours" in capfd.readouterr().err
    assert no_process_is_left()


def test_a_part_that_ends_its_process_fails_the_whole(tmp_path: Path) -> None:
    def work(number: int) -> Answer:
        if number == 0:
            raise SystemExit(0)
        return answer(number)

    with pytest.raises(RuntimeError, match="failed"):
        spread([1, 1], work, tmp_path, Answer)
