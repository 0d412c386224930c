"""What the document says in words: of status codes, and of what is no interface for programs."""

from __future__ import annotations

from collections.abc import Mapping

STATUSES: Mapping[str, str] = {
    "400": "Something in the request cannot be; `report` names each parameter or member, and what could be there.",
    "401": "The token is unknown, expired or revoked, or there has to be one.",
    "403": "You may not do this.",
    "404": "It does not exist, or is not for you to know of.",
    "406": "There is no such representation; the answer lists those that there are.",
    "408": "The work needed more time or memory than a question is given: ask for less.",
    "409": "It does not fit the present state.",
    "410": "It was published once and was withdrawn; the message says why.",
    "412": "It was changed by somebody else since you looked.",
    "413": "What was sent is too large.",
    "415": "This kind of data is not taken here.",
    "416": "The file has no such range.",
    "422": "It was read and does not hold; `report` lists every problem.",
    "428": "Send `If-Match`.",
    "429": "You asked for more in a short time than is fair to others; `Retry-After` says when to go on.",
    "5XX": "Something is down here, or broke. `Retry-After` says when to try again, where that is known.",
}

# Routes that are no interface for programs, by endpoint or blueprint, with the reason.
LEFT_OUT: Mapping[str, str] = {
    "pages": "pages for people, in HTML; what they show is under /api/v1 and in the descriptions",
    "oauth": "OAuth for registered agents, which clients learn of from its own metadata (RFC 8414, RFC 9728)",
    "mcp": "the Model Context Protocol, which describes itself (tools/list)",
    "static": "styles and scripts of the pages",
    "packages": "scripts that others wrote, for the pages",
    "describe.unknown": "tells what there is where somebody asks for a format that is not",
}
# Of the pages, these answer programs too.
KEPT = frozenset({"pages.dataset", "pages.health", "pages.series_turtle"})

ABOUT = """\
Open data with its meaning. Nobody needs to register: addresses without a lock answer everybody.

Say in `User-Agent` which program asks and how to reach you (`my-tool/1.0 (+https://example.org/contact)`): that gives \
you twice the budget. `RateLimit` says what is left of it. Whoever wants all of something is served best by its files, \
or by `/catalog.parquet` and the other dumps.

Errors are `application/problem+json` (RFC 9457) in Japanese and English.
"""
