"""Asks the API whatever its description allows and forbids, by schemathesis, in process; says what does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import schemathesis
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import events, from_schema
from schemathesis.engine.context import EngineContext

from app.kernel.actor import SYSTEM, Role
from app.kernel.ids import new_id
from tests.factories import Portal, package

SEED = 20_261_129
# A schema cannot say which queries SPARQL has, which columns a dataset has, or which organization one belongs to; and
# what is true of a made-up `If-Match` or a submission that is decided already is no fault of the request.
ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "410", "412", "428", "429"]
BEYOND_SCHEMAS = {
    "GET /sparql": ["400", "406", "408"],
    "POST /sparql": ["400", "406", "408"],
    # Nor how many values all facets have together.
    "GET /api/v1/datasets": ["400"],
    # Nor which versions a table has, or which cursors were given out.
    **{
        f"GET /api/v1/resources/{{resource_id}}/changes{end}": ["400", "422"]
        for end in ("", ".csv", ".jsonl", ".parquet")
    },
    "GET /api/v1/resources/{resource_id}/versions": ["400"],
    # Nor what a table's columns are called, and what SQL is.
    **{
        f"GET /api/v1/resources/{{resource_id}}/{name}": ["400", "422"]
        for name in ("rows", "rows.{suffix}", "count", "explain", "columns", "sample")
    },
    "POST /api/v1/resources/{resource_id}/rows": ["400", "422"],
    **{
        each: ["400", "408", "413", "422"]
        for each in ("GET /api/v1/sql", "GET /api/v1/sql.{suffix}", "POST /api/v1/sql", "POST /api/v1/sql/explain")
    },
    # Nor that only a withdrawal needs a reason.
    "POST /api/v1/datasets/{slug}/state": ["400"],
    "POST /api/v1/submissions": ["400", "415", "422"],
    "POST /api/v1/submissions/{submission_id}/decision": ["400", "422"],
    "PATCH /api/v1/datasets/{slug}": ["422"],
    "POST /api/v1/datasets/{slug}/score": ["422"],
}

ENDLESS = frozenset({"POST /api/v1/resources/{resource_id}/rows"})


@dataclass(slots=True)
class Findings:
    """How many requests were made, what they were answered, and what was wrong, with one request for each."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def identities(portal: Portal) -> Mapping[str, Mapping[str, str]]:
    """Headers of nobody in particular, and of tokens of a publisher and of a governor."""
    accounts, email, own = portal.services.accounts, f"governor-{new_id()}@example.jp", portal.organization.id
    accounts.invite(SYSTEM, email=email, name="G", role=Role.VIEWER, organization_id=own)
    portal.services.organizations.grant(
        SYSTEM, person_id=accounts.person(email).id, role=Role.GOVERNOR, organization_id=None
    )
    secret = accounts.create_token(accounts.person(email), name="fuzz", scopes=("read", "submit", "publish"))
    return {
        "anonymous": {},
        "publisher": portal.token(Role.PUBLISHER, Role.EDITOR, Role.ADMIN),
        "governor": {"Authorization": f"Bearer {secret}"},
    }


def known_places(portal: Portal) -> Mapping[str, str]:
    """Publish something, and answer parts of addresses that lead somewhere."""
    record = portal.publish()
    waiting = portal.submit(package(name="waiting"), actor=portal.person(Role.EDITOR))
    portal.publish(package(name="gone"))
    return {
        "slug": record.slug,
        "name": "population",
        "resource_id": record.resources[0].id,
        "submission_id": waiting.id,
        "number": "1",
        "file": "population.csv",
        "suffix": "csv",
    }


def fuzz(
    portal: Portal,
    headers: Mapping[str, str],
    places: Mapping[str, str],
    *,
    examples: int,
    path: str = "/openapi.json",
    phases: tuple[str, ...] = ("coverage", "fuzzing"),
    seed: int = SEED,
    only: str = "",
    together: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> Findings:
    """Run all checks of schemathesis on every operation, or on those whose path matches `only`.

    `together` makes the parameters of a valid query go together.
    """
    config = _config(headers, examples, phases, seed, only)
    schema = schemathesis.openapi.from_wsgi(path, portal.app, config=config)
    turns = iter(range(1 << 60))

    @schema.hook
    def map_case(context: Any, case: Any) -> Any:  # noqa: ARG001 - its signature
        # Every other address is one that there is, unless the address is what is wrong on purpose.
        made = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
        if made and made.mode is GenerationMode.POSITIVE and next(turns) % 2 == 0:
            case.path_parameters = {name: places.get(name, each) for name, each in case.path_parameters.items()}
        asked = case.meta.components.get(ParameterLocation.QUERY) if case.meta else None
        if asked and asked.mode is GenerationMode.POSITIVE and case.query:
            # A cursor is what an earlier answer gave; no schema says which there are.
            case.query = together({name: each for name, each in case.query.items() if name != "after"})
        return case

    found = Findings()
    with patch.object(EngineContext, "get_transport_kwargs", _in_process):
        for event in from_schema(schema).execute():
            _note(found, event)
    return found


def _in_process(context: EngineContext, operation: Any = None) -> dict[str, Any]:
    """Leave out what is of sockets: schemathesis 4.32 hands it on to Werkzeug where a check asks again by itself."""
    return {"headers": context.config.headers_for(operation=operation)}


def _config(
    headers: Mapping[str, str], examples: int, phases: tuple[str, ...], seed: int, only: str
) -> SchemathesisConfig:
    # What `include` of a loaded schema says is passed over where there is a configuration.
    left_out = [{"exclude-path-regex": only, "enabled": False}] if only else []
    every = ("examples", "coverage", "fuzzing", "stateful")
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "suppress-health-check": ["all"],
            "headers": dict(headers),
            "generation": {"max-examples": examples, "deterministic": True, "no-shrink": True, "database": "none"},
            "continue-on-failure": True,
            "phases": {each: {"enabled": each in phases} for each in every},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ACCEPTED},
                # RFC 6585, 3, has a status of its own for a change without `If-Match`.
                "missing_required_header": {"expected-statuses": ["400", "401", "403", "404", "428"]},
            },
            "operations": [*left_out, *_loosened()],
        }
    )


def _loosened() -> Iterator[dict[str, Any]]:
    for name, more in BEYOND_SCHEMAS.items():
        yield {
            "include-name": name,
            # What covers a tree of conditions, which may hold trees, does not end.
            **({"phases": {"coverage": {"enabled": False}}} if name in ENDLESS else {}),
            "checks": {"positive_data_acceptance": {"expected-statuses": [*ACCEPTED, *more]}},
        }


def _note(found: Findings, event: Any) -> None:
    if isinstance(event, events.ScenarioFinished):
        recorder = event.recorder
        for interaction in recorder.interactions.values():
            found.requests += 1
            found.statuses[interaction.response.status_code if interaction.response else 0] += 1
        for case_id, checks in recorder.checks.items():
            for check in checks:
                if check.failure_info is not None:
                    failure: Failure = check.failure_info.failure
                    case = recorder.cases[case_id].value
                    place = f"{case.operation.label} {check.name}: {failure.title}"
                    answer = recorder.interactions[case_id].response
                    body = answer.content[:600].decode(errors="replace") if answer else ""
                    shown = f"{failure.message}\n{case.as_curl_command()}\n{body}"
                    found.failures.setdefault(place, shown)
    elif isinstance(event, events.NonFatalError):
        found.errors.append(f"{event.label}: {event.info}")
    elif isinstance(event, events.FatalError):
        found.errors.append(str(event.exception))
