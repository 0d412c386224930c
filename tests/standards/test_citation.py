"""Citations: CSL-JSON by its schema, BibTeX by the grammar that its readers have in common."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from app.catalog.record import Contributor, DatasetRecord
from app.kernel.text import Text
from app.metadata.checks.schemas import errors
from app.metadata.citation import citation, sentence
from app.metadata.formats import bibtex, csl
from tests.records import HOSTILE_TITLES, SITE, bare_record, draft_record, odd_records, sample_record

SCHEMA = "csl-data-1.0.json"
RECORDS = {
    "sample": sample_record(),
    "English": sample_record(languages=("en", "ja")),
    "bare": bare_record(),
    "draft": draft_record(),
    "pinned": sample_record(pinned=True),
}
HOSTILE = (
    *HOSTILE_TITLES,
    "a { b",
    "a } b",
    "}}, @misc{x,",
    "50% of #1 & $2_3 ~ ^ \\",
    r"\input{/etc/passwd}",
    '"',
    "\u3000 \n",
    "",
)
ENTRY = re.compile(r"@misc\{([A-Za-z0-9-]+),\n")
FIELD = re.compile(r"  ([a-z]+) = \{")
# What TeX would run, or read as something else than a letter, where it stands alone.
COMMAND = re.compile(
    r"\\(?!(?:text(?:backslash|asciitilde|asciicircum|braceleft|braceright)\{\}|[$&#%_]))|(?<!\\)[$&#%_]|[~^]"
)


def item(record: DatasetRecord) -> dict[str, Any]:
    (only,) = json.loads(csl.render(record, SITE))
    found: dict[str, Any] = only
    return found


def fields_of(record: DatasetRecord) -> dict[str, str]:
    """Read the one entry as BibTeX does: braces count, whatever stands before them."""
    text = bibtex.render(record, SITE).decode()
    begin = ENTRY.match(text)
    assert begin, text
    place, fields = begin.end(), {}
    while (field := FIELD.match(text, place)) is not None:
        end = closing(text, field.end())
        fields[field[1]] = text[field.end() : end]
        assert text.startswith(",\n", end + 1), text[end:]
        place = end + 3
    assert text[place:] == "}\n", text[place:]
    return fields


def closing(text: str, place: int) -> int:
    """Answer where the brace that was opened before a place is closed."""
    depth = 1
    for end in range(place, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return end
    raise AssertionError(text[place:])


def authors_of(words: str) -> list[str]:
    """Take a list of names apart: those in braces stay whole, as for BibTeX."""
    names, depth, name = [], 0, ""
    for part in re.split(r"( and |[{}])", words):
        depth += {"{": 1, "}": -1}.get(part, 0)
        if part == " and " and depth == 0:
            names.append(name)
            name = ""
        else:
            name += part
    return [*names, name]


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_the_schema_accepts_the_item(record: DatasetRecord) -> None:
    assert errors(SCHEMA, [item(record)]) == ()


@pytest.mark.parametrize("name", ["id", "type", "title", "author", "issued"])
def test_the_schema_refuses_an_item_without_what_is_demanded(name: str) -> None:
    wanting = {key: value for key, value in item(sample_record()).items() if key != name}
    assert errors(SCHEMA, [wanting]) != ()


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_the_entry_says_what_the_item_says(record: DatasetRecord) -> None:
    fields, cited = fields_of(record), item(record)
    assert fields["title"] == f"{{{cited['title']}}}"
    assert authors_of(fields["author"]) == [f"{{{author['literal']}}}" for author in cited["author"]]
    assert (fields["url"], fields.get("version")) == (cited["URL"], cited.get("version"))
    assert [int(fields["year"]), int(fields["month"])] == cited["issued"]["date-parts"][0][:2]


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_words_stay_in_their_field_and_are_no_commands(title: str) -> None:
    words = Text(title, title)
    fields = fields_of(sample_record(title=words, contributors=(Contributor(title, roles=("creator",)),)))
    assert COMMAND.findall(fields["title"] + fields["author"] + fields["publisher"]) == []
    assert len(authors_of(fields["author"])) == 1
    assert not set('"') & set(fields["title"])


@settings(max_examples=80, deadline=None)
@given(record=odd_records())
def test_any_record_is_cited(record: DatasetRecord) -> None:
    fields_of(record)
    assert errors(SCHEMA, [item(record)]) == ()
    assert "\n" not in sentence(citation(record, SITE))


def test_a_name_with_and_in_it_is_one_author() -> None:
    names = ("Parks and Roads", "Aoba City")
    record = sample_record(contributors=tuple(Contributor(name, roles=("author",)) for name in names))
    assert authors_of(fields_of(record)["author"]) == ["{Parks and Roads}", "{Aoba City}"]


def test_a_citation_points_to_the_version_whose_bytes_never_change() -> None:
    address = "https://data.example.jp/dataset/aoba-population/v/2"
    assert item(sample_record())["URL"] == item(sample_record(pinned=True))["URL"] == address


def test_a_citation_says_when_this_version_was_published_and_when_the_first_was() -> None:
    cited = item(sample_record(source_issued=datetime(2020, 4, 1, tzinfo=UTC)))
    assert cited["issued"] == {"date-parts": [[2026, 11, 2]]}
    assert cited["original-date"] == {"date-parts": [[2020, 4, 1]]}


def test_the_sentence_has_the_order_of_the_recommended_form() -> None:
    assert sentence(citation(sample_record(), SITE)) == (
        "青葉市 市民課 (2026): 青葉市の町別人口 (2.0.0). 青葉市. https://data.example.jp/dataset/aoba-population/v/2"
    )
