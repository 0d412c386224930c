"""What a request knows: the services, the actor, the language; and what templates may call."""

from __future__ import annotations

import math
import threading
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from flask import current_app, g, request
from werkzeug.urls import iri_to_uri

from app.catalog import addresses
from app.identity import policy
from app.identity.policy import Action
from app.kernel.actor import ANONYMOUS, Actor
from app.kernel.errors import SignInNeeded
from app.kernel.text import LANGUAGES, Language
from app.web import fairness
from app.web.answers import Answers
from app.web.facet_words import FacetWords
from app.wiring import EXTENSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Response

    from app.wiring import Services

WAITING = "kakehashi_waiting"
FACET_WORDS = "kakehashi_facet_words"
ANSWERS = "kakehashi_answers"
SESSION_COOKIE = "kakehashi_session"
LANGUAGE_COOKIE = "kakehashi_lang"
# In the environment of a request: the language that its page speaks.
_LANGUAGE = "kakehashi.language"
TOKYO = timezone(timedelta(hours=9), "JST")
_UNITS = ("B", "KB", "MB", "GB", "TB")
_STEP = 1024


def install(app: Flask, services: Services) -> None:
    """Hang the services on the application and give templates their words."""
    app.extensions[EXTENSION] = services
    # Requests that wait for an outcome hold a thread each; half of them stay free for everybody else.
    app.extensions[WAITING] = threading.BoundedSemaphore(max(1, services.settings.web_threads // 2))
    app.extensions[FACET_WORDS] = FacetWords(services)
    app.extensions[ANSWERS] = Answers(services.search, room=services.settings.search_answers)
    app.after_request(_remember_language)
    app.context_processor(_template_globals)
    for filter_ in (day, moment, size, number):
        app.add_template_filter(filter_)


def services() -> Services:
    """The parts of this application."""
    return cast("Services", current_app.extensions[EXTENSION])


def bearer() -> str | None:
    """The request's API token, sent as `Bearer <token>` or, as CKAN's clients do, bare.

    Another scheme, such as the `Basic` of a proxy in front, is not for us.
    """
    header = request.headers.get("Authorization", "").strip()
    scheme, space, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    return None if space or not header else header


def waiting() -> threading.BoundedSemaphore:
    """The places of this process for requests that wait."""
    return cast("threading.BoundedSemaphore", current_app.extensions[WAITING])


def answers() -> Answers:
    """The search, and what it answered lately."""
    return cast("Answers", current_app.extensions[ANSWERS])


def facet_words() -> FacetWords:
    """What people call the values of facets."""
    return cast("FacetWords", current_app.extensions[FACET_WORDS])


def actor() -> Actor:
    """Whoever asks, recognised once a request. Raises `SignInNeeded` for a token that is not good."""
    if "actor" not in g:
        g.actor = _recognise()
    return cast("Actor", g.actor)


def session_secret() -> str | None:
    """The browser's session cookie."""
    return request.cookies.get(SESSION_COOKIE)


def language() -> Language:
    """The reader's language, worked out once a request: a page asks for it with each of its texts."""
    spoken: Language | None = request.environ.get(_LANGUAGE)
    if spoken is None:
        spoken = request.environ[_LANGUAGE] = _preferred()
    return spoken


def _preferred() -> Language:
    """`?lang=`, the remembered one, what the browser prefers, Japanese."""
    for wanted in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    return cast("Language", request.accept_languages.best_match(LANGUAGES, "ja"))


def _recognise() -> Actor:
    token = bearer()
    if token is not None:
        found = services().accounts.actor_of_token(token)
        fairness.known_token()
        return found
    secret = session_secret()
    return (services().accounts.actor_of_session(secret) if secret else None) or ANONYMOUS


def _template_actor() -> Actor:
    try:
        return actor()
    except SignInNeeded:
        # The page that tells of a bad token is itself read by nobody in particular.
        return ANONYMOUS


def _remember_language(response: Response) -> Response:
    wanted = request.args.get("lang")
    if wanted in LANGUAGES and request.cookies.get(LANGUAGE_COOKIE) != wanted:
        response.set_cookie(LANGUAGE_COOKIE, wanted, max_age=31536000, samesite="Lax", httponly=True)
    return response


def speaking(language: Language) -> Callable[[str, str], str]:
    """Answer what chooses between Japanese and English words."""
    return (lambda ja, _en: ja) if language == "ja" else (lambda _ja, en: en)


def _template_globals() -> dict[str, object]:
    spoken = language()
    who = _template_actor()
    own = () if who.is_anonymous else services().organizations.where(who, Action.READ_ORGANIZATION)

    def may(action: str, organization_id: str | None = None) -> bool:
        reached = policy.audiences(who, Action(action))
        if reached is None:
            return True
        wanted = {policy.organization(organization_id)} if organization_id else reached - {policy.PUBLIC}
        return not reached.isdisjoint(wanted)

    return {
        "t": speaking(spoken),
        "lang": spoken,
        "site": services().site,
        "address": addresses,
        "actor": who,
        "own_organizations": own,
        "may": may,
        "url_with": url_with,
    }


def url_with(**changes: object) -> str:
    """The present address with some query parameters changed; `None` or nothing removes one."""
    arguments = [each for each in request.args.items(multi=True) if each[0] not in changes]
    for name, value in changes.items():
        values = value if isinstance(value, list | tuple) else (value,)
        arguments += [(name, str(each)) for each in values if each not in {None, ""}]
    query = urlencode(arguments)
    return iri_to_uri(request.path) + (f"?{query}" if query else "")


def day(value: datetime) -> str:
    """Write a day of Tokyo as the reader's language does."""
    local = value.astimezone(TOKYO)
    if language() == "ja":
        return f"{local.year}年{local.month}月{local.day}日"
    return f"{local.day} {local:%b %Y}"


def moment(value: datetime) -> str:
    """Write a day and a time of Tokyo."""
    return f"{day(value)} {value.astimezone(TOKYO):%H:%M}"


def size(value: int) -> str:
    """Write a count of bytes with a unit a person reads."""
    step = min(int(math.log(value, _STEP)), len(_UNITS) - 1) if value else 0
    return f"{value / _STEP**step:.1f} {_UNITS[step]}" if step else f"{value} B"


def number(value: int) -> str:
    """Write a number with its thousands apart."""
    return f"{value:,}"
