"""Replays the shortest way to every answer: `python benchmarks/agents/run.py [--data FOLDER] [--portal FOLDER]`.

Ends with 1 where a question is not answered right in at most 4 calls and 6,000 tokens. See README.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec

from benchmarks.agents import portal
from benchmarks.agents.asking import over_http
from benchmarks.agents.computing import differences
from benchmarks.agents.questions import KINDS, Question, questions
from benchmarks.agents.replaying import MOST_CALLS, MOST_TOKENS, Replay, replay
from benchmarks.support import HOST, environment, free_port, gunicorn, machine, percentile, start, table, wait_until_up


def main() -> int:
    """Build a portal or take one, ask, and print what came of it."""
    chosen = _parser().parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as work:
        replays = _replays(chosen, chosen.portal or Path(work) / "portal")
    print(summary(replays))
    if chosen.json:
        chosen.json.write_bytes(msgspec.json.encode([_told(each) for each in replays]))
    for came in replays:
        for fault in came.faults:
            print(f"{came.question.id}: {fault}")
    right = sum(not came.faults for came in replays)
    print(f"\n{right} of {len(replays)} right within {MOST_CALLS} calls and {MOST_TOKENS:,} tokens")
    return 0 if replays and right == len(replays) else 1


def _replays(chosen: argparse.Namespace, folder: Path) -> list[Replay]:
    if chosen.url:
        return _asked(chosen.url, [each for each in questions() if _is_wanted(each, chosen.only)])
    if not (folder / "kakehashi.sqlite3").exists():
        portal.build(folder, chosen.data).database.dispose()
    has_all = portal.has_shared(folder)
    asked = [each for each in questions() if (has_all or each.shipped) and _is_wanted(each, chosen.only)]
    if wrong := differences(folder, asked):
        raise SystemExit("\n".join(("questions.json does not say what the tables have:", *wrong)))
    with served(folder) as url:
        return _asked(url, asked)


def _asked(url: str, asked: Sequence[Question]) -> list[Replay]:
    """Ask everything once for warming, and once for what is measured."""
    asker = over_http(url)
    for each in asked:
        replay(each, asker)
    return [replay(each, asker) for each in asked]


def summary(replays: Sequence[Replay]) -> str:
    """Write a table by kind."""
    header = ("kind", "questions", "right", "calls", "tokens: mean", "most", "bytes", "ms a call: p50", "p95")
    rows = []
    for kind in (*KINDS, "all"):
        these = [each for each in replays if kind in (each.question.kind, "all")]
        if not these:
            continue
        times = [told.milliseconds for each in these for told in each.told] or [0.0]
        rows.append(
            (
                kind,
                len(these),
                sum(not each.faults for each in these),
                f"{sum(len(each.told) for each in these) / len(these):.1f}",
                f"{sum(each.tokens for each in these) / len(these):,.0f}",
                f"{max(each.tokens for each in these):,}",
                f"{sum(each.bytes for each in these) / len(these):,.0f}",
                f"{percentile(times, 0.5):.1f}",
                f"{percentile(times, 0.95):.1f}",
            )
        )
    return table(header, rows)


def _told(came: Replay) -> dict[str, object]:
    calls = [{"tool": each.tool, "arguments": each.arguments, "answer": each.structure} for each in came.told]
    return {"id": came.question.id, "faults": came.faults, "tokens": came.tokens, "calls": calls}


def _is_wanted(question: Question, only: str) -> bool:
    return not only or question.kind == only or question.id.startswith(only)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a portal as `kakehashi serve` does."""
    port = free_port()
    url = f"http://{HOST}:{port}"
    serving = start(gunicorn("wsgi:app", port), variables=environment(data_dir=folder, port=port, site_url=url))
    try:
        wait_until_up(f"{url}/health", serving)
        yield url
    finally:
        serving.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, help="the folder of shared data; without it, shipped packages only")
    parser.add_argument("--portal", type=Path, help="data folder of the portal; built where there is none, and kept")
    parser.add_argument("--url", default="", help="ask a portal that runs already and has all packages")
    parser.add_argument("--only", default="", help="a kind, or the beginning of ids")
    parser.add_argument("--json", type=Path, help="write every call and answer to a file")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
