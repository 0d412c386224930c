"""The zygote, which has everything loaded and forks a child for each question; and the child, which answers and ends.

The zygote never meets a stranger's words. It has one thread, or it could not be forked: the engine is kept from making
any. A child gives up all files but those it is granted, for good, before it reads its question, so that no question is
answered by a process that has seen another one, or files that another one may read.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import duckdb
import msgspec

from app.infra import landlock, sandbox_child
from app.query.sql import gate, wire
from app.query.sql.cells import encoder_of
from app.query.sql.outline import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

# The parent ends a child at the deadline; the kernel's alarm does where the parent cannot.
GRACE_SECONDS = 1.0
OPEN_FILES = 64
BATCH = 500
DETAIL = 600
# What the portal makes of an answer grows with its cells and, as JSON has them in each row, with their names.
COLUMNS, CELLS, NAME_BYTES = 2000, 1_000_000, 32_000_000
# Looked up before any fork, as it is imported late.
_SELECT = duckdb.StatementType.SELECT
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "async_threads": 0,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "temp_directory": "",
    "max_expression_depth": gate.DEPTH,
    "enable_external_file_cache": False,
}
# Done once before any fork: what of Python and the engine is loaded late is loaded then, as later no file is seen.
WARM = (
    "SELECT 1::HUGEINT, 1.5::DECIMAL(9, 2), DATE '2000-01-01', TIME '01:02:03', TIMESTAMP '2000-01-01', 'a', true, 1.5,"
    " TIMESTAMPTZ '2000-01-01', INTERVAL 1 DAY, 'か' COLLATE ja, timezone('Asia/Tokyo', TIMESTAMP '2000-01-01'), row(1)"
)
# Their words are about the question and what it was given, so that the asker may read them.
_OF_THE_QUESTION = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ConversionException,
    duckdb.InvalidInputException,
    duckdb.InvalidTypeException,
    duckdb.NotImplementedException,
    duckdb.OutOfRangeException,
    duckdb.ParserException,
    duckdb.PermissionException,
    duckdb.SyntaxException,
    duckdb.TypeMismatchException,
    duckdb.SequenceException,
    duckdb.TransactionException,
)
_PLACE = re.compile(r"\n+LINE (\d+): (.*)\n( *)\^", re.DOTALL)


def main() -> None:
    """Serve the portal on the socket of standard input until it is closed."""
    orders = socket.socket(fileno=os.dup(0))
    setup = wire.setup.decode(wire.receive(orders))
    if setup.nice:
        _give_way(setup.nice)
    sandbox_child.shut_off_network()
    sandbox_child.give_up_privileges()
    sandbox_child.die_with(setup.parent)
    sandbox_child.set_limits(memory_bytes=setup.memory_bytes, file_bytes=0, open_files=OPEN_FILES)
    # The kernel takes dead children away; nobody asks how they ended.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    engine = duckdb.connect(":memory:", config=SETTINGS | {"memory_limit": setup.engine_memory})
    engine.execute("SET TimeZone = 'UTC'")
    engine.execute(WARM).fetchall()
    engine.execute("SELECT json_serialize_sql('SELECT 1')").fetchall()
    engine.extract_statements("SELECT 1")
    # A collection would touch, and so copy, every page that a child shares with the zygote.
    gc.disable()
    gc.freeze()
    wire.send(orders, wire.Looked())
    _serve(orders, engine)


def _give_way(nice: int) -> None:
    """Take the time that nobody else wants, and never the whole machine: one processor is always for readers.

    Whoever wakes takes the processor from the idle class, but only within a session (Linux may share time between
    sessions first), so that the zygote is of the portal's; and even there some only after the next tick of the clock.
    """
    os.nice(nice)
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    with suppress(OSError, AttributeError):
        ours = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, ours[1:] or ours)


def _serve(orders: socket.socket, engine: duckdb.DuckDBPyConnection) -> None:
    me = os.getpid()
    while True:
        order, descriptors, _, _ = socket.recv_fds(orders, 1, 1)
        if not order or not descriptors:
            os._exit(0)
        pid = os.fork()
        if not pid:
            try:
                orders.close()
                sandbox_child.die_with(me)
                _answer(socket.socket(fileno=descriptors[0]), engine)
            finally:
                os._exit(1)
        os.close(descriptors[0])
        _tell(orders, pid)


def _tell(orders: socket.socket, pid: int) -> None:
    """Send a handle of the child: unlike its number it cannot become anybody else's."""
    handles: list[int] = []
    if hasattr(os, "pidfd_open"):
        # It may have ended already.
        with suppress(OSError):
            handles.append(os.pidfd_open(pid))
    socket.send_fds(orders, [wire.LENGTH.pack(pid)], handles)
    for handle in handles:
        os.close(handle)


def _answer(pipe: socket.socket, engine: duckdb.DuckDBPyConnection) -> None:
    asked = wire.asked.decode(wire.receive(pipe))
    signal.setitimer(signal.ITIMER_REAL, asked.seconds + GRACE_SECONDS)
    files = tuple(each.path for each in asked.files) if isinstance(asked, wire.Run) else ()
    if landlock.version():
        landlock.confine(reads=files, works=())
    head: wire.Reply
    try:
        _shut(engine, files)
        head, body = _run(engine, asked) if isinstance(asked, wire.Run) else (_look(engine, asked), b"")
    except (MemoryError, duckdb.OutOfMemoryException, RecursionError):
        head, body = wire.Failed("memory"), b""
    except _OF_THE_QUESTION as error:
        head, body = _failed(str(error), files), b""
    except Exception as error:  # noqa: BLE001 - whatever a stranger's question provoked is told, not propagated
        head, body = wire.Failed("engine", f"{type(error).__name__}: {error}"[:DETAIL]), b""
    wire.send(pipe, head, body)
    os._exit(0)


def _shut(engine: duckdb.DuckDBPyConnection, files: tuple[str, ...]) -> None:
    """Let the engine read these files only, and nobody change that."""
    engine.execute(f"SET allowed_paths = [{', '.join(map(_literal, files))}]")
    engine.execute("SET enable_external_access = false")


def _look(engine: duckdb.DuckDBPyConnection, asked: wire.Look) -> wire.Looked:
    engine.execute("SET lock_configuration = true")
    row = engine.execute("SELECT json_serialize_sql(?)", [asked.query]).fetchone()
    found = gate.examine(asked.query, msgspec.json.decode(row[0] if row else b"{}"))
    return wire.Looked(refused=found) if isinstance(found, Refused) else wire.Looked(examined=found)


def _run(engine: duckdb.DuckDBPyConnection, asked: wire.Run) -> tuple[wire.Answered, bytes]:
    for file in asked.files:
        scan = f"SELECT * FROM read_parquet({_literal(file.path)})"  # noqa: S608 - quoted; a view takes no parameters
        engine.execute(f"CREATE VIEW {_identifier(file.name)} AS {scan}")
    engine.execute("SET lock_configuration = true")
    statements = engine.extract_statements(asked.query)
    if len(statements) != 1 or statements[0].type != _SELECT:
        raise duckdb.ParserException("one SELECT is taken")
    result = engine.execute(statements[0])
    columns = tuple((str(column[0]), str(column[1])) for column in result.description or ())
    if len(columns) > COLUMNS:
        raise duckdb.InvalidInputException(f"The answer has {len(columns)} columns; {COLUMNS} are allowed")
    encode = encoder_of([kind for _, kind in columns])
    rows, truncated = _taken(map(encode, _each(result)), _most(columns, asked.rows), asked.answer_bytes)
    body = b"[" + b",".join(rows) + b"]"
    return wire.Answered(columns, len(body), len(rows), truncated), body


def _each(result: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := result.fetchmany(BATCH):
        yield from rows


def _most(columns: tuple[tuple[str, str], ...], rows: int) -> int:
    """Say how many rows of these columns are not too much for the portal to write."""
    names = sum(len(name.encode()) for name, _ in columns)
    return max(1, min(rows, CELLS // max(1, len(columns)), NAME_BYTES // max(1, names)))


def _taken(encoded: Iterator[bytes], most: int, limit: int) -> tuple[list[bytes], bool]:
    """Take rows up to a number and a size; also say whether any were left."""
    rows: list[bytes] = []
    size = 2
    for row in encoded:
        size += len(row) + 1
        if len(rows) >= most or size > limit:
            return rows, True
        rows.append(row)
    return rows, False


def _failed(words: str, files: tuple[str, ...]) -> wire.Failed:
    """Take the place out of the engine's words, and what they tell of files."""
    if any(path in words for path in files):
        return wire.Failed("engine")
    place = None
    if found := _PLACE.search(words):
        lead = len(f"LINE {found[1]}: ")
        # A long line is shown in part, so that the column is not known.
        if not found[2].startswith("...") and "\n" not in found[2]:
            place = (int(found[1]), len(found[3]) - lead + 1)
        words = words[: found.start()]
    return wire.Failed("query", words[:DETAIL].strip(), place)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


if __name__ == "__main__":
    sys.exit("started by the portal only")
