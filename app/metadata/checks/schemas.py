"""JSON Schemas: the official profile of data packages, and our own where a standard has none."""

from __future__ import annotations

import json
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.metadata.checks.result import Findings, few

if TYPE_CHECKING:
    from collections.abc import Callable

    from jsonschema.protocols import Validator

    from app.metadata.checks.rendering import Rendering

FOLDER = Path(__file__).parents[3] / "metadata" / "schemas"


def kept_to(schema: str, format_name: str) -> Callable[[Rendering], Findings]:
    """Make the look that compares a format with a schema of `metadata/schemas`."""
    return partial(_look, schema, format_name)


def _look(schema: str, format_name: str, rendering: Rendering) -> Findings:
    return Findings(errors(schema, rendering.json(format_name)))


def errors(schema: str, document: Any) -> tuple[str, ...]:
    """List where a document breaks a schema, the most telling error of each place."""
    from jsonschema.exceptions import best_match

    found = (best_match([error]) for error in _validator(schema).iter_errors(document))
    return few(f"{error.json_path}: {error.message}" for error in found if error is not None)


@cache
def _validator(schema: str) -> Validator:
    from jsonschema.validators import validator_for

    described = json.loads((FOLDER / schema).read_text(encoding="utf-8"))
    validator: Validator = validator_for(described)(described)
    return validator
