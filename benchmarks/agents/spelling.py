"""Reads what people and models write: licences in their spellings, numbers in Japanese and English, wide signs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

LICENSES: dict[str, tuple[str, ...]] = {
    "CC-BY-4.0": ("cc-by-4.0", "cc by 4.0", "licenses/by/4.0", "attribution 4.0", "表示 4.0", "表示4.0"),
    "CC0-1.0": ("cc0", "publicdomain/zero/1.0"),
    "ODC-PDDL-1.0": ("pddl", "public domain dedication and license"),
}
_MANY = {"兆": 1e12, "億": 1e8, "万": 1e4, "千": 1e3}
_SCALES = {"trillion": 1e12, "billion": 1e9, "million": 1e6, "thousand": 1e3}
_NUMBER = re.compile(r"(?<![0-9a-z_.,])(?:(?<!\d)[-−])?\d[\d,]*(?:\.\d+)?")
# 1億2,568万1,593 is one number.
_PARTED = re.compile(r"(?:\d[\d,]*(?:\.\d+)?[兆億万千])+(?:\d[\d,]*(?:\.\d+)?)?")
_SCALED = re.compile(rf"(\d[\d,]*(?:\.\d+)?)\s*({'|'.join(_SCALES)})")


def plain(text: str) -> str:
    """Write a text as it is compared: half-width, small letters."""
    return unicodedata.normalize("NFKC", text).lower()


def has_one_of(text: str, spellings: Sequence[str]) -> bool:
    """One of the spellings is in a text."""
    words = plain(text)
    return any(plain(each) in words for each in spellings)


def names_license(text: str, license_id: str) -> bool:
    """The text says the licence, by name or address."""
    return has_one_of(text, LICENSES.get(license_id, (license_id,)))


def numbers(text: str) -> Iterator[tuple[float, float]]:
    """List the numbers of a text, each with how much it may be off, as it is rounded: 1.26億 by half a million."""
    words = plain(text)
    for found in _NUMBER.finditer(words):
        written = found[0].replace(",", "").replace("−", "-")
        yield float(written), 0.5 * 10 ** -_decimals(written)
    for found in _PARTED.finditer(words):
        yield _parted(found[0])
    for found in _SCALED.finditer(words):
        written, scale = found[1].replace(",", ""), _SCALES[found[2]]
        yield float(written) * scale, 0.5 * scale * 10 ** -_decimals(written)


def _parted(written: str) -> tuple[float, float]:
    total, rest, step = 0.0, written.replace(",", ""), 1.0
    for name, scale in _MANY.items():
        before, sign, after = rest.partition(name)
        if sign:
            total, rest, step = total + float(before or 1) * scale, after, scale * 10 ** -_decimals(before)
    if rest:
        total, step = total + float(rest), 10.0 ** -_decimals(rest)
    return total, 0.5 * step


def _decimals(written: str) -> int:
    return len(written.partition(".")[2])
