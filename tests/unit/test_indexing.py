"""The index says what the catalogue says, whatever happens to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from app import wiring
from app.cli import main
from app.infra.jobs import enqueue
from app.kernel.actor import SYSTEM
from app.kernel.errors import Unavailable
from app.query.engine import TableEngine
from app.query.words import words_in
from app.search.answer import SearchQuery
from tests.factories import Portal, make_portal, package

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


def several(portal: Portal, count: int) -> list[str]:
    return [portal.publish(table("名称\nあ\n", f"dataset-{number}")).id for number in range(count)]


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
    dataset = here.publish()
    spoil(index_of(here))
    with pytest.raises(Unavailable):
        found(here)
    assert here.client().get("/?q=人口").status_code == 503
    assert here.client().get(f"/dataset/{dataset.slug}").status_code == 200

    assert wiring.watch_index(here.services) == 1
    assert found(here) == [dataset.id]


def test_an_index_of_another_release_is_kept_until_the_new_one_is_whole(here: Portal) -> None:
    dataset = here.publish()
    here.services.upkeep.rebuild()
    mark = here.services.settings.data_dir / "index.version"
    mark.write_text("0 of an older release")
    assert found(here) == [dataset.id]

    assert wiring.mend_index(here.services) == 1
    assert here.services.upkeep.is_current()
    assert wiring.mend_index(here.services) == 0


def test_a_change_during_a_rebuild_is_not_lost(here: Portal) -> None:
    first = here.publish()
    entries = list(here.services.upkeep.entries([first.id]))
    second = here.publish(table("名称\nい\n", "second"))

    here.services.upkeep.rebuild(entries)

    assert sorted(found(here)) == sorted([first.id, second.id])


def test_what_the_validators_say_comes_into_the_index(here: Portal) -> None:
    here.publish()
    here.describe()
    here.work()

    (hit,) = here.services.search.search(SearchQuery()).hits
    assert hit.document.quality in {"excellent", "good", "sufficient", "bad"}


def test_reindex_makes_all_entries_in_other_processes(here: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = several(here, 2)
    monkeypatch.setenv("KAKEHASHI_DATA_DIR", str(here.services.settings.data_dir))
    here.services.search.forget(ids)

    outcome = CliRunner().invoke(main, ["reindex", "--processes", "1"])

    assert outcome.exit_code == 0, outcome.output
    assert "2 datasets indexed" in outcome.output
    assert not wiring.drift(here.services)


def test_doctor_names_some_of_what_drifted(here: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = here.publish()
    here.services.upkeep.rebuild()
    monkeypatch.setenv("KAKEHASHI_DATA_DIR", str(here.services.settings.data_dir))
    assert "says what the catalogue says" in CliRunner().invoke(main, ["doctor"]).output
    here.services.search.forget([dataset.id])

    assert f"1 missing ({dataset.id})" in CliRunner().invoke(main, ["doctor"]).output
