"""What members may be: their kind, their sizes, and names that differ on every computer."""

from __future__ import annotations

import stat
import unicodedata

from app.kernel.report import Findings
from app.publishing.archive.limits import ArchiveLimits
from app.publishing.archive.members import Member
from app.publishing.archive.names import name_fault
from app.publishing.archive.records import DEFLATE, ENCRYPTED, ENCRYPTED_METHOD, PATCH, STORE
from app.publishing.problems import problem

_RATIO_COUNTS_FROM = 1024**2  # a short file of one repeated row may well shrink a thousandfold


def check_members(members: tuple[Member, ...], found: Findings, limits: ArchiveLimits) -> None:
    """Check every member before one of them is unpacked."""
    total = sum(member.header.size for member in members)
    if total > limits.total_bytes:
        found.add(problem("archive-too-large", size=total, limit=limits.total_bytes))
    for member in members:
        if code := _fault(member, limits):
            found.add(problem(code, file=member.name, ratio=limits.ratio, depth=limits.depth, length=limits.name_bytes))
    _check_names_differ([member for member in members if not member.is_litter], found)


def _fault(member: Member, limits: ArchiveLimits) -> str | None:
    return _header_fault(member, limits) or (None if member.is_litter else _path_fault(member.name, limits))


def _header_fault(member: Member, limits: ArchiveLimits) -> str | None:
    header = member.header
    if header.flags & ENCRYPTED or header.method == ENCRYPTED_METHOD:
        return "archive-encrypted"
    if header.method not in {STORE, DEFLATE} or header.flags & PATCH:
        return "archive-method"
    if stat.S_IFMT(header.mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "archive-special-file"
    if (header.method == STORE and header.packed != header.size) or (member.is_folder and header.size):
        return "archive-content-mismatch"
    if header.size > max(_RATIO_COUNTS_FROM, limits.ratio * header.packed):
        return "archive-ratio"
    return None


def _path_fault(name: str, limits: ArchiveLimits) -> str | None:
    path = name.removesuffix("/")
    if code := name_fault(path):
        return code
    if path.count("/") > limits.depth:
        return "archive-name-too-deep"
    return "archive-name-too-long" if len(path.encode()) > limits.name_bytes else None


def _check_names_differ(members: list[Member], found: Findings) -> None:
    """See that no two members are one file to Windows or macOS, and that no file is a folder too."""
    seen: dict[str, str] = {}
    for member in members:
        key = _key(member.name)
        if key in seen:
            found.add(problem("archive-duplicate-name", file=member.name, other=seen[key]))
        seen.setdefault(key, member.name)
    files = {_key(member.name) for member in members if not member.is_folder}
    for member in members:
        parents = _key(member.name).split("/")[:-1]
        if any("/".join(parents[:depth]) in files for depth in range(1, len(parents) + 1)):
            found.add(problem("archive-duplicate-name", file=member.name, other=member.name.rpartition("/")[0]))


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name.removesuffix("/").casefold())
