"""Half-width kana, and blanks around text: the only repairs of free text."""

from __future__ import annotations

import re
import unicodedata

from app.publishing.forms.form import BLANKS, Form, Repaired, repaired

RULE = "kana-width"
HALF = "\uff61-\uff9f"
_RUN = re.compile(f"[{HALF}]+")
_FULL = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_INNER = re.escape(BLANKS.strip(" ")) + " "

CLEAN = f"[^{_INNER}](?s:.*[^{_INNER}])?"
CLEAN_WIDE = f"[^{_INNER}{HALF}](?:[^{HALF}]*[^{_INNER}{HALF}])?"


def widen(word: str) -> str:
    """Write half-width kana full-width, with the voicing marks in the letters; everything else stays."""
    return _RUN.sub(lambda run: unicodedata.normalize("NFKC", run[0]), word)


def is_half(word: str) -> bool:
    """Say whether a word has half-width kana and no others."""
    return _RUN.search(word) is not None and _FULL.search(word) is None


def is_full(word: str) -> bool:
    """Say whether a word has full-width kana."""
    return _FULL.search(word) is not None


def _read_text(word: str) -> Repaired | None:
    return repaired(word, word.strip(BLANKS), RULE)


def _read_kana(word: str) -> Repaired | None:
    return repaired(word, widen(word.strip(BLANKS)), RULE)


TEXTS = Form("text", "string", CLEAN, _read_text, loose=True)
KANA = Form("text", "string", CLEAN_WIDE, _read_kana, loose=True)
