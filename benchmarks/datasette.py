"""Datasette with SQLite's FTS5 (trigrams) over the same records: the peer of the search benchmark.

It is installed from PyPI into an environment of its own, in the temporary folder, and kept there for the next run.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from app.search.document import SearchDocument
from app.search.engine import Facet
from benchmarks.questions import Question
from benchmarks.support import HOST, environment, free_port, start, wait_until_up

VERSION = "0.65.5"
ENVIRONMENT = Path(tempfile.gettempdir()) / f"kakehashi-datasette-{VERSION}"
TEXTS = ("title", "description", "keywords", "publisher", "resources")
ONE = (Facet.PUBLISHER, Facet.LICENSE, Facet.FREQUENCY)
MANY = (Facet.THEME, Facet.FORMAT, Facet.PLACE, Facet.PERIOD)
# What it calls the number of rows that match.
TOTAL = "filtered_table_rows_count"
# So that it answers in full: by default it gives up on a facet after 0.2 s, and on a page after 1 s.
PATIENCE = ("--setting", "sql_time_limit_ms", "20000", "--setting", "facet_time_limit_ms", "20000")


def installed() -> Path | None:
    """Answer the command, installing it first; `None` where that fails."""
    command = ENVIRONMENT / "bin" / "datasette"
    if not command.is_file():
        python = str(ENVIRONMENT / "bin" / "python")
        for step in (
            [sys.executable, "-m", "venv", str(ENVIRONMENT)],
            [python, "-m", "pip", "install", "-q", f"datasette=={VERSION}"],
        ):
            if subprocess.run(step, check=False).returncode:
                return None
    return command


def write(file: Path, documents: Iterable[SearchDocument]) -> None:
    """Write a table of datasets with full-text search over its words."""
    names = ("id", *TEXTS, "publisher_slug", *(facet.value for facet in (*ONE[1:], *MANY)), "updated")
    with sqlite3.connect(file) as database:
        database.execute(f"CREATE TABLE datasets ({', '.join(names)}, PRIMARY KEY (id))")
        marks = ", ".join("?" * len(names))
        database.executemany(f"INSERT INTO datasets VALUES ({marks})", map(_row, documents))
        columns = ", ".join(TEXTS)
        database.execute(
            f"CREATE VIRTUAL TABLE datasets_fts USING fts5({columns}, content=\"datasets\", tokenize='trigram')"
        )
        database.execute(f"INSERT INTO datasets_fts (rowid, {columns}) SELECT rowid, {columns} FROM datasets")
        for name in ("publisher_slug", *(facet.value for facet in ONE[1:])):
            database.execute(f"CREATE INDEX ix_{name} ON datasets ({name})")
    database.close()


def _row(document: SearchDocument) -> tuple[str, ...]:
    return (
        document.id,
        document.title.ja,
        document.description.ja,
        " ".join((*document.keywords, *document.subjects)),
        document.publisher.ja,
        "\n".join(document.resources),
        document.publisher_slug,
        document.license,
        document.frequency,
        json.dumps(document.themes),
        json.dumps(document.formats),
        json.dumps(document.places),
        json.dumps(document.years),
        document.updated.isoformat(),
    )


def path_of(question: Question) -> str:
    """Write a question as Datasette takes it, with facets as ours has them."""
    pairs = [("_size", "20"), ("_shape", "objects")]
    if question.words:
        pairs.append(("_search", question.words))
    pairs += [("_facet", _column(facet)) for facet in ONE] + [("_facet_array", facet.value) for facet in MANY]
    for facet, value in question.filters:
        name = _column(facet)
        pairs.append((f"{name}__arraycontains" if facet in MANY else name, value))
    return "/catalog/datasets.json?" + urlencode(pairs)


def _column(facet: Facet) -> str:
    return "publisher_slug" if facet is Facet.PUBLISHER else facet.value


@contextmanager
def served(command: Path, file: Path, log: Path) -> Iterator[int]:
    """Serve the table on loopback, as a file that never changes, which is what Datasette is fastest with."""
    port = free_port()
    options = ("--immutable", str(file), "--host", HOST, "--port", str(port), *PATIENCE)
    with log.open("ab") as said:
        group = start((str(command), "serve", *options), variables=environment(), log=said, seconds=3600)
        try:
            wait_until_up(f"http://{HOST}:{port}/-/versions.json", group, seconds=120)
            yield port
        finally:
            group.stop()
