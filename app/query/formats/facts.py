"""What a file says of its answer and columns, as names and words: for metadata of files and for sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.query.formats.words import moment

if TYPE_CHECKING:
    from app.kernel.text import Text
    from app.query.answer import OutColumn
    from app.query.formats.format import About


def facts_of(about: About) -> dict[str, str]:
    """Say what is known of an answer. Text in both languages is Japanese, with the English beside it in `…@en`."""
    return _known(
        _sides("title", about.title)
        | {"version": about.version, "license": about.license_name, "license_url": about.license_url}
        | _sides("attribution", about.attribution)
        | {"permalink": about.permalink, "retrieved": moment(about.retrieved) if about.retrieved else ""}
    )


def facts_of_column(column: OutColumn) -> dict[str, str]:
    """Say what a column is: its Table Schema type, its meaning, and what was made of which column of the table."""
    known = {"type": column.type, "unit": column.unit}
    if made := column.function or column.part:
        known["function"] = str(made)
    if source := column.column:
        known |= _sides("title", source.title) | _sides("description", source.description)
        known["code_list"] = source.code_list
        known["column"] = source.name if source.name != column.name else ""
    return _known(known)


def _sides(name: str, text: Text) -> dict[str, str]:
    return {name: text.get("ja"), f"{name}@en": text.en if text.ja else ""}


def _known(facts: dict[str, str]) -> dict[str, str]:
    # Words end at a NUL where they go through C.
    return {name: words.replace("\0", "\ufffd") for name, words in facts.items() if words}
