"""Places as people name them: codes, names, regions of several, and names that several places share."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from rapidfuzz.process import extract

from app.agents.place_readings import codes_read
from app.catalog import places
from app.catalog.places import Municipality
from app.query.within import codes_of, names_to_offer

_LONGEST = 100
_NEAREST = 3
_NEAR = 60.0


@dataclass(frozen=True, slots=True)
class Found:
    """What words name: `codes` of six digits, none where it is not certain.

    `shared` are the places that have the name all alike, `nearest` names that are written nearly so.
    """

    words: str
    codes: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()


def find(words: str) -> Found:
    """Recognise a place or region by code, name in Japanese or English, or GeoNames address."""
    plain = unicodedata.normalize("NFKC", words[:_LONGEST]).strip()
    if codes := codes_of(plain):
        return Found(plain, codes)
    # All that is written counts before a part of it: 東村山 is no 東村.
    sharing = tuple(each.code for each in _alike(plain)) or codes_read(plain)
    if len(sharing) == 1:
        return Found(plain, sharing)
    if sharing:
        return Found(plain, shared=sharing)
    named = places.named_in(plain)
    if named and all(each.code for each in named):
        return Found(plain, tuple(each.code for each in named))
    near = [name for name, _, _ in extract(plain, names_to_offer(), limit=_NEAREST, score_cutoff=_NEAR)]
    return Found(plain, nearest=tuple(near))


def _alike(name: str) -> tuple[Municipality, ...]:
    """Answer all that are called so; without what kind of municipality it is, those of every kind."""
    known = places.names()
    return known.get(name) or tuple(each for kind in "市区町村" for each in known.get(name + kind, ()))


def told(code: str) -> dict[str, Any]:
    """Say of a code what place it is, and in which it lies."""
    known, place = places.municipality(code), places.place_of_code(code)
    if known is None or place is None:
        return {"code": code}
    said: dict[str, Any] = {"code": code, "code5": code[:5], "name": place.name.ja}
    if place.name.en:
        said["name_en"] = place.name.en
    said["kind"] = "municipality" if known.name else "prefecture"
    if place.geonames:
        said["geonames"] = place.geonames
    said["within"] = [each.name.ja for parent in places.containing(code) if (each := places.place_of_code(parent))]
    return said
