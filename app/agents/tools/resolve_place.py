"""`resolve_place`: which municipality, prefecture or region words name, by the portal's own tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from app.agents import places
from app.agents.tool import Answer, Arguments, Draft, Tool
from app.kernel.errors import BadRequest
from app.kernel.text import Text

if TYPE_CHECKING:
    from app.agents.desk import Desk
    from app.agents.tool import Call


class ResolvePlace(Arguments):
    """A place to look up."""

    name: str = Field(max_length=200, description="Name or code, e.g. 世田谷区, 多摩, 131121, Tokyo")


def run(_: Desk, __: Call, arguments: ResolvePlace) -> Draft:
    """Answer codes and names; several where the name is shared."""
    if not arguments.name.strip():
        raise BadRequest(Text("name を指定してください。", "Give `name`: a place such as 世田谷区 or 131121."))
    found = places.find(arguments.name)
    codes = found.codes or found.shared
    notes: tuple[str, ...] = ()
    if found.shared:
        notes = ("Several places have this name; say which, by code or with its prefecture.",)
    elif not codes:
        notes = ("No place of this name is known for certain; `nearest` are written alike.",)

    def make(count: int) -> Answer:
        return Answer(
            {"total": len(codes), "places": [places.told(code) for code in codes[:count]]},
            {"name": found.words, "certain": bool(found.codes), "nearest": list(found.nearest)},
            notes,
        )

    return Draft(len(codes), make, "places")


TOOL = Tool(
    "resolve_place",
    "地名を調べる",
    "Codes of a Japanese place or region (全国地方公共団体コード), and what it lies in. Other tools take names too.",
    ResolvePlace,
    run,
    {
        "type": "object",
        "properties": {"total": {"type": "integer"}, "places": {"type": "array", "items": {"type": "object"}}},
    },
)
