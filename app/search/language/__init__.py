"""The query language: what people type into a search box, as a tree.

Ready-made parsers (luqum, Whoosh's qparser) follow Lucene's grammar: they refuse an unbalanced quote or parenthesis,
know neither 「」 nor full-width operators, and nest without bound. People's queries are never wrong here, so this one
is written by hand: it reads what it can, and says what it passed over.
"""

from app.search.language.parser import Parsed, parse

__all__ = ["Parsed", "parse"]
