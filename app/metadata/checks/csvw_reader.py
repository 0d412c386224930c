"""The package csvw, where it is installed; it cannot stand beside frictionless, so mostly it is not."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from app.metadata.checks.result import Findings, few

if TYPE_CHECKING:
    from app.metadata.checks.rendering import Rendering


def look(rendering: Rendering) -> Findings:
    """Read the description of the tables, not the tables themselves: they are on the network."""
    return findings(rendering.body("csvw"))


def findings(body: bytes) -> Findings:
    """Say what csvw makes of a table group. What it warns of it would not take as valid."""
    from csvw import TableGroup  # type: ignore[import-not-found,unused-ignore]

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        path = Path(folder) / "csvw.json"
        path.write_bytes(body)
        try:
            TableGroup.from_file(str(path))
        except (ValueError, KeyError, TypeError, AttributeError, AssertionError) as error:
            return Findings(few([f"{type(error).__name__}: {error}"]))
    return Findings(few(str(each.message) for each in heard))
