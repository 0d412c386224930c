"""What a metadata format is: an address, a media type, and a pure function of the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord
    from app.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Format:
    """`suffix` follows `/dataset/{slug}` in the format's address; `render` answers the bytes served there.

    `standard` is the address of the specification that the bytes conform to.
    """

    name: str
    title: Text
    media_type: str
    suffix: str
    standard: str
    render: Callable[[DatasetRecord, Site], bytes]
    profile: str | None = None
