"""Conditions as people write them: 人口 >= 1000, 名称 contains 図書館, 区分 in A, B, 備考 is not null.

Also as the REST interface has them, 人口__gte=1000, and as a tree in JSON. Several may stand in one, with "and"/"or".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.agents.columns import unquoted
from app.kernel.text import Text
from app.query.bodies import where_from_json
from app.query.complaints import unknown_column
from app.query.lists import values
from app.query.question import And, Condition, Not, Op, Or
from app.query.refusals import problem, refused
from app.query.storage import NUMBERS, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.agents.columns import Names
    from app.kernel.errors import BadRequest
    from app.query.question import Where
    from app.query.storage import Stored

FORMS = (
    "Write: column >= 10, = x, != x, < 5, between 1 and 9, in a, b, not in a, b, contains x, starts with x, is null, "
    "is not null, within 世田谷区. Several conditions are several filters."
)
# What people write, and what it asks; the first that fits counts. `!` turns it round.
_OPERATORS: tuple[tuple[str, str], ...] = (
    (r"(?:is\s+not|≠|[!！][=＝]|<>)\s*(?:null|empty|none)\b\s*$|(?:not\s+null|exists)\s*$", "!null"),
    (r"(?:is|[=＝]{1,2})\s*(?:null|empty|none)\b\s*$", "null"),
    (r"not\s+in\b", "!in"),
    (r"in\b", "in"),
    (r"(?:not\s+contains?|does\s+not\s+contain|not\s+like)\b|!~", "!contains"),
    (r"(?:contains?|includes?|like|ilike)\b|~", "contains"),
    (r"(?:starts?\s*_?with|begins\s+with|starts)\b|\^=", "starts"),
    (r"not\s+between\b", "!between"),
    (r"between\b", "between"),
    (r"within\b", "within"),
    (r"[>＞][=＝]|≧|≥|=>|gte\b", "gte"),
    (r"[<＜][=＝]|≦|≤|=<|lte\b", "lte"),
    (r"[!！][=＝]|<>|≠|is\s+not\b|not\b", "not"),
    (r"[>＞]|gt\b", "gt"),
    (r"[<＜]|lt\b", "lt"),
    (r"[=＝]{1,3}|[:：]|is\b|exact\b|eq\b", "exact"),
)
_OPERATOR = re.compile(
    r"\s*(?:" + "|".join(f"(?P<o{place}>{words})" for place, (words, _) in enumerate(_OPERATORS)) + ")", re.IGNORECASE
)
# Words need a blank before them, or "in" would stand in 人口insert.
_FOLLOWS = re.compile(rf"(?:\s|(?=[^\w\s])){_OPERATOR.pattern}", re.IGNORECASE)
_REST = re.compile(rf"(?P<column>.+?)__(?P<op>{'|'.join(Op)})\s*=(?P<value>.*)", re.DOTALL)
_JOINS = re.compile(r"\s+(?P<word>and|or|かつ|または|&&|\|\|)\s+", re.IGNORECASE)
_OR = frozenset({"or", "または", "||"})
_SEPARATED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_MYRIADS = re.compile(r"([0-9]+(?:\.[0-9]+)?)(千|万|億|兆)")
_TIMES = {"千": 10**3, "万": 10**4, "億": 10**8, "兆": 10**12}
_BETWEEN = (re.compile(r"\s+(?:and|to)\s+|\s*(?:\.\.|〜|～|~|から)\s*", re.IGNORECASE), re.compile(r"\s*[,、]\s*"))
_MOST_PARTS = 20


@dataclass(frozen=True, slots=True)
class Filters:
    """Reads conditions about a table."""

    names: Names
    columns: Mapping[str, Stored]

    def read(self, text: str) -> Where:
        """Read one filter. Raises `BadRequest`, which says what may be written or which column is nearest."""
        plain = text.strip()
        if plain.startswith("{"):
            return where_from_json(plain, parameter="filters")
        parts, words = self._parts(plain)
        found = [self._single(part) for part in parts]
        if len(found) == 1:
            return found[0]
        if len({word in _OR for word in words}) > 1:
            raise _unreadable(text, "“and” and “or” cannot stand in one filter; write several.")
        return Or.model_validate({"or": found}) if words[0] in _OR else And.model_validate({"and": found})

    def _parts(self, text: str) -> tuple[list[str], list[str]]:
        """Cut where "and" or "or" is followed by another condition; elsewhere they are part of a value."""
        parts: list[str] = []
        words: list[str] = []
        start = 0
        for joint in _JOINS.finditer(text):
            if len(parts) < _MOST_PARTS and self._begins_one(text[joint.end() :]):
                parts.append(text[start : joint.start()])
                words.append(joint["word"].lower())
                start = joint.end()
        return [*parts, text[start:]], words

    def _begins_one(self, text: str) -> bool:
        return bool(self.names.leading(text, _FOLLOWS))

    def _single(self, text: str) -> Where:
        rest = _REST.fullmatch(text)
        if rest and (column := self.names.find(rest["column"])):
            return self._condition(column, rest["op"], rest["value"])
        if found := self.names.leading(text.strip(), _FOLLOWS):
            column, said = found
            operator = _OPERATOR.match(said)
            if operator:
                return self._condition(column, _named(operator), said[operator.end() :])
        operator = _FOLLOWS.search(text)
        if operator is None or not text[: operator.start()].strip():
            raise _unreadable(text, "No comparison was found in it.")
        name = text[: operator.start()].strip()
        column = self.names.find(name)
        if column is None:
            raise refused(unknown_column(unquoted(name), list(self.columns)))
        again = _OPERATOR.match(text, operator.start())
        return self._condition(column, _named(again or operator), text[operator.end() :])

    def _condition(self, column: str, op: str, said: str) -> Where:
        if op.startswith("!"):
            inner = Condition(column=column, op=Op.NULL, value=False) if op == "!null" else None
            return inner or Not.model_validate({"not": self._condition(column, op[1:], said)})
        stored = self.columns[column]
        if op == Op.NULL:
            return Condition(column=column, op=Op.NULL, value=unquoted(said) not in {"false", "no", "0"})
        if op in {Op.IN, Op.WITHIN}:
            return Condition(column=column, op=Op(op), value=[_value(each, stored) for each in _listed(said)])
        if op == Op.BETWEEN:
            plain = said.strip(" ()[]")
            ends = next((parts for each in _BETWEEN if len(parts := each.split(plain)) > 1), [plain])
            return Condition(column=column, op=Op.BETWEEN, value=[_value(each, stored) for each in ends])
        value = _value(said, stored)
        if op == Op.CONTAINS and value.strip("%") != value:
            # SQL's signs: x% begins so, %x% holds it.
            op = Op.CONTAINS if value.startswith("%") else Op.STARTS
            value = value.strip("%")
        if not value and op not in {Op.EXACT, Op.NOT}:
            raise _unreadable(f"{column} {op}", "No value follows.")
        return Condition(column=column, op=Op(op), value=value)


def _named(found: re.Match[str]) -> str:
    return next(op for place, (_, op) in enumerate(_OPERATORS) if found[f"o{place}"] is not None)


def _listed(said: str) -> list[str]:
    plain = said.strip()
    if plain[:1] + plain[-1:] in {"()", "[]"}:
        plain = plain[1:-1]
    if "," not in plain and "、" in plain:
        return [each for each in plain.split("、") if each.strip()]
    return [each for each in values(plain) if each.strip()]


def _value(said: str, stored: Stored) -> str:
    """Take off what is none of a value: quotation marks, and of a number its separators and its unit."""
    value = unquoted(said)
    if stored.kind not in NUMBERS:
        return value
    number = unicodedata.normalize("NFKC", value).strip()
    if unit := unicodedata.normalize("NFKC", stored.column.unit):
        number = number.removesuffix(unit).rstrip()
    if _SEPARATED.fullmatch(number):
        number = number.replace(",", "")
    if found := _MYRIADS.fullmatch(number):
        times = float(found[1]) * _TIMES[found[2]]
        number = str(int(times)) if times.is_integer() else str(times)
    whole = stored.kind is Kind.INTEGER and re.fullmatch(r"[0-9]+\.0+", number)
    return number.partition(".")[0] if whole else number


def _unreadable(text: str, why: str) -> BadRequest:
    return refused(
        problem(
            "filter-unreadable",
            Text("この filter を読めません。", f"This filter cannot be read. {why}"),
            Text(f"書き方: {FORMS}", FORMS),
            place="filters",
            value=text,
        )
    )
