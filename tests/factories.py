"""Builds what tests need through the services, never through tables."""

from __future__ import annotations

import io
import itertools
import json
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url
from werkzeug.test import TestResponse

from app import create_app, wiring
from app.catalog.record import Access, DatasetRecord
from app.identity.organizations import Organization
from app.infra.migrate import migrate
from app.kernel.actor import SYSTEM, Actor, Role
from app.kernel.text import Text
from app.publishing.submission import Details, Submission, Upload
from app.settings import Settings
from app.wiring import EXTENSION, Services

PASSWORD = "correct horse battery"
CSV = "コード,名称,人口\n131016,千代田区,66680\n131024,中央区,169179\n"


@dataclass(slots=True)
class Portal:
    """A portal and shortcuts to act in it."""

    app: Flask
    services: Services
    organization: Organization
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def client(self) -> FlaskClient:
        """Make a browser that is not signed in."""
        return self.app.test_client()

    def person(self, *roles: Role, organization: Organization | None = None) -> Actor:
        """Add somebody with roles in an organization and answer them as an actor."""
        own = organization or self.organization
        email = f"person{next(self._numbers)}@example.jp"
        for role in roles:
            self.services.accounts.invite(SYSTEM, email=email, name=email, role=role, organization_id=own.id)
        return self.services.accounts.person(email)

    def signed_in(self, *roles: Role, organization: Organization | None = None) -> FlaskClient:
        """Make a browser in which somebody with these roles is signed in."""
        own = organization or self.organization
        email = f"person{next(self._numbers)}@example.jp"
        secret = None
        for role in roles:
            made = self.services.accounts.invite(SYSTEM, email=email, name=email, role=role, organization_id=own.id)
            secret = made or secret
        client = self.client()
        answer = client.post(f"/sign-in/{secret}", data={"password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    def token(self, *roles: Role, scopes: tuple[str, ...] = ("publish",)) -> dict[str, str]:
        """Answer the headers of somebody's API token."""
        secret = self.services.accounts.create_token(self.person(*roles), name="test", scopes=scopes)
        return {"Authorization": f"Bearer {secret}"}

    def other_organization(self, slug: str = "other") -> Organization:
        """Add another publisher."""
        return self.services.organizations.create(SYSTEM, slug=slug, title=Text("別の局", "Another bureau"))

    def work(self) -> None:
        """Do the jobs that publish and index; what describes at length is left to `describe`."""
        while sum(worker.step() for worker in wiring.workers(self.services, wiring.PUBLISHING_LANES)):
            pass

    def describe(self) -> None:
        """Do all jobs that are due: descriptions, triples, checks and dumps too, with a snapshot for queries."""
        while sum(worker.step() for worker in wiring.workers(self.services)):
            pass
        self.services.triples.publish()

    def submit(
        self,
        content: bytes | None = None,
        *,
        actor: Actor = SYSTEM,
        file_name: str = "package.zip",
        access: Access = Access.PUBLIC,
        organization: Organization | None = None,
        details: Details | None = None,
    ) -> Submission:
        """Send an upload, do the work, and answer the submission as it ended."""
        own = organization or self.organization
        upload = Upload(
            io.BytesIO(package() if content is None else content), file_name, own.id, details or Details(access=access)
        )
        received = self.services.publishing.receive(actor, upload)
        self.work()
        return self.services.publishing.get(SYSTEM, received.id)

    def publish(self, content: bytes | None = None, **changes: Any) -> DatasetRecord:
        """Publish a package and answer its dataset."""
        submission = self.submit(content, **changes)
        assert submission.dataset_id is not None, submission.report
        return self.services.catalog.get_by_id(SYSTEM, submission.dataset_id)

    def close(self) -> None:
        """Let go of the database and of the processes that answer queries."""
        self.services.agents.close()
        self.services.triples.close()
        self.services.sql.close()
        self.services.database.engine.dispose()


def make_portal(folder: Path, **settings: Any) -> Portal:
    """Make a portal whose state lives in a folder; a `database_url` is of a database that `migrate` has seen.

    It answers as much as it is asked, unless `fair_points` says otherwise.
    """
    chosen = Settings(data_dir=folder / "var", **{"fair_points": 0, **settings})
    if not chosen.database_url:
        file = Path(make_url(chosen.database).database or "")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_migrated_file())
    app = create_app(chosen)
    services: Services = app.extensions[EXTENSION]
    organization = services.organizations.create(
        SYSTEM, slug="soumu", title=Text("総務局", "General Affairs"), contact_email="data@example.jp"
    )
    return Portal(app, services, organization)


def migrate_at(settings: Settings) -> None:
    """Bring the database of these settings to the newest schema."""
    database = create_app(settings).extensions[EXTENSION].database
    migrate(database)
    # A database that somebody is connected to is neither a file to copy nor a template.
    database.engine.dispose()


@cache
def _migrated_file() -> bytes:
    """Migrate an empty SQLite file once, for every portal of this process to begin with."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        migrate_at(settings)
        return Path(make_url(settings.database).database or "").read_bytes()


def descriptor(**changes: Any) -> dict[str, Any]:
    """A small good descriptor; `None` removes a property."""
    full: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "ward-population",
        "title": "特別区の人口",
        "description": "特別区ごとの人口です。試験のために作った小さな表で、二つの区だけを含みます。",
        "keywords": ["人口", "特別区"],
        "licenses": [{"name": "CC-BY-4.0"}],
        "resources": [
            {
                "name": "population",
                "path": "population.csv",
                "schema": {
                    "fields": [
                        {"name": "コード", "type": "string", "constraints": {"required": True}},
                        {"name": "名称", "type": "string"},
                        {"name": "人口", "type": "integer", "title": "総人口", "unit": "人"},
                    ],
                    "primaryKey": ["コード"],
                },
            }
        ],
    }
    return {key: value for key, value in (full | changes).items() if value is not None}


def package(files: Mapping[str, str | bytes] | None = None, **changes: Any) -> bytes:
    """A small good package as zip, with changes to its descriptor or other files."""
    given = {"population.csv": CSV} if files is None else files
    return zipped({"datapackage.json": json.dumps(descriptor(**changes), ensure_ascii=False), **given})


# Equal files make equal bytes: where they name a test, every process of a run must give it the same name.
WHEN = (2026, 1, 1, 0, 0, 0)


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """Pack files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, WHEN), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def json_of(answer: TestResponse) -> Any:
    """Answer the JSON of a response that must have some."""
    assert answer.json is not None, answer.text
    return answer.json
