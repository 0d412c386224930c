"""How good the data is: measurements under characteristics of ISO/IEC 25012, each a share from 0 to 1.

Names of characteristics and what to measure follow データ品質管理ガイドブック (DS-468-1). A pure function of the record
and the time. `None` says that the record does not tell, or that nothing of the kind was promised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.catalog import vocabularies
from app.catalog.record import State
from app.kernel.text import Text
from app.quality import columns as of

if TYPE_CHECKING:
    from app.catalog.record import Column, DatasetRecord, ResourceRecord, Table

# EU frequency code -> days that pass between two updates. Codes that promise nothing are not here.
DAYS: Mapping[str, float] = vocabularies.days_of_frequencies()

# GIF DS-444: six decimals of a degree, about ten centimetres.
DECIMALS = 6
_COORDINATES = frozenset({"latitude", "longitude"})
_NAMES_OF_COORDINATES = frozenset({"緯度", "経度", "latitude", "longitude", "lat", "lon", "lng"})


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement: `characteristic` is ISO/IEC 25012's, `value` 0 to 1, `how` says how it came about."""

    id: str
    characteristic: str
    title: Text
    value: float | None
    how: Text


def measure(resource: ResourceRecord, dataset: DatasetRecord, now: datetime) -> tuple[Measurement, ...]:
    """Measure a resource. `now` is aware; the file's age counts from its version's publication."""
    return (
        *(_of_table(resource.table) if resource.table else ()),
        _currentness(dataset, now),
        _accessibility(resource),
        _portability(resource),
        _traceability(resource, dataset),
    )


def _of_table(table: Table) -> tuple[Measurement, ...]:
    return tuple(
        Measurement(id_, characteristic, title, take(table), how)
        for id_, characteristic, title, take, how in _TABLE_MEASURES
    )


def _cells(table: Table) -> float | None:
    profiled = [column.profile for column in table.columns if column.profile]
    return _share(len(profiled) * table.rows - sum(profile.missing for profile in profiled), len(profiled) * table.rows)


def _required(table: Table) -> float | None:
    profiles = [column.profile for column in table.columns if column.profile and _is_required(column, table)]
    return _share(sum(not profile.missing for profile in profiles), len(profiles))


def _keys(table: Table) -> float | None:
    """Only single columns: profiles do not tell how often values come together."""
    shares = [
        _share(profile.distinct, table.rows - profile.missing)
        for column in table.columns
        if (profile := column.profile) and _is_key(column, table)
    ]
    known = [share for share in shares if share is not None]
    return min(known) if known else None


def _types(table: Table) -> float | None:
    unlike = sum(
        of.is_number_as_text(column) or (of.is_time(column) and of.is_known(column) and of.is_unread_time(column))
        for column in table.columns
    )
    return _share(len(table.columns) - unlike, len(table.columns))


def _definitions(table: Table) -> float | None:
    return _share(sum(map(of.defined, table.columns)), len(table.columns))


def _units(table: Table) -> float | None:
    quantities = [column for column in table.columns if of.is_quantity(column)]
    return _share(sum(map(of.has_unit, quantities)), len(quantities))


def _precision(table: Table) -> float | None:
    words = [word for column in table.columns if _is_coordinate(column) for word in of.words_of(column)]
    return _share(sum(min(len(word.partition(".")[2]), DECIMALS) for word in words), len(words) * DECIMALS)


_TABLE_MEASURES: tuple[tuple[str, str, Text, Callable[[Table], float | None], Text], ...] = (
    (
        "completeness-cells",
        "completeness",
        Text("埋まっているセル", "Filled cells"),
        _cells,
        Text("空欄でないセルの数を、すべてのセルの数で割った値です。", "Cells that are not empty, out of all cells."),
    ),
    (
        "completeness-required",
        "completeness",
        Text("埋まっている必須列", "Filled required columns"),
        _required,
        Text(
            "必須と定義された列のうち、空欄が一つもない列の割合です。",
            "Columns without an empty cell, out of those defined as required.",
        ),
    ),
    (
        "efficiency-keys",
        "efficiency",
        Text("キーの一意性", "Unique keys"),
        _keys,
        Text(
            "一意と定義された列の、値の種類を値の数で割った値です。複数あれば最小の値です。",
            "Different values out of all values of a column defined as unique; the lowest where there are several.",
        ),
    ),
    (
        "consistency-types",
        "consistency",
        Text("型の一貫性", "Consistent types"),
        _types,
        Text(
            "数や日付が文字のままになっていない列の割合です。残る列は値の例から判断しています。",
            "Columns in which numbers and dates are not left as text, judged by examples of their values.",
        ),
    ),
    (
        "understandability-columns",
        "understandability",
        Text("説明のある列", "Columns that are explained"),
        _definitions,
        Text(
            "列名のほかに、表題、説明、意味のどれかがある列の割合です。",
            "Columns with a title, a description or a meaning beside their name.",
        ),
    ),
    (
        "understandability-units",
        "understandability",
        Text("単位のある数値列", "Numbers with a unit"),
        _units,
        Text(
            "単位の要る数値の列のうち、単位が書かれている列の割合です。",
            "Columns with a unit, out of the columns of numbers that need one.",
        ),
    ),
    (
        "precision-coordinates",
        "precision",
        Text("座標の細かさ", "Precision of coordinates"),
        _precision,
        Text(
            "緯度と経度の小数の桁数を 6 桁で割った値の平均です。値の例から求めています。",
            "Decimals of latitudes and longitudes out of six, on average over examples of their values.",
        ),
    ),
)


def _currentness(dataset: DatasetRecord, now: datetime) -> Measurement:
    days = DAYS.get(dataset.frequency)
    value = None
    if days is not None and dataset.version and dataset.state is not State.DEPRECATED:
        age = (now - dataset.version.published) / timedelta(days=1)
        value = 1.0 if age <= days else days / age
    return Measurement(
        "currentness-frequency",
        "currentness",
        Text("約束した頻度での更新", "Updates as promised"),
        value,
        Text(
            "最新の版が更新頻度の期間内なら 1、過ぎていれば期間を経過日数で割った値です。"
            "頻度の約束がなければ測りません。",
            "1 while the current version is no older than one period of the promised frequency, then the period "
            "divided by the age. Not measured where nothing is promised.",
        ),
    )


def _accessibility(resource: ResourceRecord) -> Measurement:
    known = vocabularies.file_type(resource.format)
    readable = resource.table is not None or (known.machine_readable if known else None)
    return Measurement(
        "accessibility-format",
        "accessibility",
        Text("機械で読み取れる形式", "A format that machines read"),
        None if readable is None else float(readable),
        Text(
            "公開しているファイルが機械で読み取れる形式なら 1、そうでなければ 0 です。",
            "1 where the published file has a format that machines read, else 0.",
        ),
    )


def _portability(resource: ResourceRecord) -> Measurement:
    known = vocabularies.file_type(resource.format)
    is_open = resource.table is not None or (known.open if known else None)
    return Measurement(
        "portability-format",
        "portability",
        Text("特定の製品によらない形式", "A format of no vendor"),
        None if is_open is None else float(is_open),
        Text(
            "公開しているファイルが、仕様の公開された形式なら 1、そうでなければ 0 です。",
            "1 where the published file has an open format, else 0.",
        ),
    )


def _traceability(resource: ResourceRecord, dataset: DatasetRecord) -> Measurement:
    receipt = resource.intake.receipt if resource.intake else None
    traces = (
        dataset.version is not None,
        bool(dataset.sources or dataset.contributors),
        receipt is not None or resource.table is None,
    )
    return Measurement(
        "traceability-history",
        "traceability",
        Text("たどれる来歴", "A history to follow"),
        _share(sum(traces), len(traces)),
        Text(
            "日付のある版、元になったデータか作成者、読み取りの際の変更の記録の三つのうち、あるものの割合です。",
            "How many there are of three: a dated version, sources or makers, a record of what reading changed.",
        ),
    )


def _is_required(column: Column, table: Table) -> bool:
    return of.constraints_of(column).get("required") is True or column.name in _primary_key(table)


def _is_key(column: Column, table: Table) -> bool:
    return of.constraints_of(column).get("unique") is True or _primary_key(table) == (column.name,)


def _primary_key(table: Table) -> tuple[str, ...]:
    key = table.schema.get("primaryKey")
    if isinstance(key, str):
        return (key,)
    return tuple(map(str, key)) if isinstance(key, list) else ()


def _is_coordinate(column: Column) -> bool:
    named = of.plain(column.name).lower() in _NAMES_OF_COORDINATES
    return column.type in of.NUMBERS and (column.meaning in _COORDINATES or named)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None
