"""Places as people name them: codes, names, regions of several, and names that several places share."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from rapidfuzz.process import extract

from app.catalog import places
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

    @property
    def is_region(self) -> bool:
        """The words name several places at once."""
        return len(self.codes) > 1


def find(words: str) -> Found:
    """Recognise a place or region by code, name in Japanese or English, or GeoNames address."""
    plain = unicodedata.normalize("NFKC", words[:_LONGEST]).strip()
    if codes := codes_of(plain):
        return Found(plain, codes)
    named = places.named_in(plain)
    if named and all(each.code for each in named):
        return Found(plain, tuple(each.code for each in named))
    sharing = places.names().get(plain) or places.names().get(plain + "市") or places.names().get(plain + "区") or ()
    if len(sharing) == 1:
        return Found(plain, (sharing[0].code,))
    if sharing:
        return Found(plain, shared=tuple(each.code for each in sharing))
    near = [name for name, _, _ in extract(plain, names_to_offer(), limit=_NEAREST, score_cutoff=_NEAR)]
    return Found(plain, nearest=tuple(near))


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
