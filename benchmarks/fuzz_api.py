"""Fuzzes the API by its description with schemathesis, all checks, three identities: `fuzz_api.py --count 10000`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.factories import make_portal
from tests.standards.fuzzing import SEED, fuzz, identities, known_places

# The coverage of every parameter is a hundred requests or so for each example that is made up.
FIRST_EXAMPLES = 2


def main() -> None:
    """Ask until there were so many requests, with new seeds; exit 1 where anything does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="requests to make")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    made, wrong, seed = 0, {}, chosen.seed
    with tempfile.TemporaryDirectory() as folder:
        portal = make_portal(Path(folder))
        places, callers = known_places(portal), identities(portal)
        while made < chosen.count:
            for name, headers in callers.items():
                begun = time.monotonic()
                phases = ("coverage", "fuzzing", "stateful") if seed == chosen.seed else ("fuzzing",)
                found = fuzz(portal, headers, places, examples=FIRST_EXAMPLES, phases=phases, seed=seed)
                made += found.requests
                wrong |= {f"{name}: {place}": shown for place, shown in found.failures.items()}
                wrong |= {f"{name}: {error}": "" for error in found.errors}
                statuses = dict(sorted(found.statuses.items()))
                print(f"{name}, seed {seed}: {found.requests} requests, {statuses}, {time.monotonic() - begun:.0f} s")
            seed += 1
    for place, shown in sorted(wrong.items()):
        print(f"--- {place}\n{shown[:1000]}")
    print(f"{made} requests, {len(wrong)} findings")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
