"""How a table is written down (Table Dialect 2.0)."""

from __future__ import annotations

from typing import Any

from app.publishing.descriptor.checks import (
    Check,
    is_flag,
    is_letter,
    is_number_of_place,
    is_rows,
    is_text,
    is_texts,
    kept,
)
from app.publishing.descriptor.paths import referenced
from app.publishing.descriptor.reading import Reading
from app.publishing.descriptor.values import shown

_KEYS: dict[str, Check] = {
    "header": is_flag,
    "headerRows": is_rows,
    "headerJoin": is_text,
    "commentRows": is_rows,
    "commentChar": is_text,
    "delimiter": is_letter,
    "lineTerminator": is_text,
    "quoteChar": is_letter,
    "doubleQuote": is_flag,
    "escapeChar": is_letter,
    "nullSequence": is_text,
    "skipInitialSpace": is_flag,
    "property": is_text,
    "itemType": ("array", "object").__contains__,
    "itemKeys": is_texts,
    "sheetNumber": is_number_of_place,
    "sheetName": is_text,
}


def read_dialect(value: Any, reading: Reading) -> dict[str, Any] | None:
    """Read a dialect, flat as the standard has it or nested as frictionless-py writes it."""
    if value is None or (given := referenced(value, "dialect", reading)) is None:
        return None
    parts = (given.get("csv"), given.get("excel"), given)
    flat = {key: each for part in parts if isinstance(part, dict) for key, each in part.items()}
    sheet = flat.get("sheet")
    if sheet is not None:
        flat.setdefault("sheetName" if isinstance(sheet, str) else "sheetNumber", sheet)
    if flat.get("delimiter") == "\\t":
        flat["delimiter"] = "\t"
    return kept(flat, _KEYS, lambda key, each: reading.report("dialect-not-understood", value=shown(each), key=key))
