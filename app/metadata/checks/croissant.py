"""mlcroissant, the reference reader of Croissant, where it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.kernel.errors import OverLimit
from app.kernel.text import Text
from app.metadata.checks.result import Findings, few
from app.metadata.checks.syntaxes import is_self_contained

if TYPE_CHECKING:
    from app.metadata.checks.rendering import Rendering

# mlcroissant takes about 1.5 ms a column, which is 600 bytes here: at most some twenty seconds.
MAX_BYTES = 8 << 20


def look(rendering: Rendering) -> Findings:
    """Read the description without its files. What mlcroissant warns of is advice."""
    import mlcroissant  # type: ignore[import-untyped]

    if len(rendering.body("croissant")) > MAX_BYTES:
        raise OverLimit(
            Text(
                "列が多すぎるため mlcroissant では検証していません。",
                "There are too many columns for mlcroissant to be asked.",
            )
        )
    document = rendering.json("croissant")
    if not is_self_contained(document):
        return Findings(("the JSON-LD context is elsewhere and is not fetched",))
    try:
        read = mlcroissant.Dataset(jsonld=document)
    except (mlcroissant.ValidationError, ValueError, TypeError, KeyError) as error:
        return Findings(few(str(error).splitlines()))
    return Findings(advice=few(sorted(read.metadata.ctx.issues.warnings)))
