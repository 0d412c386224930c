"""Frequent Japanese surnames, in kanji and in Latin letters: about two people in five have one of them."""

from __future__ import annotations

# A surname of one letter is an everyday word as well (林, 森, 原): it counts only with a blank after it.
_KANJI = (
    "佐藤 鈴木 高橋 髙橋 田中 伊藤 渡辺 渡邉 渡邊 渡部 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 清水 "
    "山崎 池田 橋本 阿部 安部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本 斎藤 斉藤 "
    "齋藤 齊藤 福田 太田 西村 藤井 金子 岡本 藤原 三浦 中野 原田 松田 竹内 小野 田村 中山 和田 石田 森田 上田 柴田 "
    "酒井 工藤 横山 宮崎 宮本 内田 高木 安藤 谷口 大野 丸山 今井 河野 藤本 村田 武田 上野 杉山 増田 小島 平野 大塚 "
    "千葉 久保 松井 小山 岩崎 桜井 木下 野口 松尾 野村 菊地 菊池 佐野 大西 杉本 新井 古川 浜田 市川 水野 小松 島田 "
    "平田 秋山 吉川 山内 西田 土屋 飯田 五十嵐 川口 高田 北村 永井 安田 中田 川崎 本田 久保田 吉村 中川 西川 松岡 "
    "矢野 関口 服部 樋口 福島 岩田 川村 星野 望月 松下 大橋 早川 荒木 熊谷 大久保 田口 片山 尾崎 内藤 小池 黒田 松村 "
    "浅野 須藤 石原 平井 広瀬 福井 横田 小沢 大島 牧野 土井 成田 三宅 岡崎 荒井 栗原 奥村 津田 河合 向井 西山 中西 "
    "堀内 小田 大谷 松浦 吉岡"
)
_SHORT = "林 森 原 東 南 関 星 辻 堀 柳 岡 岸 島 谷 浅 秦 泉 今 金 李"
_ROMAN = (
    "sato satoh satou suzuki takahashi tanaka ito itoh itou watanabe yamamoto nakamura kobayashi kato katoh katou "
    "yoshida yamada sasaki yamaguchi matsumoto inoue kimura shimizu yamazaki yamasaki ikeda hashimoto ishikawa "
    "yamashita nakajima nakashima ishii ogawa maeda okada hasegawa fujita goto gotoh kondo kondoh murakami endo endoh "
    "aoki sakamoto saito saitoh saitou fukuda nishimura fujii kaneko okamoto fujiwara miura nakano harada matsuda "
    "takeuchi tamura nakayama ishida morita ueda shibata sakai kudo yokoyama miyazaki miyamoto uchida takagi ando "
    "andoh taniguchi ohno maruyama imai kono fujimoto murata takeda ueno sugiyama masuda kojima hirano otsuka ohtsuka "
    "chiba kubo matsui koyama iwasaki sakurai kinoshita noguchi matsuo nomura kikuchi ohnishi sugimoto arai furukawa "
    "hamada ichikawa mizuno komatsu shimada hirata akiyama yoshikawa yamauchi nishida tsuchiya iida igarashi "
    "kawaguchi takada kitamura nagai yasuda nakata"
)

KANJI = frozenset(_KANJI.split())
SHORT = frozenset(_SHORT.split())
ROMAN = frozenset(_ROMAN.split())
LONGEST = max(map(len, KANJI))
