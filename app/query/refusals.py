"""How a question is refused: what cannot be, where it stands, and what could stand there instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from app.kernel.errors import BadRequest
from app.kernel.report import Problem, Report
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SHOWN = 100
_LISTED = 20
_MOST = 50
_NEAR = 3
# A name of two kanji with one of them mistaken is half the same.
_LEAST_LIKE, _LEAST_LIKE_KANJI = 60, 45


def problem(code: str, message: Text, advice: Text, *, place: str = "", value: object = None) -> Problem:
    """Make one problem; `place` is a column or a parameter, `value` what was asked for, cut to what people read."""
    return Problem(
        code=code,
        message=message,
        advice=advice,
        column=shown(place) or None,
        value=None if value is None else shown(str(value)),
    )


def refused(*problems: Problem) -> BadRequest:
    """Make the error; the first problem is its message, for those who read no report."""
    first = problems[0]
    whole = Text(f"{first.message.ja}{first.advice.ja}", f"{first.message.en} {first.advice.en}".strip())
    listed = problems[:_MOST]
    return BadRequest(whole, report=Report(listed, len(problems) - len(listed), valid=False))


def refusal_of(code: str, message: Text, advice: Text, *, place: str = "", value: object = None) -> BadRequest:
    """Make the error of one problem."""
    return refused(problem(code, message, advice, place=place, value=value))


def shown(words: str) -> str:
    """Cut words of a stranger to a length that a sentence can hold, without what no UTF-8 can."""
    plain = words[: _SHOWN + 1].encode("utf-8", "replace").decode()
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "…"


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Find the few names that somebody who wrote `word` may have meant, the likeliest first."""
    names = list(known)
    if word.casefold() in (folded := [name.casefold() for name in names]):
        return [names[folded.index(word.casefold())]]
    # A name within another is as likely as one with two letters exchanged.
    scorer = fuzz.WRatio if len(word) > 1 else fuzz.partial_ratio
    least = _LEAST_LIKE if word.isascii() else _LEAST_LIKE_KANJI
    found = process.extract(word[:_SHOWN], names, scorer=scorer, limit=_NEAR, score_cutoff=least)
    return [name for name, *_ in found]


def offered(word: str, known: Sequence[str]) -> Text:
    """Advise the names that are near, else the first of all names."""
    near = nearest(word, known)
    if near:
        return Text(f"もしかして: {_joined(near)}", f"Did you mean {_joined(near)}?")
    if not known:
        return Text()
    more = len(known) - _LISTED
    rest = Text(f" ほか{more}", f" and {more} more") if more > 0 else Text()
    listed = _joined(known[:_LISTED])
    return Text(f"使えるのは: {listed}{rest.ja}", f"There are: {listed}{rest.en}.")


def _joined(names: Iterable[str]) -> str:
    return ", ".join(shown(name) for name in names)
