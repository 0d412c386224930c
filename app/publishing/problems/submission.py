"""Problems of a submission as a whole."""

from __future__ import annotations

from app.kernel.text import Text
from app.publishing.problems.message import Message

SUBMISSION: dict[str, Message] = {
    "over-limit": Message(
        Text(
            "読み取りに必要な時間またはメモリが上限を超えました。",
            "Reading the file needs more time or memory than allowed.",
        ),
        Text(
            "ファイルを分割するか、CSV（UTF-8）に変換して、もう一度送ってください。",
            "Split the file, or convert it to CSV (UTF-8), and send it again.",
        ),
    ),
    "reader-failed": Message(
        Text("ファイルの読み取り中に処理が止まりました。", "The reader stopped in the middle of the file."),
        Text(
            "ファイルが壊れていないか確かめ、別の形式（CSV、UTF-8）で送ってください。続く場合は運営者に受付番号を伝えてください。",
            "See whether the file opens elsewhere and send it as CSV (UTF-8). If this goes on, tell the operator the "
            "submission's number.",
        ),
    ),
    "unsupported-file": Message(
        Text("この種類のファイルは受け付けていません（判定: {kind}）。", "Files of this kind ({kind}) are not taken."),
        Text(
            "データパッケージの zip、CSV、または XLSX を送ってください。",
            "Send a data package as zip, a CSV, or an XLSX.",
        ),
    ),
    "access-differs": Message(
        Text(
            "公開範囲が、いまのデータセットと違います。",
            "The upload names another audience than the dataset has.",
        ),
        Text(
            "公開範囲は変えられません。指定せずに送るか、別の名前（name）で公開してください。",
            "A dataset's audience does not change. Send the file without one, or publish under another name.",
        ),
    ),
    "dataset-withdrawn": Message(
        Text("同じ名前のデータセットは公開停止されています。", "A dataset of this name was withdrawn."),
        Text("別の名前（name）で公開してください。", "Publish under another name."),
    ),
}
