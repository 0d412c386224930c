"""Addresses that strangers wrote: only those that may stand in a description as links."""

from __future__ import annotations

import re
from urllib.parse import quote

_WEB = re.compile(r"https?://[^\x00-\x20\x7f-\xa0\s<>\"{}|\\^`]+", re.IGNORECASE)
_EMAIL = re.compile(r"[^\x00-\x20\x7f-\xa0\s@<>\"'(),:;\\\[\]]+@[^\x00-\x20\x7f-\xa0\s@<>\"'(),:;\\\[\]]+")


def web_link(url: str) -> str:
    """Answer the address where it is http(s) and well-formed (RFC 3987), else nothing."""
    if not _WEB.fullmatch(url):
        return ""
    scheme, colon, rest = url.partition(":")
    return scheme.lower() + colon + rest


def email_address(words: str) -> str:
    """Answer the e-mail address where it looks like one, else nothing."""
    return words if _EMAIL.fullmatch(words) else ""


def mail_link(words: str) -> str:
    """Answer the `mailto:` address (RFC 6068) of an e-mail address, else nothing."""
    address = email_address(words)
    return f"mailto:{quote(address, safe='@.+-_')}" if address else ""
