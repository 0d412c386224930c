"""`kakehashi verify`: says whether a saved answer is what a portal signed. `rotate-signing-key` makes a new key."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from app.infra.http import PORTS, Fetcher
from app.kernel.errors import BadRequest, Unavailable
from app.kernel.text import Text
from app.query.signing import verify as verdict_on
from app.query.signing_keys import SigningKeys
from app.settings import read_settings
from app.wiring import SIGNING_KEYS

MOST_KEYS = 1 << 20
SECONDS = 20.0


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--keys", metavar="URL-or-FILE", help="The portal's /.well-known/jwks.json; this portal's keys if not given."
)
def verify(file: Any, keys: str | None) -> None:
    """Say whether a JSON answer that was asked for with `signature=true` is as the portal signed it.

    Ends with 1 where it is not. Keys are taken from `--keys` only, whatever the file says.
    """
    content = file.read()
    verdict = verdict_on(content, _keys(keys))
    click.echo(f"{verdict.reason.ja}\n{verdict.reason.en}")
    if verdict.issuer or verdict.kid:
        # What is not valid tells nothing, not even who it is from.
        of = ("署名者", "Signed by") if verdict.valid else ("署名者と称するもの", "Claims to be signed by")
        click.echo(f"{of[0]}: {_line(verdict.issuer)}\n{of[1]}: {_line(verdict.issuer)}")
        click.echo(f"鍵 / Key: {_line(verdict.kid)}")
    if not verdict.valid:
        raise SystemExit(1)


@click.command()
def rotate_signing_key() -> None:
    """Sign answers with a new key from now on; what earlier ones signed stays verifiable."""
    kid = SigningKeys(read_settings(os.environ).data_dir / SIGNING_KEYS).rotate()
    click.echo(f"新しい鍵で署名します / Signing with a new key: {kid}")


def _line(words: str) -> str:
    """Show a stranger's words as one line that moves no cursor."""
    return "".join(letter if letter.isprintable() else "?" for letter in words)


def _keys(given: str | None) -> Any:
    if given is None:
        return SigningKeys(read_settings(os.environ).data_dir / SIGNING_KEYS).public()
    try:
        return json.loads(_fetched(given) if given.startswith(("http://", "https://")) else Path(given).read_bytes())
    except (ValueError, RecursionError):
        raise BadRequest(Text(f"{given} は JSON ではありません。", f"{given} is no JSON.")) from None
    except OSError as error:
        raise BadRequest(Text(f"{given} を読めません。", f"{given} cannot be read.")) from error


def _fetched(url: str) -> bytes:
    """Fetch from wherever whoever runs the command says, a portal on this machine included."""
    try:
        parts = urlsplit(url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        own = [f"{host}:{parts.port or PORTS[parts.scheme]}"]
    except ValueError:
        own = []  # The fetcher says what is wrong with it.
    fetched = Fetcher(user_agent="Kakehashi", allow=own).get(url, limit_bytes=MOST_KEYS, seconds=SECONDS)
    if fetched.status != 200:  # noqa: PLR2004 - HTTP's OK
        raise Unavailable(Text(f"{url} は {fetched.status} を返しました。", f"{url} answered with {fetched.status}."))
    return fetched.body
