"""What is found wrong while words are repaired; it is told, never mended by a guess."""

from __future__ import annotations

from app.kernel.report import Severity
from app.kernel.text import Text
from app.publishing.problems.message import Message

REPAIRS: dict[str, Message] = {
    "impossible-era": Message(
        Text(
            "{row} 行目、{column} の「{value}」は、その元号にはない日付です。",
            "On line {row}, “{value}” of {column} is a day that its era did not have.",
        ),
        Text(
            "元号か年を確かめてください(昭和は 64 年 1 月 7 日、平成は 31 年 4 月 30 日まで)。値はそのまま残しました。",
            "Check era and year (Shōwa ended on 7 January 64, Heisei on 30 April 31). The value was left as it is.",
        ),
        Severity.WARNING,
    ),
    "impossible-date": Message(
        Text(
            "{row} 行目、{column} の「{value}」という日付はありません。",
            "On line {row}, “{value}” of {column} is no day of the calendar.",
        ),
        Text("月と日を確かめてください。値はそのまま残しました。", "Check month and day. The value was left as it is."),
        Severity.WARNING,
    ),
    "ambiguous-date": Message(
        Text(
            "{row} 行目、{column} の「{value}」は、どれが年・月・日か決まりません。",
            "On line {row}, “{value}” of {column} does not tell which part is the year, the month and the day.",
        ),
        Text("2026-04-01 のように書いてください。", "Write it as 2026-04-01."),
        Severity.WARNING,
    ),
    "wrong-check-digit": Message(
        Text(
            "{row} 行目、{column} の「{value}」は検査数字が合いません。",
            "On line {row}, the check digit of “{value}” in {column} is wrong.",
        ),
        Text(
            "書き間違いか、桁の欠けがないか確かめてください。値はそのまま残しました。",
            "See whether a digit is wrong or missing. The value was left as it is.",
        ),
        Severity.WARNING,
    ),
    "coordinate-outside-japan": Message(
        Text(
            "{row} 行目、{column} の「{value}」は日本の範囲の外です。",
            "On line {row}, “{value}” of {column} lies outside of Japan.",
        ),
        Text(
            "緯度と経度が入れ替わっていないか、桁が正しいか確かめてください。",
            "See whether latitude and longitude were exchanged, and whether the digits are right.",
        ),
        Severity.WARNING,
    ),
    "column-nearly-typed": Message(
        Text(
            "列「{column}」はほとんどが {kind} ですが、そうでない値があるため文字として公開します: {value}",
            "Nearly all of “{column}” is of type {kind}; other words in it make it text: {value}",
        ),
        Text(
            "その値を直すか、空にして備考の列に移すと、数や日付として使えるようになります。",
            "Correct those words, or move them to a column of remarks, and the column can be used as what it is.",
        ),
        Severity.WARNING,
    ),
    "schema-for-several-tables": Message(
        Text(
            "一つのスキーマに対して、ファイルの中に表が {count} 個あります。",
            "The file holds {count} tables, and there is one schema.",
        ),
        Text(
            "表ごとにファイルかシートを分け、それぞれをリソースにしてください。",
            "Put each table into a file or sheet of its own and make each a resource.",
        ),
    ),
}
