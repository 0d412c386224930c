"""Validate descriptions with csvw, in the environment it has to itself: addresses in, complaints out, both as JSON."""

import json
import sys

from csvw import CSVW  # type: ignore[import-not-found,unused-ignore]


def complaints(place: str) -> list[str]:
    """Say what csvwvalidate would say."""
    try:
        read = CSVW(place, validate=True)
        return [] if read.is_valid else [str(warning.message) for warning in read.warnings]
    except ValueError as error:
        return [str(error) or type(error).__name__]


if __name__ == "__main__":
    json.dump({place: complaints(place) for place in json.load(sys.stdin)}, sys.stdout)
