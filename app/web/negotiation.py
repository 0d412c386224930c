"""Which representation a reader wants: `Accept` (RFC 9110, 12.5.1) and `Accept-Profile` (W3C dx-prof-conneg).

Headers are a stranger's: they are cut before they are read, and read by patterns that cannot backtrack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.metadata.registry import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.metadata.format import Format

# No client sends more; what stands behind is not read.
LONGEST = 4096
RANGES = 64
# An item's end is a comma outside of quotes and of angle brackets; what opens and never closes goes to the end.
_ITEM = re.compile(r'(?:[^,"<]|"[^"\\]*+(?:\\.[^"\\]*+)*"?|<[^<>]*+>?)+')
_PART = re.compile(r'(?:[^;"<]|"[^"\\]*+(?:\\.[^"\\]*+)*"?|<[^<>]*+>?)+')
_QUOTED_PAIR = re.compile(r"\\(.)")
_WEIGHT = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
# JSON-LD's own profiles say how a document is laid out, not what it tells (W3C JSON-LD 1.1, 6).
_LAYOUT = "http://www.w3.org/ns/json-ld#"


@dataclass(frozen=True, slots=True)
class Offer:
    """A representation that is there. `name` is the format's; `accepts` are other media types that mean it."""

    name: str
    media_type: str
    profile: str | None = None
    accepts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """What a reader accepts: a media range with its parameters, or a profile's address; and how gladly."""

    value: str
    weight: float
    parameters: Mapping[str, str] = field(default_factory=dict)


HTML = Offer("html", "text/html")


def offers(formats: Iterable[Format] = FORMATS) -> tuple[Offer, ...]:
    """List what a dataset's address answers: the page before all formats, which is what nobody in particular gets."""
    return (HTML, *(Offer(each.name, _bare(each.media_type), each.profile, each.accepts) for each in formats))


def choose(accept: str | None, accept_profile: str | None, offered: Iterable[Offer]) -> Offer | None:
    """Answer the offer that the reader likes best, or `None` where all are refused.

    Of equals the one that was named more exactly is meant, then the one that is offered first. Profiles that
    nothing here has are no reason to refuse: the header is then left aside.
    """
    ranges = parse(accept) or [Range("*/*", 1.0)]
    liked = [(*_liking(offer, ranges), offer) for offer in offered]
    acceptable = [(weight, exactness, offer) for weight, exactness, offer in liked if weight > 0]
    profiles = {each.value.strip("<>"): each.weight for each in parse(accept_profile)}
    of_profile = [each for each in acceptable if profiles.get(each[2].profile or "", 0) > 0]
    if of_profile:
        return max(of_profile, key=lambda each: (profiles[each[2].profile or ""], each[0], each[1]))[2]
    return max(acceptable, key=lambda each: (each[0], each[1]))[2] if acceptable else None


def parse(header: str | None) -> list[Range]:
    """Read a list of weighted items; an item whose weight cannot be read is left out."""
    items = _ITEM.findall((header or "")[:LONGEST])[:RANGES]
    return [parsed for item in items if (parsed := _range(item))]


def _range(item: str) -> Range | None:
    value, *rest = (part.strip() for part in _PART.findall(item))
    if not value:
        return None
    parameters, weight = {}, "1"
    for part in rest:
        name, _, written = (word.strip() for word in part.partition("="))
        if name.lower() == "q":
            weight = written
            break
        parameters[name.lower()] = _unquoted(written)
    return Range(value, float(weight), parameters) if _WEIGHT.fullmatch(weight) else None


def _unquoted(written: str) -> str:
    if len(written) > 1 and written.startswith('"') and written.endswith('"'):
        return _QUOTED_PAIR.sub(r"\1", written[1:-1])
    return written


def _liking(offer: Offer, ranges: list[Range]) -> tuple[float, int]:
    """Answer the weight of the range that names the offer most exactly, and how exactly it does."""
    matching = [(_exactness(offer, each), each.weight) for each in ranges]
    exactness, weight = max(matching)
    return (weight, exactness) if exactness else (0.0, 0)


def _exactness(offer: Offer, wanted: Range) -> int:
    """0: no match; 1: anything; 2: a kind such as `text/*`; 3: the media type; 4: with its profile."""
    value = wanted.value.lower()
    if value in {"*/*", "*"}:
        exactness = 1
    elif value.endswith("/*"):
        exactness = 2 if offer.media_type.startswith(value[:-1]) else 0
    else:
        exactness = 3 if value == offer.media_type or value in offer.accepts else 0
    profiles = [each for each in wanted.parameters.get("profile", "").split() if not each.startswith(_LAYOUT)]
    if exactness and profiles:
        return 4 if offer.profile in profiles else 0
    return exactness


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
