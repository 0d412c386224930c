"""What a query means, word by word: the forms in which something asked for may stand in a record."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """Why a form is looked for."""

    WRITTEN = "written"
    DATE = "date"  # 令和3年度 for 2021
    READING = "reading"  # じんこう, jinkou for 人口
    SYNONYM = "synonym"  # 自動体外式除細動器 for AED; population for 人口
    PLACE = "place"  # a municipality, a prefecture, or what they contain


class Form(msgspec.Struct, frozen=True):
    """One way in which a word may stand in a record: any of its parts that is not empty may match.

    `pairs` stand side by side in a field of pairs (where `is_open`, the last is one letter that a token need only
    begin with). `words` all stand in the fields of words. `readings` stand side by side in the field of readings (where
    `is_open`, and there are no pairs, the last need only begin so).
    `codes` are places, of which one stands in the column of places. `text` is normalised, for marking what was found.
    `weight` is 1 for what was written and less for what was concluded.
    """

    kind: Kind
    text: str
    weight: float = 1.0
    pairs: tuple[str, ...] = ()
    is_open: bool = False
    words: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


class Asked(msgspec.Struct, frozen=True):
    """One word of a query and its forms, the written one first.

    `is_filler` says that it tells little of what is sought (particles, 教えてください, データ, dataset, how many): it
    may add to the score but is never required.
    """

    text: str
    forms: tuple[Form, ...]
    is_filler: bool = False


class Understood(msgspec.Struct, frozen=True):
    """The words of a text in order. `whole` is the text as one phrase, where it has more than one word."""

    asked: tuple[Asked, ...]
    whole: Form | None = None
