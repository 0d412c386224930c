"""THE CONTROL of `crash.py`: a deliberately naive portal. Nothing of Kakehashi is in it or uses it.

It does what such programs often do: it acknowledges an upload once a row says that it came and writes the file
after that; its worker takes a job by deleting it, makes a dataset visible before its files are there, writes
them in two steps, and adds to the index last. Without kills it works; `crash.py` must find it broken.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ.get("NAIVE_FOLDER", "."))
UPLOAD_SECONDS = 5.0
TABLES = """
CREATE TABLE IF NOT EXISTS submissions (id TEXT PRIMARY KEY, state TEXT);
CREATE TABLE IF NOT EXISTS jobs (submission TEXT);
CREATE TABLE IF NOT EXISTS versions (name TEXT, number INTEGER, submission TEXT, resources TEXT);
"""


def database(folder: Path = FOLDER) -> sqlite3.Connection:
    """Open the control's database; every statement commits by itself."""
    connection = sqlite3.connect(folder / "naive.sqlite3", timeout=30, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.executescript(TABLES)
    return connection


def application(request: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Take an upload: the row first, then the answer, the file some time after."""
    if request["REQUEST_METHOD"] != "POST":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]
    content = request["wsgi.input"].read(int(request["CONTENT_LENGTH"]))
    submission = uuid.uuid4().hex
    connection = database()
    connection.execute("INSERT INTO submissions VALUES (?, 'received')", [submission])
    connection.execute("INSERT INTO jobs VALUES (?)", [submission])
    connection.close()
    threading.Thread(target=_write, args=(FOLDER / f"{submission}.zip", content)).start()
    start_response("202 Accepted", [("Content-Type", "application/json")])
    return [json.dumps({"id": submission}).encode()]


def work() -> None:
    """Do jobs, each deleted when it is taken."""
    connection = database()
    while True:
        taken = connection.execute(
            "DELETE FROM jobs WHERE rowid = (SELECT min(rowid) FROM jobs) RETURNING submission"
        ).fetchone()
        if taken is None:
            time.sleep(0.05)
        else:
            _publish(connection, taken[0])


def _publish(connection: sqlite3.Connection, submission: str) -> None:
    upload = FOLDER / f"{submission}.zip"
    deadline = time.monotonic() + UPLOAD_SECONDS
    while not zipfile.is_zipfile(upload) and time.monotonic() < deadline:
        time.sleep(0.05)
    with zipfile.ZipFile(upload) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = json.loads(files.pop("datapackage.json"))["name"]
    (number,) = connection.execute("SELECT count(*) + 1 FROM versions WHERE name = ?", [name]).fetchone()
    connection.execute("INSERT INTO versions VALUES (?, ?, ?, ?)", [name, number, submission, json.dumps([*files])])
    # Stands for the portal's reading, in a child process as there.
    command = [sys.executable, "-m", "frictionless", "validate", upload.name]
    subprocess.run(command, cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)
    for path, content in files.items():
        _write(FOLDER / f"{name}-{number}-{path}", content)
    connection.execute("UPDATE submissions SET state = 'published' WHERE id = ?", [submission])
    with (FOLDER / "index").open("a") as index:
        index.write(f"{name} {number}\n")


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        for part in (content[: len(content) // 2], content[len(content) // 2 :]):
            file.write(part)
            file.flush()
            os.fsync(file.fileno())


if __name__ == "__main__":
    work()
