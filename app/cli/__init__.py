"""The portal in a terminal."""

from __future__ import annotations

import logging

import click

from app.cli.agents import agents
from app.cli.agents_stdio import mcp
from app.cli.call_tool import call_tool
from app.cli.describe import describe
from app.cli.doctor import doctor
from app.cli.importing import import_
from app.cli.people import disable, grant, link, organization, revoke, token
from app.cli.publish import publish
from app.cli.reindexing import reindex
from app.cli.serve import migrate, retry_jobs, serve, sweep, worker
from app.cli.validate import validate
from app.cli.verify import rotate_signing_key, verify
from app.kernel.errors import AppError


class _Group(click.Group):
    """Prints an error of ours as a sentence, not as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except AppError as error:
            raise click.ClickException(f"{error.message.en}\n{error.message.ja}") from error


@click.group(cls=_Group)
def main() -> None:
    """Run the Kakehashi open data portal."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)


for _command in (
    serve,
    worker,
    migrate,
    publish,
    validate,
    verify,
    rotate_signing_key,
    describe,
    import_,
    mcp,
    call_tool,
    doctor,
    reindex,
    sweep,
    retry_jobs,
    link,
    organization,
    token,
    grant,
    revoke,
    disable,
    agents,
):
    main.add_command(_command)
