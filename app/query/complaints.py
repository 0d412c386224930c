"""What is wrong with a question, in words: problems that name a place in it and what could stand there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.text import Text
from app.query.outputs import functions_of, parts_of
from app.query.question import MAX_CONDITIONS, MAX_DEPTH, Function, Op, Part
from app.query.refusals import offered, problem, shown
from app.query.storage import Kind
from app.query.values import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.kernel.report import Problem
    from app.query.storage import Stored

_KINDS = {
    Kind.INTEGER: Text("整数", "whole numbers"),
    Kind.DOUBLE: Text("数値", "numbers"),
    Kind.BOOLEAN: Text("真偽値", "true or false"),
    Kind.DATE: Text("日付", "dates"),
    Kind.TIME: Text("時刻", "times"),
    Kind.LOCAL: Text("日時", "dates with times"),
    Kind.INSTANT: Text("日時", "dates with times"),
    Kind.TEXT: Text("文字", "text"),
}


def unknown_column(name: str, known: Sequence[str]) -> Problem:
    """Say that the table has no such column."""
    said = shown(name)
    return problem(
        "unknown-column",
        Text(f"「{said}」という列はありません。", f"There is no column “{said}”."),
        offered(name, known),
        place=name,
    )


def unknown_output(name: str, known: Sequence[str], *, where: Text) -> Problem:
    """Say that the answer has no such column, and what asked for it."""
    said = shown(name)
    return problem(
        "unknown-column",
        Text(f"{where.ja}の「{said}」は答えの列にありません。", f"{where.en}: the answer has no column “{said}”."),
        offered(name, known),
        place=name,
    )


def unfit_op(name: str, op: Op, kind: Kind, allowed: Iterable[Op]) -> Problem:
    """Say that a comparison makes no sense of a column, and which do."""
    listed = ", ".join(allowed)
    return problem(
        "operator-unfit",
        Text(
            f"「{shown(name)}」は{_KINDS[kind].ja}の列なので、{op} では比べられません。",
            f"“{shown(name)}” holds {_KINDS[kind].en}, so `{op}` cannot be asked of it.",
        ),
        Text(f"使えるのは: {listed}", f"There are: {listed}."),
        place=name,
        value=op,
    )


def unfit_sort(name: str, type_: str) -> Problem:
    """Say that the cells of a column have no order."""
    return problem(
        "sort-unfit",
        Text(
            f"「{shown(name)}」({type_})の値は、文字のまま保存されていて大小がないため、並べ替えられません。",
            f"The values of “{shown(name)}” ({type_}) are kept as text, which is not in their order.",
        ),
        Text("ほかの列で並べ替えてください。", "Sort by another column."),
        place=name,
    )


def unreadable(name: str, kind: Kind, value: str, *, years: bool = False) -> Problem:
    """Say that a value is none of a column's, and how one is written."""
    wanted = Text("西暦の年(2024)または令和6年", "a year such as 2024 or 令和6年") if years else EXAMPLES[kind]
    return problem(
        "value-unreadable",
        Text(
            f"「{shown(name)}」の値「{shown(value)}」を読めません。",
            f"The value “{shown(value)}” cannot be read for “{shown(name)}”.",
        ),
        Text(f"{wanted.ja}で指定してください。", f"Give {wanted.en}."),
        place=name,
        value=value,
    )


def wrong_count(name: str, op: Op, count: int) -> Problem:
    """Say how many values a comparison takes."""
    wanted = {
        Op.BETWEEN: Text("値を2つ(例: 10,20)", "two values (such as 10,20)"),
        Op.IN: Text("値を1つ以上", "one value or more"),
        Op.WITHIN: Text("場所を1つ以上", "one place or more"),
    }.get(op, Text("値を1つだけ(いくつかのどれかなら in)", "one value only (`in` for one of several)"))
    return problem(
        "value-count",
        Text(f"「{shown(name)}」の {op} の値が {count} 個あります。", f"`{op}` of “{shown(name)}” has {count} values."),
        Text(f"{wanted.ja}にしてください。", f"It takes {wanted.en}."),
        place=name,
    )


def without_order(name: str, value: str) -> Problem:
    """Say that nothing is greater or less than NaN."""
    return problem(
        "value-unordered",
        Text(f"「{shown(name)}」: NaN より大きい値も小さい値もありません。", f"“{shown(name)}”: NaN has no order."),
        Text("NaN は exact か not で指定してください。", "Ask for NaN with `exact` or `not`."),
        place=name,
        value=value,
    )


def upside_down(name: str, values: Sequence[str]) -> Problem:
    """Say that a range ends before it begins."""
    said = ",".join(values)
    return problem(
        "range-upside-down",
        Text(f"「{shown(name)}」の範囲が逆です。", f"The range of “{shown(name)}” ends before it begins."),
        Text("小さい値を先に書いてください。", "Write the lesser value first."),
        place=name,
        value=said,
    )


def unknown_place(name: str, value: str, near: Sequence[str]) -> Problem:
    """Say that words name no place for certain."""
    return problem(
        "unknown-place",
        Text(f"「{shown(value)}」がどこかわかりません。", f"“{shown(value)}” names no place for certain."),
        Text(
            "団体コード(5桁か6桁)、都道府県コード(2桁)、または都道府県からの名前で指定してください。"
            + offered(value, near).ja,
            "Give a municipality's code (5 or 6 digits), a prefecture's (2), or a name with its prefecture. "
            + offered(value, near).en,
        ),
        place=name,
        value=value,
    )


def place_too_small(name: str, value: str) -> Problem:
    """Say that a column of prefectures knows no municipalities."""
    return problem(
        "place-unfit",
        Text(
            f"「{shown(name)}」は都道府県の列なので、「{shown(value)}」の中かどうかはわかりません。",
            f"“{shown(name)}” names prefectures, which do not tell what lies in “{shown(value)}”.",
        ),
        Text("都道府県で指定してください。", "Give a prefecture."),
        place=name,
        value=value,
    )


def no_places(name: str, known: Sequence[str]) -> Problem:
    """Say that a column names no places, and which do."""
    listed = ", ".join(map(shown, known))
    advice = (
        Text(f"within が使えるのは: {listed}", f"`within` can be asked of: {listed}.")
        if known
        else Text(
            "この表には、団体コードや市区町村名、都道府県名とわかる列がありません。",
            "No column of this table is known to hold codes or names of municipalities or prefectures.",
        )
    )
    return problem(
        "operator-unfit",
        Text(f"「{shown(name)}」は場所の列ではありません。", f"“{shown(name)}” does not name places."),
        advice,
        place=name,
        value=Op.WITHIN,
    )


def no_coordinates(place: str) -> Problem:
    """Say that the table has no coordinates."""
    return problem(
        "no-coordinates",
        Text("この表には緯度・経度の列がありません。", "This table has no columns of latitudes and longitudes."),
        Text(f"{place} を外してください。", f"Leave `{place}` out."),
        place=place,
    )


def bad_box(value: object) -> Problem:
    """Say what a box is."""
    return problem(
        "box-impossible",
        Text("box の範囲が正しくありません。", "`box` is no box of degrees."),
        Text(
            "西,南,東,北の順に、緯度は -90〜90、経度は -180〜180 で、南を北以下にしてください。",
            "Give west,south,east,north: latitudes from -90 to 90, longitudes from -180 to 180, south not above north.",
        ),
        place="box",
        value=value,
    )


def unfit_part(name: str, part: Part, kind: Kind) -> Problem:
    """Say that cells of a column have no such part."""
    parts = ", ".join(parts_of(kind))
    advice = (
        Text(f"使えるのは: {parts}", f"There are: {parts}.")
        if parts
        else Text("日付や時刻の列で使ってください。", "Ask it of a column of dates or times.")
    )
    return problem(
        "part-unfit",
        Text(
            f"「{shown(name)}」は{_KINDS[kind].ja}の列なので、{part} に分けられません。",
            f"“{shown(name)}” holds {_KINDS[kind].en}, which have no `{part}`.",
        ),
        advice,
        place=name,
        value=part,
    )


def unfit_function(column: Stored, function: Function) -> Problem:
    """Say that a function makes no sense of a column, and which do."""
    name = column.column.name
    listed = ", ".join(each for each in functions_of(column))
    return problem(
        "function-unfit",
        Text(
            f"「{shown(name)}」({column.column.type})の {function} は計算できません。",
            f"`{function}` cannot be made of “{shown(name)}” ({column.column.type}).",
        ),
        Text(f"使えるのは: {listed}", f"There are: {listed}."),
        place=name,
        value=function,
    )


def name_taken(name: str) -> Problem:
    """Say that two columns of the answer would have one name."""
    return problem(
        "name-taken",
        Text(
            f"答えに「{shown(name)}」という列が二つできます。",
            f"Two columns of the answer would be called “{shown(name)}”.",
        ),
        Text("一つにするか、as で別の名前を付けてください。", "Leave one out, or name it otherwise with `as`."),
        place=name,
    )


def misplaced(place: str, message: Text, advice: Text) -> Problem:
    """Say that a part of the question does not go with the rest."""
    return problem("question-contradicts", message, advice, place=place)


def too_many() -> Problem:
    """Say that there are too many conditions."""
    return problem(
        "too-many-conditions",
        Text(f"条件が多すぎます({MAX_CONDITIONS} 個まで)。", f"There are more than {MAX_CONDITIONS} conditions."),
        Text("同じ列の値をいくつも指定するときは in を使ってください。", "Use `in` for several values of one column."),
        place="where",
    )


def too_deep() -> Problem:
    """Say that the tree of conditions is too deep."""
    return problem(
        "too-deep",
        Text(f"条件の入れ子が深すぎます({MAX_DEPTH} 段まで)。", f"The conditions are more than {MAX_DEPTH} deep."),
        Text("and・or・not の入れ子を減らしてください。", "Nest `and`, `or` and `not` less."),
        place="where",
    )
