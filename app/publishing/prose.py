"""Renders a publisher's Markdown to HTML that is safe to show."""

from __future__ import annotations

import html
import signal
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import markdown
import nh3
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import TocExtension

from app.infra.sandbox import Limits
from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from app.infra.sandbox import Sandbox

PROSE = "app.publishing.prose:render_apart"
LIMITS = Limits(memory_bytes=1 << 30, seconds=20)
MAX_CHARACTERS = 20_000
SECONDS = 2.0
TAGS = {
    *("p", "br", "hr", "a", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}


class Prose:
    """Renders what somebody writes on a page, in the sandbox."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self._sandbox = sandbox
        self._folder = folder

    def render(self, description: Text) -> Text:
        """Render both languages. Raises as `Sandbox.run`."""
        if not description:
            return Text()
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            argument = {"ja": description.ja, "en": description.en}
            answer = self._sandbox.run(PROSE, argument, folder=Path(folder), limits=LIMITS)
        return Text(answer["ja"], answer["en"])


def render_apart(argument: dict[str, str]) -> dict[str, str]:
    """Render both languages of an argument that came as JSON."""
    rendered = render(Text(argument["ja"], argument["en"]))
    return {"ja": rendered.ja, "en": rendered.en}


def render(description: Text) -> Text:
    """Render both languages. Runs in the sandbox's main thread only: hostile Markdown takes quadratic time."""
    return Text(_html(description.ja), _html(description.en))


def _html(words: str) -> str:
    if len(words) > MAX_CHARACTERS:
        return _paragraphs(words)
    try:
        with _deadline(SECONDS):
            # The page's own headings are h1 and h2. Extensions by name would be looked up in all that is installed.
            rendered = markdown.markdown(
                words, extensions=[TableExtension(), SaneListExtension(), TocExtension(baselevel=3)]
            )
    except (TimeoutError, RecursionError, AssertionError):
        return _paragraphs(words)
    return nh3.clean(
        rendered,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
    )


def _paragraphs(words: str) -> str:
    return "".join(f"<p>{html.escape(part.strip())}</p>" for part in words.split("\n\n") if part.strip())


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
