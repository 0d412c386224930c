"""What rankings are measured by, and the plain BM25 that ours are compared with.

The measures are trec_eval's: `ndcg_cut` with the judgement itself as gain, `recip_rank`, `recall`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest

# Document to judgement; what is not judged counts as 0.
Judged = Mapping[str, int]
WORD = re.compile(r"[^\W_]+")
VOICED = "\u3099\u309a"
JAPANESE = re.compile(r"([\u3040-\u30ff\u3400-\u9fff]+)")


def ndcg(ranked: Sequence[str], judged: Judged, depth: int = 10) -> float:
    """Answer the discounted gain of the first few, as a share of the best that is possible."""
    ideal = _discounted(sorted(judged.values(), reverse=True)[:depth])
    return _discounted([judged.get(each, 0) for each in ranked[:depth]]) / ideal if ideal else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(max(gain, 0) / math.log2(place + 2) for place, gain in enumerate(gains))


def reciprocal_rank(ranked: Sequence[str], judged: Judged) -> float:
    """Answer one over the place of the first good document, 0 where there is none."""
    return next((1 / place for place, each in enumerate(ranked, 1) if judged.get(each, 0) > 0), 0.0)


def recall(ranked: Sequence[str], judged: Judged, depth: int = 20) -> float:
    """Answer which share of the good documents is among the first few."""
    good = {each for each, value in judged.items() if value > 0}
    return len(good.intersection(ranked[:depth])) / len(good) if good else 0.0


class PlainBm25:
    """BM25 over words as they stand, folded but neither stemmed nor weighed, as Lucene counts it."""

    def __init__(self, texts: Mapping[str, str], *, k1: float = 0.9, b: float = 0.4) -> None:
        """`texts` maps documents to all that is searched of them."""
        self._k1 = k1
        self._postings: dict[str, dict[str, int]] = defaultdict(dict)
        lengths = {}
        for document, text in texts.items():
            words = words_of(text)
            lengths[document] = len(words)
            for word, count in Counter(words).items():
                self._postings[word][document] = count
        mean = sum(lengths.values()) / max(1, len(lengths))
        self._norms = {document: k1 * (1 - b + b * length / mean) for document, length in lengths.items()}

    def rank(self, query: str, limit: int = 100) -> list[str]:
        """Answer the best documents, those of equal score in the order of their ids."""
        scores: dict[str, float] = defaultdict(float)
        for word in words_of(query):
            found = self._postings.get(word, {})
            rarity = math.log(1 + (len(self._norms) - len(found) + 0.5) / (len(found) + 0.5))
            for document, count in found.items():
                scores[document] += rarity * count * (self._k1 + 1) / (count + self._norms[document])
        return [document for document, _ in nsmallest(limit, scores.items(), key=lambda each: (-each[1], each[0]))]


def words_of(text: str) -> list[str]:
    """Split a text into words without case and accents; what has no blanks between words, into pairs of letters."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    # NFKD parts が into か and a mark, which is no accent.
    kept = (letter for letter in letters if not unicodedata.combining(letter) or letter in VOICED)
    plain = unicodedata.normalize("NFC", "".join(kept))
    return [part for word in WORD.findall(plain) for run in JAPANESE.split(word) for part in _parts(run)]


def _parts(run: str) -> list[str]:
    if not JAPANESE.fullmatch(run) or len(run) == 1:
        return [run] if run else []
    return [run[place : place + 2] for place in range(len(run) - 1)]


def mean(values: Iterable[float]) -> float:
    """Answer the mean, 0 of nothing."""
    listed = tuple(values)
    return sum(listed) / len(listed) if listed else 0.0
