"""What a metadata format is: an address, a media type, and a pure function of the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, ResourceRecord
    from app.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Format:
    """`suffix` follows `/dataset/{slug}` in the format's address; `render` answers the bytes served there.

    `standard` is the address of the specification that the bytes conform to, `profile` the one by which `Link` and
    `Accept` tell formats of one media type apart: without a profile, the first one in the registry is meant.
    `aliases` are other suffixes that answer the same, `accepts` other media types that mean it.
    `render_table`, where there is one, describes one table of the dataset, under the table's file with `table_suffix`.
    `render` raises `NotFound` for a record that the format cannot describe yet.
    """

    name: str
    title: Text
    media_type: str
    suffix: str
    standard: str
    render: Callable[[DatasetRecord, Site], bytes]
    profile: str | None = None
    aliases: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    render_table: Callable[[DatasetRecord, ResourceRecord, Site], bytes] | None = None
    table_suffix: str = ""
