"""What a request for rows asks: which table of which version, which question, how much to tell, in which format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request

from app.kernel.errors import BadRequest
from app.kernel.text import Text
from app.query.bodies import question_from_json
from app.query.formats.registry import FORMATS, by_suffix
from app.query.parameters import question_from
from app.web.context import actor, services
from app.web.negotiation import Offer, choose
from app.web.parameters import LANG, read
from app.web.rows_interface import AskedAnswer

if TYPE_CHECKING:
    from app.catalog.record import DatasetRecord, ResourceRecord
    from app.query.formats.format import RowFormat
    from app.query.frame import Frame
    from app.query.question import Question
    from app.web.rows_interface import AskedTable

MAX_BODY = 64 * 1024
JSON = "json"
_OFFERS = (
    Offer(JSON, "application/json"),
    *(Offer(each.name, each.media_type.partition(";")[0], accepts=each.accepts) for each in FORMATS),
)
# What else in a query is a column or a part of the question.
OPTIONS = frozenset({*AskedAnswer.model_fields, LANG})


@dataclass(frozen=True, slots=True)
class RowsRequest:
    """A question with all that answers it. `pinned` says that a version was named: then the answer is for good."""

    record: DatasetRecord
    resource: ResourceRecord
    frame: Frame
    question: Question
    options: AskedAnswer

    @property
    def pinned(self) -> bool:
        """Whether the address says which version it is of."""
        return self.options.version is not None


def table_of(resource_id: object, options: AskedTable) -> tuple[DatasetRecord, ResourceRecord, Frame]:
    """Find the table that an address is about, in the version that is asked for or the current one.

    Raises `NotFound` and `Gone`.
    """
    record, resource = services().catalog.resource(actor(), str(resource_id), options.version)
    return record, resource, services().rows.frame(resource)


def rows_request(resource_id: object) -> RowsRequest:
    """Read a request: its query, or the JSON of its body. Raises as `table_of`, and `BadRequest`."""
    options = read(AskedAnswer)
    record, resource, frame = table_of(resource_id, options)
    if request.method == "POST":
        request.max_content_length = MAX_BODY
        question = question_from_json(request.get_data())
    else:
        asked = {name: request.args.getlist(name) for name in request.args if name not in OPTIONS}
        question = question_from(asked, frame)
    return RowsRequest(record, resource, frame, question, options)


def format_of(suffix: str | None) -> RowFormat | None:
    """Say which format the address or `Accept` asks for; none is our own JSON. Raises `BadRequest` for others."""
    if suffix is None:
        offer = choose(request.headers.get("Accept"), None, _OFFERS)
        if offer is None:
            return None  # who wants a page gets JSON: any browser shows it
        return next((each for each in FORMATS if each.name == offer.name), None)
    if suffix == JSON:
        return None
    found = by_suffix(suffix)
    if found is None:
        raise BadRequest(Text(f"行の形式は {_names()} です。", f"Rows come as {_names()}."))
    return found


def _names() -> str:
    return ", ".join((JSON, *(each.suffix for each in FORMATS)))
