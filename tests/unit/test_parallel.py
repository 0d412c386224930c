"""Several pieces of work in as many processes as there are cores, also where a wall lets only one of them work."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.publishing import parallel
from tests.factories import CSV, Portal, package


def two_tables() -> bytes:
    resources = [{"name": name, "path": f"{name}.csv"} for name in ("east", "west")]
    return package({"east.csv": CSV, "west.csv": CSV}, resources=resources)


def test_a_package_of_several_tables_is_read_behind_the_walls(portal: Portal) -> None:
    record = portal.publish(two_tables())
    assert [(each.name, each.table and each.table.rows) for each in record.resources] == [("east", 2), ("west", 2)]


def test_answers_come_in_the_order_of_the_work(tmp_path: Path) -> None:
    assert parallel.spread([1, 5, 3], lambda number: number * 10, tmp_path, int) == [0, 10, 20]


def test_where_a_copy_may_not_look_at_itself_one_process_does_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "_sees_itself", lambda: False)
    assert parallel.spread([1, 1], lambda _: os.getpid(), tmp_path, int) == [os.getpid()] * 2


def test_a_process_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        parallel.spread([1, 1], lambda number: 1 // number, tmp_path, int)
