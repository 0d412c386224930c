"""Latitudes and longitudes that stand in each other's place; it shows only in pairs."""

from __future__ import annotations

from app.publishing.forms.coordinates import LATITUDE, LONGITUDE


def swapped(latitude: str, longitude: str) -> bool:
    """Say whether a pair is in Japan only when it is turned around."""
    try:
        north, east = float(latitude), float(longitude)
    except ValueError:
        return False
    return (
        not (LATITUDE.in_japan(north) and LONGITUDE.in_japan(east))
        and LATITUDE.in_japan(east)
        and LONGITUDE.in_japan(north)
    )
