"""Times validation alone: types, constraints and keys of one large table, next to frictionless on the same file.

The table is that of `publish.py`. It is staged first, which is not timed; then every cell and key is judged, as
publishing does it. `--dirty` writes the same rows as a Japanese office would (CP932, 和暦, thousands separators,
notes) and times reading and repairing them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.kernel.report import Findings
from app.publishing.casting import casts
from app.publishing.constraints import check_table
from app.publishing.decoding import Encoding
from app.publishing.delimited import CLEAN, Delimited, read_delimited
from app.publishing.grids import Grid
from app.publishing.judging import judge_staged
from app.publishing.layout import lay_out
from app.publishing.remarks import Remarks
from app.publishing.repair.choices import Choices
from app.publishing.staging import Stage
from app.publishing.tables import TableSource, read_tables
from benchmarks.publish import SCHEMA, describe, rows, write_csv
from benchmarks.support import environment, machine, table

ROUNDS = 3


def main() -> None:
    """Make, time, compare, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--no-peer", action="store_true", help="leave frictionless out")
    parser.add_argument("--dirty", action="store_true", help="time reading and repairing a messy file")
    chosen = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="kakehashi-validate-") as folder:
        place = Path(folder)
        if chosen.dirty:
            _dirty(place, chosen.rows)
            return
        csv = place / "rows.csv"
        write_csv(csv, lambda written, _: written >= chosen.rows)
        ours = _validation(csv, place, chosen.rows)
        if not chosen.no_peer:
            _peer(place, csv, chosen.rows, ours)


def _validation(csv: Path, folder: Path, count: int) -> float:
    """Stage once, judge several times; print and answer the median seconds."""
    remarks = Remarks(Findings(), csv.name, "rows")
    file = Delimited(csv, Encoding("utf-8", "utf-8"), CLEAN, None)
    (grid,) = read_delimited(file, folder, remarks, has_schema=True, choices=Choices()) or ()
    with Stage(folder) as stage:
        if not stage.load(grid):
            raise SystemExit("the table cannot be staged")
        seconds = [_timed(lambda: _judge(stage, grid, folder, remarks)) for _ in range(ROUNDS)]
    if remarks.errors:
        raise SystemExit(f"{remarks.errors} errors in a table without any")
    median = statistics.median(seconds)
    print(table(("step", "seconds (median)", "rows/s"), [("validation", f"{median:.2f}", f"{count / median:,.0f}")]))
    return median


def _judge(stage: Stage, grid: Grid, folder: Path, remarks: Remarks) -> None:
    layout = lay_out(grid.labels, SCHEMA, 1, remarks)
    if layout is None or not judge_staged(stage, grid, layout.with_types({}), remarks):
        raise SystemExit("the schema does not fit")
    layout = layout.with_types({})
    check_table(stage, grid, layout, casts(stage, layout, folder), remarks)


def _peer(folder: Path, csv: Path, count: int, ours: float) -> None:
    (folder / "datapackage.json").write_text(json.dumps(describe("large", csv.name), ensure_ascii=False))
    command = [sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json"]
    began = time.monotonic()
    ended = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, check=False)
    taken = time.monotonic() - began
    if not json.loads(ended.stdout)["valid"]:
        raise SystemExit("frictionless finds the table invalid")
    print(f"\n`frictionless validate`: {taken:.1f} s, {count / taken:,.0f} rows/s; ours takes {ours / taken:.3f} of it")


def _dirty(folder: Path, count: int) -> None:
    """Read and repair a messy file, in this process."""
    source = folder / "messy.csv"
    with source.open("w", encoding="cp932", newline="") as file:
        file.write("計測用の表（令和8年4月作成）,,,,\r\n,,,,\r\n番号,地域,調査年月日,件数（件）,備考\r\n")
        for number, line in zip(range(count), rows(), strict=False):
            _, code, area, day, amount, *_, remark = line.rstrip("\n").split(",")
            year, month, date = day.split("-")
            era = f"令和{int(year) - 2018}年" if day >= "2019-05-01" else f"平成{int(year) - 1988}年"
            written = f"{int(amount):,}件" if amount else "－"
            file.write(f'{number}{code},{area},{era}{int(month)}月{int(date)}日,"{written}",{remark}　\r\n')
        file.write("※ 計測用に作った表です。,,,,\r\n")
    findings = Findings()
    seconds = _timed(lambda: _read(source, folder, findings))
    print(f"{count:,} messy rows, {source.stat().st_size / 1024**2:.0f} MB of CP932: {seconds:.1f} s, ", end="")
    print(f"{count / seconds:,.0f} rows/s")


def _read(source: Path, folder: Path, findings: Findings) -> None:
    out = folder / "out"
    out.mkdir()
    found = read_tables(source, TableSource("messy", source.name, "csv"), out, findings)
    for clean in found.clean:
        repairs = ", ".join(f"{each.rule} {each.column} {each.count:,}" for each in clean.repairs)
        print(f"types {[column.type for column in clean.columns]}; repairs: {repairs}")
    if not found.clean:
        raise SystemExit(f"not read: {findings.problems[:3]}")


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
