"""Looks at a query before it is run: reads its form, and refuses what is not ours to do.

The engine alone decides what is valid SPARQL. This decides that nothing leaves the portal (SERVICE), that nothing is
changed, and that no query is nested so deeply that a parser's stack ends. It stands before the built-in store, whose
process has no network anyway, and before servers elsewhere, which may have one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.sparql.refusals import bad_query, place_of, syntax_error, too_long
from app.sparql.tokens import Kind, Token, tokens

if TYPE_CHECKING:
    from app.kernel.errors import AppError

QUERY_BYTES = 16 * 1024
DEPTH = 64
GRAPHS = 64

SELECT, ASK, CONSTRUCT, DESCRIBE = FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"})
# What may differ each time although the data is the same.
CHANGING = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})

_OPENING, _CLOSING = frozenset("({["), frozenset(")}]")
# After one of these a value has ended, so that "<" may stand for "less than".
_VALUES = frozenset({Kind.STRING, Kind.IRI, Kind.VARIABLE, Kind.LANGUAGE, Kind.NAME, Kind.NUMBER, Kind.WORD, Kind.NODE})
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LAST_CHARACTER = 0x10FFFF
# Halves of pairs (Unicode, 3.8) are no characters, and nothing that holds one can be written as UTF-8.
_HALVES = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True)
class Examined:
    """A query that may be run: its form, the graphs of its FROM and FROM NAMED, and whether it answers the same twice.

    `has_dataset` says that it has such a clause; its default graph is then not the union of all graphs.
    """

    query: str
    form: str
    graphs: tuple[str, ...]
    has_dataset: bool
    lasting: bool


def examine(query: str) -> Examined:
    """Look at a query. Raises `BadRequest` with the place of what is refused, `TooLarge` past `QUERY_BYTES`."""
    if len(query) > QUERY_BYTES or len(query.encode("utf-8", "replace")) > QUERY_BYTES:
        raise too_long(QUERY_BYTES)
    # The standard (19.2) expands \u escapes before anything is read; not every engine does. Both readings must pass.
    expanded = _expand(query)
    if expanded != query:
        _Reading(expanded).examined()
    return _Reading(query).examined()


@dataclass(slots=True)
class _Reading:
    """One pass over the tokens, which remembers the last two."""

    query: str
    form: str = ""
    depth: int = 0
    last: Token | None = None
    before: Token | None = None
    lasting: bool = True
    has_dataset: bool = False
    graphs: list[str] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)

    def examined(self) -> Examined:
        for token in tokens(self.query):
            self._see(token)
            self.before, self.last = self.last, token
        if not self.form:
            raise syntax_error(place_of(self.query, len(self.query)), "")
        return Examined(self.query, self.form, tuple(self.graphs), self.has_dataset, self.lasting)

    def _see(self, token: Token) -> None:
        if token.kind is Kind.OPEN:
            raise self._refused(token, *UNCLOSED)
        if token.kind is Kind.SIGN:
            self._nest(token)
        if token.kind is Kind.WORD:
            self._word(token)
        if token.kind is Kind.IRI:
            self._iri(token)
        if self._calls_away(token):
            raise self._refused(self.last if token.text == "{" and self.last else token, *SERVICE)
        if token.kind in {Kind.IRI, Kind.NAME} and self._after("FROM", "NAMED") and not self.depth:
            self._graph(token)
        if self._declares("PREFIX") and token.kind is Kind.IRI and self.last:
            self.prefixes[self.last.text[:-1]] = token.text[1:-1]

    def _nest(self, token: Token) -> None:
        self.depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if self.depth > DEPTH:
            raise self._refused(token, *TOO_DEEP)

    def _word(self, token: Token) -> None:
        word = token.text.upper()
        if not self.form and word in UPDATES:
            raise self._refused(token, *UPDATE)
        if not self.form and word in FORMS:
            self.form = word
        if word in CHANGING:
            self.lasting = False

    def _calls_away(self, token: Token) -> bool:
        """Find SERVICE, also where it touches what follows: some parsers read `SERVICEex:x {` as `SERVICE ex:x {`."""
        if token.kind is Kind.WORD:
            return token.text.upper().startswith("SERVICE")
        last = self.last
        if token.text != "{" or last is None or last.kind is not Kind.NAME:
            return False
        before = self.before.text.upper() if self.before else ""
        return last.text.upper().startswith("SERVICE") and before not in {"GRAPH", "FROM", "NAMED", "DESCRIBE"}

    def _iri(self, token: Token) -> None:
        """Refuse what can be read as an address and as "less than" too: the readings end at different places.

        Only after a value, and only with a comment or a closing bracket in it, does the difference reach beyond the
        address; and an absolute address whose scheme is no prefix of this query can only be read as one.
        """
        inner = token.text[1:-1]
        if self.last is None or not ("#" in inner or ")" in inner):
            return
        if self._declares("PREFIX") or self._after("BASE", "FROM", "NAMED", "GRAPH", "DESCRIBE", "A"):
            return
        if self.last.kind not in _VALUES and self.last.text not in _CLOSING:
            return
        scheme = _SCHEME.match(inner)
        if scheme is None or scheme.group(1) in self.prefixes:
            raise self._refused(token, *AMBIGUOUS)

    def _graph(self, token: Token) -> None:
        """Note a graph of FROM or FROM NAMED under its full address."""
        self.has_dataset = True
        if token.kind is Kind.IRI:
            name = token.text[1:-1]
        else:
            prefix, _, rest = token.text.partition(":")
            if prefix not in self.prefixes:
                raise syntax_error(place_of(self.query, token.start), f"PREFIX {prefix}:")
            name = self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", rest)
        if not _SCHEME.match(name) or len(self.graphs) >= GRAPHS:
            raise self._refused(token, *FOREIGN_GRAPH)
        self.graphs.append(_expand(name))

    def _after(self, *words: str) -> bool:
        return self.last is not None and self.last.kind is Kind.WORD and self.last.text.upper() in words

    def _declares(self, word: str) -> bool:
        before = self.before
        return before is not None and before.kind is Kind.WORD and before.text.upper() == word

    def _refused(self, token: Token, code: str, message: Text, advice: Text) -> AppError:
        return bad_query(code, message, advice, place_of(self.query, token.start))


def _expand(words: str) -> str:
    def character(found: re.Match[str]) -> str:
        code = int(found.group(1) or found.group(2), 16)
        return chr(code) if code <= _LAST_CHARACTER and code not in _HALVES else found.group()

    return _ESCAPE.sub(character, words)


SERVICE = (
    "sparql-service",
    Text(
        "SERVICE（ほかのサーバーへの問い合わせ）は使えません。", "SERVICE, which asks other servers, is not available."
    ),
    Text("このポータルのデータだけに問い合わせてください。", "Ask about this portal's data only."),
)
UPDATE = (
    "sparql-update",
    Text("データの更新はできません。", "Updates are not taken here."),
    Text("SELECT、ASK、CONSTRUCT、DESCRIBE のいずれかを使ってください。", "Use SELECT, ASK, CONSTRUCT or DESCRIBE."),
)
TOO_DEEP = (
    "sparql-nesting",
    Text(f"括弧の入れ子が {DEPTH} 段を超えています。", f"Brackets are nested more than {DEPTH} deep."),
    Text("クエリを分けるか、入れ子を減らしてください。", "Split the query, or nest less."),
)
UNCLOSED = (
    "sparql-syntax",
    Text("引用符が閉じられていません。", "A quotation mark is not closed."),
    Text("同じ種類の引用符で閉じてください。", "Close it with a mark of the same kind."),
)
FOREIGN_GRAPH = (
    "sparql-unknown-graph",
    Text(
        "FROM には、このポータルのデータセットの URL を全体で書いてください（64 個まで）。",
        "FROM takes full addresses of this portal's datasets, at most 64.",
    ),
    Text(
        "SELECT DISTINCT ?g { GRAPH ?g {} } でグラフを一覧できます。", "SELECT DISTINCT ?g { GRAPH ?g {} } lists them."
    ),
)
AMBIGUOUS = (
    "sparql-ambiguous",
    Text("アドレスとも「より小さい」とも読めます。", "This can be read as an address and as “less than”."),
    Text(
        "アドレスなら https:// から全体を書き、比較なら < の後に空白を入れてください。",
        "Write the whole address, from https:// on; for a comparison, put a space after “<”.",
    ),
)
