"""The shape of every answer that says what went wrong; `app.web.errors` writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired, TypedDict

from app.kernel.report import Report
from app.kernel.text import Text


class ProblemDetails(TypedDict):
    """What went wrong (RFC 9457). Act on `code`, which docs/errors.md lists; the sentences may change."""

    type: str
    title: NotRequired[str]
    status: int
    code: str
    detail: str
    messages: Text
    report: NotRequired[Report]
    instance: NotRequired[str]
    reference: NotRequired[str]
    formats: NotRequired[list[Mapping[str, str]]]
    offered: NotRequired[list[str]]
