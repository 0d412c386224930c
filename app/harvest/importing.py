"""Takes the records of another catalogue into this one, as datasets whose files stay where they are.

Where records come from, what each of them means, what is new, and what is done about it are apart: a file is read and
mapped in the sandbox (`reading.py`, `ckan.py`), its records are compared with the catalogue and written, a hundred in
a transaction (`applying.py`). What is equal is left alone: an import that was cut off is simply run again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app import audit
from app.catalog.record import State
from app.harvest.applying import Import, Imported, Order
from app.harvest.harvested import Mapped
from app.harvest.reading import MAPPED_FILE, READER
from app.kernel.errors import Conflict
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.catalog.service import Catalog
    from app.identity.organizations import Organizations
    from app.infra.sandbox import Limits, Sandbox
    from app.infra.work import UnitsOfWork
    from app.kernel.actor import Actor

FUNCTIONS = frozenset({READER})
BATCH = 100
MAX_MAPPED = 64 << 20

_decoder = msgspec.json.Decoder(Mapped)


def _nobody(_done: int) -> None:
    """Nobody watches."""


class Importer:
    """Imports files of records; whatever it does may be done again."""

    def __init__(
        self,
        units: UnitsOfWork,
        catalog: Catalog,
        organizations: Organizations,
        sandbox: Sandbox,
        *,
        limits: Limits,
        folder: Path,
    ) -> None:
        self._units = units
        self._catalog = catalog
        self._organizations = organizations
        self._sandbox = sandbox
        self._limits = limits
        self._folder = folder

    def look(self, actor: Actor, order: Order) -> Imported:
        """Say what `run` would do, and do nothing. Raises as `run` does."""
        with self._begun(actor, order) as coming:
            for batch in _batches(coming.records()):
                # Not committed: afterwards it is as if nothing had been.
                with self._units() as work:
                    for mapped in batch:
                        coming.apply(work, mapped)
            return coming.outcome()

    def run(self, actor: Actor, order: Order, *, progress: Callable[[int], None] = _nobody) -> Imported:
        """Publish every record that is new or changed, and make the organizations that are missing.

        `progress` is told how many records are in. Raises `NotFound` where the named organization is not there,
        `Denied` where the actor may not publish, `OverLimit` where reading the file takes too much.
        """
        with self._begun(actor, order) as coming:
            for batch in _batches(coming.records()):
                coming.make_organizations(batch)
                with self._units() as work:
                    for mapped in batch:
                        coming.apply(work, mapped)
                    work.commit()
                progress(coming.counts.records)
            outcome = coming.outcome()
        with self._units() as work:
            audit.record(
                work, actor, "harvest.import", f"harvest:{order.portal or order.file.name}", **asdict(outcome.counts)
            )
            work.commit()
        return outcome

    def deprecate(self, actor: Actor, outcome: Imported) -> int:
        """Mark the datasets whose records vanished as no longer updated, and count them.

        Raises `Conflict` where records could not be read: theirs may be among what seems to be missing.
        """
        if not outcome.complete:
            raise Conflict(
                Text(
                    "読めないレコードがあり、どのデータセットがなくなったかを確定できません。",
                    "Some records cannot be read, so it is not certain which datasets vanished.",
                )
            )
        for slug in outcome.missing:
            self._catalog.move(actor, slug, State.DEPRECATED)
        return len(outcome.missing)

    @contextmanager
    def _begun(self, actor: Actor, order: Order) -> Iterator[Import]:
        """Have the file read in the sandbox; what came of its records is there until the block ends."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            argument = {"file": str(order.file.resolve()), "portal": order.portal}
            self._sandbox.run(READER, argument, folder=Path(folder), limits=self._limits, reads=(order.file,))
            mapped = Path(folder) / MAPPED_FILE
            if mapped.is_symlink() or not mapped.is_file():
                # Whatever a stranger's file made of the reader, it leads nowhere else.
                raise Conflict(Text("読み取り結果が不正です。", "The reader's answer is none."))
            yield Import(self._catalog, self._organizations, actor, order, lambda: _read(mapped))


def _read(file: Path) -> Iterator[Mapped]:
    with file.open("rb") as lines:
        while line := lines.readline(MAX_MAPPED):
            yield _decoder.decode(line)


def _batches(records: Iterator[Mapped]) -> Iterator[Sequence[Mapped]]:
    while batch := tuple(islice(records, BATCH)):
        yield batch
