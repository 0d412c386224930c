"""What a file is, zip files told apart by what their directories list: workbooks are zips too."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from app.publishing.archive.directory import find_directory, read_headers
from app.publishing.archive.limits import LIMITS
from app.publishing.archive.records import LOCAL
from app.publishing.archive.refused import Refused
from app.publishing.archive.signatures import Kind, recognize

_OFFICE: tuple[tuple[str, Kind], ...] = (
    ("xl/vbaProject.bin", "xlsm"),
    ("xl/workbook.bin", "xlsb"),
    ("xl/", "xlsx"),
    ("word/", "docx"),
    ("ppt/", "pptx"),
)
_ODS = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"


def looks_like(path: Path) -> Kind:
    """Say what a file is by its first bytes (for zip: by its directory), whatever its name says."""
    with path.open("rb") as file:
        kind = recognize(file)
        return _zip_kind(file) if kind == "zip" else kind


def _zip_kind(file: BinaryIO) -> Kind:
    file.seek(LOCAL.size)
    if file.read(len(_ODS)) == _ODS:
        return "ods"
    try:
        directory = find_directory(file)
        if directory.count > LIMITS.entries:
            return "zip"
        names = [header.raw_name.decode("cp932", "replace") for header in read_headers(file, directory)]
    except Refused:
        return "zip"
    if "[Content_Types].xml" not in names:
        return "zip"
    return next((kind for start, kind in _OFFICE if any(name.startswith(start) for name in names)), "zip")
