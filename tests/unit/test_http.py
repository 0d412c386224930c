"""Outgoing HTTP: what is fetched, what is refused, what is cut off. Every server here is on loopback."""

from __future__ import annotations

import ast
import gzip
import io
import itertools
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from app.infra.http import Fetched, Fetcher, Resolve, is_public, system_addresses
from app.kernel.errors import AppError, BadRequest, OverLimit, TooLarge, Unavailable

APP = Path(__file__).parents[2] / "app"
MIB = 1 << 20
# Reading the system's certificates takes longer than most tests here.
TLS = ssl.create_default_context()

Answer = bytes | Callable[[socket.socket], None]


class Server:
    """Gives each connection the next of its answers, the last one for ever; keeps what was asked."""

    def __init__(self, answers: Sequence[Answer], tls: ssl.SSLContext | None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._answers = itertools.chain(answers, itertools.repeat(answers[-1]))
        self._tls = tls
        self.port = self._listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.address}"
        self.requests: list[str] = []
        self.closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self.closing.is_set():
            connection, _ = self._listener.accept()
            with suppress(OSError), connection:
                self._answer(self._tls.wrap_socket(connection, server_side=True) if self._tls else connection)

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            if not (asked := connection.recv(65536)):
                return
            self.requests.append(asked.decode())
            answer = next(self._answers)
            if isinstance(answer, bytes):
                connection.sendall(answer)
            else:
                answer(connection)

    def close(self) -> None:
        self.closing.set()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join(5)
        self._listener.close()


@contextmanager
def serving(*answers: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(answers, tls)
    try:
        yield server
    finally:
        server.close()


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    return answer(b"elsewhere", status, Location=location)


def fetch(server: Server, path: str = "/", *, limit: int = MIB, seconds: float = 5) -> Fetched:
    return fetcher(server).get(server.url + path, limit_bytes=limit, seconds=seconds)


def fetcher(*servers: Server) -> Fetcher:
    return Fetcher(user_agent="Kakehashi/test", allow={server.address for server in servers}, tls=TLS)


def refuse(url: str, error: type[AppError] = BadRequest, resolve: Resolve = system_addresses) -> None:
    with pytest.raises(error):
        Fetcher(user_agent="Kakehashi/test", resolve=resolve, tls=TLS).get(url, limit_bytes=MIB, seconds=5)


def test_an_answer_is_fetched() -> None:
    with serving(answer("架け橋".encode(), Content_Type="text/plain", X_Two="1")) as server:
        fetched = fetch(server, "/a?b=c")

    assert fetched.status == 200
    assert fetched.body == "架け橋".encode()
    assert fetched.headers["content-type"] == "text/plain"
    assert fetched.headers["x-two"] == "1"
    assert fetched.url == f"{server.url}/a?b=c"


def test_the_request_says_who_asks_and_for_what() -> None:
    with serving(answer()) as server:
        fetcher(server).get(f"{server.url}/x#part", limit_bytes=1, seconds=5, accept="text/turtle")

    lines = server.requests[0].split("\r\n")
    assert lines[0] == "GET /x HTTP/1.1"
    assert {f"Host: {server.address}", "User-Agent: Kakehashi/test", "Accept: text/turtle"} <= set(lines)


def test_any_status_is_an_answer() -> None:
    with serving(answer(b"not here", "404 Not Found")) as server:
        fetched = fetch(server)

    assert (fetched.status, fetched.body) == (404, b"not here")


def test_letters_outside_ascii_are_escaped_in_the_path() -> None:
    with serving(answer()) as server:
        fetch(server, "/人口.csv?年=2025&x=%20")

    assert server.requests[0].startswith("GET /%E4%BA%BA%E5%8F%A3.csv?%E5%B9%B4=2025&x=%20 HTTP/1.1")


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answer(b"proxy")) as proxy, serving(answer(b"direct")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert fetch(server).body == b"direct"

    assert proxy.requests == []


# Where it may go.


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:8.8.8.8]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[fc00::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "0x7f.1",
        "0x7f000001",
        "0X7F.0.0.1",
        "2130706433",
        "017700000001",
        "127.1",
        "127.0.0.01",
        "127.0.0.1.",
        "localhost.",
        "example.com.",
        "127。0。0。1",
        "127．0．0．1",
        "①②⑦.0.0.1",
        "１２７.0.0.1",
        "example。com",
        "0.0.0.0",
        "0",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "8.8.8.8:22",
        "8.8.8.8:0",
        "8.8.8.8:99999",
        "user@8.8.8.8",
        "user:word@8.8.8.8",
        "@8.8.8.8",
        "8.8.8.8\\@127.0.0.1",
        "8.8.8.8\t",
        "127.0.0.1 .example.com",
        "exa mple.com",
        "-example.com",
        "a..b",
        "",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_is_not_a_public_web_address_is_refused(scheme: str, host: str) -> None:
    refuse(f"{scheme}://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "ftp://8.8.8.8/", "gopher://8.8.8.8/", "data:,x", "//8.8.8.8/", "8.8.8.8", ""),
        *(
            "http:8.8.8.8",
            "http:///8.8.8.8",
            "http://8.8.8.8/\r\nX: y",
            "http://8.8.8.8/a b",
            "http://[::1",
            "jar:http://x/",
        ),
        "http://8.8.8.8/" + "a" * 5000,
    ],
)
def test_what_is_not_a_plain_web_url_is_refused(url: str) -> None:
    refuse(url)


@pytest.mark.parametrize("address", ["8.8.8.8", "203.0.112.255", "192.88.98.1", "2400:4000::1", "2606:4700::1111"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_a_name_is_judged_by_its_address() -> None:
    refuse("http://inside.example/", resolve=lambda _: ["127.0.0.1", "10.0.0.1", "fe80::1%lo"])


def test_a_name_is_resolved_once_for_checking_and_connecting() -> None:
    asked: list[str] = []

    def rebinding(host: str) -> Sequence[str]:
        asked.append(host)
        # Whoever checks the first answer and connects to a second one is led elsewhere.
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    with serving(answer(b"checked")) as server:
        name = f"rebinding.example:{server.port}"
        fetching = Fetcher(user_agent="x", allow={name}, resolve=rebinding, tls=TLS)
        assert fetching.get(f"http://{name}/", limit_bytes=99, seconds=5).body == b"checked"

    assert asked == ["rebinding.example"]


def test_a_name_is_judged_anew_after_a_redirect_to_itself() -> None:
    asked: list[str] = []

    def resolve(host: str) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with serving(redirect("http://data.example/")) as server:
        name = f"data.example:{server.port}"
        with pytest.raises(BadRequest):
            Fetcher(user_agent="x", allow={name}, resolve=resolve, tls=TLS).get(
                f"http://{name}/", limit_bytes=99, seconds=5
            )

    assert asked == ["data.example", "data.example"]


def test_the_connection_goes_to_the_resolved_address_with_the_name_as_host() -> None:
    with serving(answer(b"here")) as server:
        name = f"data.example:{server.port}"
        fetching = Fetcher(user_agent="x", allow={name}, resolve=lambda _: ["127.0.0.1"], tls=TLS)
        fetched = fetching.get(f"http://DATA.example:{server.port}/", limit_bytes=99, seconds=5)

    assert fetched.body == b"here"
    assert f"\r\nHost: {name}\r\n" in server.requests[0]


def test_japanese_names_are_resolved_in_their_ascii_form() -> None:
    asked: list[str] = []

    def resolve(host: str) -> Sequence[str]:
        asked.append(host)
        return []

    refuse("https://日本語.example/", resolve=resolve)

    assert asked == ["xn--wgv71a119e.example"]


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    with serving(answer(b"second")) as server:
        name = f"two.example:{server.port}"
        fetching = Fetcher(user_agent="x", allow={name}, resolve=lambda _: ["127.0.0.2", "127.0.0.1"], tls=TLS)
        assert fetching.get(f"http://{name}/", limit_bytes=99, seconds=5).body == b"second"


def test_what_is_allowed_is_that_port_and_no_other() -> None:
    with serving(answer()) as server, serving(answer()) as other:
        with pytest.raises(BadRequest):
            fetcher(server).get(other.url, limit_bytes=MIB, seconds=5)
        assert other.requests == []


# Redirects.


def test_redirects_are_followed() -> None:
    with serving(redirect("/next?x=1"), redirect("last", "308 Permanent Redirect"), answer(b"there")) as server:
        fetched = fetch(server, "/a/b")

    assert fetched.body == b"there"
    assert fetched.url == f"{server.url}/last"
    assert [asked.split()[1] for asked in server.requests] == ["/a/b", "/next?x=1", "/last"]


def test_japanese_letters_in_a_redirect_are_understood() -> None:
    with serving(redirect("/人口"), answer(b"there")) as server:
        assert fetch(server).url == f"{server.url}/%E4%BA%BA%E5%8F%A3"


def test_a_fourth_redirect_is_not_followed() -> None:
    with serving(redirect("/again")) as server, pytest.raises(Unavailable):
        fetch(server)

    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "//127.0.0.1/",
        "http://user@8.8.8.8/",
        "http://8.8.8.8:22/",
        "\\\\x",
    ],
)
def test_a_redirect_is_checked_like_the_first_url(location: str) -> None:
    with serving(redirect(location)) as server, pytest.raises(BadRequest):
        fetch(server)

    assert len(server.requests) == 1


def test_a_redirect_to_another_local_server_is_refused() -> None:
    with serving(answer(b"secret")) as inside, serving(redirect(inside.url)) as server, pytest.raises(BadRequest):
        fetch(server)

    assert inside.requests == []


def test_the_body_of_a_redirect_is_not_read() -> None:
    bomb = gzip.compress(bytes(50 * MIB))
    with serving(answer(bomb, "302 Found", Location="/", Content_Encoding="gzip"), answer(b"safe")) as server:
        assert fetch(server, limit=10).body == b"safe"


# Sizes.


def test_a_body_of_exactly_the_limit_is_taken() -> None:
    with serving(answer(b"x" * 1000)) as server:
        assert len(fetch(server, limit=1000).body) == 1000


@pytest.mark.parametrize(
    "raw",
    [
        answer(b"x" * 1001),
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + b"x" * 1001 + b"\r\n0\r\n\r\n",
        answer(gzip.compress(b"x" * 1001), Content_Encoding="gzip"),
    ],
    ids=["length", "no length", "chunked", "gzip"],
)
def test_a_body_past_the_limit_is_refused(raw: bytes) -> None:
    with serving(raw) as server, pytest.raises(TooLarge):
        fetch(server, limit=1000)


def test_an_endless_body_is_refused_at_the_limit() -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with serving(endless) as server, pytest.raises(TooLarge):
        fetch(server, limit=MIB)


def test_a_compressed_body_is_decompressed() -> None:
    body = b"row\n" * 100_000
    for packed in (gzip.compress(body), gzip.compress(body[:9]) + gzip.compress(body[9:])):
        with serving(answer(packed, Content_Encoding="gzip")) as server:
            assert fetch(server).body == body


def test_a_gzip_bomb_is_refused_without_growing() -> None:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(300):
            file.write(bytes(MIB))
    with serving(answer(packed.getvalue(), Content_Encoding="gzip")) as server:
        before = psutil.Process().memory_info().rss
        with pytest.raises(TooLarge):
            fetch(server, limit=5 * MIB)
        assert psutil.Process().memory_info().rss - before < 30 * MIB


def test_endless_empty_gzip_members_are_refused() -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
        while True:
            connection.sendall(gzip.compress(b"") * 100)

    with serving(endless) as server, pytest.raises(TooLarge):
        fetch(server, limit=MIB)


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", ", ".join(["gzip"] * 20)])
def test_codings_that_were_not_asked_for_are_refused(coding: str) -> None:
    with serving(answer(b"x", Content_Encoding=coding)) as server, pytest.raises(Unavailable):
        fetch(server)


# Time.


def drip(start: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    """Send one piece after another for ever, each before any timeout between bytes could fire."""

    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)
            time.sleep(0.02)

    return send


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=["status line", "header", "continue", "body", "counted body", "chunks"],
)
def test_a_dripping_server_is_cut_off_at_the_deadline(start: bytes, piece: bytes) -> None:
    with serving(drip(start, piece)) as server:
        began = time.monotonic()
        with pytest.raises(OverLimit):
            fetch(server, seconds=0.4)

    assert 0.35 < time.monotonic() - began < 20


def test_a_silent_server_is_cut_off_at_the_deadline() -> None:
    def silent(connection: socket.socket) -> None:
        connection.recv(1)

    with serving(silent) as server, pytest.raises(OverLimit):
        fetch(server, seconds=0.3)


def test_the_deadline_is_one_for_all_redirects() -> None:
    def late(connection: socket.socket) -> None:
        time.sleep(0.25)
        connection.sendall(redirect("/again"))

    with serving(late) as server, pytest.raises(OverLimit):
        fetch(server, seconds=0.6)


def test_a_resolver_that_hangs_is_not_waited_for() -> None:
    hanging = threading.Event()

    def resolve(_: str) -> Sequence[str]:
        hanging.wait(5)
        return []

    began = time.monotonic()
    with pytest.raises(OverLimit):
        Fetcher(user_agent="x", resolve=resolve, tls=TLS).get("http://slow.example/", limit_bytes=1, seconds=0.2)
    hanging.set()

    assert time.monotonic() - began < 20


# Broken servers.


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        answer(gzip.compress(b"x" * 100)[:-9], Content_Encoding="gzip"),
        answer(b"not gzip at all", Content_Encoding="gzip"),
    ],
    ids=["nothing", "ssh", "short", "bad chunk", "many headers", "long header", "cut gzip", "no gzip"],
)
def test_a_broken_answer_is_unavailable(raw: bytes) -> None:
    with serving(raw) as server, pytest.raises(Unavailable):
        fetch(server)


def test_a_closed_port_is_unavailable() -> None:
    with serving(answer()) as server:
        pass

    with pytest.raises(Unavailable):
        fetch(server)


def test_a_name_that_nobody_knows_is_unavailable() -> None:
    def unknown(_: str) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    refuse("http://nobody.example/", Unavailable, unknown)


def test_no_threads_and_descriptors_are_left_behind() -> None:
    with serving(answer(b"x")) as server:
        fetch(server)
        before = threading.active_count(), psutil.Process().num_fds()
        for _ in range(20):
            fetch(server)
        assert threading.active_count() <= before[0]
        assert psutil.Process().num_fds() <= before[1] + 1


# TLS.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (openssl := shutil.which("openssl")):
        pytest.skip("needs openssl to make a certificate")
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    subject = ["-subj", "/CN=data.example", "-addext", "subjectAltName=DNS:data.example"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(file.with_suffix(".key"))]
    subprocess.run(
        [openssl, "req", "-x509", "-days", "2", *key, *subject, "-out", str(file)], check=True, capture_output=True
    )
    return file


@contextmanager
def serving_tls(certificate: Path, names: list[str | None]) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    context.sni_callback = lambda _, name, __: names.append(name)
    with serving(answer(b"sealed"), tls=context) as server:
        yield server


def tls_fetch(server: Server, name: str, trust: Path | None) -> Fetched:
    tls = ssl.create_default_context(cafile=trust)
    authority = f"{name}:{server.port}"
    fetching = Fetcher(user_agent="x", allow={authority}, resolve=lambda _: ["127.0.0.1"], tls=tls)
    return fetching.get(f"https://{authority}/", limit_bytes=99, seconds=5)


def test_tls_is_spoken_with_the_name_to_the_checked_address(certificate: Path) -> None:
    names: list[str | None] = []

    with serving_tls(certificate, names) as server:
        fetched = tls_fetch(server, "data.example", certificate)

    assert fetched.body == b"sealed"
    assert names == ["data.example"]
    assert f"\r\nHost: data.example:{server.port}\r\n" in server.requests[0]


def test_a_certificate_for_another_name_is_unavailable(certificate: Path) -> None:
    with serving_tls(certificate, []) as server, pytest.raises(Unavailable):
        tls_fetch(server, "other.example", certificate)


def test_a_certificate_of_an_unknown_issuer_is_unavailable(certificate: Path) -> None:
    with serving_tls(certificate, []) as server, pytest.raises(Unavailable):
        tls_fetch(server, "data.example", None)


def test_a_dripping_tls_server_is_cut_off_at_the_deadline(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    with serving(drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x"), tls=context) as server:
        fetching = Fetcher(
            user_agent="x",
            allow={f"data.example:{server.port}"},
            resolve=lambda _: ["127.0.0.1"],
            tls=ssl.create_default_context(cafile=certificate),
        )
        with pytest.raises(OverLimit):
            fetching.get(f"https://data.example:{server.port}/", limit_bytes=MIB, seconds=0.5)


# The only door.

CLIENTS = {"urllib.request", "urllib3", "requests", "httpx", "aiohttp", "http.client", "ftplib", "telnetlib", "pycurl"}


def imported(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def clients(source: str) -> set[str]:
    return {client for name in imported(source) for client in CLIENTS if f"{name}.".startswith(f"{client}.")}


@pytest.mark.parametrize(
    "source",
    [
        "import urllib.request",
        "from urllib import request",
        "from urllib3.util import Url",
        "def f():\n import httpx as x",
    ],
)
def test_a_client_is_noticed_however_it_is_imported(source: str) -> None:
    assert clients(source)


def test_only_http_reaches_out() -> None:
    reaching = {str(file.relative_to(APP)) for file in APP.rglob("*.py") if clients(file.read_text("utf-8"))}

    assert reaching == {"infra/http.py"}
