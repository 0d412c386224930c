"""Documents to search, made of little, and a real engine to search them with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.kernel.text import Text
from app.search.document import SearchDocument
from app.search.service import Search
from app.search.tantivy_engine import TantivyEngine

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_PLAIN = SearchDocument(
    id="",
    slug="",
    revision=1,
    audiences=("public",),
    title=Text(),
    description=Text(),
    publisher_slug="tokyo",
    publisher=Text("東京都"),
    license="CC-BY-4.0",
    license_title=Text("クリエイティブ・コモンズ 表示 4.0"),
    updated=datetime(2025, 6, 1, tzinfo=UTC),
    revised=datetime(2025, 6, 1, tzinfo=UTC),
    state="published",
)


def document(name: str, title: str = "人口", **given: Any) -> SearchDocument:
    """Make a public dataset; what is given by name replaces a part, `description` in words."""
    parts = {field: getattr(_PLAIN, field) for field in _PLAIN.__slots__}
    description = Text(given.pop("description", ""))
    return SearchDocument(
        **parts | {"id": name, "slug": name, "title": Text(title), "description": description} | given
    )


def make_search(folder: Path, *documents: SearchDocument) -> Search:
    """Make an index of documents in a folder."""
    search = Search(TantivyEngine(folder / "index"), clock=lambda: NOW)
    search.rebuild(documents)
    return search
