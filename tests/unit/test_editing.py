"""What people say of a dataset on the portal, what versions keep of it, and the series that it belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app import wiring
from app.catalog.record import About, Access, Column, Contact, DatasetRecord, Period, ResourceRecord, State
from app.catalog.service import NewVersion
from app.infra.work import UnitsOfWork
from app.kernel.actor import ANONYMOUS, SYSTEM, Role
from app.kernel.errors import BadRequest, Denied, Gone, NotFound, Stale
from app.kernel.ids import new_id
from app.kernel.text import Text
from tests.factories import Portal
from tests.records import population_resource

SLUG = "wards"
ABOUT = About(Text("区の人口"), keywords=("人口",), caveats=Text("推計です"))


def publish(portal: Portal, about: About, *resources: ResourceRecord, name: str = SLUG) -> DatasetRecord:
    """Publish a version without the reading of files, which is nothing to these tests."""
    services = portal.services
    with UnitsOfWork(services.database, services.clock, wiring.FOLLOW_UPS)() as work:
        new = NewVersion(portal.organization.id, name, about, Access.PUBLIC, resources, new_id(), services.clock())
        added = services.catalog.add_version(work, new)
        assert added.version_id is not None
        services.catalog.publish_version(work, SYSTEM, added.version_id)
        work.commit()
    return services.catalog.get_by_id(SYSTEM, added.dataset_id)


def edit(portal: Portal, before: DatasetRecord, **changes: Any) -> DatasetRecord:
    return portal.services.catalog.edit(SYSTEM, before.slug, changes, revision=before.revision)


def column(record: DatasetRecord, name: str) -> Column:
    table = record.resources[0].table
    assert table is not None
    return next(each for each in table.columns if each.name == name)


def without_last_column(resource: ResourceRecord) -> ResourceRecord:
    assert resource.table is not None
    schema = {"fields": resource.table.schema["fields"][:-1]}
    return replace(resource, table=replace(resource.table, columns=resource.table.columns[:-1], schema=schema))


def test_an_edit_shows_until_it_is_taken_back(portal: Portal) -> None:
    before = publish(portal, ABOUT)

    edited = edit(portal, before, title={"en": "Wards"}, keywords=["区"])
    assert (edited.title, edited.keywords) == (Text("区の人口", "Wards"), ("区",))
    back = edit(portal, edited, title=None, keywords=None)
    assert (back.title, back.keywords) == (before.title, before.keywords)


def test_what_is_said_is_no_longer_worked_out(portal: Portal) -> None:
    before = publish(portal, ABOUT)
    changes = {"groups": ["c005"], "license": "PDL1.0", "ai_use": "input", "spatial": ["港区"], "languages": ["en"]}
    parts = {"temporal": {"start": "2026-04-01"}, "contact": {"email": "a@example.jp"}, "provenance": {"ja": "台帳"}}
    edited = edit(portal, before, **changes, **parts)

    assert (edited.groups, edited.license.name, edited.ai_use) == (("c005",), "PDL1.0", "input")
    assert (edited.spatial, edited.languages, edited.provenance) == (("港区",), ("en",), Text("台帳"))
    assert (edited.temporal, edited.contact) == (Period(date(2026, 4, 1)), Contact(email="a@example.jp"))
    assert {each.field for each in before.derived} >= {"license", "temporal", "contact", "ai_use"}
    assert {each.field for each in edited.derived} == {"themes"}


def test_an_edit_holds_until_the_package_says_something_else_of_that_field(portal: Portal) -> None:
    edit(portal, publish(portal, ABOUT), title={"ja": "直した題名"}, keywords=["区"])

    same = publish(portal, replace(ABOUT, homepage="https://example.jp/"))
    assert (same.title.ja, same.keywords) == ("直した題名", ("区",))
    later = publish(portal, replace(ABOUT, title=Text("新しい題名")))
    assert (later.title.ja, later.keywords) == ("新しい題名", ("区",))


def test_an_edited_description_keeps_its_html_where_only_the_html_of_the_package_is_written_otherwise(
    portal: Portal,
) -> None:
    said = replace(ABOUT, description=Text("文"), description_html=Text("<p>文</p>"))
    edited = edit(portal, publish(portal, said), description={"ja": "直した文"})

    later = publish(portal, replace(said, description_html=Text("<p>文</p>\n")))
    assert (later.description, later.description_html) == (edited.description, edited.description_html)


def test_an_edit_of_a_column_holds_while_the_column_is_there(portal: Portal) -> None:
    resource = population_resource()
    said = {"人口": {"unit": "名"}, "増減率": {"description": {"en": "Growth"}}}
    edited = edit(portal, publish(portal, ABOUT, resource), columns={"population": said})
    assert edited.resources[0].table is not None
    assert edited.resources[0].table.schema["fields"][3]["unit"] == "名"

    later = publish(portal, ABOUT, without_last_column(resource))
    assert column(later, "人口").unit == "名"
    again = publish(portal, ABOUT, resource)
    assert (column(again, "人口").unit, column(again, "増減率").description.en) == ("名", "")


def test_a_version_keeps_what_its_package_said(portal: Portal) -> None:
    first = publish(portal, ABOUT, population_resource())
    edit(portal, first, title={"ja": "x"}, columns={"population": {"人口": {"unit": "名"}}})
    old = portal.services.catalog.get(ANONYMOUS, SLUG, 1)
    publish(portal, About(Text("別の題名")))

    kept = portal.services.catalog.get(ANONYMOUS, SLUG, 1)
    assert (kept.title, kept.caveats, kept.resources) == (first.title, first.caveats, first.resources)
    assert replace(kept, revision=0) == replace(old, revision=0)
    assert (kept.pinned, kept.path) == (True, f"{SLUG}/v/1")


def test_nothing_is_applied_where_anything_is_wrong(portal: Portal) -> None:
    before = publish(portal, ABOUT)

    with pytest.raises(BadRequest) as refused:
        edit(portal, before, themes=["NONE"], homepage="javascript:x", keywords=["a"], sex=1)
    assert refused.value.report is not None
    codes = [each.code for each in refused.value.report.problems]
    assert codes == ["edit-unknown-code", "edit-no-link", "edit-unknown-field"]
    assert portal.services.catalog.get(ANONYMOUS, SLUG) == before


def test_an_edit_of_what_somebody_else_changed_is_refused(portal: Portal) -> None:
    before = publish(portal, ABOUT)
    edit(portal, before, keywords=["区"])

    with pytest.raises(Stale):
        edit(portal, before, keywords=["町"])


def test_an_editor_may_not_edit_what_is_published(portal: Portal) -> None:
    before = publish(portal, ABOUT)
    editor = portal.person(Role.EDITOR)

    with pytest.raises(Denied):
        portal.services.catalog.edit(editor, SLUG, {"keywords": []}, revision=before.revision)


def test_what_was_withdrawn_cannot_be_edited(portal: Portal) -> None:
    before = publish(portal, ABOUT)
    portal.services.catalog.move(SYSTEM, SLUG, State.WITHDRAWN, reason="誤り")

    with pytest.raises(Gone):
        edit(portal, before, keywords=[])


def of_year(portal: Portal, year: int) -> DatasetRecord:
    return publish(portal, About(Text(f"区の人口（令和{year}年度）")), name=f"r{year}")


def test_two_datasets_that_differ_in_their_period_are_a_series(portal: Portal) -> None:
    newer = of_year(portal, 4)
    assert newer.in_series is None
    older = of_year(portal, 3)

    catalog = portal.services.catalog
    assert older.in_series is not None
    assert older.in_series == catalog.get(ANONYMOUS, "r4").in_series
    series = catalog.series(ANONYMOUS, older.in_series.slug)
    assert (series.title.ja, [each.slug for each in series.members]) == ("区の人口", ["r3", "r4"])
    assert catalog.get(ANONYMOUS, "r4").revision > newer.revision
    with pytest.raises(NotFound):
        catalog.series(ANONYMOUS, "soumu.nothing")


def test_a_series_of_which_one_is_withdrawn_is_none_any_more(portal: Portal) -> None:
    of_year(portal, 3)
    series, catalog = of_year(portal, 4).in_series, portal.services.catalog
    before = catalog.get(ANONYMOUS, "r3")
    catalog.move(SYSTEM, "r4", State.WITHDRAWN, reason="誤り")

    after = catalog.get(ANONYMOUS, "r3")
    assert (after.in_series, after.revision) == (None, before.revision + 1)
    assert series is not None
    with pytest.raises(NotFound):
        catalog.series(ANONYMOUS, series.slug)


def test_a_series_of_three_lives_on_without_one(portal: Portal) -> None:
    for year in (3, 4, 5):
        of_year(portal, year)
    catalog = portal.services.catalog
    catalog.move(SYSTEM, "r4", State.WITHDRAWN, reason="誤り")

    series = catalog.get(ANONYMOUS, "r3").in_series
    assert series is not None
    assert [each.slug for each in catalog.series(ANONYMOUS, series.slug).members] == ["r3", "r5"]


def test_a_dataset_leaves_its_series_by_name(portal: Portal) -> None:
    of_year(portal, 3)
    newer = of_year(portal, 4)
    edited = edit(portal, newer, series={"ja": "別のシリーズ"})

    assert edited.in_series is None
    assert portal.services.catalog.get(ANONYMOUS, "r3").in_series is None
