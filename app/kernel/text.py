"""A piece of writing in Japanese and English, the portal's two languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")

_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f]")


@dataclass(frozen=True, slots=True)
class Text:
    """Either side may be empty; readers get the other one then."""

    ja: str = ""
    en: str = ""

    def get(self, language: Language) -> str:
        """Answer the text in the language asked for, else in the other one."""
        return (self.ja or self.en) if language == "ja" else (self.en or self.ja)

    def language(self, wanted: Language) -> Language:
        """Say which language `get(wanted)` answers in, for `lang` attributes."""
        if wanted == "ja":
            return "ja" if self.ja or not self.en else "en"
        return "en" if self.en or not self.ja else "ja"

    def __bool__(self) -> bool:
        """An empty text is false."""
        return bool(self.ja or self.en)

    def both(self) -> tuple[tuple[Language, str], ...]:
        """Answer the sides that are not empty, Japanese first."""
        return tuple((language, words) for language, words in (("ja", self.ja), ("en", self.en)) if words)  # type: ignore[misc]


def text_of(words: str) -> Text:
    """File a text of unknown language under the language its letters show."""
    return Text(ja=words) if _JAPANESE.search(words) else Text(en=words)
