"""What can be wrong with changes of a description: each code with its sentence and its advice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.kernel.report import Problem, Severity
from app.kernel.text import Text


@dataclass(frozen=True, slots=True)
class EditMessage:
    """What a code says; `{names}` are filled from the problem's details."""

    message: Text
    advice: Text
    severity: Severity = Severity.ERROR


def _message(ja: str, en: str, advice_ja: str, advice_en: str) -> EditMessage:
    return EditMessage(Text(ja, en), Text(advice_ja, advice_en))


EDITS: Mapping[str, EditMessage] = {
    "edit-unknown-field": _message(
        "「{place}」という項目は編集できません。",
        "“{place}” is nothing that can be edited.",
        "項目名のつづりを確かめてください。",
        "See whether the name of the field is spelled right.",
    ),
    "edit-unknown-table": _message(
        "「{place}」という表はありません。",
        "There is no table “{place}”.",
        "データセットにある表の識別名を指定してください。",
        "Name a table of the dataset.",
    ),
    "edit-wrong-type": _message(
        "「{place}」の値の種類が違います。",
        "The value of “{place}” is of the wrong kind.",
        "JSONの {kind} で送ってください。",
        "Send a JSON {kind}.",
    ),
    "edit-too-long": _message(
        "「{place}」が長すぎます。",
        "“{place}” is too long.",
        "{limit}文字以内にしてください。",
        "Write at most {limit} characters.",
    ),
    "edit-too-many": _message(
        "「{place}」の数が多すぎます。",
        "“{place}” has too many entries.",
        "{limit}個以内にしてください。",
        "Give at most {limit}.",
    ),
    "edit-empty-entry": _message(
        "「{place}」が空です。",
        "“{place}” is empty.",
        "値を書くか、一覧から外してください。",
        "Write a value, or leave it out.",
    ),
    "edit-control-characters": _message(
        "「{place}」に改行や制御文字があります。",
        "“{place}” has line breaks or control characters.",
        "見えない文字を除いてください。",
        "Remove characters that cannot be seen.",
    ),
    "edit-unknown-code": _message(
        "「{place}」の値「{value}」は一覧にありません。",
        "“{value}” of “{place}” is not in the list.",
        "語彙にあるコードを使ってください。",
        "Use a code of the vocabulary.",
    ),
    "edit-no-date": _message(
        "「{place}」の値「{value}」は日付ではありません。",
        "“{value}” of “{place}” is no date.",
        "2026-04-01 の形で書いてください。",
        "Write it like 2026-04-01.",
    ),
    "edit-no-link": _message(
        "「{place}」の値「{value}」はウェブのアドレスではありません。",
        "“{value}” of “{place}” is no address of the web.",
        "https:// で始めて書いてください。",
        "Begin with https://.",
    ),
    "edit-no-email": _message(
        "「{place}」の値「{value}」はメールアドレスではありません。",
        "“{value}” of “{place}” is no e-mail address.",
        "name@example.jp の形で書いてください。",
        "Write it like name@example.jp.",
    ),
    "edit-title-missing": _message(
        "題名がなくなります。",
        "This would leave no title.",
        "日本語か英語の題名を残してください。",
        "Keep a title in Japanese or English.",
    ),
    "edit-period-backwards": _message(
        "対象期間の終わりが始まりより前です。",
        "The period ends before it starts.",
        "始まりと終わりの日を確かめてください。",
        "See whether the two days are right.",
    ),
}

_SHOWN = 200


def problem(code: str, *, place: str, value: str | None = None, **details: object) -> Problem:
    """Make a problem of a code; `place` is the path of the field, such as `title.ja`."""
    message = EDITS[code]
    filled = {key: str(detail) for key, detail in details.items()}
    filled |= {"place": place[:_SHOWN], "value": (value or "")[:_SHOWN]}
    return Problem(
        code,
        Text(message.message.ja.format_map(filled), message.message.en.format_map(filled)),
        Text(message.advice.ja.format_map(filled), message.advice.en.format_map(filled)),
        message.severity,
        column=filled["place"],
        value=filled["value"] or None,
    )
