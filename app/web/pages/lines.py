"""The lines of the search page's results: a found dataset, what was asked for marked in it, and why it was found.

People ask for the same all day, so lines are kept. All that a line shows is in its `Result`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import current_app
from markupsafe import Markup, escape

from app.catalog import addresses
from app.kernel.text import LANGUAGES, Language, Text
from app.search.excerpt import excerpts
from app.search.service import Where
from app.web.context import language, speaking
from app.web.facet_words import place_name
from app.web.marking import html

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.search.excerpt import Excerpt
    from app.search.service import Hit, Reason
    from app.web.search_request import Found

TEMPLATE = "search_result.html"
# A line takes some kilobytes: this many are the first pages of fifty searches.
KEPT = 1000
FORMATS = 8
_TITLE_LENGTH, _EXCERPT_LENGTH = 400, 160
# `text` is where it stands, `word` what was asked for.
_REASONS: Mapping[Where, Text] = {
    Where.KEYWORD: Text("キーワード「{text}」", "Keyword “{text}”"),
    Where.PUBLISHER: Text("提供者「{text}」", "Publisher “{text}”"),
    Where.COLUMN: Text("列「{text}」", "Column “{text}”"),
    Where.RESOURCE: Text("ファイル「{text}」", "File “{text}”"),
    Where.SUBJECT: Text("分野「{text}」", "Subject “{text}”"),
    Where.VALUE: Text("表の中の値「{text}」", "Value in a table: “{text}”"),
    Where.PLACE: Text("地域「{text}」", "Place “{text}”"),
    Where.SYNONYM: Text("「{word}」と同じ意味の「{text}」", "“{text}”, which means “{word}”"),
    Where.READING: Text("「{word}」と読む「{text}」", "“{text}”, which is read “{word}”"),
}
# What these found is marked in the title or the excerpt, where it shows.
_SHOWN_BY_MARKS = frozenset({Where.SYNONYM, Where.READING})


@dataclass(frozen=True, slots=True)
class Result:
    """What is shown of a found dataset in either language; `marks` are the words that are marked."""

    slug: str
    title: Text
    description: Text
    publisher: Text
    updated: datetime
    rows: int
    formats: tuple[str, ...]
    license: Text
    state: str
    why: tuple[Reason, ...]
    marks: tuple[str, ...]


def lines(found: Found) -> tuple[Markup, ...]:
    """Write the line of each dataset that was found, in the reader's language where there are both."""
    marks, spoken = tuple(found.answer.marks), language()
    return tuple(_line(result(hit, marks), spoken) for hit in found.answer.hits)


def result(hit: Hit, marks: tuple[str, ...]) -> Result:
    """Take from a found dataset what is shown of it."""
    document = hit.document
    return Result(
        document.slug,
        document.title,
        document.description,
        document.publisher,
        document.updated,
        document.rows,
        document.formats[:FORMATS],
        document.license_title or Text(document.license, document.license),
        document.state,
        tuple(hit.why),
        marks,
    )


def words_of(result: Result, spoken: Language) -> dict[str, object]:
    """Answer what the template of a line is told."""
    texts = ((result.title.get(spoken), _TITLE_LENGTH), (_description(result, spoken), _EXCERPT_LENGTH))
    title, text = excerpts(texts, result.marks)
    is_marked = bool(title.spans or text.spans)
    hidden = _SHOWN_BY_MARKS if is_marked else frozenset()
    why = [_words(_said(reason), spoken) for reason in result.why if reason.where not in hidden]
    return {
        "lang": spoken,
        "t": speaking(spoken),
        "result": result,
        "address": addresses.dataset(result.slug),
        "publisher": _words(result.publisher, spoken),
        "title": _marked(title),
        "excerpt": _marked(text),
        "why": why,
    }


@lru_cache(maxsize=KEPT)
def _line(result: Result, spoken: Language) -> Markup:
    # Without the words of all templates: a line may not depend on whom it was first written for.
    template = current_app.jinja_env.get_template(TEMPLATE)
    return Markup(template.render(words_of(result, spoken)))  # noqa: S704 - the template escapes


def _words(text: Text, spoken: Language) -> Markup:
    """Write what the macro of that name writes: importing it takes longer than all else in a line."""
    written = text.language(spoken)
    words = escape(text.get(spoken))
    return words if written == spoken else Markup('<span lang="{}">{}</span>').format(written, words)


def _marked(shown: Excerpt) -> Markup:
    return Markup(html(shown))  # noqa: S704 - it escapes


def _description(result: Result, spoken: Language) -> str:
    """Answer the description without the publisher's name at its head, as the line above it says that."""
    words, names = result.description.get(spoken), (result.publisher.ja, result.publisher.en)
    name, bracket, rest = words.removeprefix("【").partition("】")
    if words.startswith("【") and bracket and name.strip() in names:
        return rest.strip()
    return "" if words.strip("【】[]() \n") in names else words


def _said(reason: Reason) -> Text:
    where, word = _REASONS[reason.where], reason.word
    text = place_name(reason.text) if reason.where is Where.PLACE else Text(reason.text, reason.text)
    return Text(*(where.get(each).format(text=text.get(each), word=word) for each in LANGUAGES))
