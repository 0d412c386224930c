"""What a request for rows asks: which table of which version, which question, how much to tell, in which format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request
from werkzeug.datastructures import MultiDict

from app.kernel.errors import BadRequest
from app.kernel.text import Text
from app.query.bodies import question_from_json
from app.query.formats.registry import FORMATS, by_suffix
from app.query.meaning import Detail
from app.query.parameters import question_from
from app.web.context import actor, services
from app.web.negotiation import Offer, choose
from app.web.parameters import Loose, Whole, read_from

if TYPE_CHECKING:
    from app.catalog.record import DatasetRecord, ResourceRecord
    from app.query.formats.format import RowFormat
    from app.query.frame import Frame
    from app.query.question import Question

MAX_BODY = 64 * 1024
JSON = "json"
_OFFERS = (
    Offer(JSON, "application/json"),
    *(Offer(each.name, each.media_type.partition(";")[0], accepts=each.accepts) for each in FORMATS),
)


class RowsOptions(Loose):
    """What stands beside a question about rows."""

    version: Whole | None = None
    detail: Detail = Detail.STANDARD
    signature: bool = False


OPTIONS = frozenset({*RowsOptions.model_fields, "lang"})


@dataclass(frozen=True, slots=True)
class RowsRequest:
    """A question with all that answers it. `pinned` says that a version was named: then the answer is for good."""

    record: DatasetRecord
    resource: ResourceRecord
    frame: Frame
    question: Question
    options: RowsOptions

    @property
    def pinned(self) -> bool:
        """Whether the address says which version it is of."""
        return self.options.version is not None


def table_of(resource_id: object) -> tuple[DatasetRecord, ResourceRecord, Frame, RowsOptions]:
    """Find the table that an address is about, in the version that its query names or the current one.

    Raises `BadRequest`, `NotFound` and `Gone`.
    """
    options = read_from(RowsOptions, _only(OPTIONS))
    record, resource = services().catalog.resource(actor(), str(resource_id), options.version)
    return record, resource, services().rows.frame(resource), options


def rows_request(resource_id: object) -> RowsRequest:
    """Read a request: its query, or the JSON of its body. Raises as `table_of`, and `BadRequest` for the question."""
    record, resource, frame, options = table_of(resource_id)
    if request.method == "POST":
        if (request.content_length or 0) > MAX_BODY:
            raise BadRequest(
                Text(f"質問は {MAX_BODY:,} バイトまでです。", f"A question has at most {MAX_BODY:,} bytes.")
            )
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


def _only(names: frozenset[str]) -> MultiDict[str, str]:
    return MultiDict((name, value) for name, value in request.args.items(multi=True) if name in names)
