"""Words that say that something is sought, not what."""

from __future__ import annotations

from app.search.analysis.english import STOP_WORDS

# As folding writes them.
_JAPANESE = """
データ でーた データセット オープンデータ一覧 一覧 一覧表 リスト 情報 について 関する 関連 資料 何 どこ
どれ いくつ いくら いつ だれ 誰 どの どんな どう なに なん 何人 何件 何個 教える 教えて 知る 知りたい
探す 探して 欲しい ほしい 見る 見たい 見せる 調べる 調べたい 検索 下さい ください 下さる お願い 願う
願い ある ない する いる できる 出来る 使う 使える なる 分かる わかる 全て すべて 全部 場所は ところ
方法 件 最新 公開 掲載 取得 入手 ダウンロード ファイル 表 各 毎 別 等 状況 名 数 よう おしえ 教え
しりたい さがす
"""
_ENGLISH = """
data dataset datasets database list lists table tables information info please find show tell give get
search looking look want wanted need needed know see many much number there exist exists available
download any anything something latest open about regarding related file files
"""
FILLERS = frozenset(_JAPANESE.split()) | frozenset(_ENGLISH.split()) | STOP_WORDS
# After a place's name in English.
ENGLISH_ENDINGS = frozenset({"city", "ward", "town", "village", "prefecture", "metropolis", "metropolitan", "district"})
