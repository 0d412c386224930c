"""What a route takes and answers, declared beside its view: the document is made of what requests are read by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

from app.web.parameters import Parameters

View = TypeVar("View", bound=Callable[..., Any])

_INTERFACE = "interface"


@dataclass(frozen=True, slots=True)
class Content:
    """Something of a media type; `schema` is a type that a record's schema is made of, or a schema as it stands.

    `files` are media types of the same as files, which have no schema.
    """

    media_types: tuple[str, ...]
    schema: Any = None
    files: tuple[str, ...] = ()


def json(schema: Any) -> Content:
    """JSON of a type."""
    return Content(("application/json",), schema)


@dataclass(frozen=True, slots=True)
class Interface:
    """A route's query, its bodies by media type, its answers by status, and the problems that it may answer with.

    `problems` are beside those that every route of its kind has; `headers` are more parameters.
    """

    query: type[Parameters] | None = None
    bodies: Mapping[str, type[BaseModel] | Mapping[str, Any] | Callable[[], Mapping[str, Any]]] = field(
        default_factory=dict
    )
    optional_body: bool = False
    answers: Mapping[int, Content] = field(default_factory=dict)
    problems: tuple[int, ...] = ()
    headers: tuple[Mapping[str, Any], ...] = ()


NOTHING_SAID = Interface()


def describes(interface: Interface) -> Callable[[View], View]:
    """Declare what a view takes and answers."""

    def mark(view: View) -> View:
        setattr(view, _INTERFACE, interface)
        return view

    return mark


def interface_of(view: Callable[..., Any]) -> Interface:
    """Answer what a view declared; nothing where it declared none."""
    found: Interface = getattr(view, _INTERFACE, NOTHING_SAID)
    return found
