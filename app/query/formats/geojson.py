"""GeoJSON (RFC 7946): each row is a feature, a point where it has coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.kernel.errors import BadRequest
from app.kernel.report import Problem, refusal
from app.kernel.text import Text
from app.query.formats.facts import facts_of
from app.query.formats.format import About, RowFormat, rows_at_a_time
from app.query.formats.json_text import json_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from app.query.answer import Row, RowStream

# Every other format there is.
OTHERS = ("json", "jsonl", "csv", "excel.csv", "arrow", "parquet", "xlsx", "md")
_LATITUDES, _LONGITUDES = 90, 180
_END = b"\n]}\n"


def write(stream: RowStream, about: About, _folder: Path) -> Iterator[bytes]:
    """Write one collection, with what is said of it as its member `about` (RFC 7946, 6.1).

    Rows without coordinates, or with such as are not on Earth, have no geometry. Raises `BadRequest` where the answer
    has no columns of coordinates.
    """
    names = [column.name for column in stream.columns]
    if not (about.latitude and about.longitude):
        raise _refused(
            Text("この表には緯度と経度の列がありません。", "This table has no latitude and longitude columns.")
        )
    if missing := [name for name in (about.longitude, about.latitude) if name not in names]:
        raise _left_out(missing[0], about)
    return _written(stream, about, names)


def _written(stream: RowStream, about: About, names: Sequence[str]) -> Iterator[bytes]:
    start = json_object({"type": "FeatureCollection", "about": facts_of(about)})
    before = start[:-1] + b',"features":[\n'
    place = (names.index(about.longitude), names.index(about.latitude))
    for rows in stream.batches(rows_at_a_time(len(names))):
        yield before + b",\n".join([_feature(names, row, place) for row in rows])
        before = b",\n"
    yield _END if before == b",\n" else before + _END[1:]


def _feature(names: Sequence[str], row: Row, place: tuple[int, int]) -> bytes:
    point = _point(row[place[0]], row[place[1]])
    return json_object({"type": "Feature", "geometry": point, "properties": dict(zip(names, row, strict=True))})


def _point(longitude: Any, latitude: Any) -> dict[str, Any] | None:
    if longitude is None or latitude is None:
        return None
    # What is no number is never within bounds.
    if not (abs(longitude) <= _LONGITUDES and abs(latitude) <= _LATITUDES):
        return None
    return {"type": "Point", "coordinates": (longitude, latitude)}


def _left_out(name: str, about: About) -> BadRequest:
    both = f"{about.latitude},{about.longitude}"
    return _refused(
        Text(f"列「{name}」が答えに含まれていません。", f"The answer leaves out the column {name!r}."),
        Text(f"columns に {both} を加えるか、", f"Add {both} to `columns`, or "),
        column=name,
    )


def _refused(message: Text, first: Text = Text(), *, column: str | None = None) -> BadRequest:
    others = ", ".join(OTHERS)
    advice = Text(
        f"{first.ja}ほかの形式を選んでください: {others}",
        f"{first.en}{'choose' if first else 'Choose'} another format: {others}",
    )
    problem = Problem("no-coordinates", message, advice, column=column, value="geojson")
    whole = Text(f"GeoJSON にはできません。{message.ja}{advice.ja}", f"There is no GeoJSON. {message.en} {advice.en}")
    return BadRequest(whole, report=refusal(problem))


FORMAT = RowFormat(
    name="geojson",
    title=Text("GeoJSON（地図）", "GeoJSON (maps)"),
    media_type="application/geo+json",
    suffix="geojson",
    write=write,
)
