"""Words that are no values: those that stand for nothing, and those that repeat what stands above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.publishing.forms.form import BLANKS

Sample = Sequence[tuple[str, int]]

_SAID = (
    "不明 不詳 未定 該当なし 該当無し 該当せず 調査中 未調査 確認中 集計中 未公表 非公表 非公開 公表せず 秘匿 "
    "欠測 欠損 無回答 データなし N/A n/a #N/A NA NULL null None none nan NaN TBD tbd #REF! #VALUE! #DIV/0!"
)
_SIGNS = "x X ｘ Ｘ χ * ** *** ＊ ＊＊ ＊＊＊ ※ … ・・・ ... …… ‥ ・ / ／ - -- --- － －－ ‐ ‑ – — ― ── ─ − ー ｰ"
NULLS = frozenset(f"{_SAID} {_SIGNS}".split())
DITTOS = frozenset(("同上", "〃", "々", "仝", "″"))


@dataclass(frozen=True, slots=True)
class Words:
    """A sample of a column sorted out: `typed` may be values, each with its number of cells."""

    typed: tuple[tuple[str, int], ...]
    nulls: tuple[str, ...]
    dittos: tuple[str, ...]

    @property
    def cells(self) -> int:
        """How many cells hold what may be values."""
        return sum(count for _, count in self.typed)

    @property
    def listed(self) -> list[str]:
        """The different words that may be values."""
        return [word for word, _ in self.typed]


def sort_out(sample: Sample, missing: Sequence[str] = ()) -> Words:
    """Part a sample into possible values, words for nothing and dittos; `missing` are declared words for nothing."""
    typed, nulls, dittos = [], [], []
    for word, count in sample:
        bare = word.strip(BLANKS)
        if not bare or word in missing:
            continue
        if bare in NULLS:
            nulls.append(bare)
        elif bare in DITTOS:
            dittos.append(bare)
        else:
            typed.append((word, count))
    return Words(tuple(typed), tuple(dict.fromkeys(nulls)), tuple(dict.fromkeys(dittos)))
