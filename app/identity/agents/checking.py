"""Checks what is said of an agent before it is registered, and collects everything that cannot be."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from app.identity import policy
from app.identity.agents.agent import MOST_DAYS, Registration
from app.kernel.errors import Invalid
from app.kernel.report import Problem, Report
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from app.kernel.actor import AgentReach

LINE, PROSE = 200, 2000
MOST_ORGANIZATIONS, MOST_DATASETS = 50, 200
MOST: Mapping[str, int] = {"calls": 1_000_000, "rows": 1_000_000_000, "bytes": 1_000_000_000_000}
# Those who approve must see what was said: no turned directions, nothing of no width (Unicode, general categories).
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_CONTACT = re.compile(r"[^@\s<>\"]{1,64}@[^@\s<>\"]{1,189}|https?://[^\s<>\"'\\]{3,400}", re.IGNORECASE)


def check(said: Registration, tools: Collection[str]) -> None:
    """Raise `Invalid` with a problem for each thing that cannot be. `tools` are those that there are."""
    problems = (*_lines(said), *_numbers(said), *_reach(said.reach, tools))
    if problems:
        raise Invalid(problems[0].message, report=Report(problems, valid=False))


def deciders(reach: AgentReach, publishers: Mapping[str, str]) -> tuple[str, ...]:
    """Name the audiences that have to approve: each organization whose own data is asked for, else the portal.

    `publishers` maps the reach's datasets to their organizations.
    """
    if not reach.is_internal:
        return (policy.PORTAL,)
    return tuple(sorted(map(policy.organization, {*(reach.organizations or ()), *publishers.values()})))


def _lines(said: Registration) -> Iterator[Problem]:
    for name, longest in (("name", LINE), ("vendor", LINE), ("model", LINE), ("purpose", PROSE), ("contact", LINE)):
        words = getattr(said, name)
        if len(words) > longest:
            yield _problem(name, f"{longest} 文字以内", f"has at most {longest} characters")
        elif name in {"name", "purpose"} and not any(map(str.isalnum, words)):
            yield _problem(name, "空でない文", "must say something")
        elif any(unicodedata.category(sign) in _UNSEEN for sign in words.replace("\r", "").replace("\n", "")):
            yield _problem(name, "見えない文字や制御文字を含まない文", "has no control signs and no invisible letters")
    if not _CONTACT.fullmatch(said.contact):
        yield _problem("contact", "メールアドレスか https:// のアドレス", "is an e-mail address or an https:// address")


def _numbers(said: Registration) -> Iterator[Problem]:
    if not 1 <= said.days <= MOST_DAYS:
        yield _problem("days", f"1〜{MOST_DAYS} の整数", f"is 1 to {MOST_DAYS}")
    for name, most in MOST.items():
        if not 1 <= getattr(said.allowance, name) <= most:
            yield _problem(name, f"1〜{most} の整数", f"is 1 to {most}")


def _reach(reach: AgentReach, tools: Collection[str]) -> Iterator[Problem]:
    there = ", ".join(tools)
    if reach.tools is not None and not (reach.tools and reach.tools <= set(tools)):
        yield _problem("tools", f"{there} のうち一つ以上", f"is one or more of {there}")
    if reach.organizations is not None and reach.datasets is not None:
        yield _problem("datasets", "organizations と同時には指定しない値", "cannot stand beside `organizations`")
    if reach.is_internal and not (reach.organizations or reach.datasets):
        yield _problem("organizations", "組織内データを使う場合は対象の組織", "names whose internal data it is about")
    for name, most in (("organizations", MOST_ORGANIZATIONS), ("datasets", MOST_DATASETS)):
        named = getattr(reach, name)
        if named is not None and not 1 <= len(named) <= most:
            yield _problem(name, f"1〜{most} 件", f"names 1 to {most}")


def _problem(name: str, ja: str, en: str) -> Problem:
    return Problem(
        "agent-field",
        Text(f"{name} は{ja}にしてください。", f"`{name}` {en}."),
        Text(f"{name} を直してください。", f"Change `{name}`."),
        column=name,
    )
