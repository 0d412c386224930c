"""Asks a table with columns of every kind by its own OpenAPI document, whose every valid question has to be answered.

Three things no schema can say, so that questions are made to go together: that the smaller of two bounds comes first,
that the columns of groups are not those of the table, and which cursors were given out.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection
from datetime import UTC
from typing import Any

import schemathesis
from hypothesis import strategies as st

from app.catalog.places import municipalities, prefectures
from app.kernel.actor import SYSTEM
from app.query.frame import Frame
from app.query.lists import listed_values, values
from app.query.storage import stored
from app.query.values import span_of
from tests.factories import Portal, package

TYPES = {
    "コード": "string",
    "名称": "string",
    "都道府県": "string",
    "人口": "integer",
    "面積": "number",
    "緯度": "number",
    "経度": "number",
    "政令市": "boolean",
    "設置日": "date",
    "更新": "datetime",
    "開庁": "time",
    "年": "year",
    "年月": "yearmonth",
    "limit": "integer",
    "a,b": "string",
    "備考 (注)": "string",
}
ROWS = [
    "131016,千代田区,東京都,66680,11.66,35.69,139.75,false,1947-03-15,2024-04-01T09:30:00,08:30:00,1947,2024-04,1,x,良",
    "131024,中央区,東京都,169179,10.21,35.67,139.77,false,1947-03-15,2024-04-02T10:00:00,09:00:00,1947,2024-05,2,y,可",
    '141003,横浜市,神奈川県,3777491,437.71,35.44,139.64,true,1889-04-01,,08:45:00,1889,2024-06,3,"y,z",',
    "271004,大阪市,大阪府,2752412,225.33,34.69,135.50,true,1889-04-01,2024-05-01T00:00:00,,1889,,4,,優",
    "011002,札幌市,北海道,1973395,1121.26,43.06,141.35,true,1922-08-01,2024-04-01T23:59:59,08:45:00,1922,2024-04,,x,",
]
# What is soon asked; generating questions about all of them takes a while.
FEW = ("名称", "人口", "設置日", "limit")
# What any group has.
HAVING = json.dumps({"column": "count", "op": "gte", "value": 1})
LEAVES: tuple[dict[str, Any], ...] = (
    {"column": "人口", "op": "gte", "value": 100_000},
    {"column": "名称", "op": "in", "value": ["千代田区", "中央区"]},
    {"column": "設置日", "op": "between", "value": ["1900-01-01", "1950-12-31"]},
    {"column": "更新", "op": "null", "value": True},
    {"column": "都道府県", "op": "within", "value": ["関東"]},
    {"box": [139.0, 35.0, 140.0, 36.0]},
    {"latitude": 35.69, "longitude": 139.75, "metres": 5000},
)


def table_of(portal: Portal, names: Collection[str]) -> str:
    """Publish a table with columns of these names and answer its resource's id."""
    fields = [{"name": name, "type": type_} for name, type_ in TYPES.items() if name in names]
    file = io.StringIO()
    writer = csv.DictWriter(file, [each["name"] for each in fields], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(dict(zip(TYPES, row, strict=True)) for row in csv.reader(ROWS))
    resource = {"name": "kinds", "path": "kinds.csv", "schema": {"fields": fields}}
    return portal.publish(package({"kinds.csv": file.getvalue()}, name="kinds", resources=[resource])).resources[0].id


def register_formats(frame: Frame) -> None:
    """Tell schemathesis how formats are written that JSON Schema does not know."""
    names = [each.prefecture + each.name for each in municipalities().values()]
    whole = sorted(prefectures())
    trees = st.recursive(
        st.sampled_from([each for each in LEAVES if each.get("column", frame.longitude) in frame.by_name]),
        lambda part: st.one_of(
            st.lists(part, min_size=1, max_size=3).map(lambda all_: {"and": all_}),
            st.lists(part, min_size=1, max_size=3).map(lambda any_: {"or": any_}),
            part.map(lambda one: {"not": one}),
        ),
        max_leaves=6,
    )
    schemathesis.openapi.format("jp-place", st.sampled_from([*names, *whole, "13", "131016", "13101", "関東"]))
    schemathesis.openapi.format("jp-prefecture", st.sampled_from([*whole, "13", "関東"]))
    schemathesis.openapi.format("json-conditions", trees.map(lambda tree: json.dumps(tree, ensure_ascii=False)))
    schemathesis.openapi.format("date-time-local", st.datetimes().map(lambda moment: moment.isoformat()))
    schemathesis.openapi.format("time-local", st.times().map(lambda time: time.isoformat()))
    moments = st.datetimes(timezones=st.just(UTC))
    schemathesis.openapi.format("date-time", moments.map(lambda moment: moment.isoformat().replace("+00:00", "Z")))


def frame_of(portal: Portal, resource_id: str) -> Frame:
    """Answer the table as questions see it."""
    _, resource = portal.services.catalog.resource(SYSTEM, resource_id)
    return portal.services.rows.frame(resource)


def together(query: dict[str, Any], frame: Frame) -> dict[str, Any]:
    """Make the parameters of a question go together."""
    made = {name: value for name, value in query.items() if name != "after"}
    measures = _listed(made.get("measures", ""))
    if "group" in made or "measures" in made:
        made = {name: value for name, value in made.items() if name not in {"columns", "sort", "distinct"}}
        if "having" in made:
            made["having"] = HAVING
    if "count" not in measures:
        made.pop("having", None)
    if "columns" in made and "distinct" in made:
        made.pop("sort", None)
    for name, value in made.items():
        if name.endswith("__between"):
            made[name] = _in_order(name.removesuffix("__between"), value, frame)
    if "box" in made:
        west, south, east, north = _listed(made["box"])
        south, north = sorted((south, north), key=float)
        made["box"] = f"{west},{south},{east},{north}"
    return made


def _listed(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else values(str(value))


def _in_order(name: str, value: Any, frame: Frame) -> Any:
    column = stored(frame)[name]
    spans = [span_of(each, column.kind, years=column.column.type == "year") for each in _listed(value)]
    if len(spans) == 2 and spans[0] and spans[1] and spans[0].first > spans[1].last:
        return listed_values(reversed(_listed(value)))
    return value
