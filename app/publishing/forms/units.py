"""Units of Japanese statistics: how they are written, and what kind of figure they go with.

Signs that also say which (3階, 5日, 2年) are left out: with them a number may be a name.
"""

from __future__ import annotations

from collections.abc import Mapping

_MONEY = {
    "円": "円 ¥",
    "千円": "千円",
    "万円": "万円",
    "百万円": "百万円",
    "億円": "億円",
    "兆円": "兆円",
    "米ドル": "米ドル ドル $ USD",
}
_COUNTS = {
    "人": "人 名",
    "千人": "千人",
    "万人": "万人",
    "世帯": "世帯",
    "件": "件",
    "戸": "戸",
    "棟": "棟",
    "台": "台",
    "か所": "か所 箇所 ヶ所 カ所 ケ所 ヵ所 個所",
    "校": "校",
    "園": "園",
    "冊": "冊",
    "回": "回",
    "床": "床",
    "席": "席",
    "本": "本",
    "個": "個",
    "枚": "枚",
    "頭": "頭",
    "匹": "匹",
    "羽": "羽",
    "株": "株",
    "社": "社",
    "団体": "団体",
    "施設": "施設",
    "店": "店 店舗",
    "区画": "区画",
    "基": "基",
    "艘": "艘 隻",
}
_SHARES = {"%": "% パーセント", "‰": "‰ パーミル", "ポイント": "ポイント"}
_MEASURES = {
    "mm": "mm ミリ ミリメートル",
    "cm": "cm センチ センチメートル",
    "m": "m メートル",
    "km": "km ㎞ キロメートル",
    "㎡": "㎡ m2 m² 平方メートル 平米",
    "km²": "km² km2 k㎡ 平方キロメートル 平方キロ ㎢",
    "ha": "ha ㏊ ヘクタール",
    "㎥": "㎥ m3 m³ 立方メートル",
    "L": "L l ℓ リットル",
    "mL": "mL ml ミリリットル",
    "g": "g グラム",
    "kg": "kg ㎏ キログラム",
    "t": "t トン",
    "千t": "千t 千トン",
    "kW": "kW kw キロワット",
    "MW": "MW メガワット",
    "kWh": "kWh kwh キロワット時",
    "℃": "℃ °C",
    "km/h": "km/h",
    "人/km²": "人/km² 人/km2 人/k㎡ 人/㎢",
    "時間": "時間",
    "歳": "歳 才",
}
_KINDS = {"money": _MONEY, "count": _COUNTS, "share": _SHARES, "measure": _MEASURES}

# How it is written -> the unit as the portal writes it.
UNITS: Mapping[str, str] = {
    word: unit for units in _KINDS.values() for unit, words in units.items() for word in words.split()
}
# The unit -> the meaning of a column that has it.
MEANINGS_OF_UNITS: Mapping[str, str] = {unit: meaning for meaning, units in _KINDS.items() for unit in units} | {
    "歳": "age"
}
