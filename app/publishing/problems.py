"""The codes of problems in data, each with its sentence and its advice in Japanese and English.

Codes for tables are those of the Frictionless data quality specification where it has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.kernel.report import Problem, Severity
from app.kernel.text import Text

SHOWN_VALUE = 200


@dataclass(frozen=True, slots=True)
class Message:
    """What a code says; `{names}` are filled from the problem's details."""

    message: Text
    advice: Text
    severity: Severity = Severity.ERROR


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

DESCRIPTOR: dict[str, Message] = {
    "descriptor-too-large": Message(
        Text(
            "{file} が {size} バイトあります。上限は {limit} バイトです。",
            "{file} has {size} bytes. The limit is {limit} bytes.",
        ),
        Text(
            "データは {file} に書き込まず、CSV などのファイルにして path で指してください。",
            "Keep data out of {file}: put it into a CSV file and name that as the path.",
        ),
    ),
    "descriptor-bom": Message(
        Text(
            "{file} が BOM(ファイル先頭の見えない目印)で始まっています。",
            "{file} begins with a byte order mark, an invisible sign.",
        ),
        Text(
            "文字コードに「UTF-8(BOM なし)」を選んで保存し直してください。メモ帳では「UTF-8」を選びます。",
            "Save it again as UTF-8 without BOM (in Notepad: “UTF-8”).",
        ),
    ),
    "descriptor-encoding": Message(
        Text("{file} の {row} 行目に UTF-8 でない文字があります。", "Line {row} of {file} is not written in UTF-8."),
        Text(
            "文字コードに「UTF-8」を選んで保存し直してください。",
            "Save the file again with the character encoding UTF-8.",
        ),
    ),
    "descriptor-not-json": Message(
        Text(
            "{file} の {row} 行 {column} 文字目で JSON の書き方が崩れています。",
            "{file} is not valid JSON at line {row}, character {column}.",
        ),
        Text(
            'その場所か直前の行で、コンマの過不足、引用符(" のみ)や括弧の閉じ忘れ、コメントがないか確かめてください。',
            'There or on the line before, look for a missing or extra comma, a quote (only " is one) or bracket '
            "left open, or a comment.",
        ),
    ),
    "descriptor-not-yaml": Message(
        Text(
            "{file} の YAML の書き方が崩れています(位置: {row} 行 {column} 文字目)。",
            "{file} is not valid YAML (line {row}, character {column}).",
        ),
        Text(
            "字下げの空白をそろえ、タブを使わず、「:」や「#」を含む値は引用符で囲んでください。"
            "文書は 1 つだけにします。",
            "Align the indentation, use no tabs, quote values with “:” or “#”, and keep to one document.",
        ),
    ),
    "descriptor-too-deep": Message(
        Text(
            "{file} の入れ子が深すぎます(上限 {limit} 段)。",
            "{file} is nested too deeply (the limit is {limit} levels).",
        ),
        Text(
            "データは別のファイルにして path で指してください。", "Put data into a file of its own and name its path."
        ),
    ),
    "descriptor-number": Message(
        Text(
            "{file} の {row} 行 {column} 文字目は、JSON で使えない数値(NaN や大きすぎる数)です。",
            "At line {row}, character {column} of {file} stands no number of JSON (NaN, or one too large).",
        ),
        Text(
            "通常の数値に直すか、引用符で囲んで文字列にしてください。",
            "Write an ordinary number, or put it in quotes to make it text.",
        ),
    ),
    "descriptor-duplicate-key": Message(
        Text(
            "{file} の {row} 行 {column} 文字目で、同じ項目名が二度使われています。",
            "At line {row}, character {column} of {file} a key appears a second time.",
        ),
        Text("どちらか一方を消してください。", "Remove one of the two."),
    ),
    "descriptor-lone-surrogate": Message(
        Text(
            "{file} の {row} 行 {column} 文字目に、半分に切れた文字(\\ud800 など)があります。",
            "At line {row}, character {column} of {file} stands half a character, such as \\ud800.",
        ),
        Text("その文字を入力し直してください。", "Type that character again."),
    ),
    "descriptor-yaml-alias": Message(
        Text(
            "{file} の {row} 行目で、YAML の別名(*名前)が使われています。",
            "Line {row} of {file} uses a YAML alias (*name).",
        ),
        Text("別名を使わず、値をそのまま書いてください。", "Write the value itself instead of the alias."),
    ),
    "descriptor-yaml-tag": Message(
        Text(
            "{file} の {row} 行目で、YAML のタグ(!名前)が使われています。",
            "Line {row} of {file} uses a YAML tag (!name).",
        ),
        Text("タグを消し、値だけを書いてください。", "Remove the tag and write the value alone."),
    ),
    "descriptor-not-object": Message(
        Text("{file} の全体が項目の集まり({{ }})になっていません。", "{file} as a whole is not an object ({{ }})."),
        Text(
            'name と resources を持つ形にしてください。例: {{"name": "...", "resources": [...]}}',
            'Give it a name and resources: {{"name": "...", "resources": [...]}}',
        ),
    ),
    "package-without-name": Message(
        Text("{file} にパッケージの名前(name)がありません。", "{file} gives the package no name."),
        Text(
            '短い英数字の名前を付けてください。例: "name": "population-2026"',
            'Give it a short name of letters and digits: "name": "population-2026"',
        ),
    ),
    "name-not-allowed": Message(
        Text(
            "名前「{value}」には使えない文字があるか、長すぎます。",
            "The name “{value}” is too long or has letters that a name may not have.",
        ),
        Text(
            "文字、数字、「-」「_」「.」と空白で 100 文字以内にしてください。"
            "「.」や空白で始めたり終えたりはできません。",
            "Use up to 100 letters, digits, “-”, “_”, “.” and spaces, with no dot or space at either end.",
        ),
    ),
    "package-without-resources": Message(
        Text("{file} にデータの一覧(resources)がありません。", "{file} lists no resources."),
        Text(
            'データのファイルごとに 1 つ書いてください。例: "resources": [{{"name": "table", "path": "table.csv"}}]',
            'List each data file: "resources": [{{"name": "table", "path": "table.csv"}}]',
        ),
    ),
    "too-many-resources": Message(
        Text(
            "resources が {count} 個あります。上限は {limit} 個です。",
            "There are {count} resources. The limit is {limit}.",
        ),
        Text("複数のデータセットに分けてください。", "Split it into several datasets."),
    ),
    "resource-not-object": Message(
        Text(
            "{number} 番目の resources が項目の集まり({{ }})になっていません。",
            "Resource {number} is not an object ({{ }}).",
        ),
        Text('{{"name": ..., "path": ...}} の形で書いてください。', 'Write it as {{"name": ..., "path": ...}}.'),
    ),
    "resource-without-name": Message(
        Text(
            "{number} 番目の resources に名前(name)がないため、「{name}」としました。",
            "Resource {number} has no name; it was named “{name}”.",
        ),
        Text(
            "この名前は公開後のアドレスになります。変えたい場合は name を書いてください。",
            "The name becomes part of an address. State a name if you want another one.",
        ),
        Severity.WARNING,
    ),
    "duplicate-resource-name": Message(
        Text(
            "resources の名前「{value}」が二度使われています。",
            "The resource name “{value}” is used twice.",
        ),
        Text(
            "resources ごとに異なる名前を付けてください(大文字と小文字は区別しません)。",
            "Give each resource a name of its own (upper and lower case do not count).",
        ),
    ),
    "duplicate-resource-path": Message(
        Text("ファイル「{value}」が二つの resources で使われています。", "Two resources use the file “{value}”."),
        Text("一つの resources にまとめてください。", "Join the two into one resource."),
    ),
    "resource-without-data": Message(
        Text("ファイル(path)もデータ(data)も書かれていません。", "Neither a file (path) nor data is given."),
        Text("path に zip の中のファイル名を書いてください。", "Write the name of a file in the zip as its path."),
    ),
    "resource-path-and-data": Message(
        Text("path と data の両方が書かれています。", "Both path and data are given."),
        Text("どちらか一方だけにしてください。", "Keep one of the two."),
    ),
    "inline-data-not-understood": Message(
        Text("data の値「{value}」を表として読めません。", "The data “{value}” cannot be read."),
        Text(
            '行の一覧(例: [{{"市": "八王子市"}}])にするか、CSV ファイルにして path で指してください。',
            'Write a list of rows ([{{"city": "Hachioji"}}]), or put the data into a CSV file and name its path.',
        ),
    ),
    "path-is-remote": Message(
        Text(
            "path「{value}」はインターネットのアドレスかデータベースを指しています。",
            "The path “{value}” is an address on a network or a database.",
        ),
        Text(
            "ファイルを入手して zip に入れ、path にはそのファイル名を書いてください。"
            "元のアドレスは sources に書けます。",
            "Put the file itself into the zip and name it here. Its address can be stated under sources.",
        ),
    ),
    "path-not-allowed": Message(
        Text("path「{value}」は使えません。", "The path “{value}” cannot be used."),
        Text(
            "zip の中の位置を「フォルダー/ファイル名」の形で書いてください。"
            "「..」「\\」「:」や先頭の「/」は使えません。",
            "Write the place in the zip as “folder/file”, without “..”, “\\”, “:” or a leading “/”.",
        ),
    ),
    "multipart-resource": Message(
        Text("一つの resources に複数のファイルが書かれています。", "One resource names several files."),
        Text(
            "ファイルを一つにまとめるか、resources を分けてください。",
            "Join the files into one, or describe each as a resource of its own.",
        ),
    ),
    "file-not-in-package": Message(
        Text("ファイル「{value}」が zip の中にありません。", "The file “{value}” is not in the zip."),
        Text(
            "綴りと大文字・小文字、フォルダー名を確かめてください。zip にある近い名前: {nearest}",
            "Check the spelling, upper and lower case, and folders. Near names in the zip: {nearest}",
        ),
    ),
    "schema-not-understood": Message(
        Text(
            "列の定義(schema)の値「{value}」が読み取れません。", "The value “{value}” in the schema is not understood."
        ),
        Text(
            "schema には fields を持つ定義を書いてください。fieldsMatch や missingValues の値も確かめてください。",
            "A schema is an object with fields. Check the values of fieldsMatch and missingValues too.",
        ),
    ),
    "external-schema": Message(
        Text("列の定義(schema)が外部「{value}」にあります。", "The schema lies elsewhere: “{value}”."),
        Text(
            "定義の中身を {file} に書くか、定義のファイルを zip に入れてその名前を書いてください。",
            "Write the schema into {file}, or put its file into the zip and name that.",
        ),
    ),
    "schema-without-fields": Message(
        Text(
            "列の定義(schema)に fields がないため、列の型を推定します。",
            "The schema has no fields, so the columns' types are inferred.",
        ),
        Text(
            "列ごとの名前と型を fields に書くか、schema を消してください。",
            "State each column's name and type under fields, or remove the schema.",
        ),
        Severity.WARNING,
    ),
    "too-many-fields": Message(
        Text(
            "列の定義が {count} 個あります。上限は {limit} 個です。", "There are {count} fields. The limit is {limit}."
        ),
        Text(
            "横に長い表は、項目名と値の列を持つ縦長の表に直してください。",
            "Turn a very wide table into a long one with columns for the item and its value.",
        ),
    ),
    "field-not-understood": Message(
        Text(
            "{number} 番目の列の定義が項目の集まり({{ }})になっていません。", "Field {number} is not an object ({{ }})."
        ),
        Text(
            '{{"name": "人口", "type": "integer"}} の形で書いてください。',
            'Write it as {{"name": "population", "type": "integer"}}.',
        ),
    ),
    "field-without-name": Message(
        Text("{number} 番目の列の定義に名前(name)がありません。", "Field {number} has no name."),
        Text("表の見出しと同じ名前を書いてください。", "Give it the name that stands in the table's header."),
    ),
    "duplicate-field-name": Message(
        Text("列「{column}」の定義が二つあります。", "The field “{column}” is defined twice."),
        Text(
            "表の見出しと定義を見直し、列ごとに異なる名前にしてください。",
            "Give each column a name of its own, in the table and here.",
        ),
    ),
    "unknown-field-type": Message(
        Text(
            "列「{column}」の型「{value}」は規格にありません。",
            "The type “{value}” of “{column}” is not in the standard.",
        ),
        Text(
            "文字列は string、整数は integer、小数は number、日付は date、真偽は boolean です。",
            "Use string for text, integer and number for figures, date for days, boolean for yes or no.",
        ),
    ),
    "field-property-not-understood": Message(
        Text(
            "列「{column}」の {key} の値「{value}」が読み取れません。",
            "In “{column}” the {key} “{value}” is not understood.",
        ),
        Text(
            "Table Schema の書き方に合わせるか、{key} を消してください。",
            "Write it as Table Schema has it, or remove {key}.",
        ),
    ),
    "constraint-not-understood": Message(
        Text(
            "列「{column}」の条件 {key} の値「{value}」が読み取れません。",
            "In “{column}” the constraint {key} “{value}” is not understood.",
        ),
        Text(
            "required と unique は true か false、長さは 0 以上の整数、pattern は 1000 文字以内の正規表現、"
            "enum は値の一覧です。",
            "required and unique are true or false, lengths whole numbers, pattern a regular expression of up to "
            "1000 letters, enum a list of values.",
        ),
    ),
    "key-not-understood": Message(
        Text("{key} の値「{value}」が読み取れません。", "The value “{value}” of {key} is not understood."),
        Text(
            "列の名前の一覧で書いてください。foreignKeys は fields と reference の列の数をそろえます。",
            "Write lists of field names. In foreignKeys, fields and reference need as many fields each.",
        ),
    ),
    "key-field-missing": Message(
        Text(
            "{key} が指す列「{column}」が定義にありません。", "{key} names the field “{column}”, which is not defined."
        ),
        Text("列の名前の綴りを確かめてください。", "Check the spelling of the field's name."),
    ),
    "foreign-key-resource-missing": Message(
        Text(
            "foreignKeys が指す resources「{value}」がありません。",
            "foreignKeys names the resource “{value}”, which does not exist.",
        ),
        Text(
            "同じパッケージの resources の名前を書いてください。同じ表を指す場合は resource を省きます。",
            "Name a resource of this package; leave it out to point to the same table.",
        ),
    ),
    "external-foreign-key": Message(
        Text("foreignKeys が外部「{value}」を指しています。", "foreignKeys points outside of the package: “{value}”."),
        Text(
            "参照する表をこのパッケージに入れるか、foreignKeys を消してください。",
            "Put the table it refers to into this package, or remove the foreign key.",
        ),
    ),
    "dialect-not-understood": Message(
        Text(
            "書式の定義(dialect)の値「{value}」が読み取れません。",
            "The value “{value}” in the dialect is not understood.",
        ),
        Text(
            "delimiter、quoteChar、escapeChar は 1 文字、header は true か false で書いてください。",
            "delimiter, quoteChar and escapeChar are one letter each, header is true or false.",
        ),
    ),
    "external-dialect": Message(
        Text("書式の定義(dialect)が外部「{value}」にあります。", "The dialect lies elsewhere: “{value}”."),
        Text(
            "定義の中身を {file} に書くか、定義のファイルを zip に入れてその名前を書いてください。",
            "Write the dialect into {file}, or put its file into the zip and name that.",
        ),
    ),
    "too-many-problems": Message(
        Text(
            "{file} の問題が {limit} 件に達したため、確認を打ち切りました。",
            "{file} has {limit} problems; the rest of it was not looked at.",
        ),
        Text(
            "並んでいる問題を直してから、もう一度アップロードしてください。",
            "Mend the problems listed and upload it again.",
        ),
    ),
    "metadata-not-understood": Message(
        Text(
            "{column} の値「{value}」が読み取れないため、使いません。",
            "The {column} “{value}” is not understood and left out.",
        ),
        Text(
            "日付は 2026-04-01、アドレスは https://...、更新頻度は「毎月」「年1回」などの形で書いてください。",
            "Write dates as 2026-04-01, addresses as https://..., frequencies as “monthly” or “annual”.",
        ),
        Severity.WARNING,
    ),
}

TABLE: dict[str, Message] = {
    "wrong-kind": Message(
        Text("中身が {format} ではありません(判定: {kind})。", "The content is not {format}; it looks like {kind}."),
        Text(
            "拡張子を変えただけでは形式は変わりません。元のソフトで開き、CSV(UTF-8)か xlsx で保存し直してください。",
            "Renaming a file does not convert it. Open it in its own program and save it as CSV (UTF-8) or xlsx.",
        ),
    ),
    "source-error": Message(
        Text("ファイルに表がありません(空です)。", "The file holds no table; it is empty."),
        Text(
            "1 行目に列名、2 行目からデータがあることを確かめてください。",
            "See that the first line names the columns and data follows from the second.",
        ),
    ),
    "unknown-encoding": Message(
        Text("文字コード「{encoding}」は扱えません。", "The encoding “{encoding}” is not known here."),
        Text(
            "utf-8、shift_jis、euc-jp などの名前で書くか、ファイルを UTF-8 で保存して encoding を消してください。",
            "Write a name such as utf-8, shift_jis or euc-jp, or save the file as UTF-8 and leave `encoding` out.",
        ),
    ),
    "encoding-error": Message(
        Text("{row} 行目を文字コード {encoding} で読めません。", "Line {row} cannot be read as {encoding}."),
        Text(
            "書かれている文字コードが実際と違うか、その行の文字が壊れています。UTF-8 で保存し直すのが確実です。",
            "The stated encoding is not the real one, or the line is damaged. Saving the file as UTF-8 is safest.",
        ),
    ),
    "encoding-not-found": Message(
        Text(
            "文字コードが分かりません。UTF-8 では {row} 行目が読めず、ほかの候補も合いません。",
            "The encoding is unclear: as UTF-8 it fails on line {row}, and it is no Shift_JIS, EUC-JP or ISO-2022-JP.",
        ),
        Text(
            "UTF-8 で保存し直すか、datapackage.json の encoding に文字コードを書いてください。",
            "Save the file as UTF-8, or state its `encoding` in datapackage.json.",
        ),
    ),
    "encoding-ambiguous": Message(
        Text(
            "文字コードが一つに決まりません({encodings} のどちらでも読めます)。",
            "The encoding cannot be told: the file reads as any of {encodings}.",
        ),
        Text(
            "文字化けを防ぐため、UTF-8 で保存し直すか、datapackage.json の encoding に書いてください。",
            "To keep the text from garbling, save it as UTF-8 or state its `encoding` in datapackage.json.",
        ),
    ),
    "encoding-mixed": Message(
        Text(
            "{row} 行目は UTF-8、ほかの行は {encoding} で書かれています。",
            "Line {row} is written in UTF-8, other lines in {encoding}.",
        ),
        Text(
            "文字コードの違うファイルをつないでいないか確かめ、全体を UTF-8 で保存し直してください。",
            "See whether files of different encodings were joined, and save the whole as UTF-8.",
        ),
    ),
    "nul-byte": Message(
        Text("{row} 行目に NUL 文字(見えない制御文字)があります。", "Line {row} holds a NUL character."),
        Text(
            "BOM のない UTF-16 か、壊れたファイルです。表計算ソフトで開き、CSV(UTF-8)で保存し直してください。",
            "Common in UTF-16 without a mark and in damaged files. Open it and save it as CSV (UTF-8) again.",
        ),
    ),
    "line-too-long": Message(
        Text("{row} 行目が長すぎます(上限 {limit} 文字)。", "Line {row} is longer than {limit} characters."),
        Text(
            "改行が失われていないか確かめてください。大きな図形などは GeoJSON のような別のファイルにしてください。",
            "See whether line breaks were lost. Put large shapes and the like in a file of their own, such as GeoJSON.",
        ),
    ),
    "unclosed-quote": Message(
        Text(
            '{row} 行目で始まる引用符(")が閉じられていません。',
            "A quote that opens in the row on line {row} is never closed.",
        ),
        Text(
            'セルの終わりに " を補ってください。セルの中の " は "" と二つ重ねます。',
            "Close the cell with a quote. A quote inside a cell is written twice.",
        ),
    ),
    "stray-quote": Message(
        Text(
            '{row} 行目で、閉じた引用符(")の後ろに文字が続いています。',
            "On line {row}, text follows the quote that closes a cell.",
        ),
        Text(
            'セルの中の " は "" と二つ重ね、引用符と区切り文字の間の空白は消してください。',
            "Write a quote inside a cell twice, and leave no space between a closing quote and the delimiter.",
        ),
    ),
    "dialect-error": Message(
        Text("dialect の指定が使えません: {detail}", "The dialect cannot be used: {detail}"),
        Text(
            "delimiter と quoteChar は互いに違う 1 文字、headerRows は 1 以上の行番号にしてください。",
            "`delimiter` and `quoteChar` are one character each and differ; `headerRows` are line numbers from 1.",
        ),
    ),
    "dialect-not-supported": Message(
        Text(
            "dialect の次の項目には対応していません: {detail}",
            "These properties of the dialect are not supported: {detail}",
        ),
        Text(
            "その項目を消し、カンマ区切りの CSV として保存し直してください。",
            "Take them out and save the file as CSV with commas.",
        ),
    ),
    "too-many-columns": Message(
        Text("列が多すぎます({count} 列、上限 {limit} 列)。", "There are too many columns: {count}, at most {limit}."),
        Text(
            "年や地域を列に並べているときは、「年」「値」のように縦に並べ替えてください。",
            "Where years or places run across, put them in rows instead: a column for the year and one for the value.",
        ),
    ),
    "too-many-rows": Message(
        Text("シートの行が多すぎます(上限 {limit} 行)。", "The sheet has more than {limit} rows."),
        Text(
            "表の下の不要な行や書式を削除するか、CSV で保存してください。",
            "Delete unused rows below the table, or save the sheet as CSV.",
        ),
    ),
    "too-many-cells": Message(
        Text(
            "シートの使用範囲が広すぎます({rows} 行 × {columns} 列、上限 {limit} セル)。",
            "The sheet's used range is too wide: {rows} rows by {columns} columns, at most {limit} cells.",
        ),
        Text(
            "表から離れたセルに値が残っていないか確かめて消すか、CSV で保存してください。",
            "Look for a stray value far from the table and delete it, or save the sheet as CSV.",
        ),
    ),
    "blank-header": Message(
        Text("列名の行({row} 行目)が空です。", "The row of column names (line {row}) is empty."),
        Text(
            "1 行目に列名を書いてください。表題や注記の行は、表の外(説明欄など)に移してください。",
            "Put the column names in the first line. Move titles and notes out of the table, into the description.",
        ),
    ),
    "label-repaired": Message(
        Text(
            "{number} 列目の列名「{value}」を「{column}」に直しました。",
            "The name “{value}” of column {number} was changed to “{column}”.",
        ),
        Text(
            "空の列名、同じ列名、改行を含む列名は使えません。元のファイルで短く区別できる名前を付けてください。",
            "Names must not be empty, alike, very long or hold line breaks. Give each column a short name of its own.",
        ),
        Severity.WARNING,
    ),
    "blank-label": Message(
        Text("{number} 列目に列名がありません。", "Column {number} has no name."),
        Text(
            "スキーマにある列名を {row} 行目に書いてください。余分な列なら削除してください。",
            "Write its name as in the schema on line {row}, or delete the column if it is not needed.",
        ),
    ),
    "duplicate-label": Message(
        Text(
            "列名「{column}」が {first} 列目と {number} 列目で重なっています(大文字と小文字は区別しません)。",
            "The name “{column}” stands on columns {first} and {number} (capital letters make no difference).",
        ),
        Text(
            "どちらかの列名を変え、スキーマもそれに合わせてください。",
            "Rename one of the columns, and the schema with it.",
        ),
    ),
    "incorrect-label": Message(
        Text(
            "{number} 列目の列名が「{column}」です。スキーマでは「{expected}」です。",
            "Column {number} is named “{column}”; the schema expects “{expected}”.",
        ),
        Text(
            "列名か列の順をスキーマに合わせてください。順を問わないなら fieldsMatch を equal にします。",
            "Make name and order agree with the schema. If order does not matter, set `fieldsMatch` to equal.",
        ),
    ),
    "extra-label": Message(
        Text("列「{column}」がスキーマにありません。", "The column “{column}” is not in the schema."),
        Text(
            "スキーマに列を加えるか、ファイルからその列を削除してください。",
            "Add it to the schema, or delete the column from the file.",
        ),
    ),
    "missing-label": Message(
        Text(
            "スキーマにある列「{column}」がファイルにありません。", "The schema's column “{column}” is not in the file."
        ),
        Text(
            "{row} 行目の列名を確かめ、列を加えるかスキーマから消してください。",
            "Check the names on line {row}; add the column, or take it out of the schema.",
        ),
    ),
    "unmatched-header": Message(
        Text("{row} 行目の列名がスキーマと一つも一致しません。", "No name on line {row} is one of the schema's."),
        Text(
            "別の表のスキーマが付いていないか、1 行目が列名かを確かめてください。",
            "See whether this is another table's schema, and whether the first line really holds the names.",
        ),
    ),
    "blank-row": Message(
        Text("{row} 行目が空行です。", "Line {row} is blank."),
        Text("行を削除してください。", "Delete the row."),
    ),
    "blank-rows-at-end": Message(
        Text("{row} 行目からの空の {count} 行を除きました。", "{count} empty rows from line {row} on were left out."),
        Text(
            "そのままで構いません。元の表の下の不要な行を削除すると出なくなります。",
            "Nothing needs to be done. Deleting the unused rows below the table ends this message.",
        ),
        Severity.WARNING,
    ),
    "missing-cell": Message(
        Text(
            "{row} 行目はセルが足りません(列「{column}」がありません)。",
            "The row on line {row} is too short: it has no cell for “{column}”.",
        ),
        Text(
            '値がないときも区切り文字は省かず、空のセルにしてください。セルの中の改行やカンマは " で囲みます。',
            "Keep the delimiter where a value is absent. Cells that hold commas or line breaks are put in quotes.",
        ),
    ),
    "extra-cell": Message(
        Text(
            "{row} 行目はセルが多すぎます({number} 番目に「{value}」)。",
            "The row on line {row} is too long: cell {number} is “{value}”.",
        ),
        Text(
            'セルの中のカンマなら " で囲み、不要なセルなら削除してください。',
            "If a comma belongs to a cell, put the cell in quotes; otherwise delete what is too much.",
        ),
    ),
    "type-error": Message(
        Text(
            "{row} 行目、列「{column}」の「{value}」は {type} 型ではありません。",
            "On line {row}, “{value}” in “{column}” is not of type {type}.",
        ),
        Text(
            "半角で、単位や桁区切りなしで書きます。日付は 2026-04-01 の形、値がないときは空にします。",
            "Use plain ASCII digits, no units or separators; dates like 2026-04-01; leave unknown values empty.",
        ),
    ),
    "constraint-error": Message(
        Text(
            "{row} 行目、列「{column}」の「{value}」が条件({constraint})に合いません。",
            "On line {row}, “{value}” in “{column}” breaks the rule {constraint}.",
        ),
        Text(
            "値を直すか、スキーマの条件が正しいか確かめてください。",
            "Correct the value, or see whether the schema's rule is right.",
        ),
    ),
    "category-error": Message(
        Text(
            "{row} 行目、列「{column}」の「{value}」は決められた分類にありません。",
            "On line {row}, “{value}” in “{column}” is none of the categories.",
        ),
        Text(
            "表記の揺れ(全角と半角、前後の空白)を直すか、スキーマの categories に加えてください。",
            "Look for variants (full-width letters, spaces), or add it to the schema's `categories`.",
        ),
    ),
    "unique-error": Message(
        Text(
            "{row} 行目、列「{column}」の「{value}」は {first} 行目にもあります。",
            "On line {row}, “{value}” in “{column}” stands on line {first} already.",
        ),
        Text("重複を除くか、値を直してください。", "Remove the double, or correct the value."),
    ),
    "primary-key": Message(
        Text(
            "{row} 行目の主キー({column})「{value}」は {first} 行目と同じです。",
            "The primary key ({column}) “{value}” on line {row} is that of line {first}.",
        ),
        Text(
            "同じ行が二度ないか確かめてください。正しいデータなら主キーに列を足します。",
            "See whether a row stands twice. If the data is right, the key needs another column.",
        ),
    ),
    "primary-key-missing": Message(
        Text("{row} 行目に主キー({keys})の値がありません。", "The row on line {row} has no primary key ({keys})."),
        Text("値を入れるか、行を削除してください。", "Fill it in, or delete the row."),
    ),
    "unique-key": Message(
        Text(
            "{row} 行目の({column})「{value}」は {first} 行目と同じ組み合わせです。",
            "The combination “{value}” of ({column}) on line {row} is that of line {first}.",
        ),
        Text(
            "重複を除くか、スキーマの uniqueKeys が正しいか確かめてください。",
            "Remove the double, or see whether the schema's `uniqueKeys` are right.",
        ),
    ),
    "foreign-key": Message(
        Text(
            "{row} 行目、{column} の「{value}」が参照先の表「{reference}」にありません。",
            "On line {row}, “{value}” of {column} is not in the table “{reference}” it refers to.",
        ),
        Text(
            "値の表記を参照先にそろえるか、参照先の表に行を加えてください。",
            "Write the value as it stands there, or add the row to that table.",
        ),
    ),
    "pattern-not-checked": Message(
        Text(
            "列「{column}」の正規表現は確かめられませんでした: {pattern}",
            "The regular expression of “{column}” was not checked: {pattern}",
        ),
        Text(
            "先読みや後方参照を使わない書き方にすると確かめられます。データはそのまま公開できます。",
            "Without look-ahead and back references it can be. The data can be published as it is.",
        ),
        Severity.WARNING,
    ),
    "constraint-not-checked": Message(
        Text(
            "列「{column}」の条件 {constraint} は確かめていません。",
            "The rule {constraint} of “{column}” was not checked.",
        ),
        Text(
            "データはそのまま公開できます。必要なら公開前に手元で確かめてください。",
            "The data can be published as it is. Check the rule yourself where it matters.",
        ),
        Severity.WARNING,
    ),
    "schema-error": Message(
        Text("スキーマに誤りがあります: {detail}", "The schema has a fault: {detail}"),
        Text(
            "Table Schema の仕様(https://datapackage.org/standard/table-schema/)に合わせて直してください。",
            "Correct it after the Table Schema standard (https://datapackage.org/standard/table-schema/).",
        ),
    ),
    "formula-like-cells": Message(
        Text(
            "列「{column}」に数式と見なされうるセルが {count} 個あります(最初は {row} 行目の「{value}」)。",
            "{count} cells of “{column}” look like formulas (the first is “{value}” on line {row}).",
        ),
        Text(
            "内容はそのまま公開します。表計算ソフトで開く人に危険がないか確かめてください。",
            "They are published as they are. See that they do no harm to people who open the file in a spreadsheet.",
        ),
        Severity.WARNING,
    ),
    "readers-disagree": Message(
        Text(
            "読み方によって中身が変わる CSV です(引用符や改行の使い方が規格に合っていません)。",
            "This CSV reads differently in different programs: its quotes or line breaks break the standard.",
        ),
        Text(
            "表計算ソフトで開き、CSV(UTF-8)で保存し直してください。",
            "Open it in a spreadsheet program and save it as CSV (UTF-8) again.",
        ),
    ),
    "workbook-unreadable": Message(
        Text("表計算ファイルを読めません({detail})。", "The spreadsheet cannot be read ({detail})."),
        Text(
            "Excel などで開き、新しい xlsx か CSV(UTF-8)として保存し直してください。",
            "Open it in Excel or the like and save it anew as xlsx or CSV (UTF-8).",
        ),
    ),
    "workbook-password": Message(
        Text("表計算ファイルにパスワードが掛かっています。", "The spreadsheet is protected by a password."),
        Text("パスワードを外して保存し直してください。", "Save it without the password."),
    ),
    "workbook-macros": Message(
        Text("マクロを含む表計算ファイルは受け付けません。", "Spreadsheets with macros are not taken."),
        Text(
            "マクロなしの xlsx か CSV(UTF-8)で保存し直してください。",
            "Save it as xlsx without macros, or as CSV (UTF-8).",
        ),
    ),
    "workbook-external-links": Message(
        Text(
            "ほかのファイルやデータベースへの接続を含んでいます。",
            "The spreadsheet is linked to other files or databases.",
        ),
        Text(
            "「データ」の「リンクの編集」で解除して値だけにするか、CSV(UTF-8)で保存してください。",
            "Break the links so that only values stay, or save it as CSV (UTF-8).",
        ),
    ),
    "workbook-embedded-objects": Message(
        Text("埋め込みオブジェクトを含んでいます。", "The spreadsheet holds embedded objects."),
        Text(
            "オブジェクトを削除するか、CSV(UTF-8)で保存してください。",
            "Delete the objects, or save the sheet as CSV (UTF-8).",
        ),
    ),
    "workbook-doctype": Message(
        Text("安全でない XML(DOCTYPE 宣言)を含んでいます。", "The file holds unsafe XML (a DOCTYPE declaration)."),
        Text(
            "Excel などで開き、新しい xlsx として保存し直してください。",
            "Open it in Excel or the like and save it as a new xlsx.",
        ),
    ),
    "workbook-too-large": Message(
        Text(
            "表計算ファイルの中身が大きすぎます(上限 {limit} MB)。",
            "The spreadsheet's content is larger than {limit} MB.",
        ),
        Text("CSV(UTF-8)で保存してください。", "Save it as CSV (UTF-8)."),
    ),
    "workbook-no-sheet": Message(
        Text(
            "シート「{sheet}」がありません(あるのは: {sheets})。", "There is no sheet “{sheet}”; there are: {sheets}."
        ),
        Text(
            "dialect の sheetName か sheetNumber を直してください。",
            "Correct `sheetName` or `sheetNumber` in the dialect.",
        ),
    ),
    "workbook-other-sheets": Message(
        Text(
            "先頭のシート「{sheet}」だけを読みました。ほかに {count} 枚あります。",
            "Only the first sheet, “{sheet}”, was read; there are {count} more.",
        ),
        Text(
            "ほかのシートも公開するときは、シートごとに別のリソースにして sheetName を書いてください。",
            "To publish others too, make each a resource of its own with `sheetName` in its dialect.",
        ),
        Severity.WARNING,
    ),
    "workbook-error-cells": Message(
        Text(
            "#DIV/0! などのエラーのセルが {count} 個あります(最初は {value})。空として扱いました。",
            "{count} cells hold errors such as #DIV/0! (the first is {value}). They were read as empty.",
        ),
        Text("元の表で数式を直してください。", "Correct the formulas in the spreadsheet."),
        Severity.WARNING,
    ),
}

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
    "dataset-withdrawn": Message(
        Text("同じ名前のデータセットは公開停止されています。", "A dataset of this name was withdrawn."),
        Text("別の名前（name）で公開してください。", "Publish under another name."),
    ),
}


MESSAGES: Mapping[str, Message] = ARCHIVE | DESCRIPTOR | TABLE | SUBMISSION


def problem(
    code: str,
    *,
    file: str | None = None,
    resource: str | None = None,
    row: int | None = None,
    column: str | None = None,
    value: object = None,
    **details: object,
) -> Problem:
    """Make a problem of a code in the tables above. Raises `KeyError` for a code that is in none."""
    message = MESSAGES[code]
    shown = None if value is None else _visible(str(value))
    filled = {key: _visible(str(detail)) for key, detail in details.items()}
    filled |= {"file": _visible(file or ""), "column": _visible(column or ""), "value": shown or "", "row": str(row)}
    return Problem(
        code,
        Text(message.message.ja.format_map(filled), message.message.en.format_map(filled)),
        Text(message.advice.ja.format_map(filled), message.advice.en.format_map(filled)),
        message.severity,
        file=filled["file"] or None,
        resource=resource,
        row=row,
        column=filled["column"] or None,
        value=shown,
    )


def _visible(words: str) -> str:
    """Cut and escape what a stranger wrote, so that a report stays one readable line."""
    cut = words if len(words) <= SHOWN_VALUE else words[:SHOWN_VALUE] + "…"
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in cut)
