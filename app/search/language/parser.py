"""From tokens to the tree: AND binds closest, then OR, then the blank between words, as people mean it.

`a AND b OR c AND d` is two alternatives; `世田谷 保育園 OR 幼稚園` is a place and one of two things.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.kernel.text import Text
from app.search.engine import Facet
from app.search.language.days import days_in
from app.search.language.lexer import Mark, Token, tokens_of
from app.search.language.names import DateField, Named, Part, named
from app.search.language.tree import Both, Chosen, Dated, Dropped, Either, Node, Not, Quoted, Within, Words

LENGTH = 200
TERMS = 10
DEPTH = 5
# A sentence about what was passed over quotes this much of it.
_QUOTED_LENGTH = 40
_SAYS_SOMETHING = re.compile(r"[^\W_]")

TOO_LONG = Text(f"検索に使うのは最初の{LENGTH}文字までです。", f"Only the first {LENGTH} characters are searched.")
TOO_MANY = Text(f"検索に使うのは{TERMS}語までです。", f"Only {TERMS} words are searched.")
NO_WORD = Text("検索できる文字がありません。", "There is no letter or digit in it to search for.")
NO_VALUE = Text("コロンの後に値がありません。", "Nothing follows the colon.")
NO_DATE = Text(
    "日付として読めません。2024-01..2024-12 のように書いてください。",
    "It is not a date. Write it like 2024-01..2024-12.",
)
NO_PARTNER = Text("対になる括弧や引用符がありません。", "Its partner is missing.")
NO_SIDE = Text("前後に語がありません。", "A word is missing beside it.")
TOO_DEEP = Text(f"括弧を重ねられるのは{DEPTH}段までです。", f"Parentheses nest {DEPTH} deep at most.")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query as understood. `tree` is `None` where nothing is asked for."""

    tree: Node | None
    dropped: tuple[Dropped, ...] = ()


def parse(query: str) -> Parsed:
    """Read a query. Never raises, and takes time in proportion to at most `LENGTH` characters."""
    kept = query[:LENGTH]
    reader = _Reader(list(tokens_of(kept)))
    tree = reader.read()
    beyond = (Dropped(short(query[LENGTH:]), TOO_LONG),) if query[LENGTH:].strip() else ()
    return Parsed(tree, (*_grouped(reader.dropped), *beyond))


def short(text: str) -> str:
    """Quote the beginning of something passed over; it may be anything, even no valid text."""
    plain = text[: _QUOTED_LENGTH * 2].encode("utf-8", "replace").decode("utf-8").strip()
    return plain[:_QUOTED_LENGTH] + "…" if len(plain) > _QUOTED_LENGTH or len(text) > _QUOTED_LENGTH * 2 else plain


def _grouped(dropped: list[Dropped]) -> tuple[Dropped, ...]:
    """Say a reason once, for everything that it holds for."""
    texts: dict[Text, list[str]] = {}
    for each in dropped:
        texts.setdefault(each.reason, []).append(each.text)
    return tuple(Dropped(short(" ".join(parts)), reason) for reason, parts in texts.items())


class _Reader:
    """Walks over the tokens once."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._terms = 0
        self.dropped: list[Dropped] = []

    def read(self) -> Node | None:
        """Read everything; a closing parenthesis that nothing opened is passed over."""
        nodes: list[Node] = []
        while self._place < len(self._tokens):
            if node := self._all(0):
                nodes.append(node)
            if self._take(Mark.CLOSE):
                self._drop(self._tokens[self._place - 1], NO_PARTNER)
        return _both(nodes)

    def _all(self, depth: int) -> Node | None:
        """Read what blanks join, up to a closing parenthesis."""
        nodes: list[Node] = []
        while (token := self._next()) and token.mark is not Mark.CLOSE:
            if node := self._alternatives(depth):
                nodes.append(node)
        return _both(nodes)

    def _alternatives(self, depth: int) -> Node | None:
        sides: list[Node] = []
        while True:
            side = self._joined(depth)
            if side:
                sides.append(side)
            operator = self._take(Mark.OR)
            if operator is None:
                break
            if side is None or not self._goes_on():
                self._drop(operator, NO_SIDE)
        return Either(tuple(sides)) if len(sides) > 1 else sides[0] if sides else None

    def _joined(self, depth: int) -> Node | None:
        sides: list[Node] = []
        while True:
            side = self._one(depth)
            if side:
                sides.append(side)
            operator = self._take(Mark.AND)
            if operator is None:
                break
            if side is None or not self._goes_on():
                self._drop(operator, NO_SIDE)
        return _both(sides)

    def _goes_on(self) -> bool:
        token = self._next()
        return token is not None and token.mark not in {Mark.CLOSE, Mark.AND, Mark.OR}

    def _one(self, depth: int) -> Node | None:
        """Read one condition; `None` where the next token is none, or is passed over."""
        denied = None
        is_denied = False
        while token := self._take(Mark.NOT):
            denied, is_denied = token, not is_denied
        node = self._condition(depth)
        if node is None:
            if denied and len(denied.text) > 1:
                self._drop(denied, NO_SIDE)
            return None
        return Not(node) if is_denied else node

    def _condition(self, depth: int) -> Node | None:
        token = self._next()
        if token is None or token.mark in {Mark.AND, Mark.OR, Mark.CLOSE}:
            return None
        self._place += 1
        if token.mark is Mark.OPEN:
            return self._group(token, depth)
        if token.mark is Mark.LONELY:
            self._drop(token, NO_PARTNER)
            return None
        if token.mark is Mark.FIELD:
            return self._field(token)
        return self._term(token)

    def _group(self, opening: Token, depth: int) -> Node | None:
        if depth >= DEPTH:
            # Deeper ones are read as if they were not there.
            self._drop(opening, TOO_DEEP)
            return None
        node = self._all(depth + 1)
        if self._take(Mark.CLOSE) is None:
            self._drop(opening, NO_PARTNER)
        return node

    def _field(self, token: Token) -> Node | None:
        what = named(token.text)
        value = self._take(Mark.PHRASE) or self._take(Mark.WORD) or self._take(Mark.FIELD)
        if what is None:
            # `10:30`, `https://…`: a colon in plain words.
            return _both([node for each in (token, value) if each and (node := self._term(each))])
        if value is None:
            self._drop(token, NO_VALUE)
            return None
        return self._counted(Token(value.mark, value.text, token.typed + value.typed), what)

    def _term(self, token: Token) -> Node | None:
        return self._counted(token, None)

    def _counted(self, token: Token, what: Named | None) -> Node | None:
        """Make a condition of a word or phrase, unless it says nothing or is one too many."""
        if not _SAYS_SOMETHING.search(token.text):
            self._drop(token, NO_WORD)
            return None
        if self._terms >= TERMS:
            self._drop(token, TOO_MANY)
            return None
        node = _dated(what, token.text) if isinstance(what, DateField) else _leaf(token, what)
        if node is None:
            self._drop(token, NO_DATE)
            return None
        self._terms += 1
        return node

    def _next(self) -> Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _take(self, mark: Mark) -> Token | None:
        token = self._next()
        if token is None or token.mark is not mark:
            return None
        self._place += 1
        return token

    def _drop(self, token: Token, reason: Text) -> None:
        self.dropped.append(Dropped(token.typed, reason))


def _leaf(token: Token, what: Part | Facet | None) -> Node:
    words = Quoted(token.text) if token.mark is Mark.PHRASE else Words(token.text)
    if isinstance(what, Part):
        return Within(what, words)
    return Chosen(what, token.text) if what is not None else words


def _dated(field: DateField, words: str) -> Node | None:
    days = days_in(words)
    return Dated(field, *days) if days else None


def _both(nodes: list[Node]) -> Node | None:
    """Join conditions; plain words side by side are one piece of writing, which is understood as a whole."""
    joined: list[Node] = []
    for node in nodes:
        for part in node.nodes if isinstance(node, Both) else (node,):
            if isinstance(part, Words) and joined and isinstance(joined[-1], Words):
                joined[-1] = Words(f"{joined[-1].text} {part.text}")
            else:
                joined.append(part)
    return Both(tuple(joined)) if len(joined) > 1 else joined[0] if joined else None
