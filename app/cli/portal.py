"""Opens the portal's services for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from app import create_app
from app.infra.migrate import migrate
from app.wiring import EXTENSION

if TYPE_CHECKING:
    from app.wiring import Services


def look_at_portal() -> Services:
    """Put the parts together as the web does, and leave the database as it is."""
    return cast("Services", create_app().extensions[EXTENSION])


def open_portal() -> Services:
    """Put the parts together as the web does, and bring the database up to date."""
    services = look_at_portal()
    migrate(services.database)
    return services
