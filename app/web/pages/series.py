"""The page of a series of datasets that repeat by period, its description, and names that pages of datasets show."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import render_template

from app.catalog import vocabularies
from app.catalog.places import place_of
from app.kernel.text import Text
from app.metadata.graph_series import series_graph
from app.web.access import EVERYBODY, rule
from app.web.context import actor, language, services
from app.web.pages import blueprint
from app.web.respond import conditional

if TYPE_CHECKING:
    from flask import Response

    from app.catalog.series import SeriesRecord

VOCABULARIES = {"group": vocabularies.groups, "ai_use": vocabularies.ai_uses}


# A series' slug is its publisher's, a dot, and a key.
@blueprint.get("/series/<slug:publisher>.<slug:key>")
@rule(EVERYBODY)
def series(publisher: str, key: str) -> str:
    """A series and its datasets, in the order of their periods."""
    return render_template("series.html", series=_series(publisher, key))


@blueprint.get("/series/<slug:publisher>.<slug:key>.ttl")
@rule(EVERYBODY)
def series_turtle(publisher: str, key: str) -> Response:
    """Describe a series as DCAT-AP."""
    body = series_graph(_series(publisher, key), services().site).serialize(format="turtle").encode()
    return conditional(body, "text/turtle; charset=utf-8", hashlib.sha256(body).hexdigest(), None)


def _series(publisher: str, key: str) -> SeriesRecord:
    return services().catalog.series(actor(), f"{publisher}.{key}")


@blueprint.context_processor
def _names() -> dict[str, Any]:
    return {"concept_title": concept_title, "place_title": place_title, "host_of": host_of}


def concept_title(vocabulary: str, code: str) -> Text:
    """Say what a code of a vocabulary means, or the code itself where it is in none."""
    found = VOCABULARIES[vocabulary]().get(code)
    return found.title if found else Text(code, code)


def place_title(words: str) -> str:
    """Name a place that is written as a code or an address; what is no known place stays as it is."""
    found = place_of(words)
    return found.name.get(language()) if found else words


def host_of(url: str) -> str:
    """Say on whose server something lies; nothing for what is no address."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
