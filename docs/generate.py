"""Writes the pages that repeat facts of the code: settings, errors, formats. Run it after changing one of those."""  # noqa: INP001 - a script beside the pages it writes

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path

# Run as a script, Python looks beside this file only.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.kernel.text import Text
from app.metadata.format import Format
from app.metadata.registry import FORMATS
from app.publishing import problems
from app.publishing.problems import Message
from app.settings import PREFIX, ROOT, Settings
from app.web.errors import HTTP, STATUS

FOLDER = Path(__file__).resolve().parent
MADE = "*This page is made by `python docs/generate.py`; change the code, not the page.*"

SECTIONS: Mapping[str, Mapping[str, Message]] = {
    "The zip archive": problems.ARCHIVE,
    "The descriptor (datapackage.json)": problems.DESCRIPTOR,
    "Tables": problems.TABLE,
    "Tables among the rows of a file": problems.STRUCTURE,
    "Other formats": problems.OTHER_FORMATS,
    "Repairs": problems.REPAIRS,
    "Personal data": problems.PERSONAL,
    "The submission as a whole": problems.SUBMISSION,
}


def settings() -> str:
    """Write the page of settings."""
    rows = []
    for each in fields(Settings):
        kind = {"str": "text", "int": "whole number", "Path": "folder"}[str(each.type)]
        rows.append((_code(PREFIX + each.name.upper()), kind, _default(each.default), each.metadata["help"]))
    return _page(
        "Settings",
        "Settings are environment variables, read once at start. A variable that begins with `KAKEHASHI_` and is not "
        "listed here stops the portal with the nearest name that exists, so that a typing error cannot pass for a "
        "default. Plain `PORT` is read where `KAKEHASHI_PORT` is not set.",
        "In `production` the portal does not start without `KAKEHASHI_SECRET_KEY` and `KAKEHASHI_SITE_URL`. "
        "Use an absolute `KAKEHASHI_DATA_DIR` there. Make a key with "
        "`python3 -c 'import secrets; print(secrets.token_urlsafe(32))'`.",
        "Sessions, sign-in links and tokens are stored as hashes under the secret key. Changing it signs everybody "
        "out and ends every token.",
        _table(("variable", "type", "default", "meaning"), rows),
    )


def errors() -> str:
    """Write the page of errors: those of requests, then those of data."""
    known = {kind.code: (status, _sentence(kind.__doc__)) for kind, status in STATUS.items()}
    others = {code: (status, message.en) for status, (code, message) in HTTP.items() if code not in known}
    listed = sorted((known | others).items(), key=lambda item: (item[1][0], item[0]))
    return _page(
        "Errors",
        "A failed request answers `application/problem+json` (RFC 9457) to programs and a page to browsers; "
        "[api.md](api.md#errors) shows one. Act on `code`: the sentences may change.",
        "## Errors of requests",
        _table(("code", "status", "meaning"), ((_code(code), str(row[0]), row[1]) for code, row in listed)),
        "`misconfigured` stops the portal at start; it is seen in a terminal, not over HTTP.",
        "## Problems in data",
        "A submission that is refused, or taken with remarks, carries a report. Each problem in it has a code, a "
        "sentence and advice in Japanese and English, and as far as they are known `file`, `resource`, `row` (lines of "
        "the file, from 1), `column` and `value`. An `error` stops publication; a `warning` is shown and kept. "
        "`{names}` below are filled in from the data.",
        *(part for title, messages in SECTIONS.items() for part in _problems(title, messages)),
    )


def formats() -> str:
    """Write the page of metadata formats."""
    rows = (
        (
            _code(each.name),
            each.title.en,
            _code(f"/dataset/{{slug}}{each.suffix}"),
            _code(each.media_type),
            _links(each),
        )
        for each in FORMATS
    )
    return _page(
        "Metadata formats",
        "Every published dataset is described in each of these formats. The addresses answer `GET` with a strong "
        "`ETag`; `/api/v1/datasets/{slug}` lists them under `descriptions`.",
        _table(("name", "title", "address", "media type", "standard, profile"), rows),
        "A new format is a file in `app/metadata/formats/` that ends in a `FORMAT`, a line in "
        "`app/metadata/registry.py`, and a golden file in `tests/golden/`. Its route, the download menu, the API's "
        "list and this page follow.",
    )


PAGES: Mapping[str, Callable[[], str]] = {"settings.md": settings, "errors.md": errors, "formats.md": formats}


def main() -> None:
    """Write every page."""
    for name, write in PAGES.items():
        (FOLDER / name).write_text(write(), encoding="utf-8")


def _problems(title: str, messages: Mapping[str, Message]) -> tuple[str, str]:
    rows = (
        (_code(code), each.severity.value, _both(each.message), _both(each.advice))
        for code, each in sorted(messages.items())
    )
    return f"### {title}", _table(("code", "severity", "message", "advice"), rows)


def _default(value: object) -> str:
    if isinstance(value, Path):
        return _code(str(value.relative_to(ROOT) if value.is_absolute() else value))
    return _code(str(value)) if value != "" else "(empty)"


def _links(each: Format) -> str:
    profile = each.profile if each.profile and each.profile != each.standard.rstrip("/") else ""
    return " ".join(f"<{link}>" for link in (each.standard, profile) if link)


def _sentence(doc: str | None) -> str:
    return (doc or "").strip().partition("\n")[0]


def _both(text: Text) -> str:
    return f"{_plain(text.ja)}<br>{_plain(text.en)}"


def _plain(words: str) -> str:
    """Keep Markdown from reading marks into a message."""
    for mark in "\\`*_[]":
        words = words.replace(mark, f"\\{mark}")
    return words.replace("&", "&amp;").replace("<", "&lt;")


def _code(words: str) -> str:
    return f"`{words}`"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _page(title: str, *parts: str) -> str:
    return "\n\n".join((f"# {title}", MADE, *parts)) + "\n"


if __name__ == "__main__":
    main()
