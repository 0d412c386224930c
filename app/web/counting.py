"""What of the requests is counted: pages and files that people ask for, and searches that find nothing good.

Counted is who is nobody in particular (whoever is signed in works here) and names a program that does not call itself
a robot. Asking ahead (`Sec-Purpose: prefetch`), HEAD, all parts of a file but its first, and what a page elsewhere has
browsers load as its picture, script or frame are not counted. Of whoever asks nothing is kept; the same reader counts
as often as they ask.
"""

from __future__ import annotations

import re
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import request

from app.catalog.usage import Use
from app.web.context import actor, services

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from werkzeug.wrappers import Response

    from app.catalog.record import DatasetRecord
    from app.search.service import SearchAnswer, SearchQuery

# In the environment of a request: the dataset whose page the answer is.
SEEN = "kakehashi.seen"
_ROBOT = re.compile(
    r"bot\b|bot[/_-]|crawl|spider|slurp|scrap|archiver|fetcher|preview|monitor|uptime|checker|lighthouse|headless"
    r"|facebookexternalhit|\+https?://",
    re.IGNORECASE,
)
_AGENT_LENGTH = 500
# What a reader asks for is a document to a browser, or empty to a script of ours or an application.
_ASKED_FOR = frozenset({"document", "empty"})
_AHEAD = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")


def is_reader(environ: Mapping[str, Any]) -> bool:
    """Say whether a request is a reader's own, as far as it says."""
    agent = environ.get("HTTP_USER_AGENT")
    if environ["REQUEST_METHOD"] != "GET" or not agent or _is_robot(agent):
        return False
    if environ.get("HTTP_SEC_FETCH_DEST", "empty") not in _ASKED_FOR:
        return False
    # Next to no request has one of these.
    ahead = (environ[name] for name in _AHEAD if name in environ) if not environ.keys().isdisjoint(_AHEAD) else ()
    return not any("prefetch" in each.lower() for each in ahead)


def saw(record: DatasetRecord) -> None:
    """Count the request as a look at a dataset's page; answers kept ready count for the same dataset."""
    request.environ[SEEN] = record.id
    if _is_counted():
        services().usage.count(record.id, Use.VIEW)


def took(record: DatasetRecord, answer: Response) -> None:
    """Count an answer as a download where it is a file, or the beginning of one."""
    is_whole = answer.status_code == HTTPStatus.OK
    is_first = answer.status_code == HTTPStatus.PARTIAL_CONTENT and (
        answer.headers.get("Content-Range", "").startswith("bytes 0-")
    )
    if (is_whole or is_first) and _is_counted():
        services().usage.count(record.id, Use.DOWNLOAD)


def asked(query: SearchQuery, answer: SearchAnswer) -> None:
    """Count a search of the whole catalogue that found nothing good; further pages of one are none."""
    is_whole = not (query.filters or any(query.updated) or query.after or query.offset)
    if is_whole and query.words and _is_counted():
        services().demand.searched.count(query.words, answer)


def _is_counted() -> bool:
    return is_reader(request.environ) and actor().is_anonymous


# Nearly all readers are of a few hundred programs; looking through the words of each request would take longer than
# the rest of counting.
@lru_cache(maxsize=1000)
def _is_robot(agent: str) -> bool:
    return _ROBOT.search(agent[:_AGENT_LENGTH]) is not None
