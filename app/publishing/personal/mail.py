"""Mail addresses of persons, as against those of offices."""

from __future__ import annotations

import re

from app.publishing.personal.context import is_own
from app.publishing.personal.surnames import ROMAN
from app.publishing.personal.words import Hits, Words, collect

# Bounded, so that a cell full of letters costs no more than its length times that bound.
_ADDRESS = re.compile(
    r"(?<![A-Za-z0-9._%+-])([A-Za-z0-9._%+-]{1,64})@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5})"
)
_PARTS = re.compile(r"[a-z]+")
_OFFICES = re.compile(r"\.(?:lg|go)\.jp$")
_PRIVATE = re.compile(
    r"(?:^|\.)(?:gmail\.com|yahoo\.co\.jp|ymail\.ne\.jp|yahoo\.com|hotmail\.(?:com|co\.jp)|outlook\.(?:com|jp)|live\.jp"
    r"|icloud\.com|me\.com|docomo\.ne\.jp|ezweb\.ne\.jp|au\.com|softbank\.ne\.jp|ymobile\.ne\.jp|rakuten\.jp)$"
)
_OFFICE_WORDS = (
    "info information contact contacts inquiry inquiries support help office admin administrator webmaster postmaster "
    "mail master press pr sales shop store cafe hotel yoyaku reserve reservation toiawase otoiawase madoguchi koho "
    "kouhou soumu somu kikaku zaisei jimu jimukyoku kyoiku kyouiku kanko kankou shisetsu toshokan tosyokan library "
    "museum school club npo kai center centre service opendata data noreply no reply team staff recruit"
)
_ROLES = frozenset(_OFFICE_WORDS.split())


def find_mail_addresses(words: Words) -> Hits | None:
    """Find mailboxes of persons.

    That is every mailbox in a table about persons; elsewhere those of private providers and those named like a
    person. Names of offices (info, soumu) are none, nor are mailboxes at lg.jp and go.jp outside a table of persons.
    """
    own = is_own(words.name, words.context)
    return collect(words, lambda word: _mask(word, own=own))


def _mask(word: str, *, own: bool) -> str | None:
    if "@" not in word:
        return None
    for found in _ADDRESS.finditer(word):
        if _is_persons(found[1].lower(), found[2].lower(), own=own):
            return f"{found[1][0]}***@{found[2]}"
    return None


def _is_persons(box: str, host: str, *, own: bool) -> bool:
    parts = _PARTS.findall(box)
    if any(part in _ROLES for part in parts):
        return False
    if own:
        return True
    if _OFFICES.search(host):
        return False
    return bool(_PRIVATE.search(host)) or any(part in ROMAN for part in parts)
