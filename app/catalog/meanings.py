"""What the values of a column can be about: the codes of `Column.meaning`, each with its name and its usual type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.kernel.text import Text

_SCHEMA = "https://schema.org/"
_W3C = "http://www.w3.org/2003/01/geo/wgs84_pos#"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One kind of value.

    `type` is the Table Schema type it usually has, `pattern` a regular expression of its words where there is one
    form, `source` the standard that sets the form, `uri` a term of a public vocabulary with this meaning.
    """

    title: Text
    description: Text
    type: str = "string"
    unit: str = ""
    pattern: str = ""
    source: str = ""
    uri: str = ""


def _text(
    ja: str, en: str, about_ja: str, about_en: str, *, pattern: str = "", source: str = "", uri: str = ""
) -> Meaning:
    return Meaning(Text(ja, en), Text(about_ja, about_en), pattern=pattern, source=source, uri=uri)


def _typed(
    kind: str, ja: str, en: str, about_ja: str, about_en: str, *, unit: str = "", source: str = "", uri: str = ""
) -> Meaning:
    return Meaning(Text(ja, en), Text(about_ja, about_en), kind, unit, source=source, uri=uri)


MEANINGS: Mapping[str, Meaning] = {
    "date": _typed("date", "日付", "Date", "ある一日です。", "A day.", source="DS-441", uri=_SCHEMA + "Date"),
    "datetime": _typed(
        "datetime",
        "日時",
        "Date and time",
        "日付と時刻です。",
        "A day and a time.",
        source="DS-441",
        uri=_SCHEMA + "DateTime",
    ),
    "time": _typed(
        "time", "時刻", "Time", "一日の中の時刻です。", "A time of day.", source="DS-441", uri=_SCHEMA + "Time"
    ),
    "fiscal-year": _typed(
        "year",
        "年度",
        "Fiscal year",
        "その年の4月から翌年の3月までです。2025 は令和7年度を指します。",
        "From April of that year to March of the next: 2025 is Reiwa 7.",
    ),
    "year": _typed("year", "年", "Year", "西暦の年です。", "A year of the common era.", source="DS-441"),
    "period": _text(
        "期間", "Period", "始まりと終わりのある期間です。", "A span of time with a start and an end.", source="DS-441"
    ),
    "money": _typed(
        "number",
        "金額",
        "Money",
        "金額です。単位は列に書かれています。",
        "An amount of money, in the unit of the column.",
    ),
    "count": _typed("integer", "数", "Count", "数えた結果です。", "How many there are of something."),
    "share": _typed("number", "割合", "Share", "全体に対する割合です。", "A part of a whole.", unit="%"),
    "measure": _typed(
        "number", "量", "Measure", "単位のある測定値です。", "Something measured, in the unit of the column."
    ),
    "number": _typed("number", "数値", "Number", "数値です。", "A number.", uri=_SCHEMA + "Number"),
    "id": _text(
        "識別子",
        "Identifier",
        "行や物を一つに決める番号や記号です。",
        "A number or sign that stands for one thing.",
        uri=_SCHEMA + "identifier",
    ),
    "code": _text(
        "コード", "Code", "コード表にある値です。数値ではありません。", "A value from a list of codes; it is no number."
    ),
    "municipality-code": _text(
        "全国地方公共団体コード",
        "Municipal code",
        "都道府県と市区町村を表す、検査数字を含む6桁のコードです。",
        "Six digits, the last a check digit, that stand for a prefecture or municipality of Japan.",
        pattern="[0-9]{6}",
        source="全国地方公共団体コード (JIS X 0401, JIS X 0402)",
    ),
    "corporate-number": _text(
        "法人番号",
        "Corporate number",
        "国税庁が法人に付ける13桁の番号です。",
        "Thirteen digits that the National Tax Agency gives to a corporation.",
        pattern="[1-9][0-9]{12}",
        source="法人番号の指定等に関する省令",
    ),
    "town-id": _text(
        "町字ID",
        "Town id",
        "市区町村の中で町や字を表す7桁の番号です。",
        "Seven digits that stand for a town within a municipality.",
        pattern="[0-9]{7}",
        source="アドレス・ベース・レジストリ",
    ),
    "postal-code": _text(
        "郵便番号",
        "Postal code",
        "ハイフンのない7桁の郵便番号です。",
        "Seven digits without a hyphen.",
        pattern="[0-9]{7}",
        source="DS-443",
        uri=_SCHEMA + "postalCode",
    ),
    "phone": _text(
        "電話番号",
        "Phone number",
        "電話番号又はファクシミリの番号です。",
        "The number of a telephone or fax.",
        source="DS-445",
        uri=_SCHEMA + "telephone",
    ),
    "email": _text(
        "メールアドレス", "E-mail address", "メールの宛先です。", "Where mail is sent.", uri=_SCHEMA + "email"
    ),
    "url": _text("URL", "URL", "ウェブのアドレスです。", "An address on the web.", uri=_SCHEMA + "url"),
    "latitude": _typed(
        "number",
        "緯度",
        "Latitude",
        "十進の度で表した緯度です。",
        "Decimal degrees north of the equator.",
        unit="°",
        source="DS-444",
        uri=_W3C + "lat",
    ),
    "longitude": _typed(
        "number",
        "経度",
        "Longitude",
        "十進の度で表した経度です。",
        "Decimal degrees east of Greenwich.",
        unit="°",
        source="DS-444",
        uri=_W3C + "long",
    ),
    "altitude": _typed(
        "number",
        "標高",
        "Altitude",
        "海面からの高さです。",
        "Height above the sea.",
        unit="m",
        source="DS-444",
        uri=_W3C + "alt",
    ),
    "prefecture": _text(
        "都道府県", "Prefecture", "都道府県の名前です。", "The name of a prefecture of Japan.", source="DS-442"
    ),
    "municipality": _text(
        "市区町村",
        "Municipality",
        "市、区、町又は村の名前です。",
        "The name of a city, ward, town or village of Japan.",
        source="DS-442",
    ),
    "address": _text(
        "住所", "Address", "場所の住所です。", "Where something is.", source="DS-442", uri=_SCHEMA + "address"
    ),
    "name": _text("名称", "Name", "物や組織の名前です。", "What something is called.", uri=_SCHEMA + "name"),
    "name-kana": _text("名称（カナ）", "Name in kana", "名前の読みです。", "How a name is read, in kana."),
    "name-english": _text("名称（英字）", "Name in English", "英字で書いた名前です。", "A name in Latin letters."),
    "person-name": _text("人の名前", "Name of a person", "個人の名前です。", "What a person is called."),
    "birth-date": _typed(
        "date",
        "生年月日",
        "Date of birth",
        "人が生まれた日です。",
        "The day a person was born.",
        uri=_SCHEMA + "birthDate",
    ),
    "age": _typed("integer", "年齢", "Age", "人の年齢です。", "How old a person is."),
    "sex": _text("性別", "Sex", "人の性別です。", "The sex of a person.", uri=_SCHEMA + "gender"),
    "individual-number": _text(
        "個人番号",
        "Individual number",
        "マイナンバーです。公開してはいけません。",
        "The number of one person (“My Number”); it must not be published.",
        pattern="[0-9]{12}",
    ),
    "weekday": _text("曜日", "Day of the week", "曜日です。", "One or more days of the week.", source="DS-441"),
    "yes-no": _text("有無", "Yes or no", "有るか無いか、該当するかどうかです。", "Whether something is so."),
    "category": _text("区分", "Category", "限られた選択肢の一つです。", "One of a few choices."),
    "text": _text("文字列", "Text", "自由に書かれた文字です。", "Anything written freely.", uri=_SCHEMA + "Text"),
    "note": _text("備考", "Note", "補足の説明です。", "An explanation beside the rest."),
}
