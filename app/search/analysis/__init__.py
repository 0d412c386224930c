"""How text becomes tokens: the same way for what is indexed and for what is asked.

Pairs of letters find every part of a text, because Chinese, Japanese and Korean are written without blanks. Words
rank. Readings let those find who type kana or Latin letters.
"""

from __future__ import annotations

from app.search.analysis.characters import WORD_CHARACTER, fold, folds, normalise
from app.search.analysis.eras import tokens_of
from app.search.analysis.synonyms import Synonyms
from app.search.analysis.tokens import Analysed, analysed
from app.search.analysis.understanding import QUERY_LENGTH, QUERY_WORDS, SYNONYMS, prepare, understand, unread
from app.search.analysis.word import Asked, Form, Kind, Understood

__all__ = [
    "QUERY_LENGTH",
    "QUERY_WORDS",
    "SYNONYMS",
    "WORD_CHARACTER",
    "Analysed",
    "Asked",
    "Form",
    "Kind",
    "Synonyms",
    "Understood",
    "analysed",
    "fold",
    "folds",
    "normalise",
    "pairs_of",
    "prepare",
    "readings_of",
    "spellings_of",
    "understand",
    "unread",
    "words_of",
]


def pairs_of(text: str) -> list[str]:
    """Answer the tokens that find every part of a text, in order."""
    return analysed(text).pairs


def words_of(text: str) -> list[str]:
    """Answer the words of a text as the dictionary writes them, particles left out, and the tokens of its years."""
    return [*analysed(text).simple_words, *tokens_of(text)]


def readings_of(text: str) -> list[str]:
    """Answer how the words of a text are read, in hiragana, with and without long vowels."""
    return analysed(text).readings


def spellings_of(text: str) -> list[str]:
    """Answer the words of a text as people write them."""
    return analysed(text).spellings
