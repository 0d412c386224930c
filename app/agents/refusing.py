"""Errors as instructions: what is wrong with a call, what would be right, and when to come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rapidfuzz.process import extract

from app.agents.fitting import NOTICE, written
from app.agents.taming import tame, tamed
from app.agents.tokens import count
from app.kernel.errors import (
    AppError,
    BadRequest,
    Busy,
    Denied,
    Gone,
    NotFound,
    OverBudget,
    OverLimit,
    SignInNeeded,
    TooLarge,
    Unavailable,
)
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import ValidationError

    from app.agents.tool import Tool

# These are answered by the face: who calls has to get another token, whatever the tool.
NOT_FOR_TOOLS = (SignInNeeded,)
_MOST_PROBLEMS = 10
_NEAR = 60.0
_LONGEST = 300
_BUSY_SECONDS = 2


class UnknownTool(NotFound):
    """No tool has that name."""


_ADVICE: tuple[tuple[type[AppError], str], ...] = (
    (UnknownTool, "Call one of the tools that the message names."),
    (NotFound, "Call search_datasets, or take one of the names in data."),
    (Gone, "It was withdrawn; data has the publisher's reason. Search for another dataset."),
    (OverBudget, "Wait until retry_after, or ask the portal for a larger budget."),
    (OverLimit, "Ask for less: add filters, name columns, group, or lower `limit`."),
    (TooLarge, "Ask for less: add filters, name columns, group, or lower `limit`."),
    (Busy, "Call again after retry_after seconds."),
    (Unavailable, "Call again later; other tools may work meanwhile."),
    (Denied, "This token does not reach it. Do without, or have the agent's scope widened by the portal."),
    (BadRequest, "Correct what data.problems names and call again."),
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as it goes out."""

    code: str
    structure: dict[str, Any]
    text: str
    tokens: int


def of(error: AppError) -> Refusal:
    """Say what went wrong. What a publisher wrote stands under `data`, here as everywhere."""
    said: dict[str, Any] = {"code": error.code}
    data: dict[str, Any] = {}
    if isinstance(error, Gone):
        data["reason"] = error.message.ja or error.message.en
    else:
        said["message"] = error.message.en or error.message.ja
    said["advice"] = next((advice for kind, advice in _ADVICE if isinstance(error, kind)), "Change the call.")
    if isinstance(error, OverBudget | Busy):
        said["retry_after"] = error.seconds if isinstance(error, OverBudget) else _BUSY_SECONDS
    if error.report:
        data["problems"] = [
            {"code": each.code, "at": each.column or "", "message": each.message.en, "advice": each.advice.en}
            for each in error.report.problems[:_MOST_PROBLEMS]
        ]
    return _refusal(said, data)


def of_arguments(error: ValidationError, tool: Tool) -> Refusal:
    """Say of each argument what is wrong with it, and which there are."""
    known = list(tool.arguments.model_fields)
    problems = []
    for each in error.errors(include_url=False, include_context=False)[:_MOST_PROBLEMS]:
        at = str(each["loc"][0]) if each["loc"] else ""
        problem: dict[str, Any] = {"at": tame(at, _LONGEST), "message": each["msg"]}
        if at not in known:
            problem["message"] = "There is no such argument."
            problem["nearest"] = _nearest(at, known)
        problems.append(problem)
    said = {
        "code": "bad-arguments",
        "message": f"{tool.name} cannot be called like this.",
        "advice": "Correct the arguments and call again.",
        "valid": known,
    }
    return _refusal(said, {"problems": problems})


def of_tokens(needed: int) -> Refusal:
    """Say how many tokens the shortest answer has."""
    return _refusal(
        {
            "code": "too-few-tokens",
            "message": f"The shortest answer has {needed} tokens.",
            "advice": f"Call again with max_tokens of {needed} or more, or ask for fewer columns.",
        }
    )


def unexpected(reference: str) -> Refusal:
    """Say that it is the portal's fault, and nothing more."""
    return _refusal(
        {"code": "internal", "message": f"Something went wrong here; it was recorded as {reference}.", "advice": ""}
    )


def unknown_tool(name: str, known: Sequence[str]) -> UnknownTool:
    """Say that there is no such tool, and which is nearest."""
    near = ", ".join(_nearest(name, known) or known)
    return UnknownTool(Text(f"その名前のツールはありません。{near}", f"There is no such tool. Tools: {near}."))


def out_of_scope(name: str) -> Denied:
    """Say that a token does not reach a tool."""
    return Denied(
        Text(
            f"このエージェントには {name} の利用が認められていません。", f"This agent is not authorised to call {name}."
        )
    )


def _nearest(name: str, known: Sequence[str]) -> list[str]:
    return [found for found, _, _ in extract(name[:_LONGEST], known, limit=2, score_cutoff=_NEAR)]


def _refusal(said: dict[str, Any], data: Mapping[str, Any] | None = None) -> Refusal:
    structure: dict[str, Any] = {"error": tamed(said)}
    if data:
        structure |= {"notice": NOTICE, "data": tamed(data)}
    text = written(structure)
    return Refusal(str(said["code"]), structure, text, count(text))
