"""How a dataset is cited: who, when, what, which version, where. BibTeX, CSL-JSON and the pages write the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.catalog import addresses
from app.catalog.coverage import day_of
from app.metadata.versions import version_name
from app.metadata.words import day_of_change, default_language, issued, one_line, title_of

if TYPE_CHECKING:
    from datetime import date

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord
    from app.kernel.text import Language

# What TeX reads as a command, and the letters that stand for them; U+0000 to U+001F mean nothing in a citation.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        # Braces are counted even behind a backslash, so the letters have names.
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        # An unbalanced one ends the value for some readers, however deep in braces it stands.
        '"': "''",
    }
)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_NOT_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", '"': "%22"})


@dataclass(frozen=True, slots=True)
class Citation:
    """`url` stays the same for a version; `authors` are organizations or persons by their whole names.

    Days are Japan's.
    """

    key: str
    authors: tuple[str, ...]
    title: str
    publisher: str
    issued: date
    changed: date
    version: str
    url: str
    language: Language


def citation(record: DatasetRecord, site: Site) -> Citation:
    """Make the citation in the dataset's default language. It points to the version, whose bytes never change."""
    language = default_language(record)
    publisher = _plain(record.publisher.title.get(language)) or record.publisher.slug
    creators = tuple(
        name
        for each in record.contributors
        if {"creator", "author"} & set(each.roles) and (name := _plain(each.title or each.organization))
    )
    page = addresses.version(record.slug, record.version.number) if record.version else addresses.dataset(record.slug)
    return Citation(
        key=f"{record.slug}-{record.version.number}" if record.version else record.slug,
        authors=creators or (publisher,),
        title=_plain(title_of(record).get(language)) or record.slug,
        publisher=publisher,
        issued=day_of(issued(record)),
        changed=day_of_change(record),
        version=_plain(version_name(record.version)) if record.version else "",
        url=site.absolute(page),
        language=language,
    )


def sentence(cited: Citation) -> str:
    """Write the citation in one line, in the order of DataCite's recommended form."""
    version = f" ({cited.version})" if cited.version else ""
    return f"{', '.join(cited.authors)} ({cited.changed.year}): {cited.title}{version}. {cited.publisher}. {cited.url}"


def bibtex(cited: Citation) -> str:
    """Write a BibTeX entry: `@misc`, which every style knows. Names in double braces are not taken apart."""
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in cited.authors),
        "title": f"{{{_tex(cited.title)}}}",
        "year": str(cited.changed.year),
        "month": str(cited.changed.month),
        "publisher": _tex(cited.publisher),
        "version": _tex(cited.version),
        "howpublished": f"\\url{{{cited.url.translate(_NOT_IN_ADDRESS)}}}",
        "url": cited.url.translate(_NOT_IN_ADDRESS),
        "language": {"ja": "japanese", "en": "english"}[cited.language],
        "note": "Dataset",
    }
    written = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@misc{{{cited.key},\n{written}}}\n"


def _plain(words: str) -> str:
    return one_line(_CONTROLS.sub(" ", words))


def _tex(words: str) -> str:
    return words.translate(_TEX)
