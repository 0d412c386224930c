"""Addresses that strangers wrote: only those that may stand in a description as links."""

from __future__ import annotations

import re
from urllib.parse import quote

_WEB = re.compile(r"https?://[^\x00-\x20\x7f-\xa0\s<>\"{}|\\^`]+", re.IGNORECASE)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# Readers' checks know neither bare hosts nor letters outside of ASCII (RFC 5321, 4.1.2).
_EMAIL = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}")


def web_link(url: str) -> str:
    """Answer the address where it is http(s) and well-formed (RFC 3987), else nothing."""
    if not _WEB.fullmatch(url):
        return ""
    scheme, colon, rest = url.partition(":")
    return scheme.lower() + colon + rest


def email_address(words: str) -> str:
    """Answer the e-mail address where others will take it for one, else nothing."""
    return words if _EMAIL.fullmatch(words) else ""


def mail_link(words: str) -> str:
    """Answer the `mailto:` address (RFC 6068) of an e-mail address, else nothing."""
    address = email_address(words)
    return f"mailto:{quote(address, safe='@.+-_')}" if address else ""
