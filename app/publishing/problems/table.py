"""Problems of tables."""

from __future__ import annotations

from app.kernel.report import Severity
from app.kernel.text import Text
from app.publishing.problems.message import Message

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
    "workbook-error-cells": Message(
        Text(
            "#DIV/0! などのエラーのセルが {count} 個あります(最初は {value})。空として扱いました。",
            "{count} cells hold errors such as #DIV/0! (the first is {value}). They were read as empty.",
        ),
        Text("元の表で数式を直してください。", "Correct the formulas in the spreadsheet."),
        Severity.WARNING,
    ),
}
