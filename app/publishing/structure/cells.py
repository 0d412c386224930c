"""What a single cell looks like to a reader: a value, a name, a note. Every test takes time linear in the cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_LONGEST_LOOK = 60
_NUMBER = re.compile(r"[-+−△▲▼¥￥$(（]{0,3}[0-9０-９][0-9０-９,，.．]*(?:[eE][-+]?[0-9]+)?[%％)）]{0,2}")
_DATE = re.compile(
    r"(?:[0-9０-９]{1,4}[-/／.．年][0-9０-９]{1,2}[-/／.．月][0-9０-９]{1,4}日?|[0-9０-９]{1,2}[:：][0-9０-９]{2})"
    r"[-0-9０-９:：.TZ+ ]*"
)
_CODE = re.compile(r"[0-9０-９][-0-9０-９ー－ ]*")
_PERIOD = re.compile(r"(?:1[89]|20)[0-9]{2}(?:年度?)?|[0-9０-９]{4}年[0-9０-９]{1,2}月")
_NOTE = re.compile(
    r"[(（\[【<＜〈]?(?:※|＊|\*|注[0-9０-９]{0,2}(?:[)）:：.．、 \u3000]|$)|注記|備考|出典|出所|資料[:：)）\u3000 ]|"
    r"単位[:：]|(?:note|notes|source|sources)\s?[:：0-9])",
    re.IGNORECASE,
)
# Notes that nobody writes as the name of a row: they may have been cut at their commas.
_SURE_NOTE = re.compile(r"[(（\[【]?(?:※|注[0-9０-９]{0,2}[)）:：.．、 \u3000]|資料[:：)）]|出典[:：)）])")
_NOTHING = re.compile("[-‐‑‒–—―−－─ーｰ…‥・.．*＊/／]{1,10}")
_SENTENCE = ("。", "。)", "。）", "です", "ます")
_TITLE = re.compile(r"(?:現在|時点)[)）]?$|単位[:：)）]|^表\s?[0-9０-９]|^[(（]単位")
_LONG = 20


def is_blank(cell: str) -> bool:
    """Say whether a cell shows nothing."""
    return not cell or cell.isspace()


def is_value(cell: str) -> bool:
    """Say whether a cell holds a number, a date, a time or a code of digits: what no column is named."""
    if not cell or len(cell) > _LONGEST_LOOK:
        return False
    word = cell.strip()
    return bool(_NUMBER.fullmatch(word) or _DATE.fullmatch(word) or _CODE.fullmatch(word))


def says_nothing(cell: str) -> bool:
    """Say whether a cell holds only a sign such as - or …, which stands where a value would."""
    return len(cell) <= _LONGEST_LOOK and _NOTHING.fullmatch(cell.strip()) is not None


def is_number(cell: str) -> bool:
    """Say whether a cell holds a number, not a date or a code with hyphens."""
    return len(cell) <= _LONGEST_LOOK and bool(_NUMBER.fullmatch(cell.strip()))


def is_period(cell: str) -> bool:
    """Say whether a cell holds a year or a month, which is a value in one table and a column's name in the next."""
    return len(cell) <= _LONGEST_LOOK and bool(_PERIOD.fullmatch(cell.strip()))


def is_name(cell: str) -> bool:
    """Say whether a cell holds words."""
    return not is_blank(cell) and not is_value(cell)


def opens_note(cell: str) -> bool:
    """Say whether a cell begins as notes to a table do."""
    return bool(_NOTE.match(cell.lstrip()[:_LONGEST_LOOK]))


def reads_as_sentence(cell: str) -> bool:
    """Say whether a cell is a text rather than a name or a category."""
    word = cell.strip()
    return not is_value(word) and (len(word) >= _LONG or word.endswith(_SENTENCE))


def is_title(cell: str) -> bool:
    """Say whether a cell is written as titles, dates of reference and units above tables are."""
    word = cell.strip()[:_LONGEST_LOOK]
    return bool(_TITLE.search(word)) or reads_as_sentence(word)


def filled(cells: Iterable[str]) -> list[int]:
    """List the columns in which a row shows something."""
    return [column for column, cell in enumerate(cells) if not is_blank(cell)]


def cell_at(cells: Sequence[str], column: int) -> str:
    """Take a cell; what a short row lacks is empty."""
    return cells[column] if column < len(cells) else ""


def is_note(cells: Sequence[str]) -> bool:
    """Say whether a row is surely a note: one cell that begins like one, or such a mark and its text."""
    first = next((cell for cell in cells if cell and not cell.isspace()), "")
    if len(cells) == 1 or not opens_note(first):
        return False
    shown = filled(cells)
    if len(shown) == 1:
        return True
    return len(shown) == 2 and len(cells) > 3 and len(first.strip()) <= 4 and reads_as_sentence(cells[shown[1]])  # noqa: PLR2004 - a mark, its text, and room beside them


def may_be_note(cells: Sequence[str]) -> bool:
    """Say whether a row is a note if it stands after all data.

    That is one text alone, in the first half of the columns; or one that begins with ※, 注, 資料 or 出典 and was cut
    at its commas.
    """
    shown = filled(cells)
    if len(cells) == 1:
        return bool(shown) and opens_note(cells[0])
    if len(shown) > 1:
        return _is_note_in_pieces(cells, shown)
    return len(shown) == 1 and shown[0] <= len(cells) // 2 and reads_as_sentence(cells[shown[0]])


def _is_note_in_pieces(cells: Sequence[str], shown: Sequence[int]) -> bool:
    """Say whether a sentence lies in the first cells of a row, with room behind it and no value in it."""
    first = cells[shown[0]].lstrip()
    if not _SURE_NOTE.match(first[:_LONGEST_LOOK]) or list(shown) != list(range(len(shown))):
        return False
    pieces = [cells[column] for column in shown]
    return (
        len(shown) < len(cells)
        and not any(is_value(each) or says_nothing(each) for each in pieces)
        and reads_as_sentence("".join(pieces))
    )


def mostly_values(rows: Sequence[Sequence[str]], column: int, share: float = 0.8) -> bool:
    """Say whether what stands in a column is (nearly) all values; signs for nothing count neither way."""
    shown = [cell for cells in rows if not is_blank(cell := cell_at(cells, column)) and not says_nothing(cell)]
    return bool(shown) and sum(map(is_value, shown)) >= share * len(shown)
