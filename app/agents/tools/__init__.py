"""The tools, in the order in which they are listed: that of an agent's work."""

from app.agents.tools import resolve_place

TOOLS = (resolve_place.TOOL,)
