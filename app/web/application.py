"""Makes the WSGI application: settings, services, blueprints."""

from __future__ import annotations

import os
import tempfile
from typing import IO, cast

from flask import Flask, Request
from werkzeug.routing import BaseConverter

from app import wiring
from app.settings import ROOT, Settings, read_settings
from app.web import access, context, errors, fairness, headers
from app.web.api import blueprint as api
from app.web.catalog_pages import catalog_pages
from app.web.describe import describe_blueprint
from app.web.discovery import discovery
from app.web.feeds import feeds_blueprint
from app.web.files import files
from app.web.mcp import install as install_mcp
from app.web.mcp import mcp
from app.web.ns import ns
from app.web.oauth import oauth
from app.web.packages import packages
from app.web.pages import blueprint as pages
from app.web.sparql import sparql

FORM_BYTES = 1024 * 1024
SPOOLED_BYTES = 256 * 1024


class SlugConverter(BaseConverter):
    """Slugs have no dot, so that `/dataset/x.ttl` is never the page of a dataset "x.ttl"."""

    regex = "[a-z0-9]+(?:-[a-z0-9]+)*"


class PortalRequest(Request):
    """Keeps uploads on the disk of the data folder: the system's temporary folder may be memory."""

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 - Werkzeug's signature
        content_type: str | None,  # noqa: ARG002 - as above
        filename: str | None = None,  # noqa: ARG002 - as above
        content_length: int | None = None,  # noqa: ARG002 - as above
    ) -> IO[bytes]:
        folder = context.services().settings.data_dir / "tmp"
        folder.mkdir(exist_ok=True)
        return cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=SPOOLED_BYTES, mode="rb+", dir=str(folder)))


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application. Raises `Misconfigured` for settings that cannot be."""
    if settings is None:
        settings = read_settings(os.environ)
    app = Flask("kakehashi", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.request_class = PortalRequest
    app.config["MAX_CONTENT_LENGTH"] = FORM_BYTES
    app.url_map.converters["slug"] = SlugConverter
    services = wiring.build(settings, app)
    context.install(app, services)
    install_mcp(app, services)
    app.before_request(fairness.refuse)
    access.install(app)
    headers.install(app)
    errors.install(app)
    faces = (
        pages,
        files,
        describe_blueprint(),
        api,
        catalog_pages,
        feeds_blueprint,
        discovery,
        ns,
        packages,
        sparql,
        mcp,
        oauth,
    )
    for blueprint in faces:
        app.register_blueprint(blueprint)
    # Around everything, also around what is kept ready.
    fairness.install(app, settings)
    access.check_declared(app)
    return app
