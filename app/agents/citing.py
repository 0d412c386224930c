"""Cites answers in few words: what they are of, under which terms, and where the same stands for good."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from app.metadata.words import instant
from app.query.citing import attribution, query_hash
from app.query.written import parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from app.agents.tool import Call
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, License, ResourceRecord
    from app.query.frame import Frame
    from app.query.question import Question
    from app.query.sql.service import Answered

# A longer one would be cut in the answer, and a cut address is none.
_LONGEST = 1900


def cite_rows(
    site: Site, call: Call, table: tuple[DatasetRecord, ResourceRecord, Frame], question: Question
) -> dict[str, Any]:
    """Cite an answer about a table; `query_hash` and `permalink` are those of the REST interface."""
    record, resource, frame = table
    asked = question.canonical()
    number = str(record.version.number if record.version else 0)
    query = [("version", number), *parameters_of(question, frame.by_name)]
    permalink = site.absolute(address(f"/api/v1/resources/{resource.id}/rows", query))
    cited = _source(site, call, record, is_changed=bool(asked)) | {"query_hash": query_hash(frame.id, asked)}
    return _with_link(cited, permalink, call.now)


def cite_sql(site: Site, call: Call, answered: Answered, *, text: str, limit: int) -> dict[str, Any]:
    """Cite an answer in SQL: all tables that it is of, each in its version."""
    tables = [
        {"table": each.name, "sha256": each.frame.id[:16]} | _source(site, call, each.record, is_changed=True)
        for each in answered.tables
    ]
    at = max((each.record.version.published for each in answered.tables if each.record.version), default=None)
    # To the last digit: a moment earlier it was another version.
    then = {"at": at.astimezone(UTC).isoformat().replace("+00:00", "Z")} if at else {}
    query = {"query": text, "limit": str(limit)} | then
    permalink = "" if answered.clock else site.absolute(address("/api/v1/sql", query.items()))
    return _with_link({"tables": tables, "query_hash": answered.query_hash}, permalink, call.now)


def cite_dataset(site: Site, call: Call, record: DatasetRecord) -> dict[str, Any]:
    """Cite a dataset as a whole."""
    return _source(site, call, record, is_changed=False)


def terms(call: Call, license_: License) -> dict[str, str]:
    """Say the terms of use: title or id, and where they stand."""
    said = {"title": call.words(license_.title) or license_.name, "url": license_.url}
    return {name: words for name, words in said.items() if words}


def address(path: str, query: Iterable[tuple[str, str]]) -> str:
    """Write an address that people can read (RFC 3987): letters of any script stay, all else is escaped.

    Escaped, a name in Japanese has nine times the letters, which nobody copies without a mistake.
    """
    return path + "?" + "&".join(f"{_readable(name)}={_readable(value)}" for name, value in query)


def _readable(words: str) -> str:
    return "".join(
        sign if sign.isalnum() or sign in "-._~," else quote(sign, safe="", errors="replace") for sign in words
    )


def _source(site: Site, call: Call, record: DatasetRecord, *, is_changed: bool) -> dict[str, Any]:
    return {
        "dataset": record.slug,
        "version": record.version.number if record.version else 0,
        "license": terms(call, record.license),
        "attribution": call.words(attribution(record, site, changed=is_changed)),
    }


def _with_link(cited: dict[str, Any], permalink: str, now: datetime) -> dict[str, Any]:
    if 0 < len(permalink) <= _LONGEST:
        cited["permalink"] = permalink
    return cited | {"retrieved": instant(now)}
