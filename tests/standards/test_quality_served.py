"""A resource's quality as it is served: one page and the same facts as JSON, to whoever may read the dataset."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.catalog.record import Access
from tests.factories import Portal, make_portal

CSV = "コード,名称,人口\n131016,千代田区,66680\n131024,中央区,169179\n".encode()


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    made = make_portal(tmp_path)
    yield made
    made.close()


def _addresses(portal: Portal, access: Access = Access.PUBLIC) -> tuple[str, str]:
    record = portal.publish(CSV, file_name="wards.csv", access=access)
    name = record.resources[0].name
    return f"/dataset/{record.slug}/resource/{name}/quality", f"/api/v1/datasets/{record.slug}/resources/{name}/quality"


def test_the_page_and_the_json_say_the_same(portal: Portal) -> None:
    page, api = _addresses(portal)
    html = portal.client().get(page, headers={"Accept-Language": "ja"}).text
    told = portal.client().get(api).get_json()

    assert f"<b>{told['total']['published']['value']}</b> / 100" in html
    assert sorted(re.findall(r'id="(L\d-\d\d)"', html)) == [each["id"] for each in told["rules"]]
    assert all(each["title"]["ja"] in html for each in told["measurements"])
    assert told["page"].endswith(page)


def test_the_pages_of_dataset_and_resource_lead_to_it(portal: Portal) -> None:
    page, _ = _addresses(portal)
    resource = page.removesuffix("/quality")

    for address in (resource, resource.partition("/resource/")[0]):
        assert f'href="{page}"' in portal.client().get(address).text


def test_it_is_hidden_from_whoever_may_not_read_the_dataset(portal: Portal) -> None:
    for address in _addresses(portal, Access.INTERNAL):
        assert portal.client().get(address).status_code == 404


def test_a_resource_that_is_not_there_is_not_found(portal: Portal) -> None:
    for address in _addresses(portal):
        missing = re.sub(r"(resources?)/[^/]+/quality", r"\1/nothing/quality", address)
        assert portal.client().get(missing).status_code == 404
