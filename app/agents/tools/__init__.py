"""The tools, in the order in which they are listed: that of an agent's work."""

from app.agents.tools import (
    can_answer,
    describe_dataset,
    find_and_profile,
    list_changes,
    query_rows,
    resolve_place,
    run_sql,
    search_datasets,
)

TOOLS = (
    search_datasets.TOOL,
    describe_dataset.TOOL,
    query_rows.TOOL,
    run_sql.TOOL,
    find_and_profile.TOOL,
    can_answer.TOOL,
    resolve_place.TOOL,
    list_changes.TOOL,
)
