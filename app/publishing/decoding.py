"""Which characters a text file's bytes are: declared and proved, or found by strict trial in a fixed order.

Statistical detectors take short Shift_JIS files for cp500 or Big5, so there is no guessing here: every candidate
decodes the whole file strictly, and where two readings remain possible the publisher is asked. The file streams by;
it is never in memory as a whole.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.publishing.remarks import Remarks

PIECE = 1 << 19
LONGEST_LINE = 1 << 20

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.:\-]{0,39}")
_SAME = {
    "ascii": "utf-8",
    "shift_jis": "cp932",
    "shift_jisx0213": "shift_jis_2004",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso2022_jp": "iso2022_jp_ext",
    "iso2022_jp_1": "iso2022_jp_ext",
    "iso2022_jp_3": "iso2022_jp_2004",
    "euc_jisx0213": "euc_jis_2004",
    "utf-8-sig": "utf-8",
}
_UNKNOWN_TO_PYTHON = {
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "cswindows31j": "cp932",
    "x-euc-jp": "euc_jp",
    "ms-kanji": "cp932",
    "utf-8n": "utf-8",
}
_TEXT = frozenset(
    {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp932", "shift_jis_2004", "euc_jp", "euc_jis_2004"}
    | {"iso2022_jp_ext", "iso2022_jp_2004", "gb18030", "big5", "big5hkscs", "euc_kr", "cp949", "koi8-r", "koi8-u"}
    | {f"iso8859-{part}" for part in range(1, 17)}
    | {f"cp{page}" for page in range(1250, 1259)}
    | {"mac-roman", "tis-620", "cp874"},
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NAMES = {"utf-8-sig": "utf-8", "iso2022_jp_ext": "iso2022_jp"}
_ESCAPE = re.compile(r"\x1b[$(]")
# How other encodings look when read as CP932: half-width kana, private letters, kanji in the middle of a Latin word.
_ODD = re.compile(r"[\uff61-\uff9f\ue000-\uf8ff]")
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")
_IN_LATIN = re.compile(r"(?<=[A-Za-z])[\u3400-\u9fff\uff61-\uff9f](?=[A-Za-z])")
_WIDE_IN_UTF8 = re.compile(rb"[\xe2-\xef][\x80-\xbf][\x80-\xbf]")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")


class Unreadable(Exception):
    """The text cannot be read on; `code` is one of `TABLE`, `row` the line in the file."""

    def __init__(self, code: str, row: int | None = None, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.row = row
        self.details = details


@dataclass(frozen=True, slots=True)
class Encoding:
    """`name` is what people are told, `codec` what reads the file and takes its byte order mark off."""

    name: str
    codec: str


def find_encoding(source: Path, declared: str, remarks: Remarks) -> Encoding | None:
    """Find the encoding that really decodes the whole file, else say what is wrong and answer `None`."""
    try:
        codec = _proved(source, declared) if declared else _detected(source)
    except Unreadable as unreadable:
        remarks.add(unreadable.code, row=unreadable.row, **unreadable.details)
        return None
    return Encoding(_NAMES.get(codec, codec), codec)


def codec_of(label: str) -> str | None:
    """Name Python's codec for a label; the superset Windows uses where one exists. `None` where it is no text."""
    if not _LABEL.fullmatch(label):
        return None
    label = label.strip().lower()
    try:
        name = codecs.lookup(_UNKNOWN_TO_PYTHON.get(label, label)).name
    except LookupError:
        return None
    name = _SAME.get(name, name)
    return name if name in _TEXT else None


def _proved(source: Path, declared: str) -> str:
    codec = codec_of(declared)
    if codec is None:
        raise Unreadable("unknown-encoding", encoding=declared)
    marked = _marked(source)
    if marked and codec.startswith(marked.removesuffix("-sig")):
        codec = marked
    _read_through(source, codec, declared)
    return codec


def _detected(source: Path) -> str:
    marked = _marked(source)
    if marked:
        _read_through(source, marked, marked)
        return marked
    try:
        reading = _read_through(source, "utf-8", "UTF-8")
    except Unreadable as unreadable:
        if unreadable.code != "encoding-error":
            raise
        return _japanese(source, unreadable)
    if reading.escapes and _readable(source, "iso2022_jp_ext"):
        return "iso2022_jp_ext"
    return "utf-8"


def _japanese(source: Path, failure: Unreadable) -> str:
    """Choose between CP932 and EUC-JP, each of which can decode the other's bytes to nonsense."""
    windows, unix = _readable(source, "cp932"), _readable(source, "euc_jp")
    if windows and unix and windows.odd:
        raise Unreadable("encoding-ambiguous", encodings="Shift_JIS (cp932), EUC-JP (euc_jp)")
    if windows and windows.western:
        raise Unreadable("encoding-ambiguous", encodings="Shift_JIS (cp932), Windows-1252")
    codec = "cp932" if windows else "euc_jp" if unix else None
    if codec is None:
        raise Unreadable("encoding-not-found", failure.row)
    _refuse_mixture(source, codec)
    return codec


def _refuse_mixture(source: Path, codec: str) -> None:
    """Kanji in UTF-8 on a line of its own read as other kanji in CP932; no text of that encoding looks like it."""
    with source.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.isascii() and _WIDE_IN_UTF8.search(line):
                with suppress(UnicodeDecodeError):
                    line.decode("utf-8")
                    raise Unreadable("encoding-mixed", number, encoding=codec)


def _marked(source: Path) -> str | None:
    with source.open("rb") as file:
        head = file.read(3)
    return next((codec for mark, codec in _BOMS if head.startswith(mark)), None)


def _readable(source: Path, codec: str) -> _Reading | None:
    try:
        return _read_through(source, codec, codec)
    except Unreadable as unreadable:
        if unreadable.code != "encoding-error":
            raise
        return None


def _read_through(source: Path, codec: str, label: str) -> _Reading:
    """Decode the whole file strictly, keep nothing but counts. Raises `Unreadable` with the line."""
    decoder = codecs.getincrementaldecoder(codec)()
    reading = _Reading(looks_closer=codec == "cp932")
    with source.open("rb") as file:
        ended = False
        while not ended:
            piece = file.read(PIECE)
            ended = not piece
            try:
                reading.take(decoder.decode(piece, ended))
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode("latin-1")
                raise Unreadable("encoding-error", reading.line + _breaks(before), encoding=label) from None
    return reading


@dataclass(slots=True)
class _Reading:
    """What went by. `line` is the current line, `open_length` the characters since the last line end."""

    looks_closer: bool
    line: int = 1
    open_length: int = 0
    escapes: bool = False
    odd: int = 0
    private: int = 0
    in_latin: int = 0
    foreign: int = 0

    def take(self, text: str) -> None:
        """Count a piece. Raises `Unreadable` for NUL and for a line without an end."""
        self._refuse_nul(text)
        self._measure_lines(text)
        self.escapes = self.escapes or _ESCAPE.search(text) is not None
        if self.looks_closer:
            self.odd += len(_ODD.findall(text))
            self.private += len(_PRIVATE.findall(text))
            self.in_latin += len(_IN_LATIN.findall(text))
            self.foreign += len(_FOREIGN.findall(text))
        self.line += _breaks(text)

    @property
    def western(self) -> bool:
        """Most of what is not ASCII stands alone inside Latin words, or is no letter anybody shares."""
        return self.private > 0 or 2 * self.in_latin >= self.foreign > 0

    def _refuse_nul(self, text: str) -> None:
        place = text.find("\0")
        if place >= 0:
            raise Unreadable("nul-byte", self.line + _breaks(text[:place]))

    def _measure_lines(self, text: str) -> None:
        """A piece is shorter than the longest line, so only lines across its borders can be too long."""
        ends = [place for place in (text.find("\n"), text.find("\r")) if place >= 0]
        if self.open_length + (min(ends) if ends else len(text)) > LONGEST_LINE:
            raise Unreadable("line-too-long", self.line, limit=LONGEST_LINE)
        last = max(text.rfind("\n"), text.rfind("\r"))
        self.open_length = len(text) - last - 1 if ends else self.open_length + len(text)


def _breaks(text: str) -> int:
    """Count line ends; files of very old Macs have only CR."""
    return text.count("\n") or text.count("\r")
