"""What the names of a table's columns tell: whether its rows are persons, places of business, or sums of persons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

LONGEST_NAME = 200

_PERSON = re.compile(
    r"氏名|姓名|お名前|患者名|児童名|生徒名|会員名|保護者|申請者|申込者|受給者|参加者|世帯主|被保険者|生年月日|誕生日"
    r"|full.?name|first.?name|last.?name|given.?name|family.?name|surname|patient|applicant|birth"
)
_PLACE = re.compile(
    r"施設|店|事業所|事業者名|営業所|名称|屋号|商号|会社|法人|団体|学校|園名|病院|医療機関|会場|旅館|ホテル"
    r"|facility|company|shop|organi[sz]ation|office"
)
_OWN = re.compile(
    r"自宅|本人|個人|申請者|申込者|営業者|代表者|開設者|所有者|保護者|世帯主|契約者|届出者|被保険者|患者|home"
)
_SUMS = re.compile(r"数|率|割合|人口|平均|合計|総計|累計|小計|^計$|^人$|構成比|count|total|number of|rate|population")
_NO_SUM = re.compile(r"番号|回数|年数|日数|泊数")
_TRAITS = (
    re.compile(r"年代|年齢|年令|^age|age.?group"),
    re.compile(r"性別|^sex$|gender"),
    re.compile(r"居住地|住所|居所|出身|residence"),
    re.compile(r"職業|勤務先|勤務地|occupation"),
    re.compile(r"病名|疾患|疾病|症状|病状|既往|診断|障害|障がい|患者|disease|diagnosis|symptom"),
    re.compile(r"国籍|nationality"),
)
_ILLNESS = _TRAITS[4]
_GROUPS = re.compile(r"死因|所得|cause of death|income")
ENOUGH_TRAITS = 3


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the rows of a table.

    `persons`: each is about a person, who is named. `places`: each is a facility or a business, which may have named
    people. `first_trait` is the column in which a table of unnamed persons is reported. `groups` are columns by
    which people are grouped, `ill` says that illness is among them.
    """

    persons: bool
    places: bool
    first_trait: str
    groups: frozenset[str]
    ill: bool


def plain(words: str) -> str:
    """Make wide and narrow letters alike, and upper and lower case, at any rate those that matter."""
    return unicodedata.normalize("NFKC", words[:LONGEST_NAME]).casefold()


def read_context(names: Sequence[str]) -> Context:
    """Read the names of all columns of a table."""
    return _read(tuple(names))


# A table's columns are looked at one after the other, each with the names of all.
@lru_cache(maxsize=2)
def _read(names: tuple[str, ...]) -> Context:
    plains = [plain(name) for name in names]
    groups = frozenset(name for name in plains if _groups(name))
    return Context(
        persons=any(_PERSON.search(name) for name in plains),
        places=any(_PLACE.search(name) for name in plains),
        first_trait=_first_trait(plains),
        groups=groups,
        ill=any(_ILLNESS.search(name) for name in groups),
    )


def is_own(name: str, context: Context) -> bool:
    """Say whether an address or a phone number under this name is a person's rather than a place's."""
    return bool(_OWN.search(name)) or (context.persons and not context.places and not _PLACE.search(name))


def _first_trait(names: Sequence[str]) -> str:
    if any(_sums(name) for name in names):
        return ""
    found = {number: name for name in reversed(names) for number, trait in enumerate(_TRAITS) if trait.search(name)}
    if len(found) < ENOUGH_TRAITS:
        return ""
    return next(name for name in names if name in found.values())


def _groups(name: str) -> bool:
    return not _sums(name) and bool(_GROUPS.search(name) or any(trait.search(name) for trait in _TRAITS))


def _sums(name: str) -> bool:
    return bool(_SUMS.search(name)) and not _NO_SUM.search(name)
