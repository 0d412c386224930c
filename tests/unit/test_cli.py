"""The commands, and what a start does when the one before was interrupted."""

from __future__ import annotations

import io
import json
import logging
import re
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import URL, create_engine, text

from app import create_app, wiring
from app.cli import main
from app.cli.publish import publish_all
from app.cli.serve import CHORES, DESCRIBING, PUBLISHING, keep_house, prepare
from app.infra.jobs import Task, Worker, enqueue
from app.infra.migrate import is_current, migrate
from app.kernel.actor import SYSTEM
from app.publishing.submission import Upload
from app.settings import ROOT, Settings
from app.wiring import EXTENSION, Services
from tests.factories import CSV, PASSWORD, Portal, make_portal, package, zipped

LINK = re.compile(r"/sign-in/(\S+)")
SHIPPED = ROOT / "datasets"
EVERY_CHORE = CHORES[PUBLISHING] + CHORES[DESCRIBING]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of the commands."""
    monkeypatch.setenv("KAKEHASHI_DATA_DIR", str(tmp_path / "home"))
    return tmp_path / "home"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def services_of(folder: Path, **settings: Any) -> Services:
    """Put a portal together without touching its database."""
    services: Services = create_app(Settings(data_dir=folder, **settings)).extensions[EXTENSION]
    return services


def tables(home: Path) -> list[str]:
    with sqlite3.connect(home / "kakehashi.sqlite3") as connection:
        return [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]


def write_package(folder: Path, **changes: Any) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    archive = folder.with_suffix(".zip")
    archive.write_bytes(package(**changes))
    shutil.unpack_archive(archive, folder)
    archive.unlink()
    return folder


# kakehashi doctor


def test_doctor_looks_at_an_empty_database_and_leaves_it_empty(home: Path) -> None:
    answer = run("doctor")

    assert answer.exit_code == 1
    assert "FAIL  database schema: out of date; run kakehashi migrate" in answer.output
    assert tables(home) == []


def test_doctor_does_not_bring_an_old_schema_up_to_date(home: Path) -> None:
    run("migrate")
    with sqlite3.connect(home / "kakehashi.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'older'")

    answer = run("doctor")

    assert answer.exit_code == 1
    assert "out of date; run kakehashi migrate" in answer.output
    assert "audit record" not in answer.output


@pytest.mark.usefixtures("home")
def test_doctor_is_content_with_a_migrated_portal() -> None:
    run("migrate")

    answer = run("doctor")

    assert answer.exit_code == 0, answer.output
    assert "database schema: current" in answer.output
    assert "audit record: every row holds" in answer.output


# kakehashi publish


@pytest.mark.usefixtures("home")
def test_a_folder_with_nothing_to_publish_is_an_error_that_says_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    answer = run("publish", tmp_path / "empty")

    assert answer.exit_code == 1
    for looked_for in (str(tmp_path / "empty"), "datapackage.json", "*.csv", "*.xlsx"):
        assert looked_for in answer.output


@pytest.mark.usefixtures("home")
def test_each_table_in_a_folder_without_a_descriptor_is_published(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "wards.csv").write_text(CSV, encoding="utf-8")
    (folder / "offices.CSV").write_text("番号,名称\n1,本庁舎\n", encoding="utf-8")
    (folder / "notes.txt").write_text("not a table")
    (folder / "~$wards.xlsx").write_text("a spreadsheet program's lock")

    answer = run("publish", "--license", "CC-BY-4.0", folder)

    assert answer.exit_code == 0, answer.output
    assert re.findall(r"^(\S+)\tpublished\t", answer.output, re.MULTILINE) == ["offices.CSV", "wards.csv"]


@pytest.mark.usefixtures("home")
def test_what_waits_for_a_decision_says_so_and_is_no_success(tmp_path: Path) -> None:
    dirty = tmp_path / "wards.csv"
    dirty.write_text("コード,名称\n1,千代田区 \n2,中央区\n", encoding="utf-8")

    answer = run("publish", dirty, "--title", "区", "--license", "CC-BY-4.0", "--repairs", "ask")
    assert answer.exit_code == 1
    assert "waits for your decision at this address (1 repair)" in answer.output

    answer = run("publish", dirty, "--title", "区", "--license", "CC-BY-4.0")
    assert answer.exit_code == 0
    assert "1 repair; the receipts say what and where" in answer.output


@pytest.mark.usefixtures("home")
def test_publishing_goes_through_though_the_portal_would_ask(tmp_path: Path) -> None:
    (tmp_path / "wards.csv").write_text(CSV, encoding="utf-8")

    answer = run("publish", "--repairs", "none", "--release", "役所の電話番号です。", tmp_path / "wards.csv")

    assert answer.exit_code == 0, answer.output
    assert "\tpublished\t" in answer.output


# kakehashi validate


@pytest.mark.usefixtures("home")
def test_a_good_file_is_valid_and_needs_no_database(home: Path, tmp_path: Path) -> None:
    (tmp_path / "wards.csv").write_text(CSV, encoding="utf-8")

    answer = run("validate", tmp_path / "wards.csv")

    assert answer.exit_code == 0, answer.output
    assert "wards: 2 rows in, 2 out, 0 apart" in answer.output
    assert not home.exists()


@pytest.mark.usefixtures("home")
def test_a_bad_package_is_invalid_with_the_places(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(package({"population.csv": "コード,名称,人口\n131016,千代田区,多い\n"}))

    answer = run("validate", tmp_path / "bad.zip")

    assert answer.exit_code == 1
    assert "type-error at population.csv, line 2, 人口" in answer.output


@pytest.mark.usefixtures("home")
def test_validation_as_json_is_json(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "ward-population")

    answer = json.loads(run("validate", "--json", folder).output)

    assert answer["valid"] is True
    assert answer["rows"] == [{"resource": "population", "in": 2, "out": 2, "apart": 0}]


@pytest.mark.usefixtures("home")
def test_the_cleaned_table_is_written_with_a_descriptor_that_publishes(tmp_path: Path) -> None:
    (tmp_path / "wards.csv").write_bytes(CSV.encode("cp932"))
    receipt, out = tmp_path / "receipt.json", tmp_path / "out"

    answer = run("validate", "--fix", "--out", out, "--receipt", receipt, tmp_path / "wards.csv")

    assert answer.exit_code == 0, answer.output
    assert (out / "wards.csv").read_bytes().split(b"\r\n") == CSV.encode().split(b"\n")
    assert isinstance(json.loads(receipt.read_text())["receipts"], list)
    assert run("validate", out).exit_code == 0


@pytest.mark.usefixtures("home")
def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "wards.csv").write_text(CSV, encoding="utf-8")

    answer = run("validate", "--fix", "--out", tmp_path, tmp_path / "wards.csv")

    assert answer.exit_code == 1
    assert "not an empty folder" in answer.output


@pytest.mark.parametrize("option", ["--repair", "--no-repair"])
def test_a_rule_that_there_is_none_of_is_refused(tmp_path: Path, option: str) -> None:
    (tmp_path / "wards.csv").write_text(CSV, encoding="utf-8")

    answer = run("validate", option, "guess", tmp_path / "wards.csv")

    assert answer.exit_code == 1
    assert "date-iso" in answer.output


# kakehashi retry-jobs


def test_dead_jobs_are_queued_again(home: Path) -> None:
    run("migrate")
    services = services_of(home)
    with services.database.write() as session:
        enqueue(session, "doomed", {}, now=services.clock())
        session.commit()

    def fail(_arguments: Mapping[str, Any]) -> None:
        raise ValueError

    Worker(services.queue, {"doomed": Task(fail, attempts=1)}).step()

    assert services.queue.counts() == {"dead": 1}
    assert run("retry-jobs").output == "1 jobs queued again\n"
    assert services.queue.counts() == {"queued": 1}


# kakehashi worker


@pytest.fixture
def stopped() -> threading.Event:
    """A stop that was asked for already: one round, no waiting."""
    stop = threading.Event()
    stop.set()
    return stop


def test_a_round_of_housekeeping_that_fails_is_logged_and_not_the_end(
    tmp_path: Path, stopped: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    without_tables = services_of(tmp_path)

    with caplog.at_level(logging.ERROR):
        keep_house(without_tables, stopped, EVERY_CHORE)

    assert [record.getMessage() for record in caplog.records] == [
        f"housekeeping failed ({done})" for done, _ in EVERY_CHORE
    ]


def test_housekeeping_mends_the_index(portal: Portal, stopped: threading.Event) -> None:
    dataset = portal.publish()
    portal.services.search.forget([dataset.id])

    keep_house(portal.services, stopped, EVERY_CHORE)

    assert not wiring.drift(portal.services)


# kakehashi serve


@pytest.fixture
def sqlite_portal(tmp_path: Path) -> Iterator[Portal]:
    (tmp_path / "packages").mkdir()
    portal = make_portal(tmp_path, datasets_dir=tmp_path / "packages")
    yield portal
    portal.close()


def slugs(services: Services) -> set[str]:
    return {record.slug for record in services.catalog.list(SYSTEM, limit=100).items}


def test_a_first_start_that_was_interrupted_is_completed_at_the_next(tmp_path: Path) -> None:
    services = make_portal(tmp_path, datasets_dir=SHIPPED).services
    packages = sorted(each for each in SHIPPED.iterdir() if each.is_dir())
    organization = services.organizations.list()[0]
    publish_all(services, packages[:1], organization.id)
    # One more had come in, and was not yet read.
    upload = Upload(io.BytesIO(zipped({"a.csv": CSV})), "half.zip", organization.id)
    services.publishing.receive(SYSTEM, upload)

    prepare(services)

    assert {each.name for each in packages} <= slugs(services)
    assert len(packages) == 7


def test_a_first_start_is_done_once(sqlite_portal: Portal, capsys: pytest.CaptureFixture[str]) -> None:
    services = sqlite_portal.services
    write_package(services.settings.datasets_dir / "ward-population")
    prepare(services)
    assert "ward-population\tpublished" in capsys.readouterr().out
    write_package(services.settings.datasets_dir / "later", name="later")

    prepare(services)

    assert "Publishing" not in capsys.readouterr().out
    assert slugs(services) == {"ward-population"}


def test_a_package_that_was_refused_at_the_first_start_is_tried_at_the_next(sqlite_portal: Portal) -> None:
    services = sqlite_portal.services
    folder = write_package(services.settings.datasets_dir / "ward-population", name=None)
    prepare(services)
    assert slugs(services) == set()
    write_package(folder)

    prepare(services)

    assert slugs(services) == {"ward-population"}


def test_the_first_sign_in_is_printed_before_anything_is_published(
    sqlite_portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    write_package(sqlite_portal.services.settings.datasets_dir / "ward-population")

    prepare(sqlite_portal.services)

    output = capsys.readouterr().out
    assert output.index("/sign-in/") < output.index("Publishing")


def test_a_sign_in_is_printed_at_every_start_until_one_is_used(
    sqlite_portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    services = sqlite_portal.services
    prepare(services)
    capsys.readouterr()

    prepare(services)
    printed = LINK.findall(capsys.readouterr().out)
    services.accounts.use_link(printed[0], PASSWORD)
    prepare(services)

    assert LINK.findall(capsys.readouterr().out) == []


def test_a_changed_operator_address_does_not_stop_the_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "packages").mkdir()
    prepare(make_portal(tmp_path, datasets_dir=tmp_path / "packages").services)
    capsys.readouterr()

    prepare(services_of(tmp_path / "var", datasets_dir=tmp_path / "packages", operator_email="new@example.jp"))

    assert LINK.findall(capsys.readouterr().out) == []


# migrations


def test_several_starts_on_an_empty_postgresql_all_succeed(postgresql: URL, tmp_path: Path) -> None:
    admin = create_engine(postgresql, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE starts"))
    # A start that waits for another for ever is to fail here, not to hang.
    address = postgresql.set(database="starts").update_query_dict({"options": "-c lock_timeout=10s"})
    url = address.render_as_string(hide_password=False)
    databases = [services_of(tmp_path / str(number), database_url=url).database for number in range(3)]
    together = threading.Barrier(3)

    def start(number: int) -> bool:
        together.wait()
        migrate(databases[number])
        return is_current(databases[number])

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(start, range(3))) == [True] * 3
    for database in databases:
        database.engine.dispose()
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE starts WITH (FORCE)"))
    admin.dispose()
