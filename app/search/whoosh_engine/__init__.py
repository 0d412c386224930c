"""The engine in pure Python, on Whoosh's files: `files` guards them, `layout` stores, `scores` asks, `answer` reads."""

from app.search.whoosh_engine.engine import WhooshEngine

__all__ = ["WhooshEngine"]
