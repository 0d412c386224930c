"""Times the import of a CKAN's records: the first one, one that changes nothing, and what of them is understood.

`python benchmarks/import.py FILE`, where FILE holds packages of a CKAN, as `kakehashi import ckan` takes them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app import create_app
from app.harvest.applying import Order
from app.infra.migrate import migrate
from app.kernel.actor import SYSTEM
from app.settings import Settings
from app.wiring import EXTENSION
from benchmarks.support import machine

if TYPE_CHECKING:
    from app.wiring import Services

T = TypeVar("T")


def main() -> None:
    """Import into a portal of its own, twice, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    order = Order(parser.parse_args().file, "https://ckan.example.jp")
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        services: Services = create_app(Settings(data_dir=Path(folder))).extensions[EXTENSION]
        migrate(services.database)
        first = timed("first import", lambda: services.importer.run(SYSTEM, order))
        again = timed("second import", lambda: services.importer.run(SYSTEM, order))
        services.database.engine.dispose()
    print(f"first: {first.counts}\nsecond: {again.counts}")
    print(Counter((each.code, (each.column or "").partition("[")[0]) for each in first.report.problems))


def timed(name: str, work: Callable[[], T]) -> T:
    """Do the work and print how long it took."""
    began = time.perf_counter()
    done = work()
    print(f"{name}: {time.perf_counter() - began:.1f} s")
    return done


if __name__ == "__main__":
    main()
