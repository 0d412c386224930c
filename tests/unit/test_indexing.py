"""The index says what the catalogue says, whatever happens to it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from app import wiring
from app.catalog.record import About, Access, State
from app.catalog.service import NewVersion
from app.cli import main
from app.infra.jobs import enqueue
from app.infra.work import UnitsOfWork
from app.kernel.actor import SYSTEM
from app.kernel.errors import Unavailable
from app.kernel.ids import new_id
from app.kernel.text import Text
from app.query.engine import TableEngine
from app.query.words import words_in
from app.search.answer import SearchQuery
from app.search.document import SearchDocument, document_of
from app.search.kept import Kept
from app.search.tables import EntryRow
from tests.factories import Portal, json_of, make_portal, package

SCHOOLS = "番号,学校名,担当,URL\n1,桜丘小学校,a-1,https://example.org/1\n2,若葉中学校,a-2,https://example.org/2\n"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Portal]:
    portal = make_portal(tmp_path)
    yield portal
    portal.close()


def index_of(portal: Portal) -> Path:
    return portal.services.settings.data_dir / "index"


def found(portal: Portal, words: str = "") -> list[str]:
    return [hit.document.id for hit in portal.services.search.search(SearchQuery(words)).hits]


def table(content: str, name: str = "table") -> bytes:
    return package({"table.csv": content}, name=name, resources=[{"name": "table", "path": "table.csv"}])


def several(portal: Portal, count: int, title: str = "人口") -> list[str]:
    """Publish datasets without the reading of files, which is nothing to these tests."""
    services, ids = portal.services, []
    for number in range(count):
        about = About(Text(f"{title}{number}"))
        with UnitsOfWork(services.database, services.clock, wiring.FOLLOW_UPS)() as work:
            new = NewVersion(
                portal.organization.id, f"{title}-{number}", about, Access.PUBLIC, (), new_id(), services.clock()
            )
            added = services.catalog.add_version(work, new)
            assert added.version_id is not None
            services.catalog.publish_version(work, SYSTEM, added.version_id)
            work.commit()
        ids.append(added.dataset_id)
    portal.work()
    return ids


def spoil(folder: Path) -> None:
    for path in folder.glob("*/*"):
        path.write_bytes(b"spoilt")


def test_a_school_is_found_by_its_name_in_a_table(here: Portal) -> None:
    dataset = here.publish(table(SCHOOLS))

    assert found(here, "桜丘小学校") == [dataset.id]


def test_words_of_cells_are_no_numbers_codes_or_addresses(here: Portal) -> None:
    resource = here.publish(table(SCHOOLS)).resources[0]

    assert set(here.services.rows.words([resource])) == {"桜丘小学校", "若葉中学校"}


def test_a_damaged_table_has_no_words(here: Portal, tmp_path: Path) -> None:
    published = here.publish(table(SCHOOLS)).resources[0].table
    assert published is not None
    spoilt = tmp_path / "spoilt.parquet"
    spoilt.write_bytes(b"PAR1")

    assert words_in(TableEngine(), [(spoilt, published)]) == ()
    assert words_in(TableEngine(), [(spoilt, published)], seconds=0) == ()


def test_many_changes_are_one_commit(here: Portal) -> None:
    ids = several(here, 3)
    here.services.search.forget(ids)
    for dataset_id in ids:
        with here.services.database.write() as session:
            enqueue(session, wiring.INDEX, {"dataset_id": dataset_id}, now=here.services.clock())
            session.commit()
    (worker,) = wiring.workers(here.services, ((wiring.INDEX,),))

    assert (worker.step(), worker.step()) == (True, False)
    assert sorted(found(here)) == sorted(ids)


def test_an_index_whose_folder_was_deleted_is_made_anew_at_the_next_look(here: Portal) -> None:
    ids = several(here, 2)
    shutil.rmtree(index_of(here))
    assert here.client().get(f"/dataset/{here.services.catalog.get_by_id(SYSTEM, ids[0]).slug}").status_code == 200

    assert wiring.watch_index(here.services) == 2
    assert sorted(found(here)) == sorted(ids)
    assert wiring.watch_index(here.services) == 0


def test_pages_work_while_the_index_is_damaged_and_a_look_mends_it(here: Portal) -> None:
    (dataset,) = several(here, 1)
    slug = here.services.catalog.get_by_id(SYSTEM, dataset).slug
    spoil(index_of(here))
    with pytest.raises(Unavailable):
        found(here)
    assert here.client().get("/?q=人口").status_code == 503
    assert here.client().get(f"/dataset/{slug}").status_code == 200

    assert wiring.watch_index(here.services) == 1
    assert found(here) == [dataset]


def test_an_index_of_another_release_is_kept_until_the_new_one_is_whole(here: Portal) -> None:
    ids = several(here, 1)
    here.services.upkeep.rebuild()
    mark = here.services.settings.data_dir / "index.version"
    mark.write_text("0 of an older release")
    assert found(here) == ids

    assert wiring.mend_index(here.services) == 1
    assert here.services.upkeep.is_current()
    assert wiring.mend_index(here.services) == 0


def test_a_change_during_a_rebuild_is_not_lost(here: Portal) -> None:
    first = several(here, 1)
    entries = list(here.services.upkeep.entries(first))
    second = several(here, 1, "世帯")

    here.services.upkeep.rebuild(entries)

    assert sorted(found(here)) == sorted([*first, *second])


def test_what_the_validators_say_comes_into_the_index(here: Portal) -> None:
    (dataset,) = several(here, 1)
    wiring.check_dataset(here.services, dataset)
    here.work()

    (hit,) = here.services.search.search(SearchQuery()).hits
    assert hit.document.quality in {"excellent", "good", "sufficient", "bad"}


def documents(portal: Portal) -> dict[str, SearchDocument]:
    return {hit.document.id: hit.document for hit in portal.services.search.search(SearchQuery()).hits}


def test_an_index_made_of_kept_entries_is_the_one_made_of_records(here: Portal) -> None:
    ids = [*several(here, 2), here.publish(table(SCHOOLS)).id]
    upkeep = here.services.upkeep

    kept = {entry.id: entry for entry in upkeep.entries(ids)}

    assert kept == {entry.id: entry for entry in upkeep.entries_afresh(ids)}


def test_what_is_read_for_the_index_makes_the_documents_of_whole_records(here: Portal) -> None:
    services = here.services
    again = {"table.csv": SCHOOLS + "3,泉中学校,a-3,\n"}
    here.publish(table(SCHOOLS, name="schools"))
    record = here.publish(package(again, name="schools", resources=[{"name": "table", "path": "table.csv"}]))
    services.catalog.edit(SYSTEM, record.slug, {"title": {"ja": "保育園 令和3年度"}}, revision=record.revision)
    ids = [record.id, *several(here, 2, "八王子市の避難所"), new_id()]

    whole, read = services.catalog.find_all(ids), services.catalog.find_for_search(ids)

    assert len(read) == len(ids) - 1
    assert {each: document_of(record) for each, record in read.items()} == {
        each: document_of(record) for each, record in whole.items()
    }


def test_kept_entries_need_no_look_into_tables(here: Portal) -> None:
    dataset = here.publish(table(SCHOOLS))
    shutil.rmtree(here.services.settings.data_dir / "files")

    here.services.upkeep.rebuild()

    assert found(here, "桜丘小学校") == [dataset.id]


def test_a_kept_entry_of_another_revision_is_not_used(here: Portal) -> None:
    (dataset,) = several(here, 1)
    services = here.services
    record = services.catalog.get_by_id(SYSTEM, dataset)
    services.catalog.edit(SYSTEM, record.slug, {"title": {"ja": "世帯"}}, revision=record.revision)

    services.upkeep.rebuild()  # before the job that follows the edit

    assert documents(here)[dataset].title == Text("世帯")


def test_a_withdrawn_dataset_has_no_kept_entry(here: Portal) -> None:
    (dataset,) = several(here, 1)
    record = here.services.catalog.get_by_id(SYSTEM, dataset)
    here.services.catalog.move(SYSTEM, record.slug, State.WITHDRAWN, reason="mistake")
    assert list(here.services.upkeep.entries([dataset])) == []

    here.work()

    assert rows(here) == []


def test_entries_made_with_other_settings_or_damaged_are_made_anew(here: Portal) -> None:
    (dataset,) = several(here, 1)
    revisions = here.services.catalog.revisions_of([dataset])
    database = here.services.database
    assert Kept(database, settings="others").find(revisions) == {}
    with database.write() as session:
        session.execute(update(EntryRow).values(body=b"spoilt"))
        session.commit()

    assert [entry.id for entry in here.services.upkeep.entries([dataset])] == [dataset]
    assert rows(here) != [b"spoilt"]


def rows(portal: Portal) -> list[bytes]:
    with portal.services.database.read() as session:
        return list(session.scalars(select(EntryRow.body)))


def test_reindex_makes_all_entries_in_other_processes(here: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = several(here, 2)
    monkeypatch.setenv("KAKEHASHI_DATA_DIR", str(here.services.settings.data_dir))
    here.services.search.forget(ids)

    outcome = CliRunner().invoke(main, ["reindex", "--processes", "1"])

    assert outcome.exit_code == 0, outcome.output
    assert "2 datasets indexed" in outcome.output
    assert not wiring.drift(here.services)


def test_doctor_names_some_of_what_drifted(here: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    (dataset,) = several(here, 1)
    here.services.upkeep.rebuild()
    monkeypatch.setenv("KAKEHASHI_DATA_DIR", str(here.services.settings.data_dir))
    assert "says what the catalogue says" in CliRunner().invoke(main, ["doctor"]).output
    here.services.search.forget([dataset])

    assert f"1 missing ({dataset})" in CliRunner().invoke(main, ["doctor"]).output


def test_without_an_index_searches_say_so_and_show_other_ways_until_it_is_back(here: Portal) -> None:
    several(here, 2)
    shutil.rmtree(index_of(here))
    client, page = here.client(), {"Accept": "text/html"}

    api = client.get("/api/v1/datasets?q=人口")
    shown = client.get("/?q=人口", headers=page)
    feed = client.get("/feed.atom?q=人口")
    assert [each.status_code for each in (api, shown, feed)] == [503] * 3
    assert [each.headers["Retry-After"] for each in (api, shown, feed)] == ["30"] * 3
    assert json_of(api)["code"] == "index-rebuilding"
    assert "検索の索引を作り直しています" in json_of(api)["messages"]["ja"]
    assert "検索の索引を作り直しています" in shown.text
    assert f"/publisher/{here.organization.slug}" in shown.text
    assert client.get(re.findall(r'href="(/dataset/[^"]+)"', shown.text)[0]).status_code == 200

    assert wiring.watch_index(here.services) == 2
    assert json_of(client.get("/api/v1/datasets?q=人口"))["total"] == 2
    assert client.get("/?q=人口", headers=page).status_code == 200


def test_an_empty_portal_needs_no_index(here: Portal) -> None:
    assert json_of(here.client().get("/api/v1/datasets"))["total"] == 0


def test_a_change_while_the_index_is_gone_brings_all_of_it_back(here: Portal) -> None:
    ids = several(here, 3)
    shutil.rmtree(index_of(here))

    here.services.upkeep.index(ids[:1])

    assert sorted(found(here)) == sorted(ids)
