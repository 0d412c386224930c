"""`/static-packages`: scripts that others wrote and that come with an installed package, given as they are in there.

vl-convert-python carries Vega, Vega-Lite and Vega-Embed (all four BSD-3-Clause) and puts them into one script. That
takes some seconds and a JavaScript engine, so that it is done once for each version, in a process of its own.
Nothing is fetched from anywhere, and no third party's script lies in our repository.
"""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from threading import Lock
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from app.kernel.errors import NotFound, Unavailable
from app.kernel.ids import new_id
from app.kernel.text import Text
from app.web.access import EVERYBODY, rule
from app.web.context import services
from app.web.respond import conditional

if TYPE_CHECKING:
    from pathlib import Path

packages = Blueprint("packages", __name__)

PACKAGE = "vl-convert-python"
SECONDS = 120
# A copyright notice stays with the code (BSD-3-Clause, 1 and 2).
NOTICE = (
    "/* Vega, Vega-Lite, Vega-Embed: Copyright (c) University of Washington Interactive Data Lab and contributors, "
    "BSD-3-Clause. https://vega.github.io/ */\n"
)
_WRITE = (
    "import sys, vl_convert\n"
    "with open(sys.argv[1], 'w', encoding='utf-8') as file:\n"
    "    file.write(sys.argv[2] + vl_convert.javascript_bundle())\n"
)
_making = Lock()


def vega_address() -> str:
    """The address of the script, which changes with its version; empty where the package is not installed."""
    found = _version()
    return f"/static-packages/vega-{found}.js" if found else ""


@packages.get("/static-packages/vega-<number>.js")
@rule(EVERYBODY)
def vega(number: str) -> Response:
    """Vega, Vega-Lite and Vega-Embed in one script, to be imported as a module. It is the same for ever."""
    if not number or number != _version():
        raise NotFound(Text("このスクリプトはありません。", "There is no such script."))
    body = _script(services().settings.data_dir / "static-packages" / f"vega-{number}.js.gz")
    etag = hashlib.sha256(body).hexdigest()[:32]
    packed = bool(request.accept_encodings["gzip"])
    answer = conditional(
        body if packed else gzip.decompress(body),
        "text/javascript; charset=utf-8",
        etag if packed else f"{etag}-plain",
        None,
        Cache_Control="public, max-age=31536000, immutable",
    )
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.vary.add("Accept-Encoding")
    return answer


def _version() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return ""


def _script(path: Path) -> bytes:
    """Read the script, or have it made first. Raises `Unavailable` where that fails."""
    if not path.is_file():
        with _making:
            if not path.is_file():
                _make(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    plain, packed = (path.with_name(f"{path.name}.{new_id()}.{end}") for end in ("js", "gz"))
    try:
        command = [sys.executable, "-I", "-c", _WRITE, str(plain), NOTICE]
        subprocess.run(command, check=True, timeout=SECONDS, stdin=subprocess.DEVNULL)  # noqa: S603 - words of ours
        packed.write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
        packed.replace(path)
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(
            Text("グラフを描く部品を用意できませんでした。", "What draws charts could not be made ready.")
        ) from error
    finally:
        plain.unlink(missing_ok=True)
        packed.unlink(missing_ok=True)
