"""CommonMark without its marks, for indexes and excerpts. Nothing here is HTML-safe: templates escape."""

from __future__ import annotations

import html
import re

# Every repetition has a limit, so that hostile text costs time in proportion to its length.
_MARKS = (
    (re.compile(r"^[ \t]{0,3}(?:`{3,20}|~{3,20})[^\n]{0,200}$", re.MULTILINE), ""),
    (re.compile(r"<!--.{0,2000}?-->", re.DOTALL), " "),
    (re.compile(r"<(https?://[^<>\s]{1,500})>"), r"\1"),
    (re.compile(r"</?[A-Za-z][^<>\n]{0,500}>"), " "),
    (re.compile(r"!?\[([^\[\]]{0,500})\]\([^()\n]{0,1000}\)"), r"\1"),
    (re.compile(r"!?\[([^\[\]]{1,500})\]\[[^\[\]\n]{0,200}\]"), r"\1"),
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]{1,20}|[ \t]{1,20}#{1,6}$", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,20}(?:>[ \t]{0,3}){1,10}", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,3}(?:[-*_=|:][ \t]{0,3}){3,200}$", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,20}(?:[-*+]|\d{1,9}[.)])[ \t]{1,20}", re.MULTILINE), ""),
    (re.compile(r"(?<!\\)(?:\*{1,3}|~~|`{1,20})|(?<![\w\\])_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)"), ""),
    (re.compile(r"\|"), " "),
    (re.compile(r"\\(?=[^\w\s]|_)"), ""),
)
# What any of the above needs, and character references: most texts have none of it.
_MARKED = re.compile(r"[-`~<\[#>*_=|:+\\&]|\d[.)]")


def plain(markdown: str) -> str:
    """Answer the words of a CommonMark text on one line."""
    text = markdown
    if not _MARKED.search(text):
        return " ".join(text.split())
    for mark, instead in _MARKS:
        text = mark.sub(instead, text)
    return " ".join(html.unescape(text).split())
