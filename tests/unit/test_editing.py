"""What people say of a dataset on the portal, and what is worked out where nobody says anything."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.catalog.completion import Completion, complete
from app.catalog.record import DatasetRecord
from app.catalog.vocabularies import licenses
from app.kernel.actor import ANONYMOUS, SYSTEM, Role
from app.kernel.errors import BadRequest, Denied, NotFound, Stale
from tests.factories import CSV, Portal, package
from tests.records import odd_records

DEFAULTS = Completion(licenses()[0], "130001", "https://data.example.jp")
MORE = CSV + "131032,港区,260486\n"
SLUG = "ward-population"


@given(odd_records())
def test_completing_changes_nothing_that_was_said_and_twice_is_once(record: DatasetRecord) -> None:
    whole = complete(record, DEFAULTS)
    derived = {each.field for each in whole.derived}

    assert complete(whole, DEFAULTS) == whole
    assert all(getattr(whole, name) == getattr(record, name) for name in ("title", "description", "frequency"))
    assert all(whole.license == record.license for _ in [0] if "license" not in derived)
    assert whole.keywords


def test_an_edit_shows_until_it_is_taken_back(portal: Portal) -> None:
    before = portal.publish()
    catalog, actor = portal.services.catalog, portal.person(Role.PUBLISHER)

    edited = catalog.edit(actor, SLUG, {"title": {"en": "Wards"}, "keywords": ["区"]}, revision=before.revision)
    assert (edited.title.ja, edited.title.en, edited.keywords) == (before.title.ja, "Wards", ("区",))
    back = catalog.edit(actor, SLUG, {"title": None, "keywords": None}, revision=edited.revision)
    assert (back.title, back.keywords) == (before.title, before.keywords)


def test_an_edit_holds_until_the_package_says_something_else_of_that_field(portal: Portal) -> None:
    before = portal.publish()
    changes = {"title": {"ja": "直した題名"}, "keywords": ["区"]}
    portal.services.catalog.edit(SYSTEM, SLUG, changes, revision=before.revision)

    assert portal.publish(package({"population.csv": MORE})).title.ja == "直した題名"
    later = portal.publish(package(title="新しい題名"))
    assert (later.title.ja, later.keywords) == ("新しい題名", ("区",))


def test_a_version_is_as_its_package_said(portal: Portal) -> None:
    before = portal.publish()
    portal.services.catalog.edit(SYSTEM, SLUG, {"title": {"ja": "x"}}, revision=before.revision)

    old = portal.services.catalog.get(ANONYMOUS, SLUG, 1)
    assert (old.title, old.pinned, old.path) == (before.title, True, f"{SLUG}/v/1")


def test_nothing_is_applied_where_anything_is_wrong(portal: Portal) -> None:
    before = portal.publish()
    changes = {"themes": ["NONE"], "homepage": "javascript:x", "keywords": ["a"], "sex": 1}

    with pytest.raises(BadRequest) as refused:
        portal.services.catalog.edit(SYSTEM, SLUG, changes, revision=before.revision)
    assert refused.value.report is not None
    assert [each.code for each in refused.value.report.problems] == [
        "edit-unknown-code",
        "edit-no-link",
        "edit-unknown-field",
    ]
    assert portal.services.catalog.get(ANONYMOUS, SLUG) == before


def test_an_edit_of_what_somebody_else_changed_is_refused(portal: Portal) -> None:
    before = portal.publish()

    with pytest.raises(Stale):
        portal.services.catalog.edit(SYSTEM, SLUG, {"caveats": {"ja": "x"}}, revision=before.revision - 1)


def test_an_editor_may_not_edit_what_is_published(portal: Portal) -> None:
    before = portal.publish()

    with pytest.raises(Denied):
        portal.services.catalog.edit(portal.person(Role.EDITOR), SLUG, {"keywords": []}, revision=before.revision)


def test_what_is_said_of_a_column_stands_in_its_schema(portal: Portal) -> None:
    before = portal.publish()
    changes = {"columns": {"population": {"人口": {"unit": "名", "title": {"en": "People"}}}}}

    edited = portal.services.catalog.edit(SYSTEM, SLUG, changes, revision=before.revision)
    table = edited.resources[0].table
    assert table is not None
    assert (table.columns[2].unit, table.schema["fields"][2]["title@en"]) == ("名", "People")


def test_two_datasets_that_differ_in_their_period_are_a_series(portal: Portal) -> None:
    newer = portal.publish(package(name="b", title="区の人口（令和4年度）"))
    assert newer.in_series is None
    portal.publish(package({"population.csv": MORE}, name="a", title="区の人口（令和3年度）"))

    catalog = portal.services.catalog
    series = catalog.get(ANONYMOUS, "b").in_series
    assert series is not None
    assert series.title.ja == "区の人口"
    assert [each.slug for each in catalog.series(ANONYMOUS, series.slug).members] == ["a", "b"]
    with pytest.raises(NotFound):
        catalog.series(ANONYMOUS, "soumu.nothing")
