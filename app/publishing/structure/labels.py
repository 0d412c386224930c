"""The names of columns: cleaned, kept apart from each other, and given where there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.publishing.grids import LONGEST_NAME, HeaderChange
from app.publishing.remarks import Remarks
from app.publishing.repair.choices import Choices

_BREAKS = re.compile(r"[\x00-\x20\x7f\u3000]*[\x00-\x1f\x7f][\x00-\x20\x7f\u3000]*")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60]")
_SPACES = re.compile(r"[ \u3000]+")


def clean(label: str) -> str:
    """Write a name on one line. Between Japanese letters a line break is nothing, and so are spaces that only spread.

    >>> clean("世　帯　数")
    '世帯数'
    """
    word = _BREAKS.sub(_joint, label).strip()
    parts = _SPACES.split(word)
    if len(parts) > 1 and all(len(part) == 1 and _WIDE.match(part) for part in parts):
        word = "".join(parts)
    return word[:LONGEST_NAME]


def _joint(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    if start == 0 or end == len(text):
        return ""
    return "" if _WIDE.match(text[start - 1]) and _WIDE.match(text[end]) else " "


@dataclass(slots=True)
class Naming:
    """Gives every column a name of its own, as far as the choices allow; what they forbid is an error."""

    choices: Choices
    remarks: Remarks
    line: int
    headless: bool = False
    changes: list[HeaderChange] = field(default_factory=list)

    def name(self, labels: list[str]) -> tuple[str, ...]:
        """Name all columns. What is changed is noted in `changes`, and told as `label-repaired`."""
        written = {label.lower() for label in labels}
        names: dict[str, str] = {}
        for number, label in enumerate(labels):
            cleaned = clean(label)
            if cleaned != label and label.strip() and not self.choices.applies("header-cleaned"):
                self.changes.append(HeaderChange("header-cleaned", number, label, cleaned, applied=False))
                cleaned = label
            name = cleaned or f"column_{number + 1}"
            if name.isspace():
                name = f"column_{number + 1}"
            if name.lower() in names or (name != label and name.lower() in written):
                name = _next_free(name, written | names.keys())
            names[name.lower()] = name
            if name != label:
                self._note(number, label, name, labels)
        return tuple(names.values())

    def _note(self, number: int, label: str, name: str, labels: list[str]) -> None:
        rule = "header-cleaned" if label.strip() else "header-named"
        if self.choices.applies(rule) or self.headless:
            self.changes.append(HeaderChange(rule, number, label, name))
            if not self.headless:
                self.remarks.add("label-repaired", row=self.line, column=name, value=label, number=number + 1)
            return
        self.changes.append(HeaderChange(rule, number, label, name, applied=False))
        if label.strip():
            first = next(place for place, each in enumerate(labels, start=1) if each.lower() == label.lower())
            self.remarks.add("duplicate-label", row=self.line, column=label, number=number + 1, first=first)
        else:
            self.remarks.add("blank-label", row=self.line, number=number + 1)


def _next_free(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}_{number}".lower() in taken:
        number += 1
    return f"{name}_{number}"
