"""Cuts a query into the terminals of SPARQL's grammar (SPARQL 1.1 Query Language, 19.8), in linear time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Kind(StrEnum):
    """What a token is. `WORD` is a keyword or a function's name, `NAME` a prefixed name, `OPEN` an unclosed quote."""

    SPACE = "space"
    STRING = "string"
    OPEN = "open"
    IRI = "iri"
    VARIABLE = "variable"
    NODE = "node"
    LANGUAGE = "language"
    NAME = "name"
    NUMBER = "number"
    WORD = "word"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query and where it begins."""

    kind: Kind
    text: str
    start: int


# No input takes more than one pass: what a loop may take next is told by its first character alone. Runs of one
# class are possessive (`*+`); groups are not, because Python before 3.11.5 gets those wrong.
_TERMINALS = re.compile(
    r"""
    (?P<space>(?:\s|\#[^\n\r]*+)+)
    | (?P<string>
        \"\"\"[^\"\\]*+(?:(?:\\.|\"(?!\"\"))[^\"\\]*+)*\"\"\"
        | '''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*'''
        | \"(?!\"\")[^\"\\\n\r]*+(?:\\.[^\"\\\n\r]*+)*\"
        | '(?!'')[^'\\\n\r]*+(?:\\.[^'\\\n\r]*+)*'
      )
    | (?P<open>[\"'])
    | (?P<iri><[^<>\"{}|^`\\\x00-\x20]*+(?:\\[uU][0-9A-Fa-f]{4}[^<>\"{}|^`\\\x00-\x20]*+)*>)
    | (?P<variable>[?$]\w++)
    | (?P<node>_:\w(?:[\w.-]*+(?<!\.))?)
    | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*)
    | (?P<name>(?:[^\W\d_][\w.-]{0,128}+)?:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\[-_~.!$&'()*+,;=/?\#@%])*)
    | (?P<number>(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?)
    | (?P<word>[^\W\d]\w*+)
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(query: str, start: int = 0) -> Iterator[Token]:
    """Cut the query from an offset on; space and comments are left out."""
    for found in _TERMINALS.finditer(query, start):
        kind = Kind(found.lastgroup or Kind.SIGN)
        if kind is not Kind.SPACE:
            yield Token(kind, found.group(), found.start())
