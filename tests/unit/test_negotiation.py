"""Which representation a reader gets, by `Accept` and `Accept-Profile`."""

from __future__ import annotations

import time

import pytest

from app.web.negotiation import HTML, Offer, choose

CROISSANT = "http://mlcommons.org/croissant/1.1"
OFFERED = (
    HTML,
    Offer("package", "application/vnd.datapackage+json"),
    Offer("turtle", "text/turtle", "https://dcat.example/", ("text/n3",)),
    Offer("xml", "application/rdf+xml"),
    Offer("jsonld", "application/ld+json"),
    Offer("croissant", "application/ld+json", CROISSANT),
)


def chosen(accept: str | None, profile: str | None = None) -> str | None:
    found = choose(accept, profile, OFFERED)
    return found.name if found else None


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "html"),
        ("", "html"),
        ("*/*", "html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8", "html"),
        ("TEXT/Turtle", "turtle"),
        ("text/turtle;charset=utf-8", "turtle"),
        ("text/n3", "turtle"),
        ("text/turtle;q=0.5, application/rdf+xml", "xml"),
        ("text/turtle, */*", "turtle"),
        ("text/*;q=0.3, text/html;q=0, */*;q=0.1", "turtle"),
        ("application/*", "package"),
        ("application/ld+json", "jsonld"),
        (f'application/ld+json;profile="{CROISSANT}"', "croissant"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "jsonld"),
        ('application/ld+json;profile="http://nobody.example/"', None),
        ('a/b;x=",;q=0", text/turtle', "turtle"),
        ("text/html;q=never, text/turtle;q=0.1", "turtle"),
        ("image/png", None),
        ("*/*;q=0", None),
    ],
)
def test_the_reader_gets_what_accept_likes_best(accept: str | None, name: str | None) -> None:
    assert chosen(accept) == name


def test_a_profile_that_is_there_goes_before_the_media_type() -> None:
    assert chosen("*/*", f"<https://dcat.example/>;q=0.5, <{CROISSANT}>") == "croissant"


def test_a_profile_that_nothing_has_is_left_aside() -> None:
    assert chosen("text/turtle", "<http://nobody.example/>") == "turtle"


@pytest.mark.parametrize("part", ['"', "<", ",", "a;", '"\\', '<"'])
def test_a_hostile_header_costs_little_time(part: str) -> None:
    began = time.perf_counter()
    chosen(part * 50_000, part * 50_000)
    assert time.perf_counter() - began < 0.5
