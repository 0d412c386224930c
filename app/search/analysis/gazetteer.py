"""Places that a query may name and what lies within them, by 全国地方公共団体コード."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache

from app.catalog import places
from app.catalog.places import Municipality
from app.search.analysis.characters import FOLDER, fold
from app.search.analysis.kana import hiragana, shortened
from app.search.analysis.morphemes import ENDINGS, ending_read, units_of

_SHORTEST_READING = 3


@cache
def codes_by_name() -> Mapping[str, tuple[str, ...]]:
    """Map folded names to the codes of the places meant and of the wards and cities in them.

    A name without its ending (渋谷) counts where the dictionary knows it as a place's. A prefecture is one code:
    what lies in it carries that as well.
    """
    found: dict[str, dict[str, None]] = {}
    for known in places.municipalities().values():
        for name in _names(known):
            found.setdefault(fold(name), {}).update(dict.fromkeys(_with_wards(known)))
    for name, codes in _regions():
        found.setdefault(fold(name), {}).update(dict.fromkeys(codes))
    return {name: tuple(codes) for name, codes in found.items()}


@cache
def names_by_reading() -> Mapping[str, tuple[str, ...]]:
    """Map readings in hiragana to folded names: せたがや to 世田谷, せたがやく to 世田谷区."""
    found: dict[str, dict[str, None]] = {}
    for reading, name in (*_readings(), *_region_readings()):
        if len(reading) >= _SHORTEST_READING:
            found.setdefault(reading, {})[fold(name)] = None
    return {reading: tuple(names) for reading, names in found.items()}


@cache
def names_by_short_reading() -> Mapping[str, tuple[str, ...]]:
    """Map readings without long vowels to folded names, for Latin letters: ときょ to 東京."""
    found: dict[str, dict[str, None]] = {}
    for reading, names in names_by_reading().items():
        if len(shortened(reading)) >= _SHORTEST_READING:
            found.setdefault(shortened(reading), {}).update(dict.fromkeys(names))
    return {reading: tuple(names) for reading, names in found.items()}


def _names(known: Municipality) -> Iterator[str]:
    """List how a place is written: with its prefecture, alone, a ward without its city, and without its ending."""
    own = known.names[-1] if known.name else known.prefecture
    yield known.prefecture + known.name
    yield from known.names if known.name else ()
    if ward := own.partition("市")[2] if own.endswith("区") else "":
        yield ward
        return
    if bare := _bare(own):
        yield bare


@cache
def _bare(name: str) -> str:
    """Answer a name without its ending where that is still surely a place: 渋谷, but not 港 or 中央."""
    bare = name[:-1]
    if name[-1] not in ENDINGS or len(bare) < len("渋谷"):
        return name if name == "北海道" else ""
    units = units_of(bare)
    return bare if len(units) == 1 and units[0].is_place else ""


def _with_wards(known: Municipality) -> Iterator[str]:
    yield known.code
    if known.name.endswith("市") and known.code.endswith("0", 3, 5) and known.code[2] == "1":
        inside = known.prefecture + known.name
        yield from (
            each.code
            for each in places.municipalities().values()
            if each.code != known.code and (each.prefecture + each.name).startswith(inside) and each.name.endswith("区")
        )


def _readings() -> Iterator[tuple[str, str]]:
    for known in places.municipalities().values():
        kana = hiragana(known.kana)
        name = known.name or known.prefecture
        if not kana or name != (known.names[-1] if "郡" in name else name) or ("市" in name and name.endswith("区")):
            continue
        yield kana, name
        if name[-1] in ENDINGS and (bare := _bare(name)):
            yield kana.removesuffix(ending_read(kana, name[-1])), bare


def _rows() -> Iterator[dict[str, str]]:
    with (FOLDER / "regions.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _regions() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Read regions; one may hold others, named before it."""
    known: dict[str, tuple[str, ...]] = {}
    for row in _rows():
        codes = tuple(code for part in row["holds"].split() for code in known.get(part, (part,)))
        for name in row["names"].split("|"):
            known[name] = codes
            yield name, codes


def _region_readings() -> Iterator[tuple[str, str]]:
    for row in _rows():
        yield from ((hiragana(reading), row["names"].split("|")[0]) for reading in row["kana"].split("|") if reading)
