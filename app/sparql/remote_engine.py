"""A SPARQL 1.1 server elsewhere, run by the operator, in place of the built-in store.

It is asked by the SPARQL 1.1 Protocol and filled by the Graph Store HTTP Protocol: a graph is sent as N-Triples, as
no description has to be quoted into an update. Without FROM, its default graph must be the union of its named graphs:
Oxigraph is told so with each query, other servers by their operator.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from app.infra.http import PORTS, Fetcher
from app.kernel.errors import AppError, OverLimit, TooLarge
from app.sparql.engine import Answer
from app.sparql.refusals import broken, busy, syntax_error, timed_out, too_many_bytes, too_many_rows, unknown_graph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from app.infra.http import Fetched
    from app.sparql.engine import Bounds, Change, Question

JSON = "application/sparql-results+json"
FORM = "application/x-www-form-urlencoded"
# Oxigraph's own parameter; servers that do not know it pass it over.
UNION = ("union-default-graph", "")
WRITE_SECONDS = 60.0
LIST_SECONDS = 60.0
LIST_BYTES = 256 << 20
REPLY_BYTES = 1 << 20
MESSAGE_LENGTH = 300
GRAPHS = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"

_IRI = re.compile(r"[^<>\"{}|^`\\\x00-\x20]++")


class RemoteEngine:
    """Asks `queries` and writes to `graphs`; of the server's graphs, those whose names begin with `own` are ours."""

    def __init__(self, *, queries: str, graphs: str, own: str, user_agent: str) -> None:
        self._queries = queries
        self._graphs = graphs
        self._own = own
        # The operator vouches for these two origins and for no other.
        self._fetcher = Fetcher(user_agent=user_agent, allow={_origin(queries), _origin(graphs)})

    def apply(self, changes: Iterable[Change]) -> None:
        """Replace or delete graph after graph; readers see each at once."""
        for change in changes:
            if change.ntriples is None:
                self._write("DELETE", change.graph, b"", (404,))
            else:
                self._write("PUT", change.graph, change.ntriples)

    def graphs(self) -> frozenset[str]:
        """Ask for our graphs."""
        body = urlencode({"query": GRAPHS}).encode()
        answer = self._send("POST", self._queries, body, FORM, JSON, LIST_BYTES, LIST_SECONDS)
        if not _good(answer.status):
            raise broken()
        names = (each["g"]["value"] for each in _bindings(answer.body))
        return frozenset(name for name in names if name.startswith(self._own))

    def state(self) -> str:
        """Nobody knows: others may write there too."""
        return ""

    def ask(self, question: Question) -> Answer:
        """Forward a question, and count what comes back."""
        bounds = question.bounds
        self._demand_graphs(question.graphs, bounds)
        fields = [("query", question.examined.query)]
        fields += [("default-graph-uri", each) for each in question.default_graphs]
        fields += [("named-graph-uri", each) for each in question.named_graphs]
        if not (question.chosen or question.examined.has_dataset):
            fields.append(UNION)
        answer = self._query(fields, question.format.media_type, bounds)
        if not answer.headers.get("content-type", "").startswith(question.format.media_type):
            raise broken()
        count = _COUNTS.get(question.format.name)
        if count is not None and count(answer.body) > bounds.rows:
            raise too_many_rows(bounds.rows)
        return Answer(answer.body)

    def reset(self) -> None:
        """Delete our graphs."""
        for graph in self.graphs():
            self._write("DELETE", graph, b"", (404,))

    def close(self) -> None:
        """Nothing was started."""

    def _demand_graphs(self, names: tuple[str, ...], bounds: Bounds) -> None:
        """Refuse graphs that are not ours or not there: such a server might fetch them."""
        for name in names:
            if not name.startswith(self._own) or not _IRI.fullmatch(name):
                raise unknown_graph(name)
        if not names:
            return
        values = " ".join(f"<{name}>" for name in names)
        query = f"SELECT DISTINCT ?g {{ VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}"
        found = {each["g"]["value"] for each in _bindings(self._query([("query", query)], JSON, bounds).body)}
        for name in names:
            if name not in found:
                raise unknown_graph(name)

    def _query(self, fields: list[tuple[str, str]], accept: str, bounds: Bounds) -> Fetched:
        body = urlencode(fields).encode()
        answer = self._send("POST", self._queries, body, FORM, accept, bounds.answer_bytes, bounds.seconds)
        if not _good(answer.status):
            raise _refusal(answer, bounds)
        return answer

    def _write(self, method: str, graph: str, body: bytes, also_good: tuple[int, ...] = ()) -> None:
        address = f"{self._graphs}?graph={quote(graph, safe='')}"
        content_type = "application/n-triples" if method == "PUT" else ""
        answer = self._send(method, address, body, content_type, "*/*", REPLY_BYTES, WRITE_SECONDS)
        if not _good(answer.status) and answer.status not in also_good:
            raise broken()

    def _send(  # noqa: PLR0917 - one request's parts, each given by every caller
        self, method: str, url: str, body: bytes, content_type: str, accept: str, limit: int, seconds: float
    ) -> Fetched:
        try:
            return self._fetcher.send(
                method, url, body, content_type=content_type, limit_bytes=limit, seconds=seconds, accept=accept
            )
        except TooLarge as error:
            raise too_many_bytes(limit) from error
        except OverLimit as error:
            raise timed_out(seconds) from error
        except AppError as error:
            # The address is the operator's own; where it is wrong or silent, a reader learns no more than that.
            raise broken() from error


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}" if parts.port else f"{parts.netloc}:{PORTS.get(parts.scheme, 0)}"


def _good(status: int) -> bool:
    return 200 <= status < 300  # noqa: PLR2004 - HTTP's range of success


def _refusal(answer: Fetched, bounds: Bounds) -> AppError:
    if answer.status == 400:  # noqa: PLR2004 - HTTP's "Bad Request"
        return syntax_error(None, answer.body.decode("utf-8", "replace")[:MESSAGE_LENGTH])
    if answer.status in {408, 504}:
        return timed_out(bounds.seconds)
    return busy() if answer.status in {429, 503} else broken()


def _bindings(body: bytes) -> list[Any]:
    try:
        found: list[Any] = msgspec.json.decode(body)["results"]["bindings"]
    except (msgspec.MsgspecError, KeyError, TypeError) as error:
        raise broken() from error
    return found


class _Head(msgspec.Struct):
    bindings: list[msgspec.Raw] = []


class _Solutions(msgspec.Struct):
    results: _Head = msgspec.field(default_factory=_Head)


_solutions = msgspec.json.Decoder(_Solutions)


def _count_json(body: bytes) -> int:
    try:
        return len(_solutions.decode(body).results.bindings)
    except msgspec.MsgspecError as error:
        raise broken() from error


def _count_csv(body: bytes) -> int:
    try:
        return sum(1 for _ in csv.reader(io.StringIO(body.decode("utf-8", "replace"), newline=""))) - 1
    except csv.Error:
        # A value longer than that module takes; no fewer lines than rows.
        return body.count(b"\n")


# Of triples only the bytes are bounded: their syntaxes have no mark that is one triple.
_COUNTS: Mapping[str, Callable[[bytes], int]] = {
    "json": _count_json,
    "xml": lambda body: body.count(b"<result>"),
    "csv": _count_csv,
    "tsv": lambda body: body.count(b"\n") - 1,
    "ntriples": lambda body: body.count(b"\n"),
}
