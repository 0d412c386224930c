"""What an operator's own SPARQL server may answer without harm."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from app.infra.http import Fetcher
from app.kernel.errors import AppError, BadRequest, OverLimit, TooLarge, Unavailable
from app.sparql.engine import Bounds, Question
from app.sparql.formats import CSV, SOLUTIONS, ResultFormat
from app.sparql.gate import examine
from app.sparql.refusals import Busy
from app.sparql.remote_engine import RemoteEngine

JSON = "application/sparql-results+json"


@contextmanager
def answering(
    status: int, body: bytes, content_type: str = JSON, location: str = ""
) -> Iterator[tuple[str, list[str]]]:
    """Listen on loopback, answer everything alike, and note what was asked."""
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(address: str, words: str = "ASK {}", form: ResultFormat = SOLUTIONS[0], **bounds: float) -> bytes:
    engine = RemoteEngine(queries=f"{address}/query", graphs=f"{address}/store", own="http://x/", user_agent="test")
    return engine.ask(Question(examine(words), form, bounds=Bounds(**bounds))).body  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "content_type", "error"),
    [
        (200, "text/html", Unavailable),
        (400, "text/plain", BadRequest),
        (401, "text/plain", Unavailable),
        (408, "text/plain", OverLimit),
        (500, "text/plain", Unavailable),
        (503, "text/plain", Busy),
    ],
)
def test_each_refusal_of_the_server_is_one_of_ours(status: int, content_type: str, error: type[AppError]) -> None:
    with answering(status, b"no", content_type) as (address, _), pytest.raises(error):
        ask(address)


@pytest.mark.parametrize("form", [SOLUTIONS[0], CSV], ids=lambda form: form.name)
def test_rows_and_bytes_of_the_server_are_bounded(form: ResultFormat) -> None:
    rows = {"json": b'{"head":{},"results":{"bindings":[{},{},{}]}}', "csv": b'a\r\n1\r\n"\r\n"\r\n3\r\n'}
    with answering(200, rows[form.name], form.media_type) as (address, _):
        assert ask(address, form=form, rows=3) == rows[form.name]
        with pytest.raises(TooLarge):
            ask(address, form=form, rows=2)
        with pytest.raises(TooLarge):
            ask(address, form=form, answer_bytes=10)


def test_a_graph_elsewhere_is_not_even_asked_for() -> None:
    with answering(200, b"{}") as (address, asked):
        with pytest.raises(BadRequest, match="no graph"):
            ask(address, "ASK FROM <http://elsewhere.example/> { ?s ?p ?o }")
        assert asked == []


def test_what_is_sent_follows_no_redirect() -> None:
    with answering(200, b"") as (other, asked), answering(307, b"", location=other) as (address, _):
        fetcher = Fetcher(user_agent="test", allow={each.removeprefix("http://") for each in (address, other)})

        answer = fetcher.send("POST", address, b"x", content_type="text/plain", limit_bytes=10, seconds=5)

        assert answer.status == 307
        assert asked == []


def test_only_the_two_origins_that_the_operator_named_may_be_private() -> None:
    with answering(200, b"") as (named, _), answering(200, b"") as (other, asked):
        engine = RemoteEngine(queries=f"{named}/query", graphs=f"{named}/store", own="http://x/", user_agent="test")

        with pytest.raises(BadRequest):
            engine._fetcher.send("POST", other, b"", content_type="", limit_bytes=1, seconds=5)

        assert asked == []
