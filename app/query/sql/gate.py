"""Looks at a question in SQL before it is run, as the engine's own parser reads it: what is not known is refused.

`FIELDS` lists every kind of node that may stand in the tree, and of each the fields that may hold something. Whatever
a later version of the engine adds is thereby refused until somebody has looked at it.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from app.query.sql import advice
from app.query.sql.functions import COLLATIONS, FUNCTIONS, TYPES
from app.query.sql.outline import Examined, Refused, Table, folded
from app.query.sql.outlining import bounded, outline_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

QUERY_BYTES = 16 * 1024
DEPTH = 100
TABLES = 20
NOWHERE = 2**64 - 1

# What a field holds: something that does no harm, a node or a list of them (null and empty too), or what one of the
# methods of `Gate` looks at. Fields that are not named must be empty.
HARMLESS, NODE = "harmless", "node"
COMMON = {"type": HARMLESS, "class": HARMLESS, "alias": HARMLESS, "query_location": HARMLESS}
COMMON |= {"query_location_length": HARMLESS}
_ANY_QUERY = {"modifiers": NODE, "cte_map": "ctes"}
_PAIR = {"left": NODE, "right": NODE}
_CALL = {"function_name": "function", "arguments": "arguments", "distinct": HARMLESS, "qualified_name": "one_name"}
_CALL |= {"is_legacy_function_call": HARMLESS}

FIELDS: Mapping[str, Mapping[str, str]] = {
    "SELECT_NODE": _ANY_QUERY
    | {"select_list": NODE, "from_table": NODE, "where_clause": NODE, "group_expressions": NODE, "having": NODE}
    | {"qualify": NODE, "group_sets": HARMLESS, "aggregate_handling": HARMLESS},
    "SET_OPERATION_NODE": _ANY_QUERY
    | {"setop_type": HARMLESS, "setop_all": HARMLESS, "children": NODE, "left": NODE, "right": NODE},
    "ORDER_MODIFIER": {"orders": "orders"},
    "LIMIT_MODIFIER": {"limit": NODE, "offset": NODE, "limit_type": HARMLESS},
    "DISTINCT_MODIFIER": {"distinct_on_targets": NODE},
    "BASE_TABLE": {"table_name": "table", "column_name_alias": HARMLESS, "qualified_name": "one_name"},
    "EMPTY": {},
    "SUBQUERY_REF": {"subquery": "subquery", "column_name_alias": HARMLESS},
    "EXPRESSION_LIST": {"values": NODE, "expected_names": HARMLESS},
    "JOIN": _PAIR
    | {"condition": NODE, "join_type": HARMLESS, "ref_type": "join", "using_columns": HARMLESS}
    | {"is_implicit": HARMLESS, "nearest_count": HARMLESS, "nearest_order_type": HARMLESS},
    "COLUMN_REF": {"column_names": HARMLESS},
    "CONSTANT": {"literal": HARMLESS},
    "STAR": {"relation_name": HARMLESS, "exclude_list": HARMLESS, "replace_list": "replaced", "columns": HARMLESS}
    | {"qualified_exclude_list": HARMLESS, "rename_list": HARMLESS},
    "FUNCTION": _CALL | {"filter": NODE, "order_bys": NODE, "is_operator": HARMLESS},
    "WINDOW": _CALL
    | {"partitions": NODE, "orders": "orders", "start": HARMLESS, "end": HARMLESS, "start_expr": NODE}
    | {"end_expr": NODE, "offset_expr": NODE, "default_expr": NODE, "ignore_nulls": HARMLESS, "filter_expr": NODE}
    | {"exclude_clause": HARMLESS, "arg_orders": "orders", "has_ignore_nulls": HARMLESS},
    "OPERATOR": {"children": NODE},
    "COMPARISON": _PAIR,
    "CONJUNCTION": {"children": NODE},
    "BETWEEN": {"input": NODE, "lower": NODE, "upper": NODE},
    "CASE": {"case_checks": "checks", "else_expr": NODE},
    "CAST": {"child": NODE, "try_cast": HARMLESS, "type_expr": NODE},
    "TYPE": {"type_name": "type_name", "children": NODE, "qualified_name": "one_name"},
    "SUBQUERY": {"subquery_type": HARMLESS, "subquery": "subquery", "child": NODE, "comparison_type": HARMLESS},
    "COLLATE": {"child": NODE, "collation": "collation"},
}
OPERATORS = frozenset(
    {"COMPARE_IN", "COMPARE_NOT_IN", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_NOT"}
    | {"OPERATOR_COALESCE", "OPERATOR_NULLIF", "GROUPING_FUNCTION"}
)
# Without brackets these are columns or, where there is none of the name, the time; `age` of one thing is until today.
CLOCK = frozenset({"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"})
JOINS = frozenset({"REGULAR", "CROSS", "NATURAL", "ASOF"})


class Stopped(Exception):
    """Carries why a question is refused out of the tree."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


def examine(query: str, parsed: Mapping[str, Any]) -> Examined | Refused:
    """Look at what the engine's `json_serialize_sql` made of a question."""
    gate = Gate(query)
    try:
        return gate.examined(parsed)
    except Stopped as stopped:
        return stopped.refused


class Gate:
    """One walk over the tree, which knows the names that WITH gives."""

    def __init__(self, query: str) -> None:
        self._bytes = query.encode()
        self._own: list[frozenset[str]] = [frozenset()]
        self._tables: dict[str, Table] = {}
        self._words: set[str] = set()
        self._everything = False
        self._blind: list[tuple[str, ...]] = []
        self._aliases: set[tuple[str, str]] = set()
        self._last: set[str] = set()
        self._clock = False
        self._depth = 0

    def examined(self, parsed: Mapping[str, Any]) -> Examined:
        """Walk all of it. Raises `Stopped`."""
        if parsed.get("error"):
            self._syntax(parsed)
        statements = parsed["statements"]
        if len(statements) != 1:
            raise self._stopped(None, advice.ONE_STATEMENT)
        self._statement(statements[0])
        return Examined(
            tuple(self._tables.values()),
            bounded(outline_of(statements[0]["node"])),
            tuple(sorted(self._words)),
            self._everything,
            tuple(self._blind),
            tuple(sorted(each for each in self._aliases if each[1] in self._last)),
            self._clock,
        )

    def _syntax(self, parsed: Mapping[str, Any]) -> None:
        words = str(parsed.get("error_message", ""))
        if "Only SELECT" in words:
            raise self._stopped(None, advice.ONLY_SELECT)
        if "depth" in words:
            raise self._stopped(None, advice.TOO_DEEP)
        if not parsed.get("error_message"):
            raise self._stopped(None, advice.ONE_STATEMENT)
        position = str(parsed.get("position", ""))
        place = self._place(int(position)) if position.isdecimal() else None
        raise Stopped(advice.syntax(words[: advice.SHOWN], place))

    def _statement(self, statement: Mapping[str, Any]) -> None:
        if statement.keys() - {"node", "named_param_map"} or statement.get("named_param_map"):
            raise self._stopped(None, advice.PARAMETER)
        self._node(statement["node"])

    def _node(self, node: Any) -> None:
        """Look at a node, at a list of them, or at nothing."""
        if node is None:
            return
        if isinstance(node, list):
            for each in node:
                self._node(each)
            return
        self._depth += 1
        if self._depth > 2 * DEPTH:
            raise self._stopped(node, advice.TOO_DEEP)
        inner = len(self._own)
        self._fields(node, self._known(node))
        # Names of WITH hold in their own query only.
        del self._own[inner:]
        self._depth -= 1

    def _known(self, node: Mapping[str, Any]) -> Mapping[str, str]:
        kind, group = node.get("type"), node.get("class")
        if group is None and kind == "SUBQUERY":
            return FIELDS["SUBQUERY_REF"]
        if group == "STAR" and node.get("expr"):
            raise self._stopped(node, advice.COLUMNS)
        if group == "OPERATOR" and kind not in OPERATORS:
            raise self._unknown(node)
        fields = FIELDS.get(str(group or kind))
        if fields is None:
            raise self._unknown(node)
        if group == "STAR":
            self._everything = True
        if group == "COLUMN_REF":
            self._column(node["column_names"])
        if kind == "SELECT_NODE":
            self._note_blind(node)
        return fields

    def _column(self, names: list[str]) -> None:
        self._words.update(names)
        self._last.add(folded(names[-1]))
        self._clock = self._clock or (len(names) == 1 and folded(names[0]) in CLOCK)

    def _fields(self, node: Mapping[str, Any], fields: Mapping[str, str]) -> None:
        # WITH first: its names hold in all the rest.
        for name in sorted(node, key=lambda each: each != "cte_map"):
            value, rule = node[name], fields.get(name) or COMMON.get(name)
            if rule is None:
                self._must_be_empty(node, name, value)
            elif rule == NODE:
                self._node(value)
            elif rule != HARMLESS:
                getattr(self, f"_{rule}")(node, value)

    def _must_be_empty(self, node: Mapping[str, Any], name: str, value: Any) -> None:
        if not value or (name == "order_bys" and not value.get("orders")):
            return
        if name in {"schema", "catalog", "schema_name", "catalog_name"}:
            raise self._stopped(node, advice.QUALIFIED)
        raise self._unknown(node, name)

    def _unknown(self, node: Mapping[str, Any], field: str = "") -> Stopped:
        kind = str(node.get("type"))
        called = node.get("function") or {}
        if kind == "TABLE_FUNCTION":
            return self._stopped(node, advice.TABLE_FUNCTION, str(called.get("function_name", "")))
        return self._stopped(node, advice.KINDS.get(kind, advice.UNKNOWN), f"{kind} {field}".strip())

    # What the rules of `FIELDS` name.

    def _ctes(self, _node: Mapping[str, Any], ctes: Mapping[str, Any]) -> None:
        """Names hold from the next one on: a table of the same name can still be meant inside of its own."""
        names = self._own[-1]
        for entry in ctes["map"]:
            value = entry["value"]
            for name in value.keys() - {"aliases", "materialized", "query_node"}:
                self._must_be_empty(value["query_node"], name, value[name])
            self._node(value["query_node"])
            names |= {folded(str(entry["key"]))}
            self._own.append(names)

    def _subquery(self, _node: Mapping[str, Any], value: Mapping[str, Any]) -> None:
        self._statement(value)

    def _orders(self, _node: Mapping[str, Any], orders: list[Mapping[str, Any]]) -> None:
        for order in orders:
            for name in order.keys() - {"type", "null_order", "expression"}:
                self._must_be_empty(order, name, order[name])
            self._node(order["expression"])

    def _table(self, node: Mapping[str, Any], name: str) -> None:
        if folded(name) in self._own[-1]:
            return
        known = self._tables.get(name)
        if known is None and len(self._tables) >= TABLES:
            raise self._stopped(node, advice.TOO_MANY_TABLES)
        place = known.place if known else self._place(node.get("query_location", NOWHERE))
        self._tables[name] = Table(name, place, known.times + 1 if known else 1)
        self._aliases.add((name, folded(str(node.get("alias") or name))))
        # Columns that have got other names are not found by theirs.
        self._everything = self._everything or bool(node.get("column_name_alias"))

    def _one_name(self, node: Mapping[str, Any], name: Mapping[str, Any]) -> None:
        if set(name) != {"path"} or len(name["path"]) != 1:
            raise self._stopped(node, advice.QUALIFIED)

    def _join(self, node: Mapping[str, Any], kind: str) -> None:
        if kind not in JOINS:
            raise self._unknown(node, kind)
        self._words.update(node["using_columns"])
        self._everything = self._everything or kind == "NATURAL"

    def _function(self, node: Mapping[str, Any], name: str) -> None:
        if name.lower() not in FUNCTIONS:
            near = difflib.get_close_matches(name.lower(), FUNCTIONS, 3, 0.7)
            why = advice.FUNCTION_NEAR if near else advice.FUNCTION
            raise self._stopped(node, why, name[: advice.SHOWN], ", ".join(near))
        self._clock = self._clock or (name.lower() == "age" and len(node["arguments"]) == 1)

    def _arguments(self, _node: Mapping[str, Any], arguments: list[Mapping[str, Any]]) -> None:
        for argument in arguments:
            self._node(argument["expression"])

    def _replaced(self, _node: Mapping[str, Any], replaced: list[Mapping[str, Any]]) -> None:
        for entry in replaced:
            self._node(entry["value"])

    def _checks(self, _node: Mapping[str, Any], checks: list[Mapping[str, Any]]) -> None:
        for check in checks:
            self._node(check["when_expr"])
            self._node(check["then_expr"])

    def _type_name(self, node: Mapping[str, Any], name: str) -> None:
        if name.upper() not in TYPES:
            raise self._stopped(node, advice.TYPE, name[: advice.SHOWN])

    def _collation(self, node: Mapping[str, Any], name: str) -> None:
        if name.lower() not in COLLATIONS:
            raise self._stopped(node, advice.COLLATION, name[: advice.SHOWN])

    def _note_blind(self, node: Mapping[str, Any]) -> None:
        """Note a product of tables that no condition narrows."""
        if node.get("where_clause") is None:
            tables = tuple(_crossed(node.get("from_table")))
            if len(tables) > 1:
                self._blind.append(tables)

    def _stopped(self, node: Mapping[str, Any] | None, why: advice.Why, *named: str) -> Stopped:
        place = self._place(node.get("query_location", NOWHERE)) if node else None
        return Stopped(why.refused(place, *named))

    def _place(self, offset: int) -> tuple[int, int] | None:
        """Turn an offset in bytes into a line and a column, both from 1, the column in characters."""
        if not 0 <= offset <= len(self._bytes):
            return None
        before = self._bytes[:offset].decode("utf-8", "replace")
        return before.count("\n") + 1, len(before) - before.rfind("\n")


def _crossed(reference: Any) -> Iterator[str]:
    if not isinstance(reference, dict):
        return
    if reference.get("type") == "BASE_TABLE":
        yield str(reference["table_name"])
    elif reference.get("type") == "JOIN" and reference.get("ref_type") == "CROSS":
        yield from _crossed(reference["left"])
        yield from _crossed(reference["right"])
