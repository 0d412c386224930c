"""Why a question in SQL is not answered."""

from __future__ import annotations

from app.kernel.errors import BadRequest, Busy, NotFound, OverLimit, TimedOut, TooLarge, Unavailable
from app.kernel.report import Problem, Report, refusal
from app.kernel.text import Text

SHOWN = 200


def bad_sql(code: str, message: Text, advice: Text, place: tuple[int, int] | None = None) -> BadRequest:
    """Refuse a question, naming the line and the column (both from 1, columns in characters) where they are known."""
    return BadRequest(_spoken(message, place), report=_report(code, message, advice, place))


def unknown_table(name: str, message: Text, advice: Text, place: tuple[int, int] | None = None) -> NotFound:
    """Say the same of a table that is not there and of one that the asker may not know of."""
    return NotFound(_spoken(message, place), report=_report("sql-unknown-table", message, advice, place, name))


def one_name(resource_id: str, other_id: str, name: str) -> BadRequest:
    """Refuse two tables whose names are one to the engine, and say which names they have besides."""
    shown = name[:SHOWN]
    return bad_sql(
        "sql-one-name",
        Text(
            f'"{shown}" と、大文字小文字だけが違う名前の表を、一つの SQL で一緒には使えません。',
            f'"{shown}" and a table whose name differs in capitals only cannot stand in one question.',
        ),
        Text(
            f'リソースの ID で書いてください："{resource_id}"、"{other_id}"',
            f'Write the ids of the resources: "{resource_id}", "{other_id}"',
        ),
    )


def asks_time() -> BadRequest:
    """Refuse what would be answered otherwise each day, where the answer must stay."""
    return bad_sql(
        "sql-clock",
        Text(
            "at を付けた SQL では、現在の日時（current_date、current_timestamp、引数が一つの age など）は使えません。",
            "With `at`, a question cannot ask what time it is (current_date, current_timestamp, age of one thing, …).",
        ),
        Text(
            "DATE '2026-04-01' のように日時を直接書いてください。その名前の列は、表の名前を付けて t.current_date の"
            "ように書きます。",
            "Write the day or time, such as DATE '2026-04-01'. A column of that name is written t.current_date.",
        ),
    )


def _report(code: str, message: Text, advice: Text, place: tuple[int, int] | None, value: str | None = None) -> Report:
    row, column = place or (None, None)
    shown = None if value is None else value[:SHOWN]
    return refusal(Problem(code, message, advice, row=row, column=None if column is None else str(column), value=shown))


def _spoken(message: Text, place: tuple[int, int] | None) -> Text:
    if place is None:
        return message
    row, column = place
    return Text(f"{row} 行 {column} 文字目：{message.ja}", f"Line {row}, column {column}: {message.en}")


def too_long(size: int) -> TooLarge:
    """Say that the question itself is too long."""
    return TooLarge(Text(f"SQL は {size:,} バイトまでです。", f"A question in SQL has at most {size:,} bytes."))


def timed_out(seconds: float) -> TimedOut:
    """Say that the deadline has passed."""
    return TimedOut(
        Text(
            f"{seconds:g} 秒以内に終わらなかったため、中止しました。WHERE で絞るか、結合の条件を確かめてください。",
            f"It was stopped after {seconds:g} seconds. Narrow it with WHERE, or look at the conditions of the joins.",
        )
    )


def too_hungry() -> OverLimit:
    """Say that the memory given was not enough."""
    return OverLimit(
        Text(
            "必要なメモリが上限を超えたため、中止しました。列や行を絞るか、集計してください。",
            "It was stopped because it needed more memory than it may use. Ask for fewer columns or rows, or group.",
        )
    )


def over_budget(message: Text) -> OverLimit:
    """Refuse before running what would read too much."""
    return OverLimit(message)


def busy() -> Busy:
    """Say that others are being answered."""
    return Busy(
        Text(
            "ほかの SQL で混み合っています。少し待ってからもう一度お試しください。",
            "Other questions in SQL are running. Try again in a moment.",
        )
    )


def broken() -> Unavailable:
    """Say that it is the portal's fault."""
    return Unavailable(
        Text(
            "SQL に今は答えられません。詳しくは運用者の記録に残しています。",
            "SQL cannot be answered now. The details are in the operator's log.",
        )
    )
