"""The only door to other people's servers: fetches a URL from the public internet, and from nowhere else.

The address is checked when the connection is made, not when the name is written down: a name that
answers with a public address first and with ours a moment later gains nothing by it.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import string
import threading
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import quote, urljoin, urlsplit

from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse

from app.kernel.errors import AppError, BadRequest, OverLimit, TooLarge, Unavailable
from app.kernel.text import Text

Resolve = Callable[[str], Sequence[str]]

PORTS = {"http": 80, "https": 443}
REDIRECTS = 3
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
CONNECT_SECONDS = 10.0
READ = 1 << 16
URL_LENGTH = 4096

# What IANA's special-purpose registries (RFC 6890) keep from the public internet, with multicast and
# the future-use block. Python's own `is_global` calls several of these global, depending on its version.
GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")
SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)

_NOT_IN_A_URL = re.compile(r"[\x00-\x20\x7f\\]")
_OTHER_DOTS = re.compile("[\u3002\uff0e\uff61]")
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*")
# WHATWG URL, "ends in a number": such a host is an IPv4 address in some spelling, never a name.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered. Header names are in lower case; `url` is the one after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def system_addresses(host: str) -> Sequence[str]:
    """Ask the system's resolver for the addresses of a host. Raises `OSError`."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: str) -> bool:
    """Say whether an address is global unicast: neither internal, reserved, multicast, nor a wrapped IPv4 one."""
    ip = ipaddress.ip_address(address)
    if ip.version == GLOBAL_IPV6.version and ip not in GLOBAL_IPV6:
        return False
    return ip.is_global and not any(ip in network for network in SPECIAL)


class Fetcher:
    """Fetches over HTTP. `allow` names the "host:port" that may be internal or on another port."""

    def __init__(
        self,
        *,
        user_agent: str,
        allow: Collection[str] = (),
        resolve: Resolve = system_addresses,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._allow = frozenset(entry.lower() for entry in allow)
        self._resolve = resolve
        self._tls = tls or ssl.create_default_context()

    def get(self, url: str, *, limit_bytes: int, seconds: float, accept: str = "*/*") -> Fetched:
        """Fetch a URL, following at most three redirects, each checked like the first URL.

        Any status is an answer. Raises `BadRequest` for a URL that is not on the public internet,
        `TooLarge` past `limit_bytes` after decompression, `OverLimit` when everything together took
        longer than `seconds`, and `Unavailable` where the server does not answer in HTTP.
        """
        deadline = _Deadline(seconds)
        for _ in range(REDIRECTS + 1):
            target = _target(url, self._allow)
            fetched = self._fetch(_Sent("GET", target, accept), limit_bytes, deadline)
            location = fetched.headers.get("location")
            if fetched.status not in REDIRECT_STATUSES or not location:
                return fetched
            url = urljoin(target.url, _as_utf8(location))
        raise _redirected_too_often()

    def send(
        self,
        method: str,
        url: str,
        body: bytes,
        *,
        content_type: str,
        limit_bytes: int,
        seconds: float,
        accept: str = "*/*",
    ) -> Fetched:
        """Send a body to a URL; a redirect is an answer like any other, as what was sent is for nobody else.

        Raises like `get`.
        """
        target = _target(url, self._allow)
        sent = _Sent(method, target, accept, body, content_type)
        return self._fetch(sent, limit_bytes, _Deadline(seconds))

    def _fetch(self, sent: _Sent, limit: int, deadline: _Deadline) -> Fetched:
        target = sent.target
        with _named_errors(target, deadline), self._connect(target, deadline) as plain, deadline.cuts(plain):
            connection = HTTPConnection(target.host, target.port, timeout=deadline.left())
            with closing(connection):
                connection.sock = self._secure(plain, target, deadline)
                connection.request(
                    sent.method, target.path, sent.body, headers=self._headers(sent), preload_content=False
                )
                response = connection.getresponse()
                headers = {name.lower(): value for name, value in response.headers.items()}
                # Nobody reads the body of a redirect: it may be as hostile as any other.
                body = b"" if response.status in REDIRECT_STATUSES else _body(response, limit, deadline)
                # A connection that was cut may look like one that ended.
                deadline.check()
                return Fetched(response.status, headers, body, target.url)

    def _headers(self, sent: _Sent) -> dict[str, str]:
        headers = {
            "Host": sent.target.authority,
            "User-Agent": self._user_agent,
            "Accept": sent.accept,
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        return headers | {"Content-Type": sent.content_type} if sent.content_type else headers

    def _connect(self, target: _Target, deadline: _Deadline) -> socket.socket:
        """Connect to the first address that answers, out of those that are allowed."""
        addresses = self._addresses(target, deadline)
        failure: OSError | None = None
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                connection.settimeout(min(deadline.left(), CONNECT_SECONDS))
                connection.connect((address, target.port))
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure or _not_public()

    def _addresses(self, target: _Target, deadline: _Deadline) -> Sequence[str]:
        found = _within(deadline, lambda: self._resolve(target.host))
        if target.allowed:
            return found
        return tuple(address for address in found if is_public(address))

    def _secure(self, plain: socket.socket, target: _Target, deadline: _Deadline) -> socket.socket:
        plain.settimeout(deadline.left())
        if target.scheme == "http":
            return plain
        return self._tls.wrap_socket(plain, server_hostname=target.host)


@dataclass(frozen=True, slots=True)
class _Target:
    """A checked URL in its parts. `allowed` says that the operator vouches for it."""

    scheme: str
    host: str
    port: int
    path: str
    allowed: bool

    @property
    def authority(self) -> str:
        host = _bracketed(self.host)
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request: what goes where, and which answer is liked."""

    method: str
    target: _Target
    accept: str
    body: bytes | None = None
    content_type: str = ""


class _Deadline:
    """One moment for everything: resolving, connecting, redirects, headers, body."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._cut = threading.Event()

    @property
    def passed(self) -> bool:
        return self._cut.is_set() or time.monotonic() >= self._end

    def left(self) -> float:
        """Answer the seconds left. Raises `OverLimit` where there are none."""
        self.check()
        return max(self._end - time.monotonic(), 0.001)

    def check(self) -> None:
        if self.passed:
            raise _too_slow(self.seconds)

    @contextmanager
    def cuts(self, connection: socket.socket) -> Iterator[None]:
        """Shut the connection down at the deadline, as a socket's own timeout starts anew with every byte."""
        # A second descriptor of the connection stays ours whatever TLS does with the first.
        second = connection.dup()

        def cut() -> None:
            self._cut.set()
            with suppress(OSError):
                second.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(self.left(), cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            second.close()


def _target(url: str, allow: frozenset[str]) -> _Target:
    """Take a URL apart. Raises `BadRequest` for one that is not plainly a public web address."""
    if len(url) > URL_LENGTH or _NOT_IN_A_URL.search(url):
        raise _not_a_url()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _not_a_url() from error
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        raise _not_a_url()
    host = _host(parts.hostname)
    port = PORTS[parts.scheme] if port is None else port
    allowed = f"{_bracketed(host)}:{port}" in allow
    if port not in PORTS.values() and not allowed:
        raise _not_public()
    query = f"?{parts.query}" if parts.query else ""
    path = quote((parts.path or "/") + query, safe=string.punctuation)
    return _Target(parts.scheme, host, port, path, allowed)


def _host(written: str) -> str:
    """Answer a host in its one plain spelling. Raises `BadRequest` for the others."""
    with suppress(ValueError):
        if "%" not in written:
            return str(ipaddress.ip_address(written))
    try:
        host = written.encode("idna").decode().lower()
    except UnicodeError as error:
        raise _not_a_url() from error
    if _OTHER_DOTS.search(written) or not _NAME.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise _not_a_url()
    return host


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _as_utf8(header: str) -> str:
    """Read a header's bytes as UTF-8, as many servers write addresses with Japanese names in them."""
    return header.encode("latin-1", "replace").decode("utf-8", "replace")


def _within(deadline: _Deadline, ask: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Ask in a thread of its own: the system's resolver cannot be told how long it may take."""
    future: Future[Sequence[str]] = Future()

    def answer() -> None:
        try:
            future.set_result(ask())
        except OSError as error:
            future.set_exception(error)

    threading.Thread(target=answer, daemon=True).start()
    try:
        return future.result(timeout=deadline.left())
    except TimeoutError as error:
        raise _too_slow(deadline.seconds) from error


def _body(response: HTTPResponse, limit: int, deadline: _Deadline) -> bytes:
    """Read and decompress the body. Raises `TooLarge`, before more than `limit` and a piece are in memory."""
    if (response.length_remaining or 0) > limit:
        raise _too_large(limit)
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding in {"gzip", "x-gzip"}:
        return _gunzip(_raw(response, limit + READ, deadline), limit)
    if coding in {"identity", ""}:
        return b"".join(_raw(response, limit, deadline))
    # Nothing else was asked for; chains of codings are how small answers grow without bound.
    raise HTTPException(f"unexpected content-encoding {coding[:40]!r}")


def _raw(response: HTTPResponse, limit: int, deadline: _Deadline) -> Iterator[bytes]:
    read = 0
    while piece := response.read(READ, decode_content=False):
        deadline.check()
        read += len(piece)
        if read > limit:
            raise _too_large(limit)
        yield piece


def _gunzip(pieces: Iterator[bytes], limit: int) -> bytes:
    """Decompress gzip (RFC 1952), which may be several members one after the other."""
    body = bytearray()
    decoder = None
    for piece in pieces:
        rest = piece
        while rest:
            if decoder is None or decoder.eof:
                decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
            body += decoder.decompress(rest, limit + 1 - len(body))
            if len(body) > limit:
                raise _too_large(limit)
            rest = decoder.unused_data
    if decoder is not None and not decoder.eof:
        raise HTTPException("the compressed body breaks off")
    return bytes(body)


@contextmanager
def _named_errors(target: _Target, deadline: _Deadline) -> Iterator[None]:
    """Turn the network's many errors into three of ours."""
    try:
        yield
    except AppError:
        raise
    except (OSError, HTTPError, HTTPException, zlib.error) as error:
        # Cutting a connection shows as any of these, so the clock is asked first.
        if deadline.passed:
            raise _too_slow(deadline.seconds) from error
        raise _unreachable(target.host) from error


def _not_a_url() -> BadRequest:
    return BadRequest(
        Text(
            "この URL は使えません。https:// か http:// で始まり、ユーザー名を含まない URL を指定してください。",
            "This URL cannot be used. Give one that starts with https:// or http:// and has no user name in it.",
        ),
    )


def _not_public() -> BadRequest:
    # The same sentence for a port, an internal address and a name for one: it must not map the inside.
    return BadRequest(
        Text(
            "この URL はインターネットに公開されたものではないため、取得しません。",
            "This URL is not on the public internet, so it is not fetched.",
        ),
    )


def _redirected_too_often() -> Unavailable:
    return Unavailable(
        Text(
            f"転送が {REDIRECTS} 回を超えたため、取得をやめました。",
            f"The server redirected more than {REDIRECTS} times, so the fetch was given up.",
        ),
    )


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        Text(
            f"応答が大きすぎます。展開後の上限は {limit:,} バイトです。",
            f"The answer is too large; at most {limit:,} bytes are taken after decompression.",
        ),
    )


def _too_slow(seconds: float) -> OverLimit:
    return OverLimit(
        Text(
            f"相手のサーバーから {seconds:g} 秒以内に受け取り終えられませんでした。",
            f"The other server's answer was not complete within {seconds:g} seconds.",
        ),
    )


def _unreachable(host: str) -> Unavailable:
    return Unavailable(
        Text(
            f"{host} から正しい応答がありませんでした。時間をおいて試すか、URL を確認してください。",
            f"{host} gave no proper answer. Try again later, or check the URL.",
        ),
    )
