"""What a question in SQL is made of, as far as its answer's columns need to keep their meaning."""

from __future__ import annotations

import string

import msgspec

_FOLDING = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def folded(name: str) -> str:
    """Write a name as the engine compares it: A to Z only. Python would make "k" of the Kelvin sign as well."""
    return name.translate(_FOLDING)


class Source(msgspec.Struct, frozen=True):
    """Something in FROM: a table by the name that was written, or a question inside of this one. `alias` names it."""

    alias: str
    table: str = ""
    query: Outline | None = None
    renamed: bool = False


class Output(msgspec.Struct, frozen=True):
    """An entry of the SELECT list. `name` is the column it plainly is, of the source `of` where that was written.

    `function` is a lower-case aggregate of that one column; `star` stands for all columns.
    """

    name: str = ""
    of: str = ""
    alias: str = ""
    function: str = ""
    star: bool = False


class Outline(msgspec.Struct, frozen=True):
    """A SELECT: what it gives out, and from where. An empty one tells nothing."""

    outputs: tuple[Output, ...] = ()
    sources: tuple[Source, ...] = ()


class Table(msgspec.Struct, frozen=True):
    """A name in FROM that is none of the question's own, where it first stands, and how many times it stands."""

    name: str
    place: tuple[int, int] | None
    times: int = 1


class Examined(msgspec.Struct, frozen=True):
    """A question that may be run.

    `words` are the column names it writes and `everything` says that a star stands for some more: no other columns are
    read. `blind` lists the tables of each join without a condition. `rows` are tables, each with the name it goes by,
    that stand where a column could: unless there is a column of that name, all of the table is read. `clock` says that
    the question asks what time it is.
    """

    tables: tuple[Table, ...]
    outline: Outline
    words: tuple[str, ...]
    everything: bool
    blind: tuple[tuple[str, ...], ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    clock: bool = False


class Refused(msgspec.Struct, frozen=True):
    """Why a question may not be run; `message` and `advice` in Japanese and English."""

    code: str
    message: tuple[str, str]
    advice: tuple[str, str]
    place: tuple[int, int] | None = None
