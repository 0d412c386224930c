"""What each column really holds, counted over all rows: missing, distinct, ends, frequent examples."""

from __future__ import annotations

from app.catalog.record import Column, ColumnProfile
from app.publishing.casting import Cast, present
from app.publishing.descriptor import text_in
from app.publishing.layout import Layout
from app.publishing.staging import Stage, select

_EXAMPLES = 5
_LONGEST_SHOWN = 200


def describe_columns(stage: Stage, layout: Layout, casts: tuple[Cast, ...]) -> tuple[Column, ...]:
    """Describe every column: what the publisher says of it, and what is in it."""
    return tuple(
        Column(
            name=str(field["name"]),
            type=str(field["type"]),
            title=text_in(field, "title"),
            description=text_in(field, "description"),
            unit=field["unit"] if isinstance(field.get("unit"), str) else "",
            code_list=str(field.get("codeList", "")),
            field=dict(field),
            profile=_profile(stage, layout, number, casts[number]),
        )
        for number, field in enumerate(layout.fields)
    )


def _profile(stage: Stage, layout: Layout, column: int, cast: Cast) -> ColumnProfile:
    """Group the column once; casts and comparisons then see each word once. Equal counts keep the file's order."""
    kept = f", any_value({cast.beside}) AS {cast.beside}" if cast.beside else ""
    source = "cells" if cast.beside else stage.near(column)
    grouped = select(f"c{column}, count(*) AS n, min(rowid) AS r{kept}", source, f"GROUP BY c{column}")
    word = present(layout, column)
    ends = f"arg_min({word}, {cast.sql}), arg_max({word}, {cast.sql})" if cast.sorts else "NULL, NULL"
    words = select(f"{word} AS word, n, r", "groups", f"WHERE word IS NOT NULL AND length(word) <= {_LONGEST_SHOWN}")
    frequent = select("list(word ORDER BY n DESC, r)", f"(FROM ({words}) ORDER BY n DESC, r LIMIT {_EXAMPLES})")
    # 1.1 and 1.10 are two words and one number.
    value = f"DISTINCT {cast.sql}" if layout.fields[column]["type"] == "number" else word
    counts = f"coalesce(sum(n) FILTER (({word}) IS NULL), 0), count({value})"
    [(missing, distinct, low, high, examples)] = stage.rows(
        f"{counts}, {ends}, ({frequent})", source="groups", before=f"WITH groups AS MATERIALIZED ({grouped})"
    )
    return ColumnProfile(int(missing), distinct, _shown(low), _shown(high), tuple(examples or ()))


def _shown(word: str | None) -> str | None:
    return word if word is not None and len(word) <= _LONGEST_SHOWN else None
