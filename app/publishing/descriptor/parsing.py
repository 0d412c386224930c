"""The text of a descriptor becomes an object, by one strict parser for each of the two notations."""

from __future__ import annotations

import codecs
from typing import Any

from app.publishing.descriptor.limits import MAX_BYTES
from app.publishing.descriptor.refused import Refused
from app.publishing.descriptor.strict_json import parse_json
from app.publishing.descriptor.strict_yaml import parse_yaml
from app.publishing.problems import problem

_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def parse(raw: bytes, file: str) -> dict[str, Any]:
    """Parse JSON or (by the file's name) YAML. Raises `Refused`."""
    if len(raw) > MAX_BYTES:
        raise Refused(problem("descriptor-too-large", file=file, size=len(raw), limit=MAX_BYTES))
    if raw.startswith(_BOMS):
        raise Refused(problem("descriptor-bom", file=file))
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise Refused(problem("descriptor-encoding", file=file, row=row)) from None
    value = parse_yaml(text, file) if file.endswith((".yaml", ".yml")) else parse_json(text, file)
    if not isinstance(value, dict):
        raise Refused(problem("descriptor-not-object", file=file))
    return value
