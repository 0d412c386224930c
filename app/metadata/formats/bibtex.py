"""BibTeX: the citation of a dataset for LaTeX and reference managers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.metadata import citation
from app.metadata.format import Format

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord


def render(record: DatasetRecord, site: Site) -> bytes:
    """Write the entry in UTF-8."""
    return citation.bibtex(citation.citation(record, site)).encode()


FORMAT = Format(
    name="bibtex",
    title=Text("引用（BibTeX）", "Citation (BibTeX)"),
    media_type="application/x-bibtex",
    suffix=".bib",
    standard="https://www.bibtex.org/Format/",
    render=render,
)
