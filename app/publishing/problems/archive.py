"""Problems of zip archives."""

from __future__ import annotations

from app.kernel.text import Text
from app.publishing.problems.message import Message

ARCHIVE: dict[str, Message] = {
    "not-a-zip": Message(
        Text(
            "このファイルは zip ではありません(中身の種類: {kind})。",
            "This file is not a zip archive (its content: {kind}).",
        ),
        Text(
            "拡張子を変えただけでは zip になりません。フォルダーを右クリックして「zip ファイルに圧縮」で作り直すか、"
            "CSV や Excel ファイルをそのままアップロードしてください。",
            "Renaming a file does not make it a zip. "
            "Compress the folder again, or upload the CSV or Excel file as it is.",
        ),
    ),
    "archive-empty": Message(
        Text("zip の中にデータのファイルがありません。", "The zip archive holds no data file."),
        Text(
            "データのファイルを入れて zip を作り直してください。",
            "Make the zip again with the data files in it.",
        ),
    ),
    "archive-truncated": Message(
        Text("zip が途中で切れています。", "The zip archive is cut off."),
        Text(
            "アップロードかコピーが途中で終わったようです。"
            "元の zip が開けることを確かめて、もう一度アップロードしてください。",
            "An upload or a copy seems to have stopped half-way. Check that the zip opens, then upload it again.",
        ),
    ),
    "archive-trailing-data": Message(
        Text(
            "zip の終わりの後ろに、余分なデータかコメントが付いています。",
            "Extra data or a comment follows the end of the zip archive.",
        ),
        Text(
            "ファイルをいったん取り出し、コメントを付けずに zip を作り直してください。",
            "Unpack the files and make the zip again, without an archive comment.",
        ),
    ),
    "archive-prepended-data": Message(
        Text("zip の先頭に別のデータが付いています。", "Other data stands before the beginning of the zip archive."),
        Text(
            "自己解凍形式 (.exe) などは受け付けません。ファイルを取り出して、通常の zip を作り直してください。",
            "Self-extracting archives and the like are not taken. Unpack the files and make a plain zip.",
        ),
    ),
    "archive-hidden-data": Message(
        Text(
            "zip の「{file}」の後ろに、目録にないデータがあります。",
            "After “{file}” the zip archive holds data that its directory does not list.",
        ),
        Text(
            "ファイルを取り出して、新しい zip を作り直してください。既存の zip への追加や削除は避けてください。",
            "Unpack the files and make a new zip, rather than adding to or removing from an old one.",
        ),
    ),
    "archive-multi-volume": Message(
        Text("分割された zip です。", "This is one part of a split zip archive."),
        Text("分割せずに 1 つの zip として作り直してください。", "Make it again as one zip, without splitting."),
    ),
    "archive-broken": Message(
        Text("zip の構造が壊れています。", "The structure of the zip archive is damaged."),
        Text(
            "ファイルを取り出せるか確かめ、取り出せたら zip を作り直してアップロードしてください。",
            "See whether the files can be unpacked; if so, make the zip again and upload that.",
        ),
    ),
    "archive-too-many-entries": Message(
        Text(
            "zip の中のファイルとフォルダーが {count} 個あります。上限は {limit} 個です。",
            "The zip archive has {count} files and folders. The limit is {limit}.",
        ),
        Text(
            "複数のデータセットに分けるか、同じ形の表を 1 つのファイルにまとめてください。",
            "Split it into several datasets, or join tables of the same shape into one file.",
        ),
    ),
    "archive-too-large": Message(
        Text(
            "展開後の大きさが {size} バイトになります。上限は {limit} バイトです。",
            "Unpacked, the archive would be {size} bytes. The limit is {limit} bytes.",
        ),
        Text("複数のデータセットに分けてください。", "Split it into several datasets."),
    ),
    "archive-ratio": Message(
        Text(
            "「{file}」は圧縮率が高すぎます(上限 {ratio} 倍)。",
            "“{file}” grows too much when unpacked (the limit is {ratio} times).",
        ),
        Text(
            "空白の行や列が大量に続いていないか確かめてください。問題がなければ、圧縮せずにアップロードしてください。",
            "See whether it is full of empty rows or columns. If it is right as it is, upload it uncompressed.",
        ),
    ),
    "archive-overlap": Message(
        Text(
            "zip の中で「{file}」が他のファイルと重なっています。",
            "In the zip archive “{file}” overlaps another file.",
        ),
        Text(
            "通常のソフトではできない zip です。元のファイルから作り直してください。",
            "No ordinary program makes such a zip. Make it again from the original files.",
        ),
    ),
    "archive-header-mismatch": Message(
        Text(
            "「{file}」について、zip の目録とファイルの見出しが食い違っています。",
            "For “{file}” the directory of the zip archive and the file's own header disagree.",
        ),
        Text(
            "ファイルを取り出して、新しい zip を作り直してください。",
            "Unpack the files and make a new zip.",
        ),
    ),
    "archive-encrypted": Message(
        Text("「{file}」にはパスワードがかかっています。", "“{file}” is protected by a password."),
        Text(
            "公開するデータにパスワードは付けられません。パスワードなしの zip を作り直してください。",
            "Data to be published cannot have a password. Make the zip again without one.",
        ),
    ),
    "archive-method": Message(
        Text(
            "「{file}」は、受け付けていない方式で圧縮されています。",
            "“{file}” is compressed by a method that is not taken.",
        ),
        Text(
            "圧縮方式に「標準 (Deflate)」を選んで zip を作り直してください。",
            "Make the zip again with the usual method, Deflate.",
        ),
    ),
    "archive-special-file": Message(
        Text(
            "「{file}」は通常のファイルではありません(リンクや装置など)。",
            "“{file}” is not an ordinary file but a link, a device or the like.",
        ),
        Text(
            "リンクではなく、ファイルそのものを zip に入れてください。",
            "Put the file itself into the zip, not a link to it.",
        ),
    ),
    "archive-content-mismatch": Message(
        Text(
            "「{file}」の中身が、zip に書かれた大きさや検査値と合いません。",
            "The content of “{file}” does not fit the size or checksum stated in the zip archive.",
        ),
        Text(
            "zip が壊れています。元のファイルから作り直して、もう一度アップロードしてください。",
            "The zip is damaged. Make it again from the original files and upload it again.",
        ),
    ),
    "archive-duplicate-name": Message(
        Text(
            "zip の中で「{file}」と「{other}」の名前が重なっています"
            "(大文字と小文字、濁点の表し方の違いは区別しません)。",
            "In the zip archive “{file}” and “{other}” have the same name "
            "(upper and lower case, and ways to write accents, do not count).",
        ),
        Text(
            "どちらかの名前を変えるか、不要な方を除いて zip を作り直してください。",
            "Rename one of them, or leave out the one that is not needed, and make the zip again.",
        ),
    ),
    "archive-name-encoding": Message(
        Text(
            "ファイル名「{file}」の文字コードが UTF-8 でも Shift_JIS (CP932) でもありません。",
            "The file name “{file}” is written neither in UTF-8 nor in Shift_JIS (CP932).",
        ),
        Text(
            "ファイル名を半角英数字に変えて zip を作り直してください。",
            "Rename the file with plain letters and digits and make the zip again.",
        ),
    ),
    "archive-name-hidden-letters": Message(
        Text(
            "ファイル名「{file}」に、目に見えない文字や制御文字が含まれています。",
            "The file name “{file}” has invisible or control characters.",
        ),
        Text(
            "名前を打ち直して zip を作り直してください。ウェブページなどから貼り付けた名前によく混ざります。",
            "Type the name anew and make the zip again; such characters often come with names pasted from web pages.",
        ),
    ),
    "archive-name-backslash": Message(
        Text(
            "ファイル名「{file}」に円記号(バックスラッシュ)が含まれています。",
            "The file name “{file}” has a backslash.",
        ),
        Text(
            "フォルダーの区切りに「/」を使うソフト(Windows の標準の圧縮機能など)で zip を作り直してください。",
            "Make the zip again with a program that separates folders with “/”, such as the one built into Windows.",
        ),
    ),
    "archive-name-absolute": Message(
        Text(
            "「{file}」は、ドライブやルートから始まるパスです。",
            "“{file}” is a path from a drive or the root.",
        ),
        Text(
            "データのフォルダーの中で zip を作り直し、フォルダー名とファイル名だけが入るようにしてください。",
            "Make the zip again inside the data folder, so that it holds only names below that folder.",
        ),
    ),
    "archive-name-traversal": Message(
        Text(
            "「{file}」は、フォルダーの外を指すか、空の名前を含むパスです。",
            "“{file}” points out of its folder or has an empty part.",
        ),
        Text(
            "データのフォルダーの中で zip を作り直してください。「..」「.」「//」を含むパスは使えません。",
            "Make the zip again inside the data folder. Paths with “..”, “.” or “//” cannot be used.",
        ),
    ),
    "archive-name-device": Message(
        Text(
            "「{file}」は Windows が装置の名前として使うため、ファイル名にできません。",
            "Windows keeps the name “{file}” for a device; it cannot name a file.",
        ),
        Text(
            "CON、PRN、AUX、NUL、COM1、LPT1 などと異なる名前に変えてください。",
            "Choose a name other than CON, PRN, AUX, NUL, COM1, LPT1 and the like.",
        ),
    ),
    "archive-name-not-portable": Message(
        Text(
            "ファイル名「{file}」は Windows では使えません。",
            "The file name “{file}” cannot be used on Windows.",
        ),
        Text(
            '半角の < > : " | ? * を使わず、空白や「.」で終わらない名前に変えて zip を作り直してください。',
            'Rename it without < > : " | ? * and without a space or dot at its end, and make the zip again.',
        ),
    ),
    "archive-name-too-long": Message(
        Text(
            "「{file}」はパスが長すぎます(上限は UTF-8 で {length} バイト。かなや漢字は 1 文字 3 バイト)。",
            "The path “{file}” is too long (the limit is {length} bytes in UTF-8).",
        ),
        Text("フォルダー名とファイル名を短くしてください。", "Shorten the names of folders and files."),
    ),
    "archive-name-too-deep": Message(
        Text(
            "「{file}」はフォルダーの階層が深すぎます(上限 {depth} 階層)。",
            "“{file}” lies too many folders deep (the limit is {depth}).",
        ),
        Text("フォルダーの階層を減らしてください。", "Use fewer nested folders."),
    ),
}
