"""The embedded engine, tantivy: `engine` writes and opens, `layout` stores, `clauses` asks, `answer` reads."""

from app.search.tantivy_engine.engine import TantivyEngine

__all__ = ["TantivyEngine"]
