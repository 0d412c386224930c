"""Problems of descriptors."""

from __future__ import annotations

from app.kernel.report import Severity
from app.kernel.text import Text
from app.publishing.problems.message import Message

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
