"""What the portal and its processes for SQL say to each other: JSON in frames, each after its length."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import msgspec

from app.query.sql.outline import Examined, Refused

if TYPE_CHECKING:
    import socket

LENGTH = struct.Struct(">I")


class Setup(msgspec.Struct, frozen=True):
    """What the zygote is told first: who started it, and what each of its children may use."""

    parent: int
    memory_bytes: int
    engine_memory: str
    nice: int


class Look(msgspec.Struct, frozen=True, tag="look"):
    """Have a question parsed and looked at. The child sees no file."""

    query: str
    seconds: float


class File(msgspec.Struct, frozen=True):
    """A table for one question: the name in it, and the Parquet file that stands behind."""

    name: str
    path: str


class Run(msgspec.Struct, frozen=True, tag="run"):
    """Have a question answered. The child sees these files and no other."""

    query: str
    files: tuple[File, ...]
    rows: int
    answer_bytes: int
    seconds: float


class Looked(msgspec.Struct, frozen=True, tag="looked"):
    """What the gate says."""

    examined: Examined | None = None
    refused: Refused | None = None


class Answered(msgspec.Struct, frozen=True, tag="answered"):
    """The head of an answer; `size` bytes of rows in JSON follow. Columns are names with the engine's types."""

    columns: tuple[tuple[str, str], ...] = ()
    size: int = 0
    count: int = 0
    truncated: bool = False


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """Why there is no answer: "memory", "query" (the engine's words are in `detail`) or "engine"."""

    problem: str
    detail: str = ""
    place: tuple[int, int] | None = None


Asked = Look | Run
Reply = Looked | Answered | Failed

asked = msgspec.json.Decoder(Asked)
reply = msgspec.json.Decoder(Reply)
setup = msgspec.json.Decoder(Setup)


def send(pipe: socket.socket, head: object, body: bytes = b"") -> None:
    """Write a frame, and the body that its head tells of."""
    encoded = msgspec.json.encode(head)
    pipe.sendall(LENGTH.pack(len(encoded)) + encoded)
    if body:
        pipe.sendall(body)


def receive(pipe: socket.socket) -> bytes:
    """Read a frame, waiting as long as it takes; nothing where the other end is closed."""
    length = _exactly(pipe, LENGTH.size)
    return _exactly(pipe, LENGTH.unpack(length)[0]) if length else b""


def _exactly(pipe: socket.socket, size: int) -> bytes:
    read = bytearray()
    while len(read) < size:
        piece = pipe.recv(min(1 << 20, size - len(read)))
        if not piece:
            return b""
        read += piece
    return bytes(read)
