"""Descriptions are rendered once and kept: for a revision, and of a version for good."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from app import wiring
from app.catalog.addresses import Site
from app.catalog.record import Access, DatasetRecord, State
from app.kernel.actor import SYSTEM
from app.kernel.errors import NotFound
from app.kernel.text import Text
from app.metadata.service import Descriptions, code_mark
from app.metadata.stored import DescriptionRow
from tests.factories import Portal, package


def descriptions(portal: Portal) -> Descriptions:
    return Descriptions(portal.services.site, portal.services.database, portal.services.catalog)


def renamed(record: DatasetRecord, title: str) -> DatasetRecord:
    return replace(record, title=Text(title, title), revision=record.revision + 1)


def test_another_process_reads_the_bytes_that_the_first_one_wrote(portal: Portal) -> None:
    record = portal.publish()
    first = descriptions(portal).render(record, "dcat")
    # The same revision with other words: only bytes that were kept can still be the old ones.
    assert descriptions(portal).render(replace(record, title=Text("別")), "dcat") == first


def test_a_change_is_rendered_anew(portal: Portal) -> None:
    record = portal.publish()
    before = descriptions(portal).render(record, "datapackage")
    after = descriptions(portal).render(renamed(record, "新しい題名"), "datapackage")
    assert after.etag != before.etag
    assert json.loads(after.body)["title"] == "新しい題名"


def test_a_versions_bytes_stay_after_an_edit_and_a_restart(portal: Portal) -> None:
    record = portal.publish()
    descriptions(portal).prepare(record)
    pinned = replace(record, pinned=True)
    before = descriptions(portal).render(pinned, "datapackage")
    assert descriptions(portal).render(renamed(pinned, "後からの題名"), "datapackage") == before
    descriptions(portal).prepare(renamed(record, "後からの題名"))
    assert descriptions(portal).render(pinned, "datapackage") == before


def test_a_version_that_is_described_after_an_edit_says_what_its_package_said(portal: Portal) -> None:
    record = portal.publish()
    portal.services.catalog.edit(SYSTEM, record.slug, {"title": {"ja": "後からの題名"}}, revision=record.revision)
    wiring.describe_dataset(portal.services, record.id)
    kept = portal.services.catalog.get(SYSTEM, record.slug, 1)
    assert json.loads(descriptions(portal).render(kept, "datapackage").body)["title"] == record.title.ja


def test_an_older_process_does_not_write_over_what_is_newer(portal: Portal) -> None:
    record = portal.publish()
    newer = renamed(record, "新")
    kept = descriptions(portal).render(newer, "dcat")
    descriptions(portal).render(record, "dcat")
    assert descriptions(portal).render(replace(newer, title=Text("別")), "dcat") == kept


def test_other_code_or_another_site_renders_the_current_description_anew(portal: Portal) -> None:
    record = portal.publish()
    descriptions(portal).render(record, "datapackage")
    other = Descriptions(Site("https://other.example.jp"), portal.services.database)
    assert json.loads(other.render(record, "datapackage").body)["id"].startswith("https://other.example.jp/")
    assert code_mark(Site("https://a.example")) != code_mark(Site("https://b.example"))


def test_nothing_is_kept_of_a_withdrawn_dataset(portal: Portal) -> None:
    record = portal.publish()
    kept = descriptions(portal)
    kept.prepare(record)
    kept.prepare(replace(record, state=State.WITHDRAWN))
    with portal.services.database.read() as session:
        assert session.scalars(select(DescriptionRow.name)).all() == []


def test_what_a_format_cannot_tell_is_not_found_and_not_offered(portal: Portal) -> None:
    record = replace(portal.publish(), version=None, versions=(), resources=())
    kept = descriptions(portal)
    with pytest.raises(NotFound):
        kept.render(record, "datapackage")
    assert "datapackage" not in {each.name for each in kept.offered(record)}


def test_a_stream_holds_every_public_dataset_and_no_other(portal: Portal) -> None:
    public = portal.publish()
    withdrawn = portal.publish(package(name="second"))
    portal.publish(package(name="third"), access=Access.INTERNAL)
    portal.services.catalog.move(SYSTEM, withdrawn.slug, State.WITHDRAWN, reason="誤り")
    streamed = dict(descriptions(portal).each("datapackage"))
    assert set(streamed) == {public.id}
    assert json.loads(streamed[public.id])["name"] == public.name


def test_the_databases_state_changes_with_a_commit_and_only_then(portal: Portal) -> None:
    database = portal.services.database
    before = database.state()
    assert database.state() == before
    portal.other_organization()
    assert database.state() != before
