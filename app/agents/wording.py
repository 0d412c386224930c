"""Says what is wrong with a question by the names of the tool's arguments; what tables hold stands apart, as data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.kernel.report import Problem, Report
from app.kernel.text import Text

if TYPE_CHECKING:
    from app.kernel.errors import AppError

# What the arguments of the tool are called elsewhere.
_OURS = {"after": "cursor", "q": "search", "group": "group_by", "where": "filters"}


def in_our_words(error: AppError, what: str = "The question does not fit the table") -> AppError:
    """Say what is wrong with a question by the names of the tool's arguments; what tables hold is data, apart."""
    problems = tuple(_renamed(each) for each in problems_of(error))
    message = Text("この問い合わせは表に合いません。", f"{what}: see data.problems.")
    return type(error)(message, report=Report(problems, valid=False))


def problems_of(error: AppError) -> tuple[Problem, ...]:
    """List what is wrong, also where only a sentence says it."""
    if error.report and error.report.problems:
        return error.report.problems
    return (Problem("bad-request", error.message, Text()),)


def _renamed(problem: Problem) -> Problem:
    where = _OURS.get(problem.column or "", problem.column)
    if problem.row is not None:
        where = f"line {problem.row}, column {problem.column}"
    if where == "cursor":
        advice = "Take `next` of the answer before with the same arguments, or leave `cursor` out."
        return replace(
            problem, column=where, message=Text("cursor を使えません。", _cursor(problem)), advice=Text(en=advice)
        )
    return replace(problem, column=where)


def _cursor(problem: Problem) -> str:
    return problem.message.en.replace("“after”", "`cursor`").replace("`after`", "`cursor`")
