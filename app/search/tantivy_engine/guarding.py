"""What tantivy and the disk refuse, said as the application says it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.kernel.errors import Unavailable
from app.search.folders import DAMAGED

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def guarded() -> Iterator[None]:
    """Say `Unavailable` where tantivy or the disk refuses."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise Unavailable(DAMAGED) from error
    except BaseException as error:
        # A panic in Rust is no `Exception`, and its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise Unavailable(DAMAGED) from error
