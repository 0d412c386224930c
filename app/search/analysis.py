"""How text becomes tokens: the same way for what is indexed and for what is asked.

Latin letters and digits make words; Chinese, Japanese and Korean letters make overlapping pairs, because
those scripts write no spaces: 人口 is then found inside 東京都の人口統計. The last letter of such a run is a
token of its own, so that every letter of the run begins some token and one letter alone can be looked up.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

QUERY_LENGTH = 200
QUERY_WORDS = 10
WORD_LENGTH = 64

_LETTERS = (
    "\u3005-\u3007\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fd-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\uac00-\ud7a3\u1100-\u11ff"
)
# A run never starts with ー: after a digit it stands for a hyphen (03ー1234), and it begins no word.
WORD_CHARACTER = rf"[^\W_\u30fc{_LETTERS}]"
_RUN = re.compile(rf"(?P<pairs>[{_LETTERS}][{_LETTERS}\u30fc]*)|(?P<word>{WORD_CHARACTER}+)")


@dataclass(frozen=True, slots=True)
class Word:
    """Something asked for: tokens that must stand side by side.

    `text` is the same as one normalised string. Where `is_open`, the last token is a single letter that a
    found token need only begin with.
    """

    text: str
    tokens: tuple[str, ...]
    is_open: bool


def normalise(text: str) -> str:
    """Fold width (NFKC, UAX 15) and case, so that ＣＳＶ equals csv and ﾃﾞｰﾀ equals データ."""
    return unicodedata.normalize("NFKC", text).casefold()


def tokens_of(text: str) -> list[str]:
    """Cut a text into the tokens to index, in order."""
    return [token for run in _RUN.finditer(normalise(text)) for token in _tokens(run)]


def words_of(query: str) -> tuple[Word, ...]:
    """Cut a query into at most `QUERY_WORDS` different words; what is neither letter nor digit only separates."""
    groups = _touching(normalise(query[:QUERY_LENGTH]))
    return tuple(dict.fromkeys(_word(group) for group in groups))[:QUERY_WORDS]


def _tokens(run: re.Match[str]) -> list[str]:
    letters = run["pairs"]
    if not letters:
        return [run["word"][:WORD_LENGTH]]
    return [letters[start : start + 2] for start in range(len(letters))]


def _touching(text: str) -> list[list[re.Match[str]]]:
    """Group runs with nothing between them: 令和5年 is one word of three runs."""
    groups: list[list[re.Match[str]]] = []
    for run in _RUN.finditer(text):
        if groups and groups[-1][-1].end() == run.start():
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def _word(runs: list[re.Match[str]]) -> Word:
    tokens = [token for run in runs for token in _tokens(run)]
    last = runs[-1]["pairs"] or ""
    if len(last) > 1:
        tokens.pop()  # the text that is found may go on after the last letter
    return Word("".join(run[0] for run in runs), tuple(tokens), len(last) == 1)
