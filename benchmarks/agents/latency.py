"""Measures each tool among 10,000 datasets: `python benchmarks/agents/latency.py [--count N] [--portal FOLDER]`.

Made records (`benchmarks/records.py`) surround the shipped packages. Every question of `ASKED` is asked once to warm up
and then in rounds, over one connection; the aim is a 95th percentile of 50 ms for each tool.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks import records
from benchmarks.agents import portal
from benchmarks.agents.asking import Asker, over_http
from benchmarks.agents.run import served
from benchmarks.support import ROOT, environment, machine, open_services, percentile, table

AIM_MS = 50.0
COUNT = 10_000
ROUNDS = 5
ERAS, TOWNS, SUPPORT = "japanese-eras", "tokyo-municipalities", "support-programmes-sample"
WORDS = (
    "人口と世帯",
    "世田谷区の令和3年の人口は何人ですか",
    "保育所の待機児童",
    "ごみ収集量 2021年度",
    "元号と西暦の対応表",
    "避難所はどこにありますか",
    "How many nurseries are in Hachioji?",
    "list of municipality codes of Tokyo",
    "parks and green spaces in Suginami",
    "xyzzy frobnicate",
)
PLACES = ("世田谷区", "131121", "Hachioji", "多摩", "府中市", "東京都", "kyoto", "ヌメヌメ町")
Questions = tuple[Mapping[str, Any], ...]
ASKED: Mapping[str, Questions] = {
    "search_datasets": (
        *({"query": words} for words in WORDS),
        {"query": "人口", "place": "世田谷区", "period": "令和3年度"},
        {"query": "図書館", "format": "CSV", "limit": 20},
    ),
    "describe_dataset": tuple(
        {"dataset": slug, "detail": detail}
        for slug in (ERAS, TOWNS, SUPPORT)
        for detail in ("brief", "standard", "full")
    ),
    "query_rows": (
        {"dataset": TOWNS, "place": "八王子市"},
        {"dataset": TOWNS, "group_by": ["地域"], "measures": ["count"], "sort": ["-count"]},
        {"dataset": ERAS, "filters": ["元号 = 昭和"], "columns": ["元号", "換算差"]},
        {"dataset": SUPPORT, "resource": "programmes", "filters": ["給付上限額 >= 1000000"], "sort": ["-給付上限額"]},
        {"dataset": SUPPORT, "resource": "programme-areas", "measures": ["count"], "group_by": ["制度番号"]},
        {"dataset": SUPPORT, "resource": "programme-areas", "limit": 200, "max_tokens": 6000},
    ),
    "run_sql": (
        {"query": f'SELECT count(*) AS n FROM "{TOWNS}"'},
        {"query": f'SELECT 区分, count(*) AS n FROM "{TOWNS}" GROUP BY 1 ORDER BY 2 DESC'},
        {
            "query": f'SELECT m.名称, count(*) AS n FROM "{SUPPORT}/programme-areas" a JOIN "{TOWNS}" m '
            "USING (全国地方公共団体コード) GROUP BY 1 ORDER BY 2 DESC"
        },
    ),
    "find_and_profile": tuple({"question": words} for words in WORDS),
    "can_answer": (
        {"topic": "人口", "place": "世田谷区", "period": "2021年度"},
        {"topic": "元号", "period": "令和"},
        {"topic": "subsidies", "place": "Tokyo", "granularity": "municipality"},
        {"topic": "xyzzy frobnicate"},
    ),
    "resolve_place": tuple({"name": name} for name in PLACES),
    "list_changes": ({}, {"dataset": ERAS}, {"since": "2026-01-01"}),
}


def measure(asker: Asker, rounds: int) -> Iterator[tuple[str, list[float], int]]:
    """Ask every tool, and answer its name, its times in milliseconds, and how many errors it gave."""
    for tool, questions in ASKED.items():
        errors = sum(asker.call(tool, each).is_error for each in questions)
        times = [asker.call(tool, each).milliseconds for _ in range(rounds) for each in questions]
        yield tool, times, errors


def fill(folder: Path, count: int) -> None:
    """Publish the shipped packages, put made records around them, and index everything."""
    portal.build(folder, None).database.dispose()
    services = open_services(folder)
    records.fill(services, count)
    services.database.dispose()
    command = [sys.executable, "-m", "app.cli", "reindex"]
    subprocess.run(command, env=environment(data_dir=folder), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    """Print a line for each tool; 1 where one is too slow or answers with errors."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--portal", type=Path, help="data folder of the portal; filled where there is none, and kept")
    chosen = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as work:
        folder = chosen.portal or Path(work) / "portal"
        if not (folder / "kakehashi.sqlite3").exists():
            fill(folder, chosen.count)
        with served(folder) as url:
            measured = list(measure(over_http(url), chosen.rounds))
    rows = [
        (
            tool,
            len(times),
            f"{percentile(times, 0.5):.1f}",
            f"{percentile(times, 0.95):.1f}",
            f"{max(times):.1f}",
            errors,
        )
        for tool, times, errors in (*measured, ("all of them", [each for _, times, _ in measured for each in times], 0))
    ]
    print(table(("tool", "calls", "p50 ms", "p95 ms", "most", "errors"), rows))
    return int(any(errors or percentile(times, 0.95) > AIM_MS for _, times, errors in measured))


if __name__ == "__main__":
    raise SystemExit(main())
