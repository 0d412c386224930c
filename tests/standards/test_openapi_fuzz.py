"""schemathesis asks what the document allows, and much that it does not, as three callers; all its checks hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories import Portal, make_portal
from tests.standards.fuzzing import fuzz, identities, known_places


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    made = make_portal(tmp_path_factory.mktemp("fuzzed"))
    yield made
    made.close()


# benchmarks/fuzz_api.py asks more, and everything.
ONLY = r"^/(api|sparql|feed|catalog$|openapi)"


@pytest.mark.parametrize("identity", ["anonymous", "publisher", "governor"])
def test_nothing_breaks_and_nothing_is_answered_that_is_not_described(portal: Portal, identity: str) -> None:
    found = fuzz(portal, identities(portal)[identity], known_places(portal), examples=1, phases=("fuzzing",), only=ONLY)
    assert found.requests > 40
    assert found.failures == {}
    assert found.errors == []
