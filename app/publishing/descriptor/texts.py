"""Texts in two languages, in all the ways that descriptors write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kernel.text import LANGUAGES, Language, Text, text_of
from app.publishing.descriptor.values import line_of, words_of


def text_in(words: Mapping[str, Any], key: str) -> Text:
    """Read a text written as a string, as `title@en`, as `titleEn`, or as an object `{"ja": ..., "en": ...}`."""
    plain = words.get(key)
    sides = {language: _side(words, key, language) for language in LANGUAGES}
    if isinstance(plain, Mapping):
        sides = {language: sides[language] or words_of(plain.get(language)) for language in LANGUAGES}
    ja, en, rest = sides["ja"], sides["en"], words_of(plain)
    if not (ja or en):
        return text_of(rest)
    return Text(ja or rest, en or rest)


def _side(words: Mapping[str, Any], key: str, language: Language) -> str:
    spellings = (f"{key}@{language}", f"{key}_{language}", f"{key}-{language}", f"{key}{language.title()}")
    return next((found for spelling in spellings if (found := words_of(words.get(spelling)))), "")


def line_in(words: Mapping[str, Any], key: str) -> Text:
    """Read a text of which each side is one line."""
    text = text_in(words, key)
    return Text(line_of(text.ja), line_of(text.en))


def written(key: str, text: Text) -> dict[str, str]:
    """Write a text so that `text_in` reads it back."""
    words = {key: text.ja or text.en} if text else {}
    return words | ({f"{key}@en": text.en} if text.ja and text.en else {})
