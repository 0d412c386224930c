"""The names of members: how their bytes are decoded, and which paths are good on every computer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from app.publishing.archive.directory import Header
from app.publishing.archive.records import UTF8
from app.publishing.archive.refused import Refused

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_DRIVE = re.compile(r"[A-Za-z]:")
_NOT_PORTABLE = re.compile(r'[<>:"|?*]|[ .]$')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\..*)?", re.IGNORECASE)

_RULES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("archive-name-hidden-letters", lambda name: any(unicodedata.category(letter) in _HIDDEN for letter in name)),
    ("archive-name-absolute", lambda name: name.startswith(("/", "\\")) or bool(_DRIVE.match(name))),
    ("archive-name-traversal", lambda name: any(part in {"", ".", ".."} for part in re.split(r"[/\\]", name))),
    ("archive-name-backslash", lambda name: "\\" in name),
    ("archive-name-device", lambda name: any(_DEVICE.fullmatch(part) for part in name.split("/"))),
    ("archive-name-not-portable", lambda name: any(_NOT_PORTABLE.search(part) for part in name.split("/"))),
)


def name_fault(name: str) -> str | None:
    """Answer the code of what makes a path dangerous or unusable on some computer; `None` for a good one."""
    return next((code for code, applies in _RULES if applies(name)), None)


def decode_names(headers: tuple[Header, ...]) -> list[str]:
    """Decode the names of all members, for those without the UTF-8 flag are understood together."""
    unmarked = [header.raw_name for header in headers if not header.flags & UTF8]
    usual = "utf-8" if all(map(_decodes_as_utf8, unmarked)) else "cp932"
    return [_decoded(header.raw_name, "utf-8" if header.flags & UTF8 else usual) for header in headers]


def _decodes_as_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return unicodedata.normalize("NFC", raw.decode(encoding))
    except UnicodeDecodeError:
        raise Refused("archive-name-encoding", file=raw.decode("ascii", "replace")) from None
