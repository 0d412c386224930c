"""A whole portal in a temporary folder, made as in production."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import Portal, make_portal

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """An empty portal with one organization and people in each role."""
    made = make_portal(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data that is not part of the repository."""
    if not SHARED.is_dir():
        pytest.skip("the shared folder with other publishers' real data is not here")
    return SHARED
