"""The sitemap keeps to the protocol and leads to pages that are there (sitemaps.org)."""

from __future__ import annotations

from pathlib import Path

from lxml import etree  # type: ignore[import-untyped]

from tests.factories import Portal
from tests.standards.catalogue import small_catalogue  # noqa: F401 - a fixture, found by its name

SCHEMA = Path(__file__).parents[2] / "metadata" / "schemas" / "sitemap-0.9.xsd"
NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def locations(catalogue: Portal, path: str) -> list[str]:
    """Read a document that must be valid; answer the paths in it."""
    document = etree.fromstring(catalogue.client().get(path).data)
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    assert schema.validate(document), schema.error_log
    found = document.xpath("//s:loc/text()", namespaces=NAMESPACE)
    return [str(each).removeprefix(catalogue.services.site.url) for each in found]


def test_the_index_and_its_parts_keep_to_the_protocol_and_every_page_is_there(catalogue: Portal) -> None:
    pages = [page for part in locations(catalogue, "/sitemap.xml") for page in locations(catalogue, part)]
    assert "/dataset/public-0" in pages
    client = catalogue.client()
    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_times_of_change_are_those_of_the_catalogue(catalogue: Portal) -> None:
    document = etree.fromstring(catalogue.client().get("/sitemap/1.xml").data)
    record = next(iter(catalogue.services.catalog.public_records()))
    address = catalogue.services.site.absolute("/dataset/public-0")
    said = document.xpath(f"//s:url[s:loc='{address}']/s:lastmod/text()", namespaces=NAMESPACE)
    assert said == [record.modified.isoformat(timespec="seconds")]
