"""Addresses that strangers wrote: only those that may stand in a description as links."""

from __future__ import annotations

import re
from urllib.parse import quote

# RFC 3987, 2.2. One address that a strict reader refuses costs it the whole graph, so nothing looser will do.
_BEYOND_ASCII = "\xa0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef" + "".join(
    f"{chr(plane << 16 | low)}-{chr(plane << 16 | 0xFFFD)}" for plane in range(1, 15) for low in [plane // 14 << 12]
)
_NAME = rf"A-Za-z0-9._~!$&'()*+,;={_BEYOND_ASCII}-"
_REST = rf"(?:[{_NAME}:@/?]|%[0-9A-Fa-f]{{2}})*"
_WEB = re.compile(
    rf"https?://(?:(?:[{_NAME}:]|%[0-9A-Fa-f]{{2}})*@)?(?:(?:[{_NAME}]|%[0-9A-Fa-f]{{2}})+|\[[0-9A-Fa-f:.]{{2,45}}\])"
    rf"(?::[0-9]{{0,5}})?(?:[/?]{_REST})?(?:#{_REST})?",
    re.IGNORECASE,
)
# RFC 3987 allows these, but they are spaces and marks that nobody sees: no address has them on purpose.
_UNSEEN = re.compile(r"[\s\x7f-\xa0]")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# Readers' checks know neither bare hosts nor letters outside of ASCII (RFC 5321, 4.1.2).
_EMAIL = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}")


def web_link(url: str) -> str:
    """Answer the address where it is http(s) and well-formed (RFC 3987), else nothing."""
    if not _WEB.fullmatch(url) or _UNSEEN.search(url):
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
