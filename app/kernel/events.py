"""The base of what features report in the past tense; `wiring.py` says which jobs follow."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one dataset."""

    dataset_id: str
