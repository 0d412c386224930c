"""Renders a publisher's Markdown to HTML that is safe to show."""

from __future__ import annotations

import html
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import markdown
import nh3

from app.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

MAX_CHARACTERS = 20_000
SECONDS = 2.0
TAGS = {
    *("p", "br", "hr", "a", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}


def render(description: Text) -> Text:
    """Render both languages. Runs in the sandbox's main thread only: hostile Markdown takes quadratic time."""
    return Text(_html(description.ja), _html(description.en))


def _html(words: str) -> str:
    if len(words) > MAX_CHARACTERS:
        return _paragraphs(words)
    try:
        with _deadline(SECONDS):
            # The page's own headings are h1 and h2.
            rendered = markdown.markdown(
                words, extensions=["tables", "sane_lists", "toc"], extension_configs={"toc": {"baselevel": 3}}
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
