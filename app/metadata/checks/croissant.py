"""mlcroissant, the reference reader of Croissant, where it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.metadata.checks.result import Findings, few
from app.metadata.checks.syntaxes import is_self_contained

if TYPE_CHECKING:
    from app.metadata.checks.rendering import Rendering


def look(rendering: Rendering) -> Findings:
    """Read the description without its files. What mlcroissant warns of is advice."""
    import mlcroissant  # type: ignore[import-untyped]

    document = rendering.json("croissant")
    if not is_self_contained(document):
        return Findings(("the JSON-LD context is elsewhere and is not fetched",))
    try:
        read = mlcroissant.Dataset(jsonld=document)
    except (mlcroissant.ValidationError, ValueError, TypeError, KeyError) as error:
        return Findings(few(str(error).splitlines()))
    return Findings(advice=few(sorted(read.metadata.ctx.issues.warnings)))
