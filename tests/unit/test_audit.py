"""The audit record shows every act and any tampering with it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app import audit
from app.infra.work import UnitsOfWork
from app.kernel.actor import SYSTEM
from tests.factories import Portal


def record_three(portal: Portal) -> UnitsOfWork:
    units = UnitsOfWork(portal.services.database, portal.services.clock, {})
    for number in range(3):
        with units() as work:
            audit.record(work, SYSTEM, "test", f"thing:{number}", number=number)
            work.commit()
    return units


def broken_row(portal: Portal) -> int | None:
    with portal.services.database.read() as session:
        return audit.verify(session)


def test_an_untouched_record_holds(portal: Portal) -> None:
    record_three(portal)

    assert broken_row(portal) is None


def test_an_act_that_rolls_back_leaves_no_row(portal: Portal) -> None:
    units = record_three(portal)
    with units() as work:
        audit.record(work, SYSTEM, "test", "thing:rolled-back")

    with portal.services.database.read() as session:
        acts = audit.acts(session, organization_ids=None, offset=0, limit=50)
    assert "thing:rolled-back" not in {act.subject for act in acts.items}
    assert broken_row(portal) is None


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit SET actor_id = 'somebody else' WHERE sequence = 2",
        "UPDATE audit SET detail = '{}' WHERE sequence = 2",
        "DELETE FROM audit WHERE sequence = 2",
        "DELETE FROM audit_head",
        "DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)",
    ],
)
def test_a_changed_or_missing_row_is_found(portal: Portal, tampering: str) -> None:
    record_three(portal)
    with portal.services.database.engine.begin() as connection:
        connection.execute(text(tampering))

    assert broken_row(portal) is not None
