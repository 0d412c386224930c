"""The whole catalogue over HTTP, as generated files: dumps, sitemaps and what language models read first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, send_file

from app.metadata.sitemaps import part_name
from app.web.access import EVERYBODY, rule
from app.web.context import services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

catalog_pages = Blueprint("catalog", __name__)


@catalog_pages.get(
    "/<any('catalog.nq.gz', 'catalog.jsonl.gz', 'catalog.parquet', 'catalog.csv', 'data.json', "
    "'llms.txt', 'llms-full.txt', 'sitemap.xml'):name>"
)
@rule(EVERYBODY)
def generated(name: str) -> Response:
    """A file about the whole catalogue, as it was made last: whole, a range of it, or 304."""
    dump = services().dumps.get(name)
    answer: Response = send_file(
        dump.path, mimetype=dump.media_type, etag=dump.sha256, last_modified=dump.modified, conditional=True
    )
    answer.headers["Content-Type"] = dump.media_type
    # Asked again each time: a withdrawn dataset must not live on in somebody's cache.
    answer.headers["Cache-Control"] = "public, no-cache"
    return answer


@catalog_pages.get("/sitemap/<int:number>.xml")
@rule(EVERYBODY)
def sitemap_part(number: int) -> Response:
    """One part of the sitemap, counted from 1."""
    return generated(part_name(number))
