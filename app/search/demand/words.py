"""Which words of a search may be kept: no personal data, no secrets, nothing endless."""

from __future__ import annotations

import re
import unicodedata

from app.search.analysis import normalise
from app.search.analysis.morphemes import names_a_person

LONGEST = 60
_BLANKS = re.compile(r"\s+")
_LETTER = re.compile(r"[^\W\d_]")
# Letters that nobody sees: with them a name would be none, and a line could look like another one.
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})
_FILLING = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Accounts and addresses however they are written, and what tells when somebody was born.
_PERSONAL = re.compile(
    r"@|[(\[<{]\s*(?:at|アット|あっと)\s*[)\]>}]|\bat\b.*\bdot\b|\d日生(?:\s|$)|\d日?\s*(?:生まれ|うまれ)|生年月日.*\d"
)
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
    seen = _seen(typed)
    words = _BLANKS.sub(" ", normalise(seen)).strip()
    if not _LETTER.search(words) or len(words) > LONGEST:
        return ""
    if _SECRET.search(words) or _PERSONAL.search(words):
        return ""
    return "" if names_a_person(seen) or names_a_person(words) else words


def _seen(typed: str) -> str:
    """Leave out what does not show; blanks of any kind stay apart."""
    return "".join(
        " " if letter.isspace() else letter
        for letter in _FILLING.sub("", typed)
        if letter.isspace() or unicodedata.category(letter) not in _UNSEEN
    )
