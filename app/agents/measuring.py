"""Words of questions that say what is to be done with numbers, or tell next to nothing: not what is asked about."""

from __future__ import annotations

import re

# As folding writes them.
_JAPANESE = """
推移 変化 増減 傾向 合計 総計 総数 平均 最大 最小 一番 最も 最多 多い 少ない 高い 低い 大きい 小さい 比較 比べる 割合
比率 順位 ランキング 年間 年度 年度別 年別 月別 過去 直近 最近 現在 以降 以前 今年 昨年 去年 今年度 昨年度 件数
回数 個数 者数 年 月 日 人 件 の 場合 それぞれ ごと 上位 下位 以上 以下 数字 数値 統計 詳細 内容 住む 住んで 行く 利用
いちばん もっとも いい いう いえ よい 語 番 何番 それら はじまり 始まり 始まる いま いくら どれくらい どのくらい
から まで 増え 減り 増える 減る 増えた 減った 増加 減少 伸び 伸び率 増加率 減少率 変わり 変わる どれだけ どのように
グラフ グラフ化 来年 再来年 主要 主な にいくらだったか
"""
_ENGLISH = """
changed change changes increase decrease grew grow growth trend trends since average mean median total totals sum
maximum minimum most least compare compared comparison highest lowest biggest largest smallest greatest top rank
ranking percentage share number count counts year years month months monthly yearly annual annually fiscal recent
recently current currently past next first per million thousand hundred figure figures statistics stats fy live
lives living lived lie lies people name names called kind kinds type types each every number of whole entire fell
belong belongs rich poor ward major main during next
"""
_MEASURING = frozenset(_JAPANESE.split()) | frozenset(_ENGLISH.split()) | {"number of"}
_BROAD_WORDS = """
人数 箇所 か所 種類 日本 全国 国内 日本国 世界 都市 場所 所在地 地域
japan japanese world worldwide global city cities country countries
"""
# Words that seldom tell a dataset from others, but may be all that is asked for.
BROAD = frozenset(_BROAD_WORDS.split())
_KANA_OR_SIGN = re.compile(r"[\u3041-\u3096\u30fc]")
# Verbs and adjectives as they stand before past and te-forms: 住ん(で), 多かっ(た).
_INFLECTED = re.compile(r"[\u3400-\u9fff々]{1,3}(?:かっ|っ|ん)(?:た|て|で|だ)?")

# What stays in one piece after Latin letters: GDP|はいまどれくらい.
_ASKING = re.compile(
    r"[はがをにでも]?(?:いま|いくら|いくつ|いつ|どこ|だれ|なに|なん|どれくらい|どのくらい|どれだけ|どれ|どう|くらい|ぐらい|"
    r"です|でした|でしょう|ます|ました|なの|から|まで|の|か|は|が){1,8}"
)
# Whole clauses that ask for what tables call by one word.
_LIVING = re.compile(
    r"(?:何人|ど(?:れ|の)くらいの人)[がは]?(?:くらい)?(?:住ん|暮らし)で(?:いる|います|いた|いました)?|(?:住んで|暮らして)い(?:る|た)人"
    r"|(?:how many|number of) (?:people|persons)(?: who| that)?(?: are| were| do| did)? (?:live[sd]?|living)\b",
    re.IGNORECASE,
)


def as_topics(question: str) -> str:
    """Write 人口 for 何人住んでいます, and population for how many people live."""
    return _LIVING.sub(lambda found: "population" if found[0].isascii() else "人口", question, count=1)


def is_measuring(word: str) -> bool:
    """Say whether a folded word is about numbers, is one, or is a particle or verb that tells no topic."""
    is_spoken = _KANA_OR_SIGN.fullmatch(word) or _INFLECTED.fullmatch(word) or _ASKING.fullmatch(word)
    return word in _MEASURING or word.isdecimal() or bool(is_spoken)
