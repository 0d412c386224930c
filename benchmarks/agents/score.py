"""Scores what a model answered: `python benchmarks/agents/score.py TRANSCRIPT.jsonl [--json OUT]`. See README.md.

A line is `{"id": QUESTION, "calls": [{"tool", "arguments", "answer"?, "is_error"?}], "answer": TEXT}`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.agents.tokens import count
from benchmarks.agents import failing, saying
from benchmarks.agents.questions import KINDS, Question, questions
from benchmarks.support import table


class Made(msgspec.Struct, frozen=True):
    """A call as it was made; `answer` is the text that came back, where it was kept."""

    tool: str
    arguments: dict[str, Any] = {}
    answer: str = ""
    is_error: bool = False


class Transcript(msgspec.Struct, frozen=True):
    """What a model did with one question."""

    id: str
    answer: str
    calls: tuple[Made, ...] = ()


class Score(msgspec.Struct, frozen=True):
    """What is right of an answer, and the ways in which it failed."""

    id: str
    kind: str
    said: dict[str, bool]
    failures: tuple[str, ...]
    calls: int
    tokens: int

    @property
    def is_right(self) -> bool:
        """Everything that has to be said is said, and nothing failed that matters for the reader."""
        return all(self.said.values()) and not set(self.failures) - failing.WASTEFUL


def score(question: Question, transcript: Transcript) -> Score:
    """Score one answer."""
    said = saying.said(question, transcript.answer)
    tokens = sum(
        count(json.dumps(each.arguments, ensure_ascii=False)) + count(each.answer) for each in transcript.calls
    )
    failures = failing.failures(question, transcript, said)
    return Score(question.id, question.kind, said, failures, len(transcript.calls), tokens)


def summary(scores: Sequence[Score]) -> str:
    """Write what was right by kind, and how often each failure came."""
    rows = []
    for kind in KINDS:
        these = [each for each in scores if each.kind == kind]
        if these:
            means = [f"{sum(figures) / len(these):,.1f}" for figures in _figures(these)]
            rows.append((kind, len(these), sum(each.is_right for each in these), *means))
    failures = Counter(name for each in scores for name in each.failures)
    lacking = Counter(name for each in scores for name, is_said in each.said.items() if not is_said)
    return "\n\n".join(
        (
            table(("kind", "questions", "right", "calls", "tokens"), rows),
            table(("failure", "questions"), failures.most_common()),
            table(("not said, or wrong", "questions"), lacking.most_common()),
        )
    )


def _figures(scores: Sequence[Score]) -> tuple[list[int], list[int]]:
    return [each.calls for each in scores], [each.tokens for each in scores]


def read(path: Path) -> list[Transcript]:
    """Read transcripts. Raises `msgspec.ValidationError`."""
    lines = path.read_text("utf-8").splitlines()
    return [msgspec.json.decode(line, type=Transcript) for line in lines if line.strip()]


def main() -> int:
    """Score a file of transcripts; 1 where an answer is not right."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("transcripts", type=Path)
    parser.add_argument("--json", type=Path, help="write every score to a file")
    chosen = parser.parse_args()
    known = {each.id: each for each in questions()}
    transcripts = read(chosen.transcripts)
    if unknown := [each.id for each in transcripts if each.id not in known]:
        parser.error(f"there are no such questions: {', '.join(unknown)}")
    scores = [score(known[each.id], each) for each in transcripts]
    print(summary(scores))
    for each in scores:
        if not each.is_right:
            lacking = [name for name, is_said in each.said.items() if not is_said]
            print(f"{each.id}: {', '.join((*each.failures, *(f'no {name}' for name in lacking)))}")
    right = sum(each.is_right for each in scores)
    print(f"\n{right} of {len(scores)} right; {len(known) - len({each.id for each in scores})} not asked")
    if chosen.json:
        chosen.json.write_bytes(msgspec.json.encode(scores))
    return 0 if right == len(scores) else 1


if __name__ == "__main__":
    raise SystemExit(main())
