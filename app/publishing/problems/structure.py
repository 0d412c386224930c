"""Problems of the way in which a file's tables are laid out."""

from __future__ import annotations

from app.kernel.report import Severity
from app.kernel.text import Text
from app.publishing.problems.message import Message

STRUCTURE: dict[str, Message] = {
    "table-not-understood": Message(
        Text(
            "どこが列名でどこがデータか判断できません(見えたもの: {seen})。",
            "It cannot be told which row names the columns and where the data is (seen: {seen}).",
        ),
        Text(
            "1 行目に列名、2 行目からデータの表にするか、dialect の headerRows に列名の行を書いてください。",
            "Put the names in the first line and the data below, or state the header's line as `headerRows`.",
        ),
    ),
    "workbook-links-not-followed": Message(
        Text(
            "ほかのファイルへのリンクを含んでいます。保存されている値だけを読みました。",
            "The spreadsheet is linked to other files. Only the values saved in it were read.",
        ),
        Text(
            "値が最新か確かめてください。「リンクの編集」で解除すると出なくなります。",
            "See that the values are current. Breaking the links ends this message.",
        ),
        Severity.WARNING,
    ),
    "workbook-hidden-sheets": Message(
        Text(
            "非表示のシートが {count} 枚あり、公開の対象から外しました({sheets})。",
            "{count} hidden sheets were left out: {sheets}.",
        ),
        Text(
            "公開するなら表示にしてください。公開しないものなら、元のファイルから削除してください。",
            "Show them if they are to be published. If not, delete them: the original file can be downloaded.",
        ),
        Severity.WARNING,
    ),
    "workbook-sheets-without-table": Message(
        Text(
            "表のないシートが {count} 枚あり、読みませんでした({sheets})。",
            "{count} sheets hold no table and were not read: {sheets}.",
        ),
        Text(
            "データがあるはずなら、1 行目が列名の表に直してください。",
            "If there should be data, lay the sheet out with the names in its first line.",
        ),
        Severity.WARNING,
    ),
}
