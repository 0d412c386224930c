"""Understands a dataset as CKAN's API (version 3) writes it: `package_show`, and each of `package_search`'s results.

Source: CKAN 2.11 API guide, and the package dictionary of its `package_show`. Times there are UTC without a zone.
Whatever stands in a record may be wrong or missing: each field is taken where it is understood, and noted where not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urlsplit

from app.catalog import vocabularies
from app.catalog.record import About, Contact, Contributor, License, Link, Period, Source
from app.catalog.slugs import slug_of
from app.harvest.fields import NOTES, Fields, format_of
from app.harvest.harvested import Harvested, HarvestedOrganization, Mapped
from app.harvest.problems import problem
from app.identity.slug import SLUG, SLUG_LENGTH
from app.kernel.report import Findings, refusal
from app.kernel.text import text_of
from app.publishing.descriptor.names import name_from, name_is_allowed, unused_name
from app.publishing.descriptor.times import period_of
from app.publishing.descriptor.values import line_of, link_of, suffix_of, unique, words_of

MAX_TITLE = 500
MAX_NOTES = 20_000
MAX_LINE = 200
MAX_LINK_WORDS = 2000
MAX_LINKS = 1000
MAX_TAGS = 100
MAX_EXTRAS = 300
MAX_ID = 100
ACTIVE = "active"
DATASET = "dataset"

# What portals call the fields that CKAN itself does not have.
EXTRAS: Mapping[str, str] = MappingProxyType(
    {
        "更新頻度": "frequency",
        "frequency": "frequency",
        "update_frequency": "frequency",
        "accrual_periodicity": "frequency",
        "theme": "theme",
        "spatial": "spatial",
        "language": "language",
        "temporal_start": "temporal_start",
        "temporal_end": "temporal_end",
        "conforms_to": "conforms_to",
        "provenance": "provenance",
    }
)


def map_package(package: object, row: int, *, portal: str = "") -> Mapped:
    """Make of a package what this portal says of a dataset. Never raises.

    `row` is its number in the file, `portal` the address of the CKAN that it comes from, where that is known.
    """
    if not isinstance(package, dict):
        return Mapped(row, "", refusal(problem("harvest-record-no-object", row=row, value=type(package).__name__)))
    fields = Fields(package, row, Findings(NOTES))
    source_id = _id(package)
    harvested = _harvested(fields, source_id, portal) if _is_public(fields) else None
    return Mapped(row, source_id, fields.findings.report(), harvested)


def _id(package: dict[str, Any]) -> str:
    """Answer the permanent id; a record without one is known by its name alone."""
    given = (_name(package.get(key)) for key in ("id", "name"))
    return next((each for each in given if 0 < len(each) <= MAX_ID and name_is_allowed(each)), "")


def _name(value: object) -> str:
    return words_of(value) if isinstance(value, str) else ""


def _is_public(fields: Fields) -> bool:
    kinds = {"state": ("", ACTIVE), "type": ("", DATASET), "private": (False, None)}
    hidden = next((key for key, public in kinds.items() if (fields.raw(key) or public[0]) not in public), None)
    if hidden is None:
        return True
    fields.note("harvest-record-not-public", hidden, value=line_of(fields.raw(hidden)) or fields.raw(hidden) is True)
    return False


def _harvested(fields: Fields, source_id: str, portal: str) -> Harvested | None:
    name = _name(fields.raw("name")) or source_id
    if not source_id or not name_is_allowed(name):
        fields.note("harvest-record-without-name", "name", value=name or None)
        return None
    return Harvested(name, source_id, _about(fields, name, source_id, portal), _organization(fields))


def _about(fields: Fields, name: str, source_id: str, portal: str) -> About:
    title = text_of(fields.line("title", MAX_TITLE) or name)
    groups, other_groups = _groups(fields)
    homepage = fields.link("url")
    about = About(
        title=title,
        description=text_of(fields.words("notes", MAX_NOTES)),
        license=_license(fields),
        keywords=unique((*_tags(fields), *other_groups)),
        groups=groups,
        languages=(),
        homepage=homepage,
        contact=Contact(fields.line("maintainer", MAX_LINE), fields.email("maintainer_email")),
        sources=_sources(source_id, portal),
        contributors=_author(fields),
        links=_links(fields),
        source_issued=fields.moment("metadata_created"),
        source_modified=fields.moment("metadata_modified"),
    )
    return _with_extras(about, fields)


def _license(fields: Fields) -> License:
    name, title = fields.line("license_id", MAX_LINE), fields.line("license_title", MAX_LINE)
    return vocabularies.license_of(name, fields.link("license_url"), title)


def _sources(source_id: str, portal: str) -> tuple[Source, ...]:
    if not portal:
        return ()
    return (Source(title=urlsplit(portal).hostname or portal, url=source_address(portal, source_id)),)


def source_address(portal: str, source_id: str) -> str:
    """Answer where a CKAN shows a dataset, whatever it is renamed to."""
    return f"{portal.rstrip('/')}/dataset/{source_id}"


def _author(fields: Fields) -> tuple[Contributor, ...]:
    name, email = fields.line("author", MAX_LINE), fields.email("author_email")
    return (Contributor(title=name, email=email, roles=("creator",)),) if name or email else ()


def _tags(fields: Fields) -> list[str]:
    tags = fields.objects("tags", MAX_TAGS)
    return [tag.line("display_name", MAX_LINE) or tag.line("name", MAX_LINE) for tag in tags]


def _groups(fields: Fields) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Answer the codes of the groups that this portal knows, and the titles of the others."""
    known, others = [], []
    for group in fields.objects("groups", MAX_TAGS):
        name, title = (
            group.line("name", MAX_LINE),
            group.line("title", MAX_LINE) or group.line("display_name", MAX_LINE),
        )
        # The title first: another CKAN may number its groups in the same way.
        found = vocabularies.groups().find(title) if title else vocabularies.groups().get(name)
        if found:
            known.append(found.code)
        else:
            others.append(title or name)
    return unique(known), unique(others)


def _organization(fields: Fields) -> HarvestedOrganization | None:
    own = fields.object("organization")
    if own is None:
        return None
    name, title = own.line("name", MAX_LINE), own.line("title", MAX_LINE)
    if not name and not title:
        return None
    slug = (
        name if SLUG.fullmatch(name) and len(name) <= SLUG_LENGTH else slug_of(name or title)[:SLUG_LENGTH].strip("-")
    )
    # Tokyo's organizations have their address in the first line of their description.
    first_line = own.words("description", MAX_NOTES).partition("\n")[0]
    return HarvestedOrganization(slug, text_of(title or name), link_of(own.raw("url")) or link_of(first_line))


def _links(fields: Fields) -> tuple[Link, ...]:
    taken: set[str] = set()
    resources = (each for each in fields.objects("resources", MAX_LINKS) if each.raw("state") in (None, "", ACTIVE))
    links = (_link(resource, number, taken) for number, resource in enumerate(resources, 1))
    return tuple(link for link in links if link is not None)


def _link(resource: Fields, number: int, taken: set[str]) -> Link | None:
    url = resource.link("url")
    if not url:
        if not words_of(resource.raw("url")):
            resource.note("harvest-field-not-understood", "url", value="")
        return None
    path = unquote(PurePosixPath(urlsplit(url).path).name)
    suffix = suffix_of(path)
    format_ = resource.take("format", lambda said: format_of(said, suffix)) or format_of("", suffix)
    return Link(
        name=unused_name(name_from(path, f"file-{number}"), taken),
        url=url,
        title=text_of(resource.line("name", MAX_TITLE)),
        description=text_of(resource.words("description", MAX_LINK_WORDS)),
        format=format_,
        # The ending says what the bytes are, the format what they hold: KML may come in a zip.
        media_type=resource.media_type("mimetype") or _media_type(suffix) or _media_type(format_),
        size=resource.size("size"),
        modified=resource.moment("last_modified") or resource.moment("metadata_modified"),
    )


def _media_type(words: str) -> str:
    known = vocabularies.file_type(words) if words else None
    return known.media_type if known else ""


def _with_extras(about: About, fields: Fields) -> About:
    said: dict[str, Fields] = {}
    for extra in islice(_extras(fields), MAX_EXTRAS):
        key, value = line_of(extra.raw("key")), extra.raw("value")
        if key in EXTRAS and words_of(value):
            said.setdefault(EXTRAS[key], fields.within({"value": value}, key))
    for kind, read in _READERS.items():
        if kind in said:
            about = read(about, said[kind])
    return _with_period(about, said)


def _extras(fields: Fields) -> list[Fields]:
    """Take the extras: a list of pairs, or, of older and lesser portals, an object or fields of the record itself."""
    values = fields.raw("extras")
    if isinstance(values, dict):
        values = islice(values.items(), MAX_EXTRAS)
        listed = [fields.within({"key": key, "value": value}, "extras") for key, value in values]
    else:
        listed = fields.objects("extras", MAX_EXTRAS)
    own = [fields.within({"key": key, "value": fields.raw(key)}, key) for key in EXTRAS if fields.raw(key) is not None]
    return [*listed, *own]


def _with_frequency(about: About, extra: Fields) -> About:
    return replace(about, frequency=extra.take("value", vocabularies.frequency_of))


def _with_theme(about: About, extra: Fields) -> About:
    theme = extra.take("value", vocabularies.theme_of)
    return replace(about, themes=(theme,) if theme else ())


def _with_spatial(about: About, extra: Fields) -> About:
    place = extra.line("value", MAX_LINE)
    # Often GeoJSON, which is a shape and no place.
    return about if place.startswith("{") else replace(about, spatial=(place,))


def _with_language(about: About, extra: Fields) -> About:
    language = extra.line("value", MAX_LINE).lower()
    is_code = len(language) == len("ja") and language.isascii() and language.isalpha()
    return replace(about, languages=(language,)) if is_code else about


def _with_standard(about: About, extra: Fields) -> About:
    standard = extra.link("value")
    return replace(about, conforms_to=(standard,) if standard else ())


def _with_provenance(about: About, extra: Fields) -> About:
    return replace(about, provenance=text_of(extra.words("value", MAX_NOTES)))


def _with_period(about: About, said: Mapping[str, Fields]) -> About:
    ends = {key: line_of(said[f"temporal_{key}"].raw("value")) for key in ("start", "end") if f"temporal_{key}" in said}
    return replace(about, temporal=period_of(ends) or Period()) if ends else about


_READERS: Mapping[str, Callable[[About, Fields], About]] = MappingProxyType(
    {
        "frequency": _with_frequency,
        "theme": _with_theme,
        "spatial": _with_spatial,
        "language": _with_language,
        "conforms_to": _with_standard,
        "provenance": _with_provenance,
    }
)
