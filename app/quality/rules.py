"""The 30 rules of 行政データにおける機械可読性に関するルール (2026-03-31): ids, names, and what breaking one costs.

Names, severities and deductions are facts of the Digital Agency's publication (`machine_readability_rule`, its
scoring table); the sentences are ours. `docs/quality.md` says how each rule is judged here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.text import Text

LEVELS = (1, 2, 3)

LEVEL_TITLES: Mapping[int, Text] = {
    1: Text("機械が読み取れる", "Machines can read it"),
    2: Text("機械が集計できる", "Machines can count with it"),
    3: Text("機械が意味を理解し、つなげられる", "Machines can understand and join it"),
}


class Severity(StrEnum):
    """How grave it is to break a rule. A fatal one leaves nothing of its level's score."""

    FATAL = "fatal"
    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class Applies(StrEnum):
    """Which files a rule is about."""

    ALL = "all"
    SPREADSHEET = "spreadsheet"
    DELIMITED = "delimited"


# severity -> what is taken off the 100 of level 1, 2, 3.
DEDUCTIONS: Mapping[Severity, Mapping[int, int]] = {
    Severity.CRITICAL: {1: 10, 2: 40, 3: 15},
    Severity.MAJOR: {1: 5, 2: 30, 3: 10},
    Severity.MINOR: {1: 2, 2: 10, 3: 5},
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `title` is its official name and our English for it; `why` and `advice` are one sentence each."""

    id: str
    severity: Severity
    title: Text
    why: Text
    advice: Text
    applies: Applies = Applies.ALL

    @property
    def level(self) -> int:
        """The level that the rule belongs to, 1 to 3."""
        return int(self.id[1])


_RULES = (
    Rule(
        "L1-01",
        Severity.FATAL,
        Text(
            "ファイル形式は機械が直接読み取れるExcelやCSV等となっているか",
            "The file format is one that machines read directly, such as Excel or CSV",
        ),
        Text(
            "PDF や画像の表は、値を取り出すだけで手作業が要ります。",
            "From a table in a PDF or a picture, values have to be copied by hand.",
        ),
        Text(
            "元の表を CSV、XLSX、ODS などで公開してください。",
            "Publish the table behind it as CSV, XLSX, ODS or the like.",
        ),
    ),
    Rule(
        "L1-02",
        Severity.FATAL,
        Text("１シート（ファイル）に複数の表が掲載されていないか", "A sheet (or file) holds one table only"),
        Text(
            "表が二つあると、どの行がどの表のものか、プログラムには分かりません。",
            "With two tables, programs cannot tell which row belongs to which.",
        ),
        Text("表ごとにシートかファイルを分けてください。", "Give each table a sheet or a file of its own."),
    ),
    Rule(
        "L1-03",
        Severity.CRITICAL,
        Text("データが分断されていないか", "The data is not broken into pieces"),
        Text(
            "空の行や列があると、そこで表が終わったと判断されます。",
            "A blank row or column is taken for the end of the table.",
        ),
        Text("見た目のための空の行と列を削除してください。", "Delete blank rows and columns that only make space."),
    ),
    Rule(
        "L1-04",
        Severity.MAJOR,
        Text("データ本体と無関係な情報がないか", "Nothing stands beside the data that is no data"),
        Text(
            "表題や注記の行は、データの一行として数えられてしまいます。",
            "Titles and notes are counted as if they were rows of data.",
        ),
        Text(
            "表題や注記は、データセットの説明に移してください。", "Move titles and notes to the dataset's description."
        ),
    ),
    Rule(
        "L1-05",
        Severity.CRITICAL,
        Text(
            "すべての列に意味が推測できる項目名が存在するか",
            "Every column has a name from which its meaning can be told",
        ),
        Text(
            "名前のない列は、何の値なのか分からず使えません。",
            "Without a name, nobody knows what a column's values are.",
        ),
        Text("すべての列に、内容を表す名前を付けてください。", "Name every column after what it holds."),
    ),
    Rule(
        "L1-06",
        Severity.CRITICAL,
        Text("スペースや改行等で体裁を整えていないか", "Blanks and line breaks are not used for looks"),
        Text(
            "「氏　名」と「氏名」は、プログラムには別の言葉です。",
            "To programs, a word with a blank inside is another word.",
        ),
        Text(
            "列名や値から、字間をそろえる空白や改行を除いてください。",
            "Take blanks and line breaks that only align text out of names and values.",
        ),
    ),
    Rule(
        "L1-07",
        Severity.CRITICAL,
        Text("１セル１データとなっているか", "A cell holds one value"),
        Text(
            "一つのセルに複数の値があると、数えることも探すこともできません。",
            "Several values in one cell can be neither counted nor found.",
        ),
        Text("値ごとに列か行を分けてください。", "Give each value a column or a row of its own."),
    ),
    Rule(
        "L1-08",
        Severity.CRITICAL,
        Text("機種依存文字を使用していないか", "No platform-dependent characters are used"),
        Text(
            "①、㈱、半角カナなどは、環境によって化けたり、検索から漏れたりします。",
            "Characters such as ①, ㈱ and half-width kana get garbled or missed by searches.",
        ),
        Text(
            "（1）、（株）、全角カナのような、どこでも読める文字に置き換えてください。",
            "Write them with characters that are read everywhere, such as (1) and full-width kana.",
        ),
    ),
    Rule(
        "L1-09",
        Severity.MINOR,
        Text("空白とゼロが明確に区別されているか", "Blank and zero are clearly told apart"),
        Text(
            "空欄が 0 なのか不明なのか分からないと、合計も平均も変わります。",
            "Where a blank may be zero or unknown, sums and means change with the guess.",
        ),
        Text(
            "ゼロは 0 と書き、値がないときだけ空欄にしてください。",
            "Write zero as 0, and leave blank only what is unknown.",
        ),
    ),
    Rule(
        "L1-10",
        Severity.CRITICAL,
        Text("【Excel】オブジェクトを使用していないか", "[Excel] No objects are used"),
        Text(
            "図形やテキストボックスの中身は、表を読むプログラムには見えません。",
            "What is written in shapes and text boxes is unseen by programs that read the table.",
        ),
        Text("必要な情報はセルに書き、図形は外してください。", "Write what matters into cells and remove the shapes."),
        Applies.SPREADSHEET,
    ),
    Rule(
        "L1-11",
        Severity.CRITICAL,
        Text("【Excel】書式でデータの違いを表現していないか", "[Excel] Formatting does not carry meaning"),
        Text(
            "色や取り消し線の意味は、CSV にした時点で失われます。",
            "What a colour or a strike-through means is lost as soon as the table becomes CSV.",
        ),
        Text(
            "色や太字で示していた違いを、列の値として書いてください。",
            "Write as a column what colours or bold type say.",
        ),
        Applies.SPREADSHEET,
    ),
    Rule(
        "L1-12",
        Severity.CRITICAL,
        Text("【Excel】セルの結合をしていないか", "[Excel] No cells are merged"),
        Text(
            "結合されたセルは、左上のほかは空として読まれます。", "All but the first of merged cells are read as empty."
        ),
        Text("結合を解き、それぞれのセルに値を入れてください。", "Unmerge the cells and fill in each of them."),
        Applies.SPREADSHEET,
    ),
    Rule(
        "L1-13",
        Severity.CRITICAL,
        Text(
            "【Excel】不要な行や列が非表示のまま残されていないか", "[Excel] No hidden rows or columns are left behind"
        ),
        Text(
            "隠した行や列も読み取られ、公開するつもりのない値が外に出ます。",
            "Hidden rows and columns are read too, and publish what nobody meant to publish.",
        ),
        Text("不要な行と列は、隠さずに削除してください。", "Delete what is not wanted instead of hiding it."),
        Applies.SPREADSHEET,
    ),
    Rule(
        "L1-14",
        Severity.FATAL,
        Text("【CSV】１行１データで表現されているか", "[CSV] Each record is one line"),
        Text(
            "値の中の改行や列数の違いがあると、行ごとに読むプログラムは列を取り違えます。",
            "Where a value has line breaks or rows differ in length, programs that read by line mix up columns.",
        ),
        Text(
            "一件を一行に収め、列の数をそろえてください。",
            "Keep each record on one line with the same number of columns.",
        ),
        Applies.DELIMITED,
    ),
    Rule(
        "L1-15",
        Severity.FATAL,
        Text(
            "【CSV】文字列にカンマが含まれているフィールドの値はダブルコーテーション（“）で囲んでいるか",
            "[CSV] Values with a comma inside are in double quotes",
        ),
        Text(
            "囲まれていないカンマは列の区切りと読まれます。",
            "A comma outside of quotes is read as the end of a column.",
        ),
        Text(
            "CSV を書き出すソフトの引用符の設定を使ってください。",
            "Let the program that writes the CSV quote its values.",
        ),
        Applies.DELIMITED,
    ),
    Rule(
        "L2-01",
        Severity.FATAL,
        Text("数値データは数値属性とし、文字列を含まないこと", "Numbers are numbers, with no letters in them"),
        Text(
            "「120円」や「1,000」は文字として扱われ、計算できません。",
            "“120円” and “1,000” are text, and nothing can be computed with text.",
        ),
        Text(
            "セルには数字だけを書き、単位は列名か列の定義に書いてください。",
            "Write digits only, and the unit in the column's name or definition.",
        ),
    ),
    Rule(
        "L2-02",
        Severity.FATAL,
        Text("データ内での項目名等の省略をしていないか", "Values are not left out because they repeat"),
        Text(
            "「同上」は、並べ替えたり抜き出したりすると意味を失います。",
            "“Ditto” loses its meaning when rows are sorted or filtered.",
        ),
        Text("同じ値でも、すべての行に書いてください。", "Write the value in every row, also where it repeats."),
    ),
    Rule(
        "L2-03",
        Severity.FATAL,
        Text("各列が一意に識別可能な項目名を持っているか", "Every column can be told by a name of its own"),
        Text("同じ名前の列は、プログラムから区別できません。", "Programs cannot tell columns of the same name apart."),
        Text(
            "「男性_人口」「女性_人口」のように、列名だけで区別できるようにしてください。",
            "Make names unlike each other, such as male_population and female_population.",
        ),
    ),
    Rule(
        "L2-04",
        Severity.CRITICAL,
        Text("選択肢回答が標準化されているか", "Choices are always written the same way"),
        Text(
            "「有」「あり」「○」が混ざると、同じ答えが別々に数えられます。",
            "Where the same answer is written in several ways, it is counted as several answers.",
        ),
        Text("選択肢を決め、その書き方だけを使ってください。", "Settle on a list of choices and use those words only."),
    ),
    Rule(
        "L2-05",
        Severity.MAJOR,
        Text("選択肢列と「その他」の詳細記入が分離されているか", "What “other” means is in a column of its own"),
        Text(
            "「その他（要相談）」のような値は、選択肢として数えられません。",
            "“Other (ask us)” cannot be counted as one of the choices.",
        ),
        Text("「その他」の内容は別の列に書いてください。", "Write the details of “other” in a separate column."),
    ),
    Rule(
        "L2-06",
        Severity.MAJOR,
        Text(
            "【Excel】数式を使用している場合は、数値データに修正しているか",
            "[Excel] Formulas have been replaced by their values",
        ),
        Text(
            "数式は、参照先がないと値にならず、エラーが残ることもあります。",
            "A formula has no value without the cells it refers to, and may leave an error behind.",
        ),
        Text("値として貼り付けてから保存してください。", "Paste as values before saving."),
        Applies.SPREADSHEET,
    ),
    Rule(
        "L3-01",
        Severity.FATAL,
        Text(
            "項目名行から始まり、次行からデータ入力がされているか",
            "The first line is the header, the second the first record",
        ),
        Text(
            "一行目が列名でないと、自動で読み込んだときに列が決まりません。",
            "Unless the first line names the columns, automatic reading does not find them.",
        ),
        Text(
            "一行目を一行だけの列名にしてください。", "Put the names of the columns in the first line, and in one line."
        ),
    ),
    Rule(
        "L3-02",
        Severity.CRITICAL,
        Text("回答のコード表が別添されているか", "Code tables are provided"),
        Text(
            "1 や A が何を表すか、コード表なしには分かりません。",
            "Without its table, nobody knows what code 1 or A stands for.",
        ),
        Text(
            "列の定義に選択肢（categories か enum）を書くか、コード表を資源として加えてください。",
            "List the choices in the column's definition (categories or enum), or add the code table as a resource.",
        ),
    ),
    Rule(
        "L3-03",
        Severity.MAJOR,
        Text(
            "数値データの同一列内に特殊記号（秘匿等）を使用する場合は、その定義を明記しているか",
            "Symbols in columns of numbers, such as for suppressed values, are defined",
        ),
        Text(
            "「－」や「x」が、ゼロか、秘匿か、不明かで、使い方が変わります。",
            "Whether “-” or “x” is zero, suppressed or unknown decides how it is used.",
        ),
        Text(
            "列の定義の missingValues に、記号とその意味を書いてください。",
            "Give the symbols and their meaning in the definition's missingValues.",
        ),
    ),
    Rule(
        "L3-04",
        Severity.MAJOR,
        Text("データの単位を記載しているか", "Units are stated"),
        Text(
            "円か千円か分からない数は、比べられません。",
            "A number that may be yen or thousands of yen compares with nothing.",
        ),
        Text(
            "列の定義の unit か、列名に単位を書いてください。",
            "State the unit in the column's definition or in its name.",
        ),
    ),
    Rule(
        "L3-05",
        Severity.MAJOR,
        Text("時間軸の表記が標準化されているか", "Times are written in a standard way"),
        Text(
            "和暦や書き方の混ざった日付は、並べ替えも比較もできません。",
            "Dates in eras or in mixed forms can be neither sorted nor compared.",
        ),
        Text("日付は 2026-04-01 のように西暦で書いてください。", "Write dates of the common era, as 2026-04-01."),
    ),
    Rule(
        "L3-06",
        Severity.CRITICAL,
        Text("地域コード又は正式な地域名称が表記されているか", "Places have their codes or their official names"),
        Text(
            "略した地名や同じ名前の町は、ほかのデータと正しく結べません。",
            "Shortened names and towns of the same name do not join with other data.",
        ),
        Text(
            "全国地方公共団体コードの列を加えるか、都道府県からの正式な名称を書いてください。",
            "Add a column of municipal codes, or write official names from the prefecture on.",
        ),
    ),
    Rule(
        "L3-07",
        Severity.CRITICAL,
        Text("年によってフォーマットが著しく異なっていないか", "The layout does not change much from year to year"),
        Text(
            "列が毎年変わると、年をまたいだ比較のたびに作り直しになります。",
            "If columns change every year, each comparison over the years starts from nothing.",
        ),
        Text("列の名前と順を前の版とそろえてください。", "Keep names and order of columns as in the version before."),
    ),
    Rule(
        "L3-08",
        Severity.MAJOR,
        Text("データの定義や更新履歴が記載されているか", "Definitions and the history of changes are given"),
        Text(
            "列の定義や更新の記録がないと、値の意味を確かめられません。",
            "Without definitions and a history, what a value means cannot be verified.",
        ),
        Text(
            "列ごとの説明、更新頻度、版ごとの変更点を書いてください。",
            "Describe each column, how often the data is updated, and what changed in each version.",
        ),
    ),
    Rule(
        "L3-09",
        Severity.MAJOR,
        Text("データが縦持ち形式になっているか", "The table is long, not wide"),
        Text(
            "年や年齢が列名になっていると、値が増えるたびに列が変わります。",
            "Where years or ages are columns, the columns change with every new value.",
        ),
        Text(
            "年や年齢を一つの列にし、値ごとに一行にしてください。",
            "Make year or age a column, and write one row for each value.",
        ),
    ),
)

RULES: Mapping[str, Rule] = {rule.id: rule for rule in _RULES}
