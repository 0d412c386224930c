"""Questions in an address: `?人口__gte=1000&sort=-人口&columns=町名,人口`, read into the same tree as JSON is.

`docs/rows.md` says what may be written; `parameters_of` writes the address of a question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.kernel.text import Text
from app.query import complaints
from app.query.bodies import check_tree, question_from_json, question_of, where_from_json
from app.query.lists import item_of, pieces, values
from app.query.misread import unfit
from app.query.question import Function, Op, Part, Question
from app.query.refusals import nearest, offered, problem, refused, shown
from app.query.values import truth_of
from app.query.written import parameters_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from app.kernel.report import Problem
    from app.query.frame import Frame

__all__ = ["PASSED_OVER", "RESERVED", "parameters_of", "question_from", "question_from_json"]

# What a question itself is made of.
RESERVED = (
    *("columns", "where", "q", "box", "near", "group", "measures", "having", "sort", "distinct", "limit", "after"),
)
# What the answer is about and how it is given, which is for others to read.
PASSED_OVER = ("version", "detail", "signature", "lang")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE]-?[0-9]{1,3})?")
_PERCENTILE = re.compile(r"p([0-9]{1,3}(?:\.[0-9]{1,10})?)")
_PER_OP = frozenset({Op.IN, Op.WITHIN})
_MOST_VALUES = 10_000
_MOST_PARAMETERS = 1_000
# What others call it.
_ELSEWHERE = {
    **dict.fromkeys(("offset", "page", "cursor", "next", "start", "skip"), "after"),
    **dict.fromkeys(("size", "per_page", "page_size", "rows", "max", "top"), "limit"),
    **dict.fromkeys(("order", "order_by", "orderby", "sort_by"), "sort"),
    **dict.fromkeys(("select", "fields", "cols"), "columns"),
    **dict.fromkeys(("filter", "filters", "query"), "where"),
    **dict.fromkeys(("search", "text"), "q"),
    **dict.fromkeys(("group_by", "groupby"), "group"),
    **dict.fromkeys(("aggregate", "aggregates", "metrics"), "measures"),
    "bbox": "box",
}
_OPS = Text(f"__ の後に使えるのは: {', '.join(Op)}", f"After `__` there may be: {', '.join(Op)}.")


def question_from(args: Mapping[str, Sequence[str]], frame: Frame) -> Question:
    """Read a question about a table out of query parameters. Raises `BadRequest`, which lists every problem.

    A name may stand several times; of those that are `RESERVED` only `sort`, `columns`, `group`, `measures`, `where`,
    `box` and `near` make sense so. `PASSED_OVER` ones are left to others.
    """
    if sum(map(len, args.values())) > _MOST_PARAMETERS:
        raise refused(complaints.too_many())
    reading = _Reading(frame.by_name)
    for name, given in args.items():
        if name not in PASSED_OVER:
            reading.take(name, list(given))
    if reading.problems:
        raise refused(*reading.problems)
    return question_of(reading.raw())


class _Reading:
    """Collects what parameters say, and what is wrong with them."""

    def __init__(self, columns: Collection[str]) -> None:
        self.problems: list[Problem] = []
        self._columns = columns
        self._conditions: list[Any] = []
        self._rest: dict[str, Any] = {}

    def raw(self) -> dict[str, Any]:
        """Answer the question as plain values."""
        conditions = self._conditions
        check_tree({"and": conditions})
        if not conditions:
            return self._rest
        return self._rest | {"where": conditions[0] if len(conditions) == 1 else {"and": conditions}}

    def take(self, name: str, given: list[str]) -> None:
        """Read one parameter and all that it was given."""
        if read := _RESERVED.get(name):
            read(self, name, given)
            return
        column, op = self._column_and_op(name)
        if column is None:
            self.problems.append(self._unknown(name))
        elif op is None:
            self.problems.append(_unknown_op(name))
        else:
            self._compare(column, op, given)

    def _column_and_op(self, name: str) -> tuple[str | None, Op | None]:
        """Read `<column>__<op>`; a column that is called so, as a whole, is meant before."""
        if name in self._columns:
            return name, Op.EXACT
        column, mark, op = name.rpartition("__")
        if not mark or column not in self._columns:
            return None, None
        return column, Op(op) if op in set(Op) else None

    def _compare(self, column: str, op: Op, given: list[str]) -> None:
        if op is Op.BETWEEN:
            self._between(column, given)
        elif op in _PER_OP:
            listed = [value for text in given for value in values(text)]
            self._add(column, op, listed)
        elif op is Op.EXACT and len(given) > 1:
            self._add(column, Op.IN, given)  # one name with several values asks for any of them
        else:
            for text in given:
                self._add(column, op, text)

    def _between(self, column: str, given: list[str]) -> None:
        """Read `1,2`, `1,2` more than once, or `1` and `2` apart."""
        each = [values(text) for text in given]
        if len(each) > 1 and all(len(part) == 1 for part in each):
            each = [[part[0] for part in each]]
        for part in each:
            self._add(column, Op.BETWEEN, part)

    def _add(self, column: str, op: Op, value: str | list[str]) -> None:
        self._conditions.append({"column": column, "op": op.value, "value": value})

    def _unknown(self, name: str) -> Problem:
        column, mark, op = name.rpartition("__")
        known = [*self._columns, *RESERVED, *PASSED_OVER]
        if name.casefold() in _ELSEWHERE:
            advice = offered("", [_ELSEWHERE[name.casefold()]])
        elif mark and op in set(Op):
            near = [f"{each}__{op}" for each in nearest(column, self._columns)]
            advice = offered(name, near) if near else offered(column, list(self._columns))
        else:
            advice = offered(name, known)
        said = shown(name)
        return problem(
            "unknown-parameter",
            Text(f"「{said}」という列もパラメーターもありません。", f"There is no column and no parameter “{said}”."),
            advice,
            place=name,
        )

    def columns(self, name: str, given: list[str]) -> None:
        """Read names of columns."""
        self._rest[name] = [self._named(piece) for text in given for piece in pieces(text)]

    def sort(self, name: str, given: list[str]) -> None:
        """Read names of columns of the answer, those with a minus descending."""
        self._rest[name] = [self._order(piece) for text in given for piece in pieces(text)]

    def _order(self, piece: str) -> dict[str, Any]:
        descending = piece.startswith("-") and piece not in self._columns
        return {"column": self._named(piece[1:] if descending else piece), "descending": descending}

    def _named(self, piece: str) -> str:
        """Answer the name of a column; a group or measure may be called as it was asked for: sum(人口)."""
        item = item_of(piece, self._columns)
        if not item.bracketed:
            return item.name
        return item.function if not item.name else f"{item.function}_{item.name}"

    def group(self, name: str, given: list[str]) -> None:
        """Read columns and parts of columns."""
        self._rest[name] = [
            found for text in given for piece in pieces(text) if (found := self._group(piece)) is not None
        ]

    def _group(self, piece: str) -> dict[str, Any] | None:
        item = item_of(piece, self._columns)
        if item.bracketed and item.function not in set(Part):
            self.problems.append(
                problem(
                    "unknown-part",
                    Text(
                        f"group に {shown(item.function)}() はありません。", f"`group`: no `{shown(item.function)}()`."
                    ),
                    offered(item.function, list(Part)),
                    place="group",
                    value=piece,
                )
            )
            return None
        named = {"as": item.called} if item.called else {}
        return {"column": item.name} | ({"part": item.function} if item.function else {}) | named

    def measures(self, name: str, given: list[str]) -> None:
        """Read functions of columns."""
        self._rest[name] = [
            found for text in given for piece in pieces(text) if (found := self._measure(piece)) is not None
        ]

    def _measure(self, piece: str) -> dict[str, Any] | None:
        item = item_of(piece, ())
        function = item.function if item.bracketed else item.name
        percentile = _PERCENTILE.fullmatch(function)
        if percentile is None and function not in set(Function) - {Function.PERCENTILE}:
            self.problems.append(
                problem(
                    "unknown-function",
                    Text(f"measures に {shown(function)} はありません。", f"`measures`: no `{shown(function)}`."),
                    offered(function, [*(each for each in Function if each is not Function.PERCENTILE), "p90"]),
                    place="measures",
                    value=piece,
                )
            )
            return None
        column = item.name if item.bracketed and item.name else None
        found: dict[str, Any] = {"function": "percentile" if percentile else function}
        found |= {"percent": float(percentile[1])} if percentile else {}
        found |= {"column": column} if column else {}
        return found | ({"as": item.called} if item.called else {})

    def where(self, name: str, given: list[str]) -> None:
        """Read trees of conditions in JSON; they must all hold, as the other conditions must."""
        for text in given:
            tree = where_from_json(text, parameter=name)
            self._conditions.append(tree.model_dump(mode="json", by_alias=True))

    def having(self, name: str, given: list[str]) -> None:
        """Read a tree of conditions on groups in JSON."""
        trees = [where_from_json(text, parameter=name).model_dump(mode="json", by_alias=True) for text in given]
        self._rest[name] = trees[0] if len(trees) == 1 else {"and": trees}

    def box(self, name: str, given: list[str]) -> None:
        """Read west,south,east,north."""
        for text in given:
            if numbers := self._numbers(name, text, 4):
                self._conditions.append({"box": numbers})

    def near(self, name: str, given: list[str]) -> None:
        """Read latitude,longitude,metres."""
        for text in given:
            if numbers := self._numbers(name, text, 3):
                latitude, longitude, metres = numbers
                self._conditions.append({"latitude": latitude, "longitude": longitude, "metres": metres})

    def _numbers(self, name: str, text: str, count: int) -> list[float] | None:
        parts = [part.strip() for part in text.split(",", count)]
        if len(parts) == count and all(map(_NUMBER.fullmatch, parts)):
            return [float(part) for part in parts]
        self.problems.append(unfit(name, text))
        return None

    def whole(self, name: str, given: list[str]) -> None:
        """Read a whole number."""
        text = self._single(name, given)
        if text is not None and _WHOLE.fullmatch(text):
            self._rest[name] = int(text)
        elif text is not None:
            self.problems.append(unfit(name, text))

    def truth(self, name: str, given: list[str]) -> None:
        """Read a yes or no."""
        text = self._single(name, given)
        truth = None if text is None else truth_of(text)
        if truth is not None:
            self._rest[name] = truth
        elif text is not None:
            self.problems.append(unfit(name, text))

    def text(self, name: str, given: list[str]) -> None:
        """Read text."""
        text = self._single(name, given)
        if text is not None:
            self._rest["search" if name == "q" else name] = text

    def _single(self, name: str, given: list[str]) -> str | None:
        if len(given) == 1:
            return given[0]
        self.problems.append(
            problem(
                "parameter-repeated",
                Text(f"{name} が {len(given)} 回あります。", f"`{name}` is there {len(given)} times."),
                Text("一度だけ書いてください。", "Write it once."),
                place=name,
            )
        )
        return None


_RESERVED: Mapping[str, Callable[[_Reading, str, list[str]], None]] = MappingProxyType(
    {
        "columns": _Reading.columns,
        "where": _Reading.where,
        "q": _Reading.text,
        "box": _Reading.box,
        "near": _Reading.near,
        "group": _Reading.group,
        "measures": _Reading.measures,
        "having": _Reading.having,
        "sort": _Reading.sort,
        "distinct": _Reading.truth,
        "limit": _Reading.whole,
        "after": _Reading.text,
    }
)


def _unknown_op(name: str) -> Problem:
    column, _, op = name.rpartition("__")
    near = nearest(op, list(Op))
    ja = f"もしかして: {', '.join(near)}。" if near else ""
    en = f"Did you mean {', '.join(near)}? " if near else ""
    return problem(
        "unknown-operator",
        Text(
            f"「{shown(column)}」に __{shown(op)} という比べ方はありません。",
            f"“{shown(column)}” cannot be asked for `__{shown(op)}`.",
        ),
        Text(ja + _OPS.ja, en + _OPS.en),
        place=name,
    )
