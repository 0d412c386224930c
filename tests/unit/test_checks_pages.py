"""What readers see of the checks: their page, the API, and the sums on the pages of datasets and publishers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.catalog.record import Access, DatasetRecord
from app.metadata import mqa
from app.metadata.checks.suite import VALIDATORS
from app.metadata.registry import by_name
from tests.factories import Portal, json_of, make_portal, package

# One portal for all of them, made by one worker.
pytestmark = pytest.mark.xdist_group("checks")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    made = make_portal(tmp_path_factory.mktemp("checks"), area="130001")
    yield made
    made.close()


@pytest.fixture(scope="module")
def checked(portal: Portal) -> DatasetRecord:
    record = portal.publish()
    portal.services.checks.refresh(record)
    return record


@pytest.fixture(scope="module")
def hidden(portal: Portal) -> DatasetRecord:
    record = portal.publish(package(name="hidden", title="内部の表"), access=Access.INTERNAL)
    portal.services.checks.refresh(record)
    return record


def page(portal: Portal, path: str, language: str = "ja") -> str:
    answer = portal.client().get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.text


def told(portal: Portal, slug: str) -> dict[str, Any]:
    answer: dict[str, Any] = json_of(portal.client().get(f"/api/v1/datasets/{slug}/checks"))
    return answer


def test_the_page_lists_every_validator_and_indicator(portal: Portal, checked: DatasetRecord) -> None:
    html = page(portal, f"/dataset/{checked.slug}/checks")
    assert html.count('<li class="check ') == sum(by_name(each.format) is not None for each in VALIDATORS)
    assert [rule.id for rule in mqa.rules() if f'id="{rule.id}"' not in html] == []


@pytest.mark.parametrize(("language", "words"), [("ja", "標準ごとの検証"), ("en", "Checks by standard")])
def test_the_page_speaks_the_readers_language(
    portal: Portal, checked: DatasetRecord, language: str, words: str
) -> None:
    assert words in page(portal, f"/dataset/{checked.slug}/checks", language)


def test_the_api_tells_what_the_page_tells(portal: Portal, checked: DatasetRecord) -> None:
    answer = told(portal, checked.slug)
    assert answer["dataset"]["revision"] == answer["revision"] == checked.revision
    assert (answer["marks"]["points"], answer["marks"]["maximum"]) == (405, 405)
    assert {result["verdict"] for result in answer["results"]} <= {"passed", "not-checked"}
    assert "DCAT-AP 3.0.1" in answer["passed"]


def test_what_is_not_checked_yet_says_so(portal: Portal) -> None:
    record = portal.publish(package(name="unchecked", title="まだの表"))
    assert "検証はまだ行われていません" in page(portal, f"/dataset/{record.slug}/checks")
    answer = told(portal, record.slug)
    assert (answer["checked"], answer["marks"], answer["results"]) == (None, None, [])


def test_the_datasets_page_sums_up_and_leads_to_all_checks(portal: Portal, checked: DatasetRecord) -> None:
    html = page(portal, f"/dataset/{checked.slug}", "en")
    assert "<b>405</b> / 405" in html
    assert f'href="/dataset/{checked.slug}/checks"' in html


def test_checks_of_a_hidden_dataset_are_not_there(portal: Portal, hidden: DatasetRecord) -> None:
    client = portal.client()
    for path in (f"/dataset/{hidden.slug}/checks", f"/api/v1/datasets/{hidden.slug}/checks"):
        assert client.get(path).status_code == 404


def test_a_publisher_sees_what_to_improve_and_where(portal: Portal, checked: DatasetRecord) -> None:
    organization = portal.other_organization("wordless-bureau")
    record = portal.publish(package(name="no-words", title="説明の足りない表"), organization=organization)
    portal.services.checks.refresh(replace(record, keywords=()))
    html = page(portal, f"/publisher/{organization.slug}")
    assert "<b>375.0</b> / 405" in html
    assert f'href="/dataset/{record.slug}/checks#keyword"' in html
    assert checked.slug not in html


def test_a_publisher_with_nothing_checked_has_no_marks(portal: Portal) -> None:
    organization = portal.other_organization("new-bureau")
    assert 'aria-labelledby="mqa"' not in page(portal, f"/publisher/{organization.slug}")
