"""Phone numbers in half-width digits and hyphens (GIF DS-445; the standard datasets write them with hyphens only)."""

from __future__ import annotations

import re

from app.publishing.forms.form import LONGEST, Form, Repaired, hyphened, plain, repaired

RULE = "phone"
CLEAN = "0[0-9]{1,4}-[0-9]{1,4}-[0-9]{3,4}|0[0-9]{9,10}"
_GROUPS = re.compile("\\(?(0[0-9]{1,4})(?:\\) ?-?|\\(|-| )([0-9]{1,4})(?:\\)|-| )([0-9]{3,4})")
_WHOLE = re.compile("0[0-9]{9,10}")
_LENGTHS = {10, 11}


def _read(word: str) -> Repaired | None:
    if len(word) > LONGEST:
        return None
    text = hyphened(plain(word))
    if _WHOLE.fullmatch(text):
        return repaired(word, text, RULE)
    match = _GROUPS.fullmatch(text)
    if match is None or text.count("(") != text.count(")") or sum(map(len, match.groups())) not in _LENGTHS:
        return None
    return repaired(word, "-".join(match.groups()), RULE)


# A word with an extension or two numbers is left as it is: which part belongs where is not for a rule to say.
PHONES = Form("phone", "string", CLEAN, _read, loose=True)
