"""What is alike in every portal of a run is worked out once: a run makes a thousand of them, each for one test.

Three things took a third of a test: the code of the templates, the builders of the addresses, and passwords at the
price that people's have. `test_a_password_costs_whoever_guesses_it` pays that price.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from app.identity import secrets

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
DEAR, DEAR_NOBODY = secrets._HASHER, secrets._NOBODY


class Kept(BytecodeCache):
    """Keeps the code of templates by name; a template whose source is another is compiled again."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Answer what is kept."""
        if code := self._code.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._code[bucket.key] = bucket.bytecode_to_string()


def keep() -> None:
    """Have all portals of this process share what is alike."""
    Flask.jinja_options = {"bytecode_cache": Kept()}
    Rule._compile_builder = _kept_builders(Rule._compile_builder)  # type: ignore[method-assign]
    secrets._HASHER = CHEAP
    secrets._NOBODY = CHEAP.hash("nobody")


def _kept_builders(compiled: Callable[[Rule, bool], Any]) -> Callable[..., Any]:
    builders: dict[object, Any] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Any:
        # All that a builder is made from; it finds the converters on the rule that it is given.
        kinds = tuple((name, type(each)) for name, each in rule._converters.items())
        key = (rule.rule, append_unknown, tuple(rule._trace), repr(rule.defaults), kinds)
        if key not in builders:
            builders[key] = compiled(rule, append_unknown)
        return builders[key]

    return builder
