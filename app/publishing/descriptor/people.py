"""Who made the data, where it came from, and who answers questions."""

from __future__ import annotations

import re
from typing import Any

from app.catalog.record import Contact, Contributor, Source
from app.publishing.descriptor.values import email_of, first_of, line_of, link_of, listed, unique

_ROLE_OF_KEY = {
    "contributors": (),
    "author": ("creator",),
    "authors": ("creator",),
    "maintainer": ("maintainer",),
    "maintainers": ("maintainer",),
    "publisher": ("publisher",),
    "publishers": ("publisher",),
}
_PERSON = re.compile(r"(?P<title>[^<(]*)(?:<(?P<email>[^>]*)>)?\s*(?:\((?P<path>[^)]*)\))?")


def read_contributors(descriptor: dict[str, Any]) -> tuple[Contributor, ...]:
    """Read the people and organizations under today's key and the older ones."""
    people = (
        _contributor(value, roles) for key, roles in _ROLE_OF_KEY.items() for value in listed(descriptor.get(key))
    )
    return tuple(person for person in people if person)


def _contributor(value: Any, roles: tuple[str, ...] = ()) -> Contributor | None:
    """Read a person or organization: an object, or the older "Name <mail> (address)"."""
    if isinstance(value, str):
        match = _PERSON.match(value)
        value = match.groupdict() if match else {}
    if not isinstance(value, dict):
        return None
    names = " ".join(filter(None, (line_of(value.get("givenName")), line_of(value.get("familyName")))))
    stated = unique(line_of(role) for role in [*listed(value.get("roles")), *listed(value.get("role"))])
    person = Contributor(
        title=line_of(first_of(value, "title", "name")) or names,
        url=link_of(first_of(value, "path", "web", "url")),
        email=email_of(value.get("email")),
        organization=line_of(value.get("organization")),
        roles=stated or roles,
    )
    return person if person.title or person.organization or person.email or person.url else None


def source_of(value: Any) -> Source | None:
    """Read a source: an object, an address or a title."""
    if isinstance(value, str):
        value = {"path": value} if link_of(value) else {"title": value}
    if not isinstance(value, dict):
        return None
    source = Source(
        title=line_of(first_of(value, "title", "name")),
        url=link_of(first_of(value, "path", "web", "url")),
        email=email_of(value.get("email")),
        version=line_of(value.get("version")),
    )
    return source if source.title or source.url or source.email else None


def contact_of(value: Any) -> Contact | None:
    """Read a contact: an object, a mail address or "Name <mail> (address)"."""
    if isinstance(value, str):
        if email := email_of(value):
            return Contact(email=email)
        person = _contributor(value)
        return Contact(person.title, person.email, person.url) if person else None
    if not isinstance(value, dict):
        return None
    contact = Contact(
        line_of(first_of(value, "name", "title", "fn")),
        email_of(first_of(value, "email", "hasEmail")),
        link_of(first_of(value, "url", "path", "hasURL", "web")),
    )
    return contact if contact.name or contact.email or contact.url else None
