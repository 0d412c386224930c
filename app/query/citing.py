"""What makes an answer citable: what it is of, under which terms, and where it stands for good."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.catalog import addresses
from app.catalog.record import License
from app.kernel.text import Text

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, ResourceRecord


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer is from.

    `attribution` may be copied as it is to satisfy the terms of use. `query_hash` is the SHA-256 of the question and of
    the file that was asked: equal ones have equal answers. `permalink` answers the same rows for ever, without
    `retrieved`: whoever was renamed since, is called there as when the version was published. Its bytes change only
    where the portal says more than before.
    """

    title: Text
    publisher: Text
    url: str
    resource: str
    version: int
    published: datetime
    sha256: str
    license: License
    attribution: Text
    query_hash: str
    rows: int
    permalink: str
    retrieved: datetime | None = None


def query_hash(sha256: str, question: dict[str, Any]) -> str:
    """Name a question about a file: the SHA-256 of both, in JSON with sorted keys and nothing between."""
    asked = {"file": sha256, "question": question}
    return hashlib.sha256(
        json.dumps(asked, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "replace")
    ).hexdigest()


def attribution(record: DatasetRecord, site: Site, *, changed: bool) -> Text:
    """Say whose work it is, under which terms, and whether something was made of it, as most terms ask."""
    version = record.version
    number = version.number if version else 0
    day = f"{version.published:%Y-%m-%d}" if version else ""
    url = site.absolute(addresses.version(record.slug, number))
    terms = record.license
    ja = f"{record.publisher.title.get('ja')}「{record.title.get('ja')}」（第{number}版、{day}公開）{url}"
    en = f"{record.publisher.title.get('en')}, “{record.title.get('en')}” (version {number}, published {day}), {url}"
    named = terms.title or Text(terms.name, terms.name)
    if named or terms.url:
        ja += f"、{named.get('ja')} {terms.url}".rstrip()
        en += f", {named.get('en')} {terms.url}".rstrip()
    if changed:
        ja += "、を抽出・加工して作成"
        en += "; selected or aggregated from it"
    return Text(ja, en)


def cite(
    record: DatasetRecord,
    resource: ResourceRecord,
    site: Site,
    *,
    question: dict[str, Any],
    rows: int,
    permalink: str,
    retrieved: datetime | None,
) -> Citation:
    """Cite an answer of `rows` rows about a table of a published version."""
    version = record.version
    file = resource.parquet
    if version is None or file is None:
        raise ValueError("only tables of versions can be cited")
    return Citation(
        title=record.title,
        publisher=record.publisher.title,
        url=site.absolute(addresses.version(record.slug, version.number)),
        resource=resource.name,
        version=version.number,
        published=version.published,
        sha256=file.sha256,
        license=record.license,
        attribution=attribution(record, site, changed=bool(question)),
        query_hash=query_hash(file.sha256, question),
        rows=rows,
        permalink=permalink,
        retrieved=retrieved,
    )
