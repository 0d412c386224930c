"""The codes of problems in the records of other catalogues, with sentence and advice in Japanese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.report import Problem, Severity
from app.kernel.text import Text
from app.publishing.problems.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN_VALUE = 200

_AT_SOURCE = Text(
    "元のカタログで直してから、もう一度取り込んでください。",
    "Mend it in the catalogue it comes from, and import again.",
)
_AS_IT_IS = Text("ほかの項目は取り込みました。", "Everything else of the record was taken.")

HARVEST: Mapping[str, Message] = {
    "harvest-file-broken": Message(
        Text("ファイルを最後まで読めませんでした。", "The file cannot be read to its end."),
        Text(
            "JSON Lines（gzip 圧縮も可）、JSON の配列、package_search の応答のいずれかを、UTF-8 で用意してください。",
            "Give JSON Lines (gzipped or not), a JSON array or an answer of package_search, in UTF-8.",
        ),
    ),
    "harvest-file-too-large": Message(
        Text(
            "ファイルが大きすぎるため、途中までしか読んでいません。",
            "The file is too large; only its beginning was read.",
        ),
        Text("ファイルを分けて取り込んでください。", "Split it and import the parts."),
    ),
    "harvest-nothing-found": Message(
        Text("ファイルにレコードがありません。", "The file holds no record."),
        Text("取り込むファイルを確かめてください。", "See whether it is the right file."),
    ),
    "harvest-record-broken": Message(
        Text("レコードを JSON として読めません。", "The record cannot be read as JSON."), _AT_SOURCE
    ),
    "harvest-record-too-long": Message(
        Text("レコードが長すぎます（上限 {limit} バイト）。", "The record is too long (the limit is {limit} bytes)."),
        _AT_SOURCE,
    ),
    "harvest-record-no-object": Message(
        Text("レコードが JSON のオブジェクトではありません。", "The record is no JSON object."), _AT_SOURCE
    ),
    "harvest-record-without-name": Message(
        Text("レコードに使える識別名（name、id）がありません。", "The record has no usable `name` or `id`."), _AT_SOURCE
    ),
    "harvest-record-without-organization": Message(
        Text("レコードに組織がありません。", "The record names no organization."),
        Text(
            "--organization で、公開する組織を指定してください。",
            "Say with --organization which organization publishes it.",
        ),
    ),
    "harvest-record-not-public": Message(
        Text(
            "公開中のデータセットではないため、取り込みませんでした。",
            "It is no public dataset there, and was left out.",
        ),
        Text("取り込む場合は、元のカタログで公開してください。", "Publish it there if it is to be taken."),
        Severity.WARNING,
    ),
    "harvest-name-twice": Message(
        Text(
            "同じ識別名のレコードがほかにもあり、そちらの方が新しいため、「{name}」として取り込みました。",
            "Another record, changed later, has the same name; this one was taken as “{name}”.",
        ),
        Text(
            "重複であれば、元のカタログで削除してください。",
            "If it is a duplicate, delete it in the catalogue it comes from.",
        ),
        Severity.WARNING,
    ),
    "harvest-name-in-use": Message(
        Text(
            "同じ組織に、ここにファイルがある同名のデータセットがあります。",
            "The organization has a dataset of this name whose files are here.",
        ),
        Text(
            "上書きはしません。どちらかの識別名を変えてください。",
            "It is not replaced by links to files elsewhere. Rename one of them.",
        ),
    ),
    "harvest-organization-refused": Message(
        Text("組織「{value}」を作れませんでした。", "The organization “{value}” could not be made."),
        Text(
            "組織を先に登録するか、--organization で指定してください。",
            "Add it first, or name one with --organization.",
        ),
    ),
    "harvest-field-not-understood": Message(
        Text(
            "「{column}」の値を理解できないため、使いませんでした。",
            "The value of “{column}” was not understood, nor used.",
        ),
        _AS_IT_IS,
        Severity.WARNING,
    ),
    "harvest-field-cut": Message(
        Text("「{column}」が長すぎるため、途中までにしました。", "“{column}” is too long and was cut."),
        _AS_IT_IS,
        Severity.WARNING,
    ),
    "harvest-too-many": Message(
        Text(
            "「{column}」の数が多すぎるため、先頭の {limit} 個だけ取り込みました。",
            "“{column}” has too many entries; the first {limit} were taken.",
        ),
        _AS_IT_IS,
        Severity.WARNING,
    ),
    "harvest-conflict": Message(
        Text("いまの状態では公開できません：{value}", "It cannot be published as it stands now: {value}"),
        Text(
            "データセットの状態を確かめて、もう一度取り込んでください。",
            "See how the dataset stands, and import again.",
        ),
    ),
    "harvest-dataset-withdrawn": Message(
        Text("このデータセットは、ここでは公開が取り下げられています。", "The dataset was withdrawn here."),
        Text("公開し直す場合は、別の識別名にしてください。", "If it is to be public again, give it another name."),
    ),
    "harvest-access-differs": Message(
        Text(
            "同名のデータセットが、組織内限定で登録されています。",
            "A dataset of this name is for the organization only.",
        ),
        Text("公開するには、別の識別名にしてください。", "Give it another name to publish it."),
    ),
}


def problem(
    code: str, *, row: int | None = None, column: str | None = None, value: object = None, **details: object
) -> Problem:
    """Make a problem of a code in the table above; `row` is the record's number in its file, `column` its field."""
    message = HARVEST[code]
    shown = None if value is None else _visible(str(value))
    filled = {key: _visible(str(detail)) for key, detail in details.items()}
    filled |= {"column": _visible(column or ""), "value": shown or ""}
    return Problem(
        code,
        Text(message.message.ja.format_map(filled), message.message.en.format_map(filled)),
        message.advice,
        message.severity,
        row=row,
        column=filled["column"] or None,
        value=shown,
    )


def _visible(words: str) -> str:
    """Cut and escape what a stranger wrote, so that a report stays one readable line."""
    cut = words if len(words) <= SHOWN_VALUE else words[:SHOWN_VALUE] + "…"
    return "".join(letter if letter.isprintable() or letter == "\u3000" else f"\\u{ord(letter):04x}" for letter in cut)
