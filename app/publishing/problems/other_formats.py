"""Problems of data that is neither text in columns nor a spreadsheet: JSON, GeoJSON, shapefiles, Parquet."""

from __future__ import annotations

from app.kernel.report import Severity
from app.kernel.text import Text
from app.publishing.problems.message import Message

OTHER_FORMATS: dict[str, Message] = {
    "json-broken": Message(
        Text("JSON として正しくありません({row} のあたり)。", "This is not valid JSON (near {row})."),
        Text(
            "末尾の余分なカンマ、閉じていない括弧や引用符がないか確かめてください。"
            "1 行に 1 件ずつ書いた JSON なら拡張子を .jsonl にします。",
            "Look for a comma too many, an open bracket or quote. JSON with one record on each line is named .jsonl.",
        ),
    ),
    "json-not-utf8": Message(
        Text("JSON が UTF-8 ではありません({row} のあたり)。", "The JSON is not UTF-8 (near {row})."),
        Text("UTF-8 で保存し直してください(RFC 8259)。", "Save it as UTF-8, as RFC 8259 requires."),
    ),
    "json-too-deep": Message(
        Text("JSON の入れ子が深すぎます。", "The JSON is nested too deeply."),
        Text("表にする値は、行ごとの平らな項目にしてください。", "Put the values into flat records, one for each row."),
    ),
    "json-duplicate-key": Message(
        Text(
            "同じ項目名「{value}」が一つの中に二度あります({row} のあたり)。",
            "The key “{value}” stands twice in one object (near {row}).",
        ),
        Text("どちらかを消すか、名前を変えてください。", "Delete or rename one of them."),
    ),
    "json-number": Message(
        Text(
            "JSON の数値として扱えない値(NaN、Infinity、桁の多すぎる数)があります({row} のあたり)。",
            "There is a number that JSON does not have, such as NaN or Infinity, or one too long to use (near {row}).",
        ),
        Text("値がないところは null にしてください。", "Write null where there is no value."),
    ),
    "json-too-large": Message(
        Text("JSON が大きすぎます(上限 {limit} MB)。", "The JSON is larger than {limit} MB."),
        Text(
            "CSV にするか、1 行に 1 件の JSON(.jsonl)にしてください。",
            "Send it as CSV, or as JSON with one record on each line (.jsonl).",
        ),
    ),
    "json-ambiguous": Message(
        Text(
            "表のほかに大きな内容があり、どれがデータか決められません。",
            "There is much beside the table, so that it is unclear what the data are.",
        ),
        Text("データの行だけを配列にしてください。", "Send nothing but the array of records."),
    ),
    "json-without-table": Message(
        Text(
            "表として読める並びがないため、ファイルのまま公開します。",
            "There are no records to read as a table, so the file is published as it is.",
        ),
        Text(
            "表として公開するときは、同じ項目を持つオブジェクトの配列にしてください。",
            "To publish it as a table, make it an array of objects with the same keys.",
        ),
        Severity.WARNING,
    ),
    "json-members-left-out": Message(
        Text(
            "表にしたのは「{member}」だけです。ほかの {count} 項目({value})は元のファイルにだけ残ります。",
            "Only “{member}” became a table. {count} other members ({value}) stay in the original file alone.",
        ),
        Text(
            "必要な内容なら、データセットの説明に書いてください。",
            "If readers need them, put them into the dataset's description.",
        ),
        Severity.WARNING,
    ),
    "json-line-without-record": Message(
        Text("{row} 行目が 1 件のデータになっていません。", "Line {row} is not one record."),
        Text(
            "どの行も同じ形(オブジェクト、または配列)で、1 行に 1 件ずつ書いてください。",
            "Write one record on each line, all of one kind: objects, or arrays.",
        ),
    ),
    "record-too-long": Message(
        Text("{row} 件目が長すぎます(上限 {limit} 文字)。", "Record {row} is longer than {limit} characters."),
        Text(
            "図形なら簡略化し、長い文章や画像は別のファイルにしてください。",
            "Simplify shapes; put long texts and pictures into files of their own.",
        ),
    ),
    "too-many-records": Message(
        Text("データが多すぎます(上限 {limit} 件)。", "There are more than {limit} records."),
        Text("年や地域ごとのファイルに分けてください。", "Divide it into files, for example by year or place."),
    ),
    "records-too-large": Message(
        Text(
            "表にすると大きくなりすぎます(上限 {limit} 文字、{row} 件目で中止)。",
            "As a table this grows beyond {limit} characters (stopped at record {row}).",
        ),
        Text(
            "同じ値の繰り返しや空の列を減らすか、年や地域ごとのファイルに分けてください。",
            "Leave out what is repeated or empty in most records, or divide it by year or place.",
        ),
    ),
    "half-a-letter": Message(
        Text(
            "{row} 件目に文字として壊れた値(片方だけのサロゲート)があります。",
            "Record {row} has half a letter in it (a lone surrogate).",
        ),
        Text("その値を書き直してください。", "Write the value anew."),
    ),
    "feature-broken": Message(
        Text("{row} 件目が GeoJSON の Feature になっていません。", "Item {row} is not a GeoJSON feature."),
        Text(
            "type を Feature とし、properties と geometry をオブジェクトか null にしてください(RFC 7946)。",
            "It needs the type Feature, with an object or null for properties and for geometry (RFC 7946).",
        ),
    ),
    "geometry-broken": Message(
        Text("{row} 件目の図形が正しくありません。", "The geometry of record {row} is not valid."),
        Text(
            "図形の種類と座標の並びを確かめ、GIS ソフトで書き出し直してください。",
            "See that coordinates fit the type of geometry, and export it from the GIS again.",
        ),
    ),
    "coordinates-out-of-range": Message(
        Text(
            "{row} 件目の座標({value})が緯度経度の範囲にありません。",
            "The coordinates of record {row} ({value}) are no longitude and latitude.",
        ),
        Text(
            "平面直角座標などは、JGD2011 の緯度経度(度)に変換してください。",
            "Convert them from a projected system to degrees (JGD2011 or WGS 84).",
        ),
    ),
    "coordinates-swapped": Message(
        Text(
            "緯度と経度が逆のようです({count} 件、最初は {row} 件目)。値は変えていません。",
            "Longitude and latitude look swapped in {count} records, first in record {row}. They were not changed.",
        ),
        Text(
            "座標は経度、緯度の順に書いてください(RFC 7946)。",
            "Coordinates are longitude first, then latitude (RFC 7946).",
        ),
        Severity.WARNING,
    ),
    "geometry-left-out": Message(
        Text(
            "座標系「{value}」は緯度経度ではないため、図形を表に入れていません。元のファイルには残ります。",
            "The coordinate system “{value}” is not in degrees, so geometries are left out of the table. "
            "The original file keeps them.",
        ),
        Text(
            "JGD2011 の緯度経度で書き出すと、地図でも使えます。",
            "Exported in degrees (JGD2011), they can be used on maps too.",
        ),
        Severity.WARNING,
    ),
    "shapefile-incomplete": Message(
        Text("シェープファイルに {part} がありません。", "The shapefile lacks its {part} file."),
        Text(
            "同じ名前の .shp、.shx、.dbf、.prj(あれば .cpg)を一つの zip にまとめてください。",
            "Put .shp, .shx, .dbf and .prj (and .cpg, if there is one) of the same name into one zip.",
        ),
    ),
    "shapefile-broken": Message(
        Text("シェープファイルが壊れています({part})。", "The shapefile is damaged ({part})."),
        Text("GIS ソフトで開き、書き出し直してください。", "Open it in a GIS and export it again."),
    ),
    "shapefile-too-large": Message(
        Text("シェープファイルが大きすぎます(上限 {limit})。", "The shapefile is too large (at most {limit})."),
        Text(
            "区域や年ごとに分けるか、図形を簡略化してください。", "Divide it by area or year, or simplify its shapes."
        ),
    ),
    "shapefile-no-projection": Message(
        Text(
            ".prj がないため座標系が分かりません。緯度経度として読みました。",
            "There is no .prj, so the coordinate system is unknown. It was read as degrees.",
        ),
        Text("座標系を書いた .prj を付けてください。", "Add the .prj that names the coordinate system."),
        Severity.WARNING,
    ),
    "dbf-encoding": Message(
        Text(
            "属性表(.dbf)の文字を {encoding} で読めません({row} 件目)。",
            "The attributes (.dbf) cannot be read as {encoding} (record {row}).",
        ),
        Text(
            "文字コードを書いた .cpg を付けるか、UTF-8 で書き出し直してください。途中で切れた値がないかも確かめます。",
            "Add a .cpg that names the encoding, or export it as UTF-8. See also whether long values were cut off.",
        ),
    ),
    "dbf-deleted-records": Message(
        Text(
            "削除の印が付いた {count} 件を除きました(最初は {row} 件目)。",
            "{count} records marked as deleted were left out (the first is record {row}).",
        ),
        Text(
            "必要な行なら印を外して書き出し直してください。",
            "If they are needed, take the mark off and export the file again.",
        ),
        Severity.WARNING,
    ),
    "dbf-field-left-out": Message(
        Text(
            "列「{column}」は表にできない種類({type})のため除きました。",
            "The column “{column}” is of a kind ({type}) that a table cannot hold; it was left out.",
        ),
        Text("文字列か数値の列にして書き出してください。", "Export it as text or as a number."),
        Severity.WARNING,
    ),
    "parquet-broken": Message(
        Text("Parquet として読めません({detail})。", "The file cannot be read as Parquet ({detail})."),
        Text("書き出し直すか、CSV(UTF-8)で送ってください。", "Write it anew, or send it as CSV (UTF-8)."),
    ),
    "parquet-too-large": Message(
        Text("Parquet が大きすぎます(上限 {limit})。", "The Parquet file is too large (at most {limit})."),
        Text(
            "row group を小さくするか、年や地域ごとのファイルに分けてください。",
            "Use smaller row groups, or divide it by year or place.",
        ),
    ),
    "parquet-column-left-out": Message(
        Text(
            "列「{column}」は文字にできない種類({type})のため表に入れていません。元のファイルには残ります。",
            "The column “{column}” ({type}) has no form as text and is left out of the table. The original keeps it.",
        ),
        Text(
            "図形なら経度と緯度の列か GeoJSON、それ以外は文字列で送ってください。",
            "Send geometry as longitude and latitude or as GeoJSON, anything else as text.",
        ),
        Severity.WARNING,
    ),
}
