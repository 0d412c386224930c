"""Which words of a search may be kept: no personal data, no secrets, nothing endless."""

from __future__ import annotations

import re

from app.search.analysis import normalise
from app.search.analysis.morphemes import names_a_person

LONGEST = 60
_BLANKS = re.compile(r"\s+")
_LETTER = re.compile(r"[^\W\d_]")
# Keys, tokens, addresses of pages, settings with a value: what no reader of a list should see.
_SECRET = re.compile(
    r"://|\bwww\."
    r"|(?:passw|passcode|secret|token|api.?key|bearer|パスワード|暗証|秘密)"
    r"|(?=[a-z0-9+/=_.-]{16})[a-z+/=_.-]*\d[a-z0-9+/=_.-]*"
    r"|[a-z0-9+/=_]{24}"
)


def kept_words(typed: str) -> str:
    """Answer what is kept of a search as it was typed; empty where nothing may be.

    Names of persons are known as far as the dictionary has them; numbers and mail addresses are the caller's to look
    for.
    """
    # Longer ones are rarely asked twice in the same words, and more often hold what is somebody's own.
    if len(typed) > 4 * LONGEST:
        return ""
    words = _BLANKS.sub(" ", normalise(typed)).strip()
    if not _LETTER.search(words) or len(words) > LONGEST:
        return ""
    return "" if _SECRET.search(words) or names_a_person(typed) or names_a_person(words) else words
