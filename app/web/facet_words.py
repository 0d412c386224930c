"""What people call facets and their values: publishers by title, places by name, codes by their vocabularies."""

from __future__ import annotations

from functools import cache
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.catalog import places, vocabularies
from app.kernel.text import Text
from app.search.engine import Facet, Sort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from app.search.engine import FacetValue
    from app.wiring import Services

TITLES: Mapping[Facet, Text] = MappingProxyType(
    {
        Facet.PUBLISHER: Text("提供者", "Publisher"),
        Facet.THEME: Text("テーマ", "Theme"),
        Facet.FORMAT: Text("ファイル形式", "File format"),
        Facet.PLACE: Text("地域", "Place"),
        Facet.PERIOD: Text("データの対象年", "Year the data is about"),
        Facet.STANDARD: Text("標準データセット", "Standard dataset"),
        Facet.FREQUENCY: Text("更新頻度", "Update frequency"),
        Facet.QUALITY: Text("説明の充実度", "Quality of the description"),
        Facet.LICENSE: Text("ライセンス", "Licence"),
    }
)
SORTS: Mapping[Sort, Text] = MappingProxyType(
    {
        Sort.RELEVANCE: Text("関連度", "Relevance"),
        Sort.UPDATED: Text("データの更新", "Data updated"),
        Sort.REVISED: Text("新着・改訂", "New on the portal"),
        Sort.POPULARITY: Text("利用の多さ", "Popularity"),
        Sort.TITLE: Text("名前", "Title"),
    }
)
_RATINGS = MappingProxyType(
    {
        "excellent": Text("優秀", "Excellent"),
        "good": Text("良好", "Good"),
        "sufficient": Text("可", "Sufficient"),
        "bad": Text("不十分", "Bad"),
    }
)
_RANKS: Mapping[str, int] = MappingProxyType({rating: place for place, rating in enumerate(_RATINGS)})


class FacetWords:
    """Names values of facets. What publishers are called is read again when anything in the database changed."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._publishers: tuple[object, Mapping[str, Text], Callable[[str], Text]] = (None, {}, _as_is)

    def names(self, facet: Facet) -> Callable[[str], Text]:
        """Answer the function that names this facet's values; one that nobody knows is called what it is.

        It is the same function for as long as it names the same values the same.
        """
        return self._publisher() if facet is Facet.PUBLISHER else NAMES[facet]

    def _publisher(self) -> Callable[[str], Text]:
        # One assignment of the whole: threads that race read the same titles twice at worst.
        state = self._services.database.state()
        kept, titles, name = self._publishers
        if kept != state:
            now = {each.slug: each.title for each in self._services.organizations.list()}
            if now != titles:
                titles, name = now, lambda value: now.get(value) or Text(value, value)
            self._publishers = (state, titles, name)
        return name


def arranged(facet: Facet, values: Iterable[FacetValue]) -> tuple[FacetValue, ...]:
    """Put values in the order that people read them in: years latest first, ratings best first, others as counted."""
    if facet is Facet.PERIOD:
        return tuple(sorted(values, key=itemgetter(0), reverse=True))
    if facet is Facet.QUALITY:
        return tuple(sorted(values, key=lambda each: _RANKS.get(each.value, len(_RANKS))))
    return tuple(values)


@cache
def place_name(code: str) -> Text:
    """Name a municipality or prefecture, with the prefecture where several municipalities share a name."""
    known, place = places.municipality(code), places.place_of_code(code)
    if known is None or place is None:
        return Text(code, code)
    name = known.name or known.prefecture
    if len(places.names().get(known.name, ())) > 1:
        name = f"{name}（{known.prefecture}）"
    return Text(name, place.name.en)


@cache
def _license(name: str) -> Text:
    title = vocabularies.license_of(name).title
    return title or Text(name, name)


def _of_vocabulary(vocabulary: vocabularies.Vocabulary) -> Callable[[str], Text]:
    def name(code: str) -> Text:
        concept = vocabulary.get(code)
        return concept.title if concept else Text(code, code)

    return name


def _standard(code: str) -> Text:
    known = vocabularies.standard_datasets().get(code)
    return known.title if known else Text(code, code)


def _year(value: str) -> Text:
    return Text(f"{value}年", value)


def _as_is(value: str) -> Text:
    return Text(value, value)


# Publishers are not among them: what they are called may change.
NAMES: Mapping[Facet, Callable[[str], Text]] = MappingProxyType(
    {
        Facet.THEME: _of_vocabulary(vocabularies.themes()),
        Facet.FORMAT: _as_is,
        Facet.LICENSE: _license,
        Facet.PLACE: place_name,
        Facet.PERIOD: _year,
        Facet.FREQUENCY: _of_vocabulary(vocabularies.frequencies()),
        Facet.QUALITY: lambda value: _RATINGS.get(value) or Text(value, value),
        Facet.STANDARD: _standard,
    }
)
