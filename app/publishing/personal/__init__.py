"""Personal data in a column: found by its name, its words and the names of the columns beside it.

What is looked for, and how, in this order; the first that is found is told:

* individual numbers: under their name, or twelve digits with the check digit of My Number, four or more and in four
  of five words;
* mail addresses: in a table about persons all, elsewhere private providers' and those with a frequent surname in them;
* mobile phones: anywhere with hyphens, without them under a name of phone numbers;
* dates of birth: days under such a name;
* names: see `names.find_names`;
* home addresses and other phone numbers: in a table about persons, or under a name that says whose they are;
* rows about single persons without a name: three traits such as age, sex and residence, and no column of sums;
* small cells: one or two in a column of counts of people that another column splits by age, sex, illness and the like.

A table is about persons if a column's name says so (氏名, 生年月日 ...) and none names a place of business. What a
facility publishes of itself is not personal. The portal cannot see who may be named: a governor decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from app.kernel.report import Problem
from app.publishing.examination import PersonalData
from app.publishing.personal.addresses import find_home_addresses, find_person_records
from app.publishing.personal.context import plain, read_context
from app.publishing.personal.kinds import KINDS, Kind
from app.publishing.personal.mail import find_mail_addresses
from app.publishing.personal.names import find_names
from app.publishing.personal.numbers import (
    find_birth_dates,
    find_individual_numbers,
    find_landlines,
    find_mobile_phones,
    find_small_cells,
)
from app.publishing.personal.words import Hits, Word, Words
from app.publishing.problems import problem

__all__ = ["KINDS", "Kind", "describe_personal", "examine_personal"]

DETECTORS: Mapping[str, Callable[[Words], Hits | None]] = {
    "individual-numbers": find_individual_numbers,
    "mail-addresses": find_mail_addresses,
    "mobile-phones": find_mobile_phones,
    "birth-dates": find_birth_dates,
    "person-names": find_names,
    "home-addresses": find_home_addresses,
    "landlines": find_landlines,
    "person-records": find_person_records,
    "small-cells": find_small_cells,
}


def examine_personal(name: str, meaning: str, words: Sequence[Word], table_names: Sequence[str]) -> PersonalData | None:
    """Look for personal data in one column: its different words as (word, count, line where it is first).

    `meaning` is a code of the catalogue's meanings or empty; `table_names` are all columns' names in their order.
    """
    column = Words(plain(name), meaning, words, read_context(table_names))
    for kind, find in DETECTORS.items():
        if hits := find(column):
            return PersonalData(kind, name, hits.count, hits.line, hits.shown)
    return None


def describe_personal(found: PersonalData, file: str, resource: str) -> Problem:
    """Say in a report what was found."""
    place = {"file": file, "resource": resource, "row": found.line, "column": found.column, "value": found.shown}
    return problem(f"personal-{found.kind}", **place, count=found.count)  # type: ignore[arg-type]
