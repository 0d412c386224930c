"""The package itself: what its publisher says of it as a whole, and the reading of all its parts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import Any

from app.catalog.record import Contact, Period
from app.catalog.vocabularies import ai_use_of, frequency_of, group_of, theme_of
from app.kernel.report import Findings
from app.kernel.text import Text
from app.publishing.descriptor.keys import check_references
from app.publishing.descriptor.licenses import read_licenses
from app.publishing.descriptor.limits import LISTED, MAX_RESOURCES
from app.publishing.descriptor.names import name_as_given, name_is_allowed
from app.publishing.descriptor.package import Package
from app.publishing.descriptor.parsing import parse
from app.publishing.descriptor.people import contact_of, read_contributors, source_of
from app.publishing.descriptor.reading import Reading
from app.publishing.descriptor.refused import Refused
from app.publishing.descriptor.resources import read_resources
from app.publishing.descriptor.texts import line_in, text_in
from app.publishing.descriptor.times import day_of, moment_of, period_of
from app.publishing.descriptor.values import first_of, label_of, line_of, link_of, listed, unique

DESCRIPTOR_NAMES = ("datapackage.json", "datapackage.yaml", "datapackage.yml")

_EXTENDED_NAMES: dict[str, tuple[str, ...]] = {
    "spatial": ("spatial", "spatialCoverage", "対象地域"),
    "temporal": ("temporal", "temporalCoverage", "対象期間"),
    "frequency": ("frequency", "accrualPeriodicity", "updateFrequency", "frequency_of_update", "更新頻度"),
    "nextUpdate": ("nextUpdate", "next_update", "nextDue", "次回更新予定日"),
    "themes": ("themes", "theme"),
    "groups": ("groups", "group"),
    "contact": ("contact", "contactPoint", "contact_point"),
    "conformsTo": ("conformsTo", "conforms_to"),
    "aiUse": ("aiUse", "ai_use"),
}
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)
_THREE_LETTERS = {"jpn": "ja", "eng": "en"}


def read_descriptor(
    raw: bytes,
    file_name: str,
    files: Collection[str],
    findings: Findings,
    *,
    read_file: Callable[[str], bytes] | None = None,
) -> Package | None:
    """Read a descriptor, JSON or (by its name) YAML. Answers `None` where an error was found.

    `files` are the names in the archive that paths may name. `read_file` answers the bytes of one of them, for a
    schema or dialect in a file of its own; without it those are refused.
    """
    reading = Reading(file_name, frozenset(files), read_file, Findings(limit=LISTED + 1))
    package = None
    try:
        package = _package(parse(raw, file_name), reading)
    except Refused as refused:
        reading.findings.add(refused.problem)
    findings.extend(reading.findings.problems)
    return None if reading.findings.failed else package


def _package(descriptor: dict[str, Any], reading: Reading) -> Package:
    name = _name(descriptor.get("name"), reading)
    given = descriptor.get("resources")
    if not isinstance(given, list) or not given:
        raise reading.refusal("package-without-resources")
    if len(given) > MAX_RESOURCES:
        raise reading.refusal("too-many-resources", count=len(given), limit=MAX_RESOURCES)
    resources = read_resources(given, reading)
    check_references(resources, reading)
    extended = {key: first_of(descriptor, *names) for key, names in _EXTENDED_NAMES.items()}
    return Package(
        name,
        resources,
        title=line_in(descriptor, "title"),
        description=text_in(descriptor, "description"),
        homepage=reading.understand(link_of, "homepage", descriptor.get("homepage")),
        version=line_of(descriptor.get("version")),
        version_notes=_text(text_in, "versionNotes", descriptor, reading).get("ja"),
        created=reading.understand(moment_of, "created", descriptor.get("created")),
        keywords=_keywords(descriptor.get("keywords")),
        licenses=read_licenses(descriptor, given),
        contributors=read_contributors(descriptor),
        sources=tuple(source for value in listed(descriptor.get("sources")) if (source := source_of(value))),
        languages=_languages(descriptor.get("languages")),
        spatial=unique(map(label_of, listed(extended["spatial"]))),
        temporal=reading.understand(period_of, "temporal", extended["temporal"]) or Period(),
        frequency=reading.understand(lambda given: frequency_of(line_of(given)), "frequency", extended["frequency"]),
        next_due=reading.understand(day_of, "nextUpdate", extended["nextUpdate"]),
        themes=_each(lambda given: theme_of(label_of(given)), "themes", extended["themes"], reading),
        groups=_each(lambda given: group_of(label_of(given)), "groups", extended["groups"], reading),
        contact=reading.understand(contact_of, "contact", extended["contact"]) or Contact(),
        provenance=_text(text_in, "provenance", descriptor, reading),
        caveats=_text(text_in, "caveats", descriptor, reading) or _text(text_in, "limitations", descriptor, reading),
        conforms_to=_each(lambda given: link_of(label_of(given)), "conformsTo", extended["conformsTo"], reading),
        ai_use=reading.understand(lambda given: ai_use_of(line_of(given)), "aiUse", extended["aiUse"]),
        series=_text(line_in, "series", descriptor, reading),
    )


def _name(value: Any, reading: Reading) -> str:
    name = unicodedata.normalize("NFC", name_as_given(value))
    if not name:
        reading.report("package-without-name")
    elif not name_is_allowed(name):
        reading.report("name-not-allowed", value=name)
    return name


def _keywords(value: Any) -> tuple[str, ...]:
    values = re.split(r"[,、，;；]", value) if isinstance(value, str) else listed(value)
    return unique(map(line_of, values))


def _languages(value: Any) -> tuple[str, ...]:
    codes = (_THREE_LETTERS.get(code.lower(), code) for code in map(line_of, listed(value)))
    return unique(match[1].lower() for code in codes if (match := _LANGUAGE.fullmatch(code)))


def _each(read: Callable[[Any], str], key: str, value: Any, reading: Reading) -> tuple[str, ...]:
    return unique(reading.understand(read, key, each) for each in listed(value))


def _text(
    read: Callable[[Mapping[str, Any], str], Text], key: str, descriptor: dict[str, Any], reading: Reading
) -> Text:
    return reading.understand(lambda _: read(descriptor, key), key, descriptor.get(key))
