"""Why a query is not answered."""

from __future__ import annotations

from app.kernel.errors import BadRequest, OverLimit, TooLarge, Unavailable
from app.kernel.report import Problem, refusal
from app.kernel.text import Text

ONE_OF = "expected one of "


class TimedOut(OverLimit):
    """The query was stopped at its deadline."""

    code = "timed-out"


class Busy(Unavailable):
    """All places for queries are taken; the same query may go well a moment later."""

    code = "busy"


def bad_query(code: str, message: Text, advice: Text, place: tuple[int, int] | None = None) -> BadRequest:
    """Refuse a query, naming the line and the column (both from 1, columns in characters) where they are known."""
    row, column = place or (None, None)
    report = refusal(Problem(code, message, advice, row=row, column=None if column is None else str(column)))
    if place is None:
        return BadRequest(message, report=report)
    spoken = Text(f"{row} 行 {column} 文字目：{message.ja}", f"Line {row}, column {column}: {message.en}")
    return BadRequest(spoken, report=report)


def place_of(query: str, offset: int) -> tuple[int, int]:
    """Turn an offset into a line and a column."""
    before = query[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


def syntax_error(place: tuple[int, int] | None, expected: str) -> BadRequest:
    """Refuse what is no SPARQL; `expected` are an engine's words, such as `expected one of A, B`."""
    hint = Text(expected, expected)
    if expected.startswith(ONE_OF):
        choices = expected.removeprefix(ONE_OF)
        hint = Text(f"ここに書けるのは次のいずれかです：{choices}", f"Here could stand one of: {choices}")
    return bad_query(
        "sparql-syntax",
        Text(f"SPARQL の構文として読めません。{hint.ja}", f"This is not SPARQL. {hint.en}".rstrip()),
        Text(
            "この位置の手前にある記号や綴り、PREFIX の宣言を確認してください。",
            "Look at the signs and the spelling just before this place, and at the PREFIX lines.",
        ),
        place,
    )


def unknown_graph(name: str) -> BadRequest:
    """Refuse to query a graph that is not here: it would have to be fetched, or the answer would be empty."""
    shown = name[:200]
    return bad_query(
        "sparql-unknown-graph",
        Text(f"グラフ <{shown}> はありません。", f"There is no graph <{shown}>."),
        Text(
            "グラフの名前はデータセットのページの URL です。SELECT DISTINCT ?g { GRAPH ?g {} } で一覧できます。",
            "A graph is named by its dataset's page. SELECT DISTINCT ?g { GRAPH ?g {} } lists them.",
        ),
    )


def timed_out(seconds: float) -> TimedOut:
    """Say that the deadline has passed."""
    return TimedOut(
        Text(
            f"検索が {seconds:g} 秒以内に終わらなかったため、中止しました。条件を絞るか、LIMIT を付けてください。",
            f"The query was stopped after {seconds:g} seconds. Narrow it, or add a LIMIT.",
        )
    )


def too_hungry() -> OverLimit:
    """Say that the memory given was not enough."""
    return OverLimit(
        Text(
            "検索に必要なメモリが上限を超えたため、中止しました。条件を絞ってください。",
            "The query was stopped because it needed more memory than it may use. Narrow it.",
        )
    )


def too_many_rows(rows: int) -> TooLarge:
    """Say that there is more than is given out at once. Nothing is cut off in silence."""
    return TooLarge(
        Text(
            f"結果が {rows:,} 件を超えました。LIMIT と OFFSET で分けて取得してください。",
            f"There are more than {rows:,} results. Fetch them in parts, with LIMIT and OFFSET.",
        )
    )


def too_many_bytes(size: int) -> TooLarge:
    """Say that the answer is too long."""
    return TooLarge(
        Text(
            f"結果が {size:,} バイトを超えました。LIMIT と OFFSET で分けて取得してください。",
            f"The answer is longer than {size:,} bytes. Fetch it in parts, with LIMIT and OFFSET.",
        )
    )


def too_long(size: int) -> TooLarge:
    """Say that the query itself is too long."""
    return TooLarge(
        Text(f"クエリは {size:,} バイトまでです。", f"A query may be at most {size:,} bytes long."),
    )


def busy() -> Busy:
    """Say that others are being answered."""
    return Busy(
        Text(
            "ほかの検索で混み合っています。少し待ってからもう一度お試しください。",
            "Other queries are running. Try again in a moment.",
        )
    )


def broken() -> Unavailable:
    """Say that it is the portal's fault."""
    return Unavailable(
        Text(
            "SPARQL の検索を今は利用できません。詳しくは運用者の記録に残しています。",
            "SPARQL cannot be answered now. The details are in the operator's log.",
        )
    )
