"""Reads from the tree of a question which columns its answer's columns plainly are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.query.sql.outline import Outline, Output, Source, folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Of these a result has its column's meaning and unit.
KEEPING = frozenset({"sum", "avg", "mean", "min", "max", "median", "count", "any_value", "first", "last", "mode"})
# A meaning is looked for through so many questions inside of questions.
DEPTH = 8
# What a question of WITH names twice each time doubles: more than this tells nothing.
ENTRIES = 2000
# So are names: of so many letters in all.
LETTERS = 64 * 1024

Known = dict[str, Outline]


def outline_of(node: Mapping[str, Any], known: Known | None = None, depth: int = 0) -> Outline:
    """Read a query node; what is no plain SELECT tells nothing."""
    if node["type"] != "SELECT_NODE" or depth >= DEPTH:
        return Outline()
    own = dict(known or {})
    for entry in node["cte_map"]["map"]:
        inner = Outline() if entry["value"]["aliases"] else outline_of(entry["value"]["query_node"], own, depth + 1)
        own[folded(str(entry["key"]))] = inner
    sources = tuple(_sources(node["from_table"], own, depth))
    return Outline(tuple(map(_output, node["select_list"])), sources)


def bounded(outline: Outline) -> Outline:
    """Answer an outline that is small when every part of it is written out, else an empty one."""
    entries, letters, left = 0, 0, [outline]
    while left:
        each = left.pop()
        entries += 1 + len(each.outputs) + len(each.sources)
        letters += sum(len(output.name) + len(output.of) + len(output.alias) for output in each.outputs)
        letters += sum(len(source.alias) + len(source.table) for source in each.sources)
        if entries > ENTRIES or letters > LETTERS:
            return Outline()
        left += (source.query for source in each.sources if source.query is not None)
    return outline


def _sources(reference: Mapping[str, Any] | None, known: Known, depth: int) -> Iterator[Source]:
    if reference is None:
        return
    kind, renamed = reference["type"], bool(reference.get("column_name_alias"))
    alias = str(reference.get("alias") or "")
    if kind == "JOIN":
        yield from _sources(reference["left"], known, depth)
        yield from _sources(reference["right"], known, depth)
    elif kind == "BASE_TABLE":
        name = str(reference["table_name"])
        if (inner := known.get(folded(name))) is not None:
            yield Source(alias or name, query=inner, renamed=renamed)
        else:
            yield Source(alias or name, table=name, renamed=renamed)
    elif kind == "SUBQUERY":
        yield Source(alias, query=outline_of(reference["subquery"]["node"], known, depth + 1), renamed=renamed)
    elif kind != "EMPTY":
        yield Source(alias, query=Outline(), renamed=True)


def _output(entry: Mapping[str, Any]) -> Output:
    alias, group = str(entry.get("alias") or ""), entry["class"]
    if group == "STAR":
        plain = not (entry["replace_list"] or entry["rename_list"])
        return Output(of=str(entry["relation_name"]), star=plain)
    if group == "COLUMN_REF":
        *of, name = entry["column_names"]
        return Output(name, of[-1] if of else "", alias)
    if group == "FUNCTION" and str(entry["function_name"]).lower() in KEEPING and len(entry["arguments"]) == 1:
        inner = entry["arguments"][0]["expression"]
        if inner["class"] == "COLUMN_REF":
            *of, name = inner["column_names"]
            return Output(name, of[-1] if of else "", alias, str(entry["function_name"]).lower())
    return Output(alias=alias)
