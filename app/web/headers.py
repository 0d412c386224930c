"""Headers: those that every answer carries, and the typed links of datasets, files and descriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import current_app, g, request

from app.catalog import addresses
from app.kernel.actor import ANONYMOUS
from app.metadata.links import web_link
from app.metadata.registry import FORMATS
from app.web.access import rule_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask, Response

    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord, StoredFile
    from app.metadata.format import Format

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Under this address one-time links are opened and passwords set.
SECRET_PATH = "/sign-in"  # noqa: S105 - an address
LINKSET = "application/linkset+json"
# nginx gives an answer's headers 4 KiB unless told otherwise.
HEADER_BYTES = 3000
ITEMS = 20
EXPOSED = (
    "ETag, Link, Location, Repr-Digest, Content-Range, Content-Disposition, RateLimit, RateLimit-Policy, Retry-After"
)
ASKED_WITH = "Accept, Accept-Profile, Content-Type, If-None-Match, Prefer, Range"
_ALWAYS = (
    ("Content-Security-Policy", CONTENT_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)
# Pages of every origin may read what is public; no cookie travels with it.
_OPEN = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", EXPOSED))
_TO_READ = (*_OPEN, ("Cache-Control", "public, no-cache"))
_IN_ADDRESSES = "%/:=&?~#+!$,;'@()*[]"


def install(app: Flask) -> None:
    """Set them after each request."""
    app.after_request(_set)


def _set(response: Response) -> Response:
    headers, method = response.headers, request.method
    _stay_here(response)
    if (response.content_type or "").startswith("text/html"):
        response.vary.update(("Accept-Language", "Cookie"))
    there = {name.lower() for name, _ in headers}
    wanted: tuple[tuple[str, str], ...] = _ALWAYS
    if method == "OPTIONS":
        _let_ask(response)
    elif g.get("actor", ANONYMOUS) is not ANONYMOUS or "set-cookie" in there or request.path.startswith(SECRET_PATH):
        headers["Cache-Control"] = "private, no-store"
    elif method in {"GET", "HEAD"}:
        wanted += _TO_READ
    elif _only_asks():
        wanted += _OPEN
    for name, value in wanted:
        if name.lower() not in there:
            headers.add(name, value)
    return response


def _let_ask(response: Response) -> None:
    """Answer a preflight (Fetch, 3.3.4) of what asks and changes nothing. Nothing is said of tokens and cookies."""
    asks = {"GET", "HEAD", "OPTIONS"} | ({"POST"} if _only_asks() else set())
    methods = [each for each in response.allow.as_set(preserve_casing=True) if each in asks]
    if methods:
        response.headers.setdefault("Access-Control-Allow-Origin", "*")
        response.headers.setdefault("Access-Control-Allow-Methods", ", ".join(sorted(methods)))
        response.headers.setdefault("Access-Control-Allow-Headers", ASKED_WITH)
        response.headers.setdefault("Access-Control-Max-Age", "86400")


def _only_asks() -> bool:
    """Say whether a POST to this address changes nothing."""
    # Every answer to a POST asks this: what the request knows is looked up once, not for each rule.
    found, views = request.url_rule, current_app.view_functions
    if found is None or found.endpoint not in views:
        return False
    address, rules = found.rule, current_app.url_map.iter_rules()
    alike = (each for each in rules if each.rule == address and "POST" in (each.methods or ()))
    return any(rule_of(views[each.endpoint]).safe_post for each in alike)


def _stay_here(response: Response) -> None:
    """Write a redirect to ourselves without the host: it is what the client called us, which may be anything."""
    location = response.headers.get("Location", "")
    if location.startswith("http") and location.startswith(request.host_url):
        response.headers["Location"] = "/" + location.removeprefix(request.host_url).lstrip("/")
        response.set_data(b"")


@dataclass(frozen=True, slots=True)
class TypedLink:
    """A typed link from one thing to another (RFC 8288). All addresses are absolute."""

    anchor: str
    relation: str
    target: str
    media_type: str = ""
    profile: str = ""

    @property
    def bare_type(self) -> str:
        """The media type without parameters, as RFC 8288 has it; a profile stands beside it."""
        return self.media_type.partition(";")[0]

    def __str__(self) -> str:
        """Write it as the `Link` header does, for the answer at its anchor."""
        attributes = (("rel", self.relation), ("type", self.bare_type), ("profile", self.profile))
        written = "".join(f'; {name}="{_quotable(value)}"' for name, value in attributes if value)
        return f"<{_address(self.target)}>{written}"


def signposts(record: DatasetRecord, site: Site, formats: Iterable[Format]) -> list[TypedLink]:
    """Say at a dataset's address what belongs to it: FAIR Signposting, level 2 (signposting.org/FAIR).

    Versions are linked as RFC 5829 says. Files come last: there may be more than a header can hold.
    """
    page = site.absolute(addresses.dataset(record.path))
    named = [("type", "https://schema.org/AboutPage"), ("type", "https://schema.org/Dataset")]
    named += [("cite-as", cite_as(record, site)), ("canonical", page), *_licensed(record)]
    named += [("author", site.absolute(addresses.publisher(record.publisher.slug))), *_versions(record, site)]
    links = [TypedLink(page, relation, target) for relation, target in named]
    links.append(TypedLink(page, "linkset", f"{page}/linkset", LINKSET))
    links += (
        TypedLink(page, "describedby", page + each.suffix, each.media_type, each.profile or "") for each in formats
    )
    links += (TypedLink(page, "item", file.download, file.media_type) for file in _files(record, site))
    return links


def description_signposts(
    record: DatasetRecord, site: Site, shown: Format, formats: Iterable[Format]
) -> list[TypedLink]:
    """Say at a description what it describes, and which others there are."""
    page = site.absolute(addresses.dataset(record.path))
    own = page + shown.suffix
    links = [TypedLink(own, "describes", page, "text/html"), TypedLink(own, "canonical", own)]
    if shown.profile:
        links.append(TypedLink(own, "profile", shown.profile))
    links.append(TypedLink(own, "linkset", f"{page}/linkset", LINKSET))
    others = (each for each in formats if each is not shown)
    links += (TypedLink(own, "alternate", page + each.suffix, each.media_type, each.profile or "") for each in others)
    return links


def file_signposts(record: DatasetRecord, site: Site, file: StoredFile) -> list[TypedLink]:
    """Say at a file which dataset it belongs to and what describes its columns. Nothing for what is no item."""
    found = next((each for each in _files(record, site) if each.name == file.name), None)
    return _file_links(record, site, found) if found else []


def linkset(record: DatasetRecord, site: Site, formats: Iterable[Format]) -> dict[str, object]:
    """Collect all links of a dataset, its files and its descriptions (RFC 9264, 4.2)."""
    kept = tuple(formats)
    links = signposts(record, site, kept)
    for file in _files(record, site):
        links += _file_links(record, site, file)
    page = site.absolute(addresses.dataset(record.path))
    links += (TypedLink(page + each.suffix, "describes", page, "text/html") for each in kept)
    contexts: dict[str, dict[str, Any]] = {}
    for link in links:
        context = contexts.setdefault(_address(link.anchor), {"anchor": _address(link.anchor)})
        context.setdefault(link.relation, []).append(_target(link))
    return {"linkset": list(contexts.values())}


def link_header(links: Iterable[TypedLink]) -> str:
    """Write a `Link` header of bounded size: proxies refuse answers with long ones. The linkset holds all."""
    written: list[str] = []
    room, items = HEADER_BYTES, ITEMS
    for link in links:
        text = str(link)
        if link.relation == "item":
            items -= 1
            room -= len(text)
            if items < 0 or room < 0:
                break
        else:
            room -= len(text)
        written.append(text)
    return ", ".join(written)


def cite_as(record: DatasetRecord, site: Site) -> str:
    """The address that a citation should have: what is behind it never changes."""
    number = record.version.number if record.version else None
    path = addresses.version(record.slug, number) if number else addresses.dataset(record.slug)
    return site.absolute(path)


@dataclass(frozen=True, slots=True)
class _Item:
    name: str
    download: str
    media_type: str
    table: str | None = None


def _files(record: DatasetRecord, site: Site) -> list[_Item]:
    """List what can be downloaded: files here, by the names in their addresses, then files elsewhere."""
    items = [
        _Item(
            file.name,
            site.absolute(addresses.data(record.path, file.name)),
            file.media_type,
            resource.name if resource.table and file is resource.file else None,
        )
        for resource in record.resources
        for file in (resource.file, resource.parquet)
        if file
    ]
    elsewhere = ((link, web_link(link.url)) for link in record.links)
    return items + [_Item("", url, link.media_type) for link, url in elsewhere if url]


def _file_links(record: DatasetRecord, site: Site, file: _Item) -> list[TypedLink]:
    page = site.absolute(addresses.dataset(record.path))
    links = [
        TypedLink(file.download, "collection", page, "text/html"),
        TypedLink(file.download, "cite-as", cite_as(record, site)),
    ]
    links += (TypedLink(file.download, relation, target) for relation, target in _licensed(record))
    for each in FORMATS:
        if file.table is not None and each.render_table:
            links.append(TypedLink(file.download, "describedby", file.download + each.table_suffix, each.media_type))
    return links


def _licensed(record: DatasetRecord) -> list[tuple[str, str]]:
    url = web_link(record.license.url)
    return [("license", url)] if url else []


def _versions(record: DatasetRecord, site: Site) -> list[tuple[str, str]]:
    if record.version is None:
        return []
    earlier = [each.number for each in record.versions if each.number < record.version.number]
    linked = [("latest-version", site.absolute(addresses.dataset(record.slug)))]
    if earlier:
        linked.append(("predecessor-version", site.absolute(addresses.version(record.slug, max(earlier)))))
    return linked


def _target(link: TypedLink) -> dict[str, str]:
    # RFC 9264 wants lists for attributes it does not know; what reads signposts knows `profile` as one text.
    named = {"href": _address(link.target), "type": link.bare_type, "profile": link.profile}
    return {name: value for name, value in named.items() if value}


def _address(target: str) -> str:
    """Write an address in ASCII (RFC 3987, 3.1): publishers' links may have any letters, headers none."""
    return quote(target, safe=_IN_ADDRESSES)


def _quotable(value: str) -> str:
    return quote(value.replace('"', "'"), safe=_IN_ADDRESSES + " ")
