"""Finds by meaning what no word finds, across languages: off unless a model of sentences is set.

`embedder` says what a model must do, `use_embedder` is one; `vectors` keeps what it says of datasets beside the index;
`nearness` brings both together, and `blending` brings the near into an answer. Nothing here is needed to search.
"""

from app.search.semantic.embedder import Embedder, NullEmbedder
from app.search.semantic.nearness import Near, Nearness

__all__ = ["Embedder", "Near", "Nearness", "NullEmbedder"]
