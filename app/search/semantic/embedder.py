"""What a model of sentences must do, and the one that there is where none is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    # Rows of length 1, one for each text.
    Matrix = NDArray[np.float32]


class Embedder(Protocol):
    """Says where texts lie: texts that mean much the same lie near each other, in whatever language they are."""

    @property
    def name(self) -> str:
        """What tells its vectors from those of other models."""
        ...

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has; 0 where nothing is to be embedded."""
        ...

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Answer a vector of length 1 for each text."""
        ...

    def knows(self, text: str) -> bool:
        """Say whether a text consists of words, as far as the model can tell. Nonsense has vectors too."""
        ...


class NullEmbedder:
    """The default: nothing is embedded, and numpy need not be there."""

    name = ""
    dimensions = 0

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Answer vectors without numbers."""
        import numpy as np

        return np.zeros((len(texts), 0), np.float32)

    def knows(self, text: str) -> bool:  # noqa: ARG002 - no text at all
        """Know nothing."""
        return False
