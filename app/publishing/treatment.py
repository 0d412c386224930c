"""How one column is to be treated: its type and meaning, and what becomes of each of its words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.publishing.forms import kana
from app.publishing.forms.form import BLANKS, TRIMMED, Form, Repaired
from app.publishing.meaning.declared import untouched
from app.publishing.meaning.recognition import Recognised, recognise
from app.publishing.meaning.words import Sample

__all__ = ["Repaired", "Treatment", "treat"]

# A field that says more of its words than their type has been written by somebody who knows them.
_OWN_RULES = ("groupChar", "decimalChar", "bareNumber", "trueValues", "falseValues", "categories")
_TEXT_RULES = ("pattern", "enum")


@dataclass(frozen=True, slots=True)
class Treatment:
    """`type` and `format` are those of the Table Schema field after the repairs; `format` is empty for the default.

    `clean` matches in full, in RE2 and in Python, the words that need no repair: those of the type, words for
    nothing and the empty word. `flags_clean` says that `flag` is to be asked about those, too. `almost` names the
    type that at least nine of ten cells have, and up to 20 words in the way; such a column stays text.
    """

    type: str
    meaning: str
    form: Form
    clean: str
    unit: str = ""
    format: str = ""
    null_words: tuple[str, ...] = ()
    ditto_words: tuple[str, ...] = ()
    flags_clean: bool = False
    almost: tuple[str, tuple[str, ...]] | None = None
    off: frozenset[str] = frozenset()

    def repair(self, word: str) -> Repaired | None:
        """Answer the word as it will be, with an empty rule where it stays; None where it cannot be made to fit."""
        found = self.form.read(word)
        if found is not None:
            return None if found.rule in self.off else found
        bare = word.strip(BLANKS)
        if self.form.loose or not bare or bare in self.null_words:
            if bare == word:
                return Repaired(word, "")
            return None if TRIMMED in self.off else Repaired(bare, TRIMMED)
        return None

    def flag(self, word: str) -> str | None:
        """Answer the code of a problem with the word, whether or not it fits."""
        return self.form.flag(word)


def treat(
    name: str, sample: Sample, declared_field: Mapping[str, Any] | None = None, *, off: Collection[str] = ()
) -> Treatment:
    """Say how to treat a column, from its name and its distinct words with their counts, the most frequent first.

    `declared_field` is its Table Schema field, if the publisher gave one; put the schema's `missingValues` into it
    where the field has none of its own. The rules `off` are not used: a column that needs them is of another type.
    """
    if declared_field is None or "type" not in declared_field:
        return _treatment(recognise(name, sample, off=off), frozenset(off))
    kind = str(declared_field["type"])
    missing = _missing(declared_field)
    found = recognise(name, sample, kind, missing=missing, off=off)
    if _has_own_rules(declared_field):
        found = replace(found, form=untouched(kind), unit="", null_words=())
    elif kind == "string" and _is_ruled(declared_field):
        found = replace(found, form=kana.TEXTS, null_words=())
    return _treatment(found, frozenset(off))


def _treatment(found: Recognised, off: frozenset[str]) -> Treatment:
    form = found.form
    words = "".join(f"|{re.escape(word)}" for word in found.null_words)
    return Treatment(
        type=form.type,
        meaning=found.meaning,
        form=form,
        clean=f"(?:{form.clean}|{words})" if words else f"(?:{form.clean}|)",
        unit=found.unit,
        format=form.format,
        null_words=found.null_words,
        ditto_words=found.ditto_words,
        flags_clean=form.flags_clean,
        almost=found.almost,
        off=off,
    )


def _missing(field: Mapping[str, Any]) -> tuple[str, ...]:
    """List the field's words for nothing; in Table Schema v2 they may come with labels."""
    listed = field.get("missingValues") or ()
    return tuple(str(each["value"] if isinstance(each, Mapping) else each) for each in listed)


def _has_own_rules(field: Mapping[str, Any]) -> bool:
    """Say whether the field is read in a way of its own. The formats of text (email, uri) only check it."""
    has_format = field.get("format", "default") != "default" and field["type"] != "string"
    return has_format or any(key in field for key in _OWN_RULES)


def _is_ruled(field: Mapping[str, Any]) -> bool:
    constraints = field.get("constraints") or {}
    return any(key in constraints for key in _TEXT_RULES)
