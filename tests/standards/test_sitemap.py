"""The sitemap keeps to the protocol and leads to pages that are there (sitemaps.org)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from app.catalog.record import Access
from tests.factories import Portal, make_portal, package

SCHEMA = Path(__file__).parents[2] / "metadata" / "schemas" / "sitemap-0.9.xsd"
NAMESPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    made = make_portal(tmp_path_factory.mktemp("sitemap"))
    made.publish()
    made.publish(package(name="inside"), access=Access.INTERNAL)
    made.services.dumps.refresh()
    yield made
    made.close()


def locations(portal: Portal, path: str) -> list[str]:
    """Read a document that must be valid; answer the paths in it."""
    document = etree.fromstring(portal.client().get(path).data)
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    assert schema.validate(document), schema.error_log
    found = document.xpath("//s:loc/text()", namespaces=NAMESPACE)
    return [str(each).removeprefix(portal.services.site.url) for each in found]


def test_the_index_and_its_parts_keep_to_the_protocol_and_every_page_is_there(portal: Portal) -> None:
    pages = [page for part in locations(portal, "/sitemap.xml") for page in locations(portal, part)]
    assert "/dataset/ward-population" in pages
    client = portal.client()
    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_times_of_change_are_those_of_the_catalogue(portal: Portal) -> None:
    document = etree.fromstring(portal.client().get("/sitemap/1.xml").data)
    record = next(iter(portal.services.catalog.public_records()))
    address = portal.services.site.absolute("/dataset/ward-population")
    said = document.xpath(f"//s:url[s:loc='{address}']/s:lastmod/text()", namespaces=NAMESPACE)
    assert said == [record.modified.isoformat(timespec="seconds")]
