"""What a table must hold beyond its single cells: casts that lose nothing, patterns, categories, and keys.

Here DuckDB judges: its regular expressions take linear time whatever a stranger wrote, and keys of many rows need no
memory of ours. `uniqueKeys` and `categories` are not looked at by frictionless at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.publishing.casting import UNCHECKED_FORMATS, Cast, present
from app.publishing.grids import Grid
from app.publishing.judging import kind_of
from app.publishing.layout import Layout, values_of
from app.publishing.remarks import Remarks
from app.publishing.staging import Stage, literal, select

_FORMULA = r"^([=@\t\r].|[+-].*[(|!])"


def check_table(stage: Stage, grid: Grid, layout: Layout, columns: Sequence[Cast], remarks: Remarks) -> None:
    """Check all of it and report what is wrong."""
    checks = _Checks(stage, grid, layout, columns, remarks)
    checks.casts()
    for column in range(len(columns)):
        checks.pattern(column)
        checks.categories(column)
        checks.unique(column)
    checks.primary_key()
    checks.unique_keys()
    checks.own_foreign_keys()
    checks.formulas()


class _Checks:
    def __init__(self, stage: Stage, grid: Grid, layout: Layout, columns: Sequence[Cast], remarks: Remarks) -> None:
        self._stage = stage
        self._grid = grid
        self._layout = layout
        self._casts = columns
        self._remarks = remarks
        self._numbers = {str(field["name"]): column for column, field in enumerate(layout.fields)}

    def casts(self) -> None:
        """Every word that is there must have become a value."""
        risky = [column for column, cast in enumerate(self._casts) if cast.can_fail]
        lost = [f"count({self._text(column)}) - count({self._casts[column].sql})" for column in risky]
        for column, count in zip(risky, self._stage.figures(lost), strict=True):
            if count and not self._remarks.room:
                self._remarks.errors += 1  # the cells are many, and most of them counted already
            elif count:
                where = f"{self._text(column)} IS NOT NULL AND ({self._casts[column].sql}) IS NULL"
                kind = kind_of(self._layout.fields[column])
                self._list("type-error", column, where, skip_known=True, type=kind)

    def pattern(self, column: int) -> None:
        """Match in linear time; an expression that only a backtracking engine knows is not run at all."""
        constraints = self._layout.fields[column].get("constraints") or {}
        pattern = constraints.get("pattern")
        if "jsonSchema" in constraints:
            self._remarks.add("constraint-not-checked", column=self._name(column), constraint="jsonSchema")
        format_ = self._layout.fields[column].get("format")
        if format_ in UNCHECKED_FORMATS:
            self._remarks.add("constraint-not-checked", column=self._name(column), constraint=f"format = {format_}")
        if pattern is None:
            return
        if not isinstance(pattern, str) or not self._stage.knows_pattern(pattern):
            self._remarks.add("pattern-not-checked", column=self._name(column), pattern=pattern)
            return
        where = f"NOT regexp_full_match({self._text(column)}, {literal(pattern)})"
        self._list("constraint-error", column, where, constraint=f"pattern = {pattern}")

    def categories(self, column: int) -> None:
        """A category is compared by its value as a word; integers also by their number."""
        field = self._layout.fields[column]
        entries = field.get("categories")
        if not isinstance(entries, list) or not entries:
            return
        words = ", ".join(literal(word) for word in values_of(entries))
        value = f"CAST({self._casts[column].sql} AS VARCHAR)" if field["type"] == "integer" else self._text(column)
        self._list("category-error", column, f"{value} NOT IN ({words})")

    def unique(self, column: int) -> None:
        """No value twice; missing ones do not count."""
        constraints = self._layout.fields[column].get("constraints") or {}
        if constraints.get("unique") is True:
            self._repeated("unique-error", [column], f"({self._casts[column].sql}) IS NOT NULL")

    def primary_key(self) -> None:
        """Each row has one, and it is its own."""
        columns = self._columns(self._layout.rest.get("primaryKey"))
        if columns:
            absent = " AND ".join(f"({self._casts[column].sql}) IS NULL" for column in columns)
            self._list("primary-key-missing", columns[0], absent, keys=self._names(columns))
            self._repeated("primary-key", columns, f"NOT ({absent})")

    def unique_keys(self) -> None:
        """Table Schema 2.0, `uniqueKeys`: rows with a missing value in the key are left out, as in SQL."""
        keys = self._layout.rest.get("uniqueKeys")
        for key in keys if isinstance(keys, list) else ():
            columns = self._columns(key)
            if columns:
                self._repeated("unique-key", columns, _all_present([f"({self._casts[each].sql})" for each in columns]))

    def own_foreign_keys(self) -> None:
        """Check references into the same table; those to other tables need the whole package."""
        keys = self._layout.rest.get("foreignKeys")
        for key in keys if isinstance(keys, list) else ():
            reference = key.get("reference") if isinstance(key, dict) else None
            if isinstance(reference, dict) and reference.get("resource", "") in {"", self._remarks.resource}:
                self._foreign_key(self._columns(key.get("fields")), self._columns(reference.get("fields")))

    def formulas(self) -> None:
        """Flag text that a spreadsheet program would run as a formula. It stays as it is."""
        texts = [column for column, field in enumerate(self._layout.fields) if field["type"] in {"string", "any"}]
        hits = {column: f"regexp_matches({self._text(column)}, {literal(_FORMULA)})" for column in texts}
        counts = self._stage.figures([f"count(*) FILTER ({hit})" for hit in hits.values()])
        for (column, hit), count in zip(hits.items(), counts, strict=True):
            if count:
                row, word = self._stage.rows(f"rowid, {self._text(column)}", f"WHERE {hit} ORDER BY rowid LIMIT 1")[0]
                place: dict[str, Any] = {"row": self._grid.lines.line(row), "column": self._name(column)}
                self._remarks.add("formula-like-cells", value=word, count=count, **place)

    def _foreign_key(self, source: list[int], target: list[int]) -> None:
        if not source or len(source) != len(target):
            self._remarks.add("schema-error", detail="foreignKeys")
            return
        mine = [f"({self._casts[column].sql})" for column in source]
        there = [f"({self._casts[column].sql})" for column in target]
        targets = select(_tuple(there), "cells", f"WHERE {_all_present(there)}")
        where = f"{_all_present(mine)} AND {_tuple(mine)} NOT IN ({targets})"
        self._list("foreign-key", source[0], where, reference=self._remarks.resource)

    def _repeated(self, code: str, columns: list[int], where: str) -> None:
        """Report rows whose key an earlier row has; the window is only opened where there are any."""
        key = ", ".join(f"({self._casts[column].sql})" for column in columns)
        groups = f"({select('count(*) AS n', 'cells', f'WHERE {where} GROUP BY {key}')})"
        extra = self._stage.rows("coalesce(sum(n), 0) - count(*)", source=groups)[0][0]
        if not extra:
            return
        words = " || ', ' || ".join(f"coalesce({self._text(column)}, '')" for column in columns)
        earlier = f"lag(rowid) OVER (PARTITION BY {key} ORDER BY rowid)"
        found = self._stage.rows(
            f"rowid AS r, {earlier} AS e, {words}",
            f"WHERE {where} QUALIFY e IS NOT NULL ORDER BY r LIMIT {self._remarks.room}",
        )
        for row, before, value in found:
            place: dict[str, Any] = {"row": self._grid.lines.line(row), "column": self._names(columns)}
            self._remarks.add(code, value=value, first=self._grid.lines.line(before), **place)
        self._remarks.omit(int(extra) - len(found))

    def _list(self, code: str, column: int, where: str, *, skip_known: bool = False, **details: Any) -> None:
        """Report the rows of a condition as far as there is room, and count the others."""
        text, name = self._text(column), self._name(column)
        count = self._stage.rows("count(*)", f"WHERE {where}")[0][0]
        if not count:
            return
        room = f"LIMIT {self._remarks.room}" if not skip_known else f"LIMIT {self._remarks.findings.limit}"
        found = self._stage.rows(f"rowid, {text}", f"WHERE {where} ORDER BY rowid {room}")
        known = self._known() if skip_known else frozenset()
        for row, word in found:
            line = self._grid.lines.line(row)
            if (line, name) not in known:
                self._remarks.add(code, row=line, column=name, value=word, **details)
        if not skip_known:
            self._remarks.omit(count - len(found))

    def _known(self) -> frozenset[tuple[int | None, str | None]]:
        problems = self._remarks.findings.problems
        return frozenset((each.row, each.column) for each in problems if each.resource == self._remarks.resource)

    def _columns(self, names: Any) -> list[int]:
        """Look names up. A key that names no column of this table is a fault of the schema."""
        listed = [names] if isinstance(names, str) else names if isinstance(names, list) else []
        if not all(isinstance(name, str) and name in self._numbers for name in listed):
            self._remarks.add("schema-error", detail=", ".join(map(str, listed)))
            return []
        return [self._numbers[name] for name in listed]

    def _name(self, column: int) -> str:
        return str(self._layout.fields[column]["name"])

    def _names(self, columns: list[int]) -> str:
        return ", ".join(map(self._name, columns))

    def _text(self, column: int) -> str:
        return present(self._layout, column)


def _tuple(values: list[str]) -> str:
    return f"row({', '.join(values)})" if len(values) > 1 else values[0]


def _all_present(values: list[str]) -> str:
    return " AND ".join(f"{value} IS NOT NULL" for value in values)
