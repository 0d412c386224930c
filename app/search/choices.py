"""The values that `field:value` means: people write csv, 東京都, ccby, 毎年; the index keeps codes."""

from __future__ import annotations

import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.catalog import places, vocabularies
from app.kernel.text import Text
from app.search.engine import Facet
from app.search.language.tree import Both, Chosen, Dropped, Node, Not

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from app.search.question import Meaning

NO_SUCH_VALUE = Text("この値を持つデータはありません。", "No dataset has this value.")
_LONGEST = 100
_MANY = 50
_RATINGS = {"優": "excellent", "良": "good", "可": "sufficient", "不可": "bad", "最高": "excellent", "悪い": "bad"}


def values_of(facet: Facet, words: str, known: Iterable[str]) -> tuple[str, ...]:
    """Answer the values of a facet that words mean, of those that datasets have; empty where they mean none."""
    plain = _folded(words[:_LONGEST])
    if not plain:
        return ()
    there = tuple(known)
    codes = {_folded(code) for code in _CODES[facet](words[:_LONGEST]) if code} | {plain}
    exact = tuple(value for value in there if _folded(value) in codes)
    # cc-by is every version of it.
    return exact or tuple(value for value in there if _folded(value).startswith(plain))[:_MANY]


def without_unknown(tree: Node | None, meaning: Meaning) -> tuple[Node | None, tuple[Dropped, ...]]:
    """Take choices out of a query that no dataset could meet, and name them."""
    nodes = tree.nodes if isinstance(tree, Both) else (tree,) if tree else ()
    unknown = [node for node in nodes if _is_unknown(node, meaning)]
    kept = tuple(node for node in nodes if node not in unknown)
    dropped = tuple(Dropped(_typed(node), NO_SUCH_VALUE) for node in unknown)
    return (kept[0] if len(kept) == 1 else Both(kept) if kept else None), dropped


def _is_unknown(node: Node, meaning: Meaning) -> bool:
    chosen = node.node if isinstance(node, Not) else node
    if not isinstance(chosen, Chosen) or chosen.facet is Facet.PUBLISHER:
        return False
    return not meaning.values_of(chosen.facet, chosen.value)


def _typed(node: Node) -> str:
    chosen = node.node if isinstance(node, Not) else node
    return f"{chosen.facet.value}:{chosen.value}" if isinstance(chosen, Chosen) else ""


def _folded(words: str) -> str:
    text = unicodedata.normalize("NFKC", words).casefold()
    return "".join(letter for letter in text if letter.isalnum())


def _format(words: str) -> tuple[str, ...]:
    known = vocabularies.file_type(words)
    return (known.name,) if known else ()


def _license(words: str) -> tuple[str, ...]:
    return (vocabularies.license_of(name=words).name,)


def _theme(words: str) -> tuple[str, ...]:
    group = vocabularies.group_of(words)
    return (vocabularies.theme_of(words), vocabularies.group_theme(group) if group else "")


def _place(words: str) -> tuple[str, ...]:
    place = places.place_of(words)
    sharing = places.names().get(unicodedata.normalize("NFKC", words).strip(), ())
    return (*(each.code for each in sharing), *([place.code] if place else []))


def _standard(words: str) -> tuple[str, ...]:
    plain = _folded(words)
    return tuple(each for each, known in vocabularies.standard_datasets().items() if plain in _folded(known.title.ja))


def _as_written(_: str) -> tuple[str, ...]:
    return ()


_CODES: Mapping[Facet, Callable[[str], tuple[str, ...]]] = MappingProxyType(
    {
        Facet.PUBLISHER: _as_written,
        Facet.THEME: _theme,
        Facet.FORMAT: _format,
        Facet.LICENSE: _license,
        Facet.PLACE: _place,
        Facet.PERIOD: _as_written,
        Facet.FREQUENCY: lambda words: (vocabularies.frequency_of(words),),
        Facet.QUALITY: lambda words: (_RATINGS.get(words.strip(), ""),),
        Facet.STANDARD: _standard,
    }
)
