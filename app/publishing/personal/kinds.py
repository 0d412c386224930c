"""The kinds of personal data that the portal looks for, and why somebody has to decide about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of personal data: what it is called, and why it should not be published without a decision."""

    title: Text
    why: Text


KINDS: Mapping[str, Kind] = {
    "individual-numbers": Kind(
        Text("個人番号(マイナンバー)", "Individual numbers (My Number)"),
        Text(
            "個人番号は、法律で認められた手続きのほかでは提供できません。",
            "By law these numbers may be passed on for a few procedures only.",
        ),
    ),
    "mail-addresses": Kind(
        Text("個人のメールアドレス", "Mail addresses of persons"),
        Text(
            "本人に断りなく連絡や迷惑メールが届くようになります。",
            "Strangers and spam reach the person, who was not asked.",
        ),
    ),
    "mobile-phones": Kind(
        Text("携帯電話の番号", "Mobile phone numbers"),
        Text(
            "携帯電話の番号は、多くの場合ひとりの人に直接つながります。",
            "A mobile number mostly leads straight to one person.",
        ),
    ),
    "landlines": Kind(
        Text("個人の電話番号", "Phone numbers of persons"),
        Text(
            "自宅の番号からは、本人や家族が分かります。",
            "A number at home tells who lives there.",
        ),
    ),
    "person-names": Kind(
        Text("氏名", "Names of persons"),
        Text(
            "氏名は個人情報です。役職者など、公表してよい人の名前かを確かめてください。",
            "Names are personal data. See whether these may be public, as those of office holders are.",
        ),
    ),
    "birth-dates": Kind(
        Text("生年月日", "Dates of birth"),
        Text(
            "生年月日は、ほかの情報と合わせると本人を特定できます。",
            "With a little else known, a date of birth identifies a person.",
        ),
    ),
    "home-addresses": Kind(
        Text("個人の住所", "Home addresses"),
        Text(
            "氏名と並んだ住所からは、その人の住まいが分かります。",
            "An address beside a name tells where that person lives.",
        ),
    ),
    "person-records": Kind(
        Text("一人一行の記録", "A row for each person"),
        Text(
            "名前がなくても、年代・性別・居住地などの組み合わせから本人が分かることがあります。",
            "Even without names, age, sex and residence together may tell who somebody is.",
        ),
    ),
    "small-cells": Kind(
        Text("少人数の集計値", "Counts of very few persons"),
        Text(
            "年代や病名で分けた 1 人や 2 人という値からは、それが誰かを推測できることがあります。",
            "Where counts are split by age or illness, one or two persons may be recognised.",
        ),
    ),
}
