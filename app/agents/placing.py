"""Puts a place to a table: which column tells where rows are, or what else says that they lie there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.agents import places
from app.agents.countries import countries_near, of_country
from app.agents.country_names import country_called
from app.agents.place_columns import address_of, by_column, in_text, is_wide, wide_columns
from app.catalog.places import containing, municipality, place_of, prefectures
from app.kernel.text import Text
from app.query.refusals import offered, problem, refused
from app.query.within import CODE, codes_of, speaks_of_places

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.catalog.record import DatasetRecord
    from app.kernel.errors import BadRequest
    from app.query.answer import Row
    from app.query.question import Question, Where
    from app.query.storage import Stored

_MOST_TOLD, _MOST_NAMED = 5, 3
_ONE_OF_SEVERAL = "Several places have this name: that of this table or this portal was taken."
# Most prefectures have fewer municipalities.
_MOST_IN_PREFECTURE = 80
_PART = "The dataset is about a part of this place only; other parts of it are not counted."
_ALL_OF_JAPAN = ("01", "47")
_JAPAN = frozenset({"日本", "日本国", "全国", "Japan", "japan", "JP", "JPN"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A place and how a table tells it. `where` is `None` where all rows lie in it, as far as anybody knows.

    `column` tells it; `wide` are columns that are each one place's. `asked` and `notes` say how it was understood.
    """

    asked: Mapping[str, Any]
    where: Where | None = None
    column: str = ""
    wide: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def placed(
    words: str,
    record: DatasetRecord,
    columns: Mapping[str, Stored],
    ask: Callable[[Question], tuple[Row, ...]],
    guess: Callable[[str], places.Found],
) -> Placed:
    """Find the rows of a place. Raises `BadRequest` where the place is not certain, or where nothing tells it.

    `guess` reads names in other letters, and knows which of several the portal is about.
    """
    found = places.find(words)
    # China is read as 知名町 too, and Togo as 東郷町.
    if not found.codes or country_called(words):
        if country := of_country(words, columns, ask):
            return Placed({"words": words}, country, country.column)
        if words.strip() in _JAPAN:
            return _by_coverage(
                words, tuple(each.code for each in prefectures().values()), {"words": words}, record, columns
            )
    is_shared = bool(found.shared)
    if not found.codes and not country_called(words):
        found = guess(words)
    codes = found.codes or _settled(found.shared, record, columns)
    if not codes:
        known = countries_near(words, columns, ask)
        is_abroad = known is not None or country_called(words)
        raise _no_country(words, known or []) if is_abroad else _uncertain(words, found)
    asked = _told(words, codes)
    if by := by_column(words, codes, columns):
        column, where = by
        notes = (_ONE_OF_SEVERAL,) if is_shared or not found.codes else (_PART,) if is_about_part(record, codes) else ()
        return Placed(asked, where, column, notes=notes)
    if wide := wide_columns(codes, columns):
        note = "The places are columns of this table, not rows: see data.by."
        return Placed(asked, wide=wide, notes=(note,))
    if column := address_of(columns):
        note = "No column names municipalities; rows whose address has the name were taken."
        return Placed(asked, in_text(column, codes), column, notes=(note,))
    return _by_coverage(words, codes, asked, record, columns)


def is_about_part(record: DatasetRecord, codes: tuple[str, ...]) -> bool:
    """Say whether a dataset is, by its own words, about a few places that lie within those that are asked for."""
    covered = {code for said in record.spatial for code in _codes_of_coverage(said)}
    is_inside = all(code in codes or set(containing(code)) & set(codes) for code in covered)
    # Municipalities that share a name are asked for together, but of prefectures all are meant.
    is_less = covered.isdisjoint(codes) or (not covered >= set(codes) and all(code[2:5] == "000" for code in codes))
    return 0 < len(covered) <= _MOST_TOLD and is_inside and is_less


def _settled(shared: tuple[str, ...], record: DatasetRecord, columns: Mapping[str, Stored]) -> tuple[str, ...]:
    """Of places with one name, take that in the one prefecture that the table or its dataset is about."""
    cells = [cell for each in columns.values() if (kind := speaks_of_places(each)) for cell in _ends(each, kind)]
    about = {code[:2] for said in (*record.spatial, *cells) for code in codes_of(said)}
    own = tuple(code for code in shared if code[:2] in about)
    return own if len(about) == len(own) == 1 else ()


def _ends(column: Stored, kind: str) -> tuple[str, ...]:
    """Answer cells that tell of which prefecture all are: the least and greatest code, or of few names some."""
    profile = column.column.profile
    if profile is None or (kind != CODE and profile.distinct > _MOST_IN_PREFECTURE):
        return _ALL_OF_JAPAN
    ends = tuple(each for each in (profile.minimum, profile.maximum) if each)
    return ends if kind == CODE else (*ends, *profile.examples)


def _told(words: str, codes: tuple[str, ...]) -> dict[str, Any]:
    named = [place.name.ja for code in codes[:_MOST_NAMED] if (place := place_of(code))]
    if len(codes) > len(named):
        return {"words": words, "codes": list(codes[:_MOST_TOLD]), "count": len(codes)}
    return {"words": words, "codes": list(codes), "names": named}


def _about(record: DatasetRecord, columns: Mapping[str, Stored]) -> str:
    """Say what a dataset is about: places that it names, and columns that are places themselves."""
    said = [place.name.ja for each in record.spatial[:_MOST_TOLD] if (place := place_of(each))]
    wide = [name for name in columns if is_wide(name)]
    more = f"+{len(wide) - _MOST_NAMED}" if len(wide) > _MOST_NAMED else ""
    return ", ".join(filter(None, (*said, *wide[:_MOST_NAMED], more)))


def _by_coverage(
    words: str,
    codes: tuple[str, ...],
    asked: dict[str, Any],
    record: DatasetRecord,
    columns: Mapping[str, Stored],
) -> Placed:
    """Take the whole table where its dataset is about the place, or about places in it."""
    covered = {code for said in record.spatial for code in _codes_of_coverage(said)}
    if covered and all(code in codes or set(containing(code)) & set(codes) for code in covered):
        is_all = covered >= set(codes)
        note = "No column tells places: the whole dataset is about this place."
        part = "No column tells places: the whole dataset is about a part of this place only."
        return Placed(asked, notes=(note if is_all else part,))
    said = _about(record, columns)
    raise refused(
        problem(
            "place-not-told",
            Text(
                "この表には場所を表す列がありません。", "No column of this table says in which municipality a row is."
            ),
            Text(
                f"place を外すか、ほかのデータセットを探してください。対象地域: {said or '不明'}",
                f"Leave `place` out, or find another dataset. This one is about: {said or 'unknown'}.",
            ),
            place="place",
            value=words,
        )
    )


def _codes_of_coverage(said: str) -> tuple[str, ...]:
    place = place_of(said)
    if place is None:
        return ()
    if place.name.ja == "日本":
        return tuple(each.code for each in prefectures().values())
    return (place.code,) if place.code else ()


def _no_country(words: str, near: list[str]) -> BadRequest:
    """Say that a table of countries has none of this name, or that a country is asked of one of something else."""
    near_by = offered(words, near) if near else Text()
    return refused(
        problem(
            "country-not-told",
            Text(f"この表に「{words[:100]}」の国・地域はありません。", f"No row is told to be of “{words[:100]}”."),
            Text(
                f"国の列の値を filters で指定するか、place を外してください。{near_by.ja}",
                f"Filter by what a column of countries holds, or leave `place` out. {near_by.en}",
            ),
            place="place",
            value=words,
        )
    )


def _uncertain(words: str, found: places.Found) -> BadRequest:
    if found.shared:
        listed = ", ".join(
            f"{code} {known.prefecture}{known.name}" for code in found.shared if (known := municipality(code))
        )
        message = Text(f"「{words[:100]}」は複数あります。", f"Several places are called “{words[:100]}”.")
        advice = Text(f"コードで指定してください: {listed}", f"Give the code: {listed}.")
    else:
        message = Text(f"「{words[:100]}」がどこかわかりません。", f"“{words[:100]}” names no place for certain.")
        near = offered(words, found.nearest) if found.nearest else Text()
        advice = Text(
            f"都道府県・市区町村・地域の名前かコードで指定し、町名などは filters か search で探してください。{near.ja}",
            f"Give a prefecture, municipality, region or code; use filters or search for smaller places. {near.en}",
        )
    return refused(problem("unknown-place", message, advice, place="place", value=words))
