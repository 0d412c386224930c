"""What can go wrong, in the domain's words; `web/errors.py` alone knows status codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from app.kernel.report import Report
    from app.kernel.text import Text


class AppError(Exception):
    """A code that programs can act on and a sentence that helps people.

    `instance` is the address of what went wrong, where it has one.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: Text, *, report: Report | None = None, instance: str | None = None) -> None:
        super().__init__(message.en or message.ja)
        self.message = message
        self.report = report
        self.instance = instance


class BadRequest(AppError):
    """The request itself cannot be understood."""

    code = "bad-request"


class SignInNeeded(AppError):
    """Nobody is signed in, and this needs somebody."""

    code = "sign-in-needed"


class Denied(AppError):
    """The actor may see that this exists, but may not do it."""

    code = "denied"


class NotFound(AppError):
    """It does not exist, or its existence is not the actor's to know."""

    code = "not-found"


class Gone(AppError):
    """It was published once and was withdrawn; the message holds the reason."""

    code = "withdrawn"


class Conflict(AppError):
    """It does not fit the present state."""

    code = "conflict"


class Stale(AppError):
    """It was changed by somebody else since the actor looked at it."""

    code = "stale"


class TooLarge(AppError):
    """More bytes, rows or entries than the portal takes."""

    code = "too-large"


class Unsupported(AppError):
    """A kind of file the portal does not take."""

    code = "unsupported"


class Invalid(AppError):
    """Data or values that do not hold; `report` lists every problem."""

    code = "invalid"


class OverLimit(AppError):
    """The work needed more time or memory than it was given."""

    code = "over-limit"


class TimedOut(OverLimit):
    """The work was stopped at its deadline."""

    code = "timed-out"


class OverBudget(AppError):
    """The caller asked for more in a short time than is fair to others; `seconds` later there is something again."""

    code = "too-many-requests"

    def __init__(self, message: Text, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Unavailable(AppError):
    """A part the portal stands on does not answer now."""

    code = "unavailable"


class Rebuilding(Unavailable):
    """The search index is gone and is being made anew; all else works."""

    code = "index-rebuilding"


class Busy(Unavailable):
    """All places for this kind of work are taken; the same may go well a moment later."""

    code = "busy"


class Misconfigured(AppError):
    """A setting is wrong; the portal must not start."""

    code = "misconfigured"
