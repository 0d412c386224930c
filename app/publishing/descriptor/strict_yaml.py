"""YAML read to the values that JSON has: dates, `NO` and `0123` stay strings, and there are no aliases.

Values are built from parser events, so no tag makes an object and no nesting exhausts the stack.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

from app.kernel.report import Problem
from app.publishing.descriptor.faults import fault_at, has_surrogate
from app.publishing.descriptor.limits import MAX_DEPTH
from app.publishing.descriptor.refused import Refused
from app.publishing.problems import problem

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_AS_WRITTEN = frozenset({"name", "title", "description", "version"})
_NO_KEY = object()


def parse_yaml(text: str, file: str) -> Any:
    """Parse one YAML document with unique keys and bounded depth. Raises `Refused`."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise Refused(_fault_at_mark("descriptor-not-yaml", file, error.problem_mark)) from None
    except yaml.YAMLError as error:
        raise Refused(fault_at("descriptor-not-yaml", text, getattr(error, "position", 0), file)) from None
    return builder.root


def _fault_at_mark(code: str, file: str, mark: Any, value: str | None = None) -> Problem:
    row, column = (mark.line + 1, str(mark.column + 1)) if mark else (None, None)
    return problem(code, file=file, row=row, column=column, value=value, limit=MAX_DEPTH)


class _Builder:
    """Builds one document from the events of the YAML parser."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Any = None
        self._documents = 0
        self._open: list[tuple[Any, Any]] = []  # (container, key that waits for its value)

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse("descriptor-not-yaml", event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._take_node(event)

    def _take_node(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._refuse("descriptor-yaml-alias", event)
        if event.tag is not None and event.tag != "!":
            self._refuse("descriptor-yaml-tag", event, event.tag)
        if isinstance(event, yaml.ScalarEvent):
            self._put(self._scalar(event), event)
            return
        container: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._put(container, event)
        self._open.append((container, _NO_KEY))
        if len(self._open) > MAX_DEPTH:
            self._refuse("descriptor-too-deep", event)

    def _put(self, value: Any, event: Any) -> None:
        if not self._open:
            self.root = value
            return
        container, key = self._open[-1]
        if isinstance(container, list):
            container.append(value)
        elif key is _NO_KEY:
            self._open[-1] = (container, self._key(container, event))
        else:
            container[key] = value
            self._open[-1] = (container, _NO_KEY)

    def _key(self, container: dict[str, Any], event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse("descriptor-not-yaml", event)
        if event.value in container:
            self._refuse("descriptor-duplicate-key", event, event.value)
        return str(event.value)

    def _scalar(self, event: Any) -> Any:
        words: str = event.value
        if has_surrogate(words):
            self._refuse("descriptor-lone-surrogate", event)
        if event.style:
            return words
        if words in _NULLS:
            return None
        if self._open and self._open[-1][1] in _AS_WRITTEN:  # `version: 1.10` is no number, `name: NO` no answer
            return words
        if words in _BOOLEANS:
            return _BOOLEANS[words]
        return self._number(words, event) if _NUMBER.fullmatch(words) else words

    def _number(self, words: str, event: Any) -> int | float:
        value = float(words)
        if not math.isfinite(value):
            self._refuse("descriptor-number", event, words)
        return int(words) if words.removeprefix("-").isdigit() else value

    def _refuse(self, code: str, event: Any, value: str | None = None) -> None:
        raise Refused(_fault_at_mark(code, self.file, event.start_mark, value))
