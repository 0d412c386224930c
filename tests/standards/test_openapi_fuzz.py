"""schemathesis asks what the document allows, and much that it does not, as three callers; all its checks hold."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.factories import Portal, make_portal, package
from tests.standards.fuzzing import fuzz, identities, known_places
from tests.standards.fuzzing_tables import FEW, frame_of, register_formats, table_of, together


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


def test_the_three_callers_are_three(portal: Portal) -> None:
    callers, record = identities(portal), portal.publish(package(name="callers"))
    address, client = f"/api/v1/datasets/{record.slug}", portal.client()
    asked = {name: client.patch(address, json={}, headers=headers).status_code for name, headers in callers.items()}
    assert asked == {"anonymous": 401, "publisher": 428, "governor": 403}


def test_every_valid_question_to_a_table_by_its_own_document_is_answered(portal: Portal) -> None:
    resource_id = table_of(portal, FEW)
    frame = frame_of(portal, resource_id)
    register_formats(frame)
    found = fuzz(
        portal,
        {},
        {},
        examples=4,
        path=f"/api/v1/resources/{resource_id}/openapi.json",
        phases=("fuzzing",),
        only=r"rows(\.csv)?$",
        together=partial(together, frame=frame),
    )
    assert found.requests > 5
    assert found.failures == {}
    assert found.errors == []
