"""The typed tree of a question about a table's rows: what query parameters and the JSON form are both read into.

These models check requests, and the OpenAPI document is made from them: what they say is what is true. They know no
table: whether columns exist and values fit their types is `binding.py`'s to say.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

MAX_LIMIT = 10_000
LIMIT = 100
# A question may ask for so much; a tree of conditions may be so deep, and a list of values so long.
MAX_COLUMNS = 1000
MAX_CONDITIONS = 100
MAX_DEPTH = 8
MAX_VALUES = 1000
MAX_TEXT = 1000
MAX_GROUPS = 10
MAX_MEASURES = 50

Scalar = StrictBool | StrictInt | StrictFloat | Annotated[StrictStr, Field(max_length=MAX_TEXT)]
ColumnName = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class Op(StrEnum):
    """What a condition asks of a cell. `within` is for places: a code or a name, and everything that lies in it."""

    EXACT = "exact"
    NOT = "not"
    IN = "in"
    CONTAINS = "contains"
    STARTS = "starts"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    BETWEEN = "between"
    NULL = "null"
    WITHIN = "within"


class Part(StrEnum):
    """What of a date or time to group by. A fiscal year (年度) begins in April."""

    YEAR = "year"
    FISCAL_YEAR = "fiscal_year"
    QUARTER = "quarter"
    MONTH = "month"
    DAY = "day"
    WEEKDAY = "weekday"
    HOUR = "hour"


class Function(StrEnum):
    """How many values become one. `distinct` is exact, `approx_distinct` an estimate, mostly within some percent."""

    COUNT = "count"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    MEDIAN = "median"
    PERCENTILE = "percentile"
    DISTINCT = "distinct"
    APPROX_DISTINCT = "approx_distinct"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Condition(_Model):
    """One column compared with a value: a list for `in`, two values for `between`, true or false for `null`."""

    column: ColumnName
    op: Op = Op.EXACT
    value: Scalar | Annotated[list[Scalar], Field(max_length=MAX_VALUES)]


class Box(_Model):
    """Rows whose coordinates lie in a box of degrees, the edges included; west > east crosses the 180th meridian."""

    box: tuple[float, float, float, float] = Field(description="west, south, east, north")


class Near(_Model):
    """Rows whose coordinates lie within a distance of a point."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    metres: float = Field(gt=0, le=20_100_000)


class And(_Model):
    """All of them hold."""

    all: list[Where] = Field(alias="and", min_length=1, max_length=MAX_CONDITIONS)


class Or(_Model):
    """At least one of them holds."""

    any: list[Where] = Field(alias="or", min_length=1, max_length=MAX_CONDITIONS)


class Not(_Model):
    """It does not hold; a row of which it cannot be known, since a cell is empty, is none of these either."""

    negated: Where = Field(alias="not")


Where = Condition | Box | Near | And | Or | Not


class Group(_Model):
    """What to group by: a column, or a part of its dates. `name` is the answer's column; "month_日付" if left out."""

    column: ColumnName
    part: Part | None = None
    name: ColumnName | None = Field(default=None, alias="as")


class Measure(_Model):
    """A number for each group. Empty cells are left out, except for a `count` without a column, which counts rows.

    `name` is the answer's column: "count", "sum_人口" or "p90_人口" if left out.
    """

    function: Function
    column: ColumnName | None = None
    percent: float | None = Field(default=None, ge=0, le=100, description="For `percentile`: which one.")
    name: ColumnName | None = Field(default=None, alias="as")


class Order(_Model):
    """Sort by a column of the answer, empty cells last."""

    column: ColumnName
    descending: bool = False


class Question(_Model):
    """What to answer: rows as they stand, different ones, or one row for each group."""

    columns: list[ColumnName] = Field(default=[], max_length=MAX_COLUMNS, description="These only, in this order.")
    where: Where | None = None
    search: str = Field(default="", max_length=200, description="Words that must all stand somewhere in the row.")
    group: list[Group] = Field(default=[], max_length=MAX_GROUPS)
    measures: list[Measure] = Field(default=[], max_length=MAX_MEASURES)
    having: Where | None = Field(default=None, description="Conditions on the columns of the groups.")
    sort: list[Order] = Field(default=[], max_length=MAX_GROUPS)
    distinct: bool = False
    limit: int = Field(default=LIMIT, ge=0, le=MAX_LIMIT)
    after: str = Field(default="", max_length=4000, description="Where to go on: the `next` of the answer before.")

    @property
    def grouped(self) -> bool:
        """Whether the answer has groups, one perhaps, and not the table's rows."""
        return bool(self.group or self.measures)

    def canonical(self) -> dict[str, Any]:
        """Say the question in the shortest JSON form: equal questions are equal. What pages it, is left in."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


And.model_rebuild()
Or.model_rebuild()
Not.model_rebuild()
Question.model_rebuild()
