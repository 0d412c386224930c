"""Fairness: anybody may ask, nobody may ask for so much that others wait. Budgets of points by client.

A client is an API token, else an address (IPv6: the /64 that one household or host has). What a request costs is
taken before it is answered, and what it turned out to cost after. `RateLimit` and `RateLimit-Policy` say where a client
stands (draft-ietf-httpapi-ratelimit-headers-10, structured fields); who has nothing left is told when to ask again.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import re
import time
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import request

from app.infra.budgets import Budgets, Level, Quota
from app.kernel.errors import Busy, OverBudget
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Flask

    from app.settings import Settings

FILE = "budgets"
SPENT, OVER, KNOWN, CLIENT = "kakehashi.spent", "kakehashi.over", "kakehashi.known-token", "kakehashi.client"
# Shares of the quota: who says who they are and how to reach them gets more, whoever has a token still more.
POLICIES: Mapping[str, float] = {"anonymous": 1.0, "polite": 2.0, "token": 4.0}
PAGE = 1.0
# Styles and scripts, and telling a reader that nothing changed.
CHEAP = 0.1
# What work costs beyond its request: seconds of an engine, rows that are read for an answer.
PER_SECOND = 20.0
PER_MILLION_ROWS = 10.0
TOKENS = 10_000
_CONTACT = re.compile(r"https?://[^\s/.]+\.[^\s]+|[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+", re.IGNORECASE)
# A crawler's link to its own maker is contact as well; a bare product is not.
_LONGEST_AGENT = 1000
_LONGEST_ADDRESS = 100
_LOOPBACK = frozenset({"localhost", "::1"})


def install(app: Flask, settings: Settings) -> None:
    """Count around everything that answers requests, where there is a quota; `refuse` is asked before a view."""
    if settings.fair_points:
        budgets = Budgets(settings.data_dir / FILE)
        fair = Fair(app.wsgi_app, budgets, Callers(settings), points=settings.fair_points)
        app.wsgi_app = fair  # type: ignore[method-assign, assignment]


def client() -> str:
    """Name who asks; empty where callers cannot be told apart."""
    return str(request.environ.get(CLIENT, ""))


def spend(points: float) -> None:
    """Say that the present request cost so many points more than a page does."""
    request.environ[SPENT] = request.environ.get(SPENT, 0.0) + points


def spend_time(seconds: float) -> None:
    """Say that an engine worked so long for the present request."""
    spend(seconds * PER_SECOND)


@contextmanager
def spending_time() -> Iterator[None]:
    """Charge the time that something takes, in vain too; who was sent away because others are served only waited."""
    began = time.monotonic()
    try:
        yield
    except Busy:
        raise
    except BaseException:
        spend_time(time.monotonic() - began)
        raise
    spend_time(time.monotonic() - began)


def known_token() -> None:
    """Say that somebody was recognised by the token of the present request."""
    request.environ[KNOWN] = True


def spend_rows(rows: int) -> None:
    """Say that so many rows were read for the present request."""
    spend(rows / 1e6 * PER_MILLION_ROWS)


def refuse() -> None:
    """Raise `OverBudget` where nothing is left."""
    level: Level | None = request.environ.get(OVER)
    if level is None:
        return
    seconds = max(1, math.ceil(level.wait))
    raise OverBudget(
        Text(
            f"短い時間に多くのリクエストを受け取りました。{seconds} 秒後にもう一度お試しください。まとまった"
            "データが必要な場合は、ファイルや /catalog.parquet をダウンロードするほうが速く、負担も小さくなります。",
            f"Many requests came from you in a short time. Try again in {seconds} seconds. If you need much data, "
            "downloading its files or /catalog.parquet is faster and costs less.",
        ),
        seconds=seconds,
    )


class Callers:
    """Tells clients apart, and which policy is theirs."""

    def __init__(self, settings: Settings) -> None:
        self._proxies = settings.trusted_proxies
        host = urlsplit(settings.url).hostname or ""
        # A portal of another name than this machine's has a proxy in front. Not told of it, all callers look the same.
        self._unseen = not self._proxies and not is_loopback(host)
        self._tokens: OrderedDict[bytes, None] = OrderedDict()
        self._lock = Lock()

    def client(self, environ: WSGIEnvironment) -> tuple[str, str] | None:
        """Answer a client's name and its policy; `None` for callers that cannot be told apart."""
        token = _token(environ)
        if token and token in self._tokens:
            return f"token {token.hex()}", "token"
        address = self._address(environ)
        if address is None or (self._unseen and is_loopback(address)):
            return None
        polite = is_polite(environ.get("HTTP_USER_AGENT", ""))
        return _network(address[:_LONGEST_ADDRESS]), "polite" if polite else "anonymous"

    def learn(self, environ: WSGIEnvironment, status: str) -> None:
        """Remember tokens that were good: one that nobody made must not be worth a budget of its own."""
        token = _token(environ)
        if token is None:
            return
        refused, good = status.startswith(("401", "429")), environ.get(KNOWN, False)
        if not refused and not good:
            # Nobody looked at it, such as `Basic` for a proxy in front: anybody can make those up.
            return
        with self._lock:
            self._tokens.pop(token, None)
            if good and not refused:
                self._tokens[token] = None
            if len(self._tokens) > TOKENS:
                self._tokens.popitem(last=False)

    def _address(self, environ: WSGIEnvironment) -> str | None:
        """Answer who connected, or whom the outermost proxy that is trusted saw."""
        peer = environ.get("REMOTE_ADDR") or None
        if not self._proxies:
            return peer
        seen = [each.strip() for each in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if each.strip()]
        return seen[-self._proxies] if len(seen) >= self._proxies else peer


@dataclass(slots=True)
class _Turn:
    """One request that is counted."""

    client: str
    policy: str
    quota: Quota
    level: Level


class Fair:
    """WSGI middleware, the outermost: answers that are kept ready carry nobody's figures."""

    def __init__(
        self, application: WSGIApplication, budgets: Budgets, callers: Callers, *, points: float, seconds: float = 60.0
    ) -> None:
        self._application, self._budgets, self._callers = application, budgets, callers
        self._quotas = {name: Quota(points * share, seconds) for name, share in POLICIES.items()}

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Take what a request costs at least, let it be answered, and take the rest."""
        found = None if environ["REQUEST_METHOD"] == "OPTIONS" else self._callers.client(environ)
        if found is None:
            return self._application(environ, start)
        client, policy = found
        environ[CLIENT] = client
        quota = self._quotas[policy]
        cost = CHEAP if environ.get("PATH_INFO", "").startswith("/static/") else PAGE
        turn = _Turn(client, policy, quota, self._budgets.take(client, cost, quota))
        if turn.level.missing:
            environ[OVER] = turn.level

        def started(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            self._settle(environ, status, turn, cost)
            self._callers.learn(environ, status)
            return start(status, [*headers, *_figures(turn)], exc_info)

        return self._application(environ, started)

    def _settle(self, environ: WSGIEnvironment, status: str, turn: _Turn, cost: float) -> None:
        """Take what the answer cost more, or give back what it did not."""
        if turn.level.missing:
            return
        more = environ.get(SPENT, 0.0)
        if status.startswith(str(HTTPStatus.NOT_MODIFIED.value)):
            more += CHEAP - cost
        if more:
            turn.level = self._budgets.charge(turn.client, more, turn.quota)


def _figures(turn: _Turn) -> list[tuple[str, str]]:
    quota, left = turn.quota, max(0, math.floor(turn.level.left))
    return [
        ("RateLimit-Policy", f'"{turn.policy}";q={quota.points:.0f};w={quota.seconds:.0f}'),
        ("RateLimit", f'"{turn.policy}";r={left};t={math.ceil(turn.level.full_in)}'),
    ]


def is_polite(agent: str) -> bool:
    """Say whether a User-Agent names a program and a way to reach whoever runs it: an address of mail or of a page."""
    return _is_polite(agent[:_LONGEST_AGENT])


# Nearly all requests are of a few programs and of a few networks that ask again and again.
@lru_cache(maxsize=1000)
def _is_polite(agent: str) -> bool:
    found = _CONTACT.search(agent)
    return found is not None and bool(agent[: found.start()].strip(" (+;<"))


@lru_cache(maxsize=1000)
def is_loopback(address: str) -> bool:
    """Say whether a name or an address is this machine's own."""
    try:
        return address in _LOOPBACK or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=1000)
def _network(address: str) -> str:
    """Name the network that one client has: an IPv4 address, the /64 of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0].strip("[]"))
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return str(found)


def _token(environ: WSGIEnvironment) -> bytes | None:
    sent = environ.get("HTTP_AUTHORIZATION", "").strip()
    if not sent:
        return None
    return hashlib.blake2b(sent.partition(" ")[2].strip().encode() or sent.encode(), digest_size=16).digest()
