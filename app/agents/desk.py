"""What tools work with: the services that every other face calls, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.service import Catalog
    from app.infra.clock import Clock
    from app.metadata.service import Descriptions
    from app.query.changes import Changes
    from app.query.rows import Rows
    from app.query.sql.accesses import Accesses
    from app.query.sql.hints import Hints
    from app.query.sql.names import Names
    from app.query.sql.service import Sql
    from app.search.demand.service import Demand
    from app.search.service import Search


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts. Who may see what is said by the call's actor, each time."""

    site: Site
    clock: Clock
    catalog: Catalog
    search: Search
    rows: Rows
    sql: Sql
    sql_names: Names
    hints: Hints
    changes: Changes
    descriptions: Descriptions
    demand: Demand
    accesses: Accesses
