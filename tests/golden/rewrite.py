"""Write the golden files anew after a change that was meant: `python -m tests.golden.rewrite`, then read the diff."""

from __future__ import annotations

from pathlib import Path

from app.catalog.record import DatasetRecord
from app.kernel.errors import NotFound
from app.metadata.format import Format
from app.metadata.registry import FORMATS
from tests.records import SITE, bare_record, sample_record

RECORDS = {"sample": sample_record(), "bare": bare_record()}


def golden_file(name: str, described_as: Format) -> Path:
    """Say where the description of a record is kept."""
    return Path(__file__).parent / (name + described_as.suffix.replace("/", "."))


def rendered(record: DatasetRecord, described_as: Format) -> bytes:
    """Render as readers would get it: the description, or the sentence that says why there is none."""
    try:
        return described_as.render(record, SITE)
    except NotFound as error:
        return f"{error.message.en}\n".encode()


if __name__ == "__main__":
    for name, record in RECORDS.items():
        for described_as in FORMATS:
            golden_file(name, described_as).write_bytes(rendered(record, described_as))
