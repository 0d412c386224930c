"""A client that adds next to nothing to what it measures: a socket, a request, and the bytes of the answer.

Python's own client takes 0.4 ms to read the headers of an answer, which is a tenth of what a search takes.
"""

from __future__ import annotations

import re
import socket
import time
from http import HTTPStatus

from benchmarks.support import HOST

_ROOM = 1 << 18
_PATIENCE = 120.0  # seconds
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked\r\n", re.IGNORECASE)
_END, _LAST_CHUNK = b"\r\n\r\n", b"0\r\n\r\n"


class Wire:
    """One connection that stays open, to a server on this machine, for one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def get(self, path: str) -> tuple[float, bytes]:
        """Ask for a path; answer milliseconds and the body. Raises `RuntimeError` for what is no good answer."""
        request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{self._port}\r\nAccept-Encoding: identity\r\n\r\n".encode()
        try:
            taken, answer = self._ask(request)
        except ConnectionError:
            # The server closed what was idle while others answered.
            self._socket = None
            taken, answer = self._ask(request)
        head, body = answer.split(_END, 1)
        if head.split(b" ", 2)[1] != str(HTTPStatus.OK.value).encode():
            raise RuntimeError(f"{path}: {head[:100]!r} {body[:300]!r}")
        return taken, _joined(body) if _CHUNKED.search(head + b"\r\n") else body

    def _ask(self, request: bytes) -> tuple[float, bytes]:
        if self._socket is None:
            self._socket = socket.create_connection((HOST, self._port), timeout=_PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        began = time.perf_counter()
        self._socket.sendall(request)
        answer = bytearray()
        while not _is_whole(answer):
            if not (more := self._socket.recv(_ROOM)):
                raise ConnectionResetError
            answer += more
        return (time.perf_counter() - began) * 1000, bytes(answer)


def _is_whole(answer: bytearray) -> bool:
    end = answer.find(_END)
    if end < 0:
        return False
    head = answer[: end + 2]
    if length := _LENGTH.search(head):
        return len(answer) >= end + len(_END) + int(length[1])
    if not _CHUNKED.search(head):
        raise RuntimeError(f"How long is this answer? {bytes(head)!r}")
    return answer.endswith(_LAST_CHUNK)


def _joined(chunks: bytes) -> bytes:
    body, rest = b"", chunks
    while rest:
        size, rest = rest.split(b"\r\n", 1)
        length = int(size, 16)
        body, rest = body + rest[:length], rest[length + 2 :]
        if not length:
            break
    return body
