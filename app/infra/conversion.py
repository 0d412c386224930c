"""Makes classes of what was stored or sent, also where threads do so at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

Made = TypeVar("Made")


def converter(kind: type[Made], *, str_keys: bool = False) -> Callable[[object], Made]:
    """Answer a function that makes a `kind` of what JSON can say; it raises `msgspec.ValidationError`.

    For constants of modules: msgspec 0.22 crashes the process where threads hand it a class at once that it has not met
    before, so it meets the class here, before there are any. A decoder that is a module's constant does the same.
    """
    msgspec.json.Decoder(kind)

    def convert(value: object) -> Made:
        return msgspec.convert(value, kind, str_keys=str_keys)

    return convert
