"""The engine on an OpenSearch cluster: `server` speaks to it, `layout` stores, `clauses` asks, `answer` reads."""

from app.search.opensearch_engine.engine import OpenSearchEngine

__all__ = ["OpenSearchEngine"]
