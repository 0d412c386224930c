"""What the search is asked in benchmarks: 200 different questions out of a seed, as many kinds of people ask them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from urllib.parse import urlencode

from app.search.answer import SearchQuery
from app.search.engine import Facet
from tests.search import known_items

SEED = 5
COUNT = 200
# They match most of the catalogue, which is what costs.
BROAD = (
    "データ",
    "東京都",
    "一覧",
    "統計",
    "年度",
    "区",
    "市",
    "情報",
    "施設",
    "data",
    "tokyo",
    "令和",
    "平成",
    "人口",
)
NONSENSE = (
    "xyzzy",
    "asdf qwer",
    "ゔぁゔぃ",
    "魑魅魍魎",
    "ぬるぽ がっ",
    "qqqq wwww eeee",
    "🦖🦖🦖",
    "((((",
    "AND OR NOT",
    "*?*?*?*",
    "null undefined NaN",
    "寿限無寿限無五劫の擦り切れ海砂利水魚の水行末雲来末風来末",
)
KANA = (
    "じんこう",
    "ほいくえん",
    "ひなんじょ",
    "としょかん",
    "よさん",
    "けっさん",
    "こうえん",
    "せたがや",
    "がっこう",
    "びょういん",
)
LANGUAGE = (
    '"決算の概要"',
    "人口 -世帯",
    "予算 OR 決算",
    "title:公園",
    "publisher:江戸川区",
    "updated:2024-01..2024-12 学校",
)
FILTERED = (
    (Facet.FORMAT, "CSV"),
    (Facet.FORMAT, "PDF"),
    (Facet.PLACE, "131121"),
    (Facet.PLACE, "130001"),
    (Facet.PERIOD, "2021"),
    (Facet.FREQUENCY, "ANNUAL"),
    (Facet.THEME, "HEAL"),
    (Facet.LICENSE, "CC-BY-4.0"),
)
TYPED = (
    "じんこう",
    "人口統計",
    "ほいくえん",
    "hojokin",
    "せたがやく",
    "population",
    "避難所",
    "東京都環境局",
    "公衆無線LAN",
    "予算の概要",
)


@dataclass(frozen=True, slots=True)
class Question:
    """Words and filters, and what kind of question it is."""

    kind: str
    words: str
    filters: tuple[tuple[Facet, str], ...] = ()

    @property
    def query(self) -> SearchQuery:
        """The question as search takes it, with all facets."""
        return SearchQuery(self.words, filters={facet: (value,) for facet, value in self.filters})

    @property
    def parameters(self) -> str:
        """The question as it stands in an address."""
        pairs = [("q", self.words), *((facet.value, value) for facet, value in self.filters)]
        return urlencode(pairs)


def questions(seed: int = SEED) -> tuple[Question, ...]:
    """Make the mix: broad words, known items, words with filters, kana, the query language, nonsense."""
    chance = random.Random(seed)
    items = chance.sample([item.query for item in known_items.read()], 140)
    fixed = {"broad": BROAD, "nonsense": NONSENSE, "kana": KANA, "language": LANGUAGE}
    made = [Question(kind, words) for kind, each in fixed.items() for words in each]
    made += [
        Question("filtered", words, ((facet, value),))
        for number, (facet, value) in enumerate(FILTERED)
        for words in ("", BROAD[number % len(BROAD)], items[-1 - number])
    ]
    made += [Question("known", words) for words in items[: COUNT - len(made)]]
    chance.shuffle(made)
    return tuple(made)


def typed() -> tuple[str, ...]:
    """List what stands in the field, letter after letter, while some words are typed."""
    return tuple(words[:length] for words in TYPED for length in range(1, len(words) + 1))
