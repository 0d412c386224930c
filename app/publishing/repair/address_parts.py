"""Adds columns with the parts of addresses (GIF DS-442): what an address says for certain, in columns of its own."""

from __future__ import annotations

import csv
from dataclasses import replace

from app.publishing.forms.addresses import split_address
from app.publishing.layout import Field, Layout
from app.publishing.staging import Stage, literal

PARTS = ("全国地方公共団体コード", "都道府県", "市区町村", "町字以下")
_PIECE = 10_000
_SHOWN = 1_000


def add_parts(stage: Stage, layout: Layout, column: int) -> Layout:
    """Put four columns behind the table's own; they stay empty where an address cannot be split for certain."""
    name = str(layout.fields[column]["name"])
    path = stage.folder / "parts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("word", *(f"p{number}" for number in range(len(PARTS)))))
        for piece in stage.pieces(f"DISTINCT c{column} AS word", "WHERE word <> ''", _PIECE):
            for (word,) in piece:
                found = split_address(word)
                if found is not None:
                    writer.writerow((word, found.code, found.prefecture, found.municipality, found.town))
    _join(stage, column, len(layout.fields), str(path))
    stage.forget_blocks()
    path.unlink()
    taken = {str(field["name"]).lower() for field in layout.fields}
    fields = tuple(_field(f"{name}_{part}", taken) for part in PARTS)
    return replace(layout, fields=(*layout.fields, *fields))


def split_some(stage: Stage, column: int) -> list[tuple[str, str]]:
    """Split a column's first different addresses, to show what would be added: (address, its parts in one line)."""
    words = stage.rows(f"DISTINCT c{column} AS word", f"WHERE word <> '' LIMIT {_SHOWN}", source=stage.near(column))
    found = [(word, split_address(word)) for (word,) in words]
    return [
        (word, f"{each.code} | {each.prefecture} | {each.municipality} | {each.town}")
        for word, each in found
        if each is not None
    ]


def _join(stage: Stage, column: int, first: int, path: str) -> None:
    kinds = ", ".join(f"'{name}': 'VARCHAR'" for name in ("word", *(f"p{number}" for number in range(len(PARTS)))))
    source = (
        f"read_csv({literal(path)}, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        f"columns = {{{kinds}}}, force_not_null = ['word'])"
    )
    for number in range(len(PARTS)):
        stage.execute(f"ALTER TABLE cells ADD COLUMN c{first + number} VARCHAR DEFAULT ''")
    sets = ", ".join(f"c{first + number} = coalesce(p{number}, '')" for number in range(len(PARTS)))
    stage.execute(f"UPDATE cells SET {sets} FROM {source} AS parts WHERE word = c{column}")  # noqa: S608 - a path of our own, quoted


def _field(name: str, taken: set[str]) -> Field:
    number = 2
    free = name
    while free.lower() in taken:
        free, number = f"{name}_{number}", number + 1
    taken.add(free.lower())
    return {"name": free, "type": "string"}
