"""The templates: they compile, speak two languages, escape what strangers wrote, and hold under a strict CSP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote_plus

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from app.audit import Act
from app.catalog import addresses
from app.catalog.addresses import Site
from app.catalog.meanings import MEANINGS
from app.catalog.places import Place
from app.catalog.record import (
    Access,
    Column,
    ColumnProfile,
    Contact,
    Contributor,
    DatasetRecord,
    Derived,
    Intake,
    License,
    Link,
    Mark,
    Period,
    Publisher,
    RepairCount,
    ResourceRecord,
    Series,
    Source,
    State,
    StoredFile,
    Table,
    VersionRecord,
)
from app.catalog.series import SeriesRecord
from app.identity.accounts import Token
from app.identity.agents.agent import Agent, AgentState, Allowance, Decision, Ruling, Secret
from app.identity.agents.statistics import Seen, Use
from app.identity.organizations import Description, Member, Organization
from app.kernel.actor import ANONYMOUS, Actor, ActorKind, AgentReach, Role
from app.kernel.errors import AppError, Invalid, Stale
from app.kernel.paging import Page
from app.kernel.report import Problem, Report
from app.kernel.text import LANGUAGES, Language, Text
from app.metadata.checks.result import CheckResult, Verdict
from app.metadata.checks.service import Checked, PublisherMarks
from app.metadata.format import Format
from app.metadata.formats.schema_org import embedded
from app.metadata.mqa import dimensions, marks_of, rules, tally
from app.metadata.registry import by_name
from app.publishing.examination import (
    ChangedRow,
    Comparison,
    Examination,
    Examined,
    Example,
    PersonalData,
    Proposal,
    SetApart,
    ShownColumn,
    ShownRow,
    StandardMatch,
    TypeChange,
)
from app.publishing.problems import Message
from app.publishing.repair.rules import RULES
from app.publishing.submission import Progress, Submission, SubmissionState
from app.quality.assessment import assess
from app.quality.marks import MARKS
from app.quality.measurements import measure
from app.quality.rules import LEVEL_TITLES
from app.query.answer import Answer, Note, OutColumn
from app.query.citing import Citation
from app.query.costing import Cost
from app.query.formats.registry import FORMATS as ROW_FORMATS
from app.query.frame import Frame
from app.query.lists import quoted
from app.query.question import And, Box, Condition, Function, Near, Op, Or, Order, Question
from app.query.sql.names import Named
from app.query.sql.service import Answered, Price, TableCost
from app.search.demand.topics import Topic, TopicState
from app.search.document import SearchDocument
from app.search.engine import Facet, FacetValue
from app.search.service import Dropped, Hit, Relaxed, SearchAnswer, SearchQuery
from app.sparql.examples import EXAMPLES, PREFIXES
from app.sparql.formats import SOLUTIONS, TRIPLES
from app.web import edit_form
from app.web.charting import Chart, Kind, question_of
from app.web.copying import snippets
from app.web.demand_request import Shown
from app.web.ns import Term
from app.web.pages import agents as agents_page
from app.web.pages import developers
from app.web.pages.asked import Asked, Part
from app.web.pages.audit import said
from app.web.pages.demand import PERIODS, STATES
from app.web.pages.drawing import Suggested, title_of
from app.web.pages.editing import choices_of
from app.web.pages.examined import around, jumps, labels, views, visible
from app.web.pages.facets import FIRST, FacetShown, Lines, shown
from app.web.pages.grid import Addresses, grid
from app.web.pages.lines import TEMPLATE, result, words_of
from app.web.pages.quality import readability
from app.web.pages.results import Chip, Choice
from app.web.pages.series import concept_title, host_of
from app.web.pages.sql import Nameable, Outcome
from app.web.pages.sql_examples import examples_of, in_sql

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
NAMES = sorted(path.name for path in TEMPLATES.glob("*.html"))
PARTS = {
    "agents_parts.html",
    "base.html",
    "checks_summary.html",
    "edit_score.html",
    "examination.html",
    "mqa_summary.html",
    "parts.html",
    "paths.html",
    "repairs_settings.html",
    "resource_rows.html",
    "resource_use.html",
    "rows_shown.html",
    "search_facets.html",
    "search_nothing.html",
    "search_result.html",
    "search_results.html",
}

# What browsers never run, and which has nothing that could end its element (tests/standards/test_schema_org.py).
DATA_BLOCK = "application/ld+json"
HOSTILE = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>{0}{{ 7*7 }}"
HOSTILE_URL = "javascript:alert(3)//\"'><img src=x onerror=alert(4)>"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
WORDS = Text(HOSTILE, HOSTILE)
SITE = Site("https://data.example.org", WORDS, WORDS)
PERSON = Actor(ActorKind.PERSON, "p", HOSTILE)


@cache
def _environment(lang: Language, actor: Actor) -> Environment:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    environment.filters |= {"day": str, "moment": str, "size": str, "number": str}
    environment.globals |= {
        "t": lambda ja, en: Text(ja, en).get(lang),
        "lang": lang,
        "site": SITE,
        "address": addresses,
        "actor": actor,
        "embedded": None,
        "readability": readability,
        "checked_of": lambda _record: CHECKED,
        "publisher_marks": lambda _organization: (PublisherMarks(tally(HALF_MET, 2), LACKING), {"shelters": RECORD}),
        "format_named": by_name,
        "concept_title": concept_title,
        "place_title": str,
        "host_of": host_of,
        "may": lambda _action, _organization=None: not actor.is_anonymous,
        "url_with": lambda **changes: "?" + "&".join(changes),
    }
    return environment


def _file(name: str) -> StoredFile:
    return StoredFile(name, "text/csv", 1, "a" * 64)


def _resource(kind: str) -> ResourceRecord:
    column = Column(
        HOSTILE,
        "string",
        WORDS,
        WORDS,
        HOSTILE,
        code_list=HOSTILE_URL,
        profile=ColumnProfile(1, 2, HOSTILE, HOSTILE, (HOSTILE,)),
    )
    bare = Column("bare", HOSTILE)
    return ResourceRecord(
        id=HOSTILE,
        name=HOSTILE,
        title=WORDS,
        description=WORDS,
        format=HOSTILE,
        file=_file(HOSTILE),
        original=_file(HOSTILE),
        parquet=_file(HOSTILE),
        table=Table((column, bare), 1, {}, inferred=True) if kind == "table" else None,
        encoding=HOSTILE,
        intake=Intake(3, 1, (RepairCount("date-iso", HOSTILE, 2), RepairCount(HOSTILE, "", 1)), receipt=_file(HOSTILE)),
    )


CONTACT = Contact(HOSTILE, HOSTILE, HOSTILE_URL)
PUBLISHER = Publisher("o", "city", WORDS, HOSTILE_URL, CONTACT)
ORGANIZATION = Organization("o", "city", WORDS)
VERSIONS = tuple(VersionRecord(str(number), number, NOW, HOSTILE, HOSTILE) for number in (2, 1))
RECORD = DatasetRecord(
    id="d",
    slug="shelters",
    name=HOSTILE,
    title=WORDS,
    description=WORDS,
    description_html=Text("<p>洗浄済み</p>", "<p>cleaned</p>"),
    publisher=PUBLISHER,
    state=State.DEPRECATED,
    access=Access.INTERNAL,
    created=NOW,
    modified=NOW,
    revision=1,
    issued=NOW,
    license=License(HOSTILE, WORDS, HOSTILE_URL),
    keywords=(HOSTILE,),
    themes=(HOSTILE,),
    spatial=(HOSTILE_URL,),
    temporal=Period(date(2026, 4, 1), date(2027, 3, 31)),
    frequency=HOSTILE,
    homepage=HOSTILE_URL,
    contact=CONTACT,
    sources=(Source(HOSTILE, HOSTILE_URL),),
    contributors=(Contributor(HOSTILE, HOSTILE_URL),),
    version=VERSIONS[0],
    versions=VERSIONS,
    resources=(_resource("table"), _resource("file")),
    groups=(HOSTILE,),
    ai_use=HOSTILE,
    provenance=WORDS,
    caveats=WORDS,
    conforms_to=(HOSTILE_URL,),
    next_due=date(2027, 3, 31),
    derived=tuple(Derived(name, WORDS) for name in ("license", "themes", "groups", "spatial", "ai_use", "next_due")),
    in_series=Series("city.shelters", WORDS),
)
LINKS = tuple(Link(HOSTILE, url, WORDS, WORDS, HOSTILE, HOSTILE, 1, NOW) for url in (HOSTILE_URL, "https://[bad"))
ELSEWHERE = replace(RECORD, resources=(), version=None, versions=(), links=LINKS * 11)
SERIES = SeriesRecord("city.shelters", WORDS, PUBLISHER, (RECORD, ELSEWHERE))
CHECKED = Checked(
    0,
    NOW,
    tuple(
        CheckResult(HOSTILE, name, HOSTILE, verdict, (HOSTILE,), (HOSTILE,), WORDS)
        for verdict in Verdict
        for name in ("dcat", HOSTILE)
    ),
    marks_of(rule.id for rule in rules()[::2]),
)
HALF_MET = {rule.id: number % 3 for number, rule in enumerate(rules())}
LACKING = {rule.id: ("shelters", "withdrawn") for rule in rules()}
MARKED = tuple(Mark(code, 30, (HOSTILE, "line 3")) for code in (*MARKS, HOSTILE))
REPORT = Report(
    tuple(
        Problem(HOSTILE, WORDS, advice, file=HOSTILE, row=row, column=HOSTILE, value=HOSTILE)
        for row, advice in enumerate([WORDS, Text("別", "other")] * 15)
    ),
    omitted=3,
)
FORMAT = Format("x", WORDS, HOSTILE, ".ttl", HOSTILE_URL, lambda _record, _site: b"")


ASKED = Asked((Part("q", HOSTILE, "q=" + quote_plus(HOSTILE)),))


@cache
def _line(hit: Hit, lang: Language) -> Markup:
    template = _environment(lang, ANONYMOUS).get_template(TEMPLATE)
    return Markup(template.render(words_of(result(hit, ("img",)), lang)))


def _facet(facet: Facet, lang: Language, values: int) -> FacetShown:
    counted = [FacetValue(f"{HOSTILE}{number}", number) for number in range(values)]
    lines = Lines(facet, lambda value: Text(value, value), ASKED, lang)
    return shown(lines, counted, (counted[1].value,) if values > FIRST else ())


def _home(words: str, hits: tuple[Hit, ...], *, after: str = "", lang: Language = "ja") -> dict[str, Any]:
    choices = tuple(
        Choice(f"{HOSTILE}{number}", HOSTILE, "ja", number, f"/?q={number}", number == 1) for number in range(3)
    )
    dropped, relaxed = (Dropped(HOSTILE, WORDS),) * 9, Relaxed(WORDS, (HOSTILE,))
    return {
        "answer": SearchAnswer(
            hits, 9000 if hits else 0, dropped=dropped if words else (), relaxed=relaxed if words else None
        ),
        "query": SearchQuery(words, updated=(NOW.date() if words else None, None), after=after),
        "results": tuple(_line(hit, lang) for hit in hits),
        "facets": tuple(_facet(facet, lang, FIRST + 3 if facet is Facet.THEME else 1) for facet in Facet),
        "shortcuts": choices,
        "chips": (Chip(WORDS, WORDS, "/?q=x"),) if words else (),
        "orders": choices,
        "sizes": choices,
        "without_all": "/?q=x",
        "unnarrowed": 7 if words else 0,
        "instead": choices if words else (),
        "examples": () if hits else choices,
        "hidden_fields": lambda *left_out: [(HOSTILE, HOSTILE), *((name, "kept") for name in left_out)],
        "feed": "/feed.atom?q=x",
        "api": "/api/v1/datasets?q=x",
        "next_page": "/?after=x" if after else "",
        "canonical": "" if words else "https://data.example.org/",
        "pages": Page(hits, 9000 if hits else 0, 100 if words else 0, 20),
    }


def _table(number: int) -> Examined:
    words = tuple(Example(f"{HOSTILE}{word}", HOSTILE, 2, word, word % 2 == 0) for word in range(5))
    return Examined(
        HOSTILE,
        HOSTILE,
        rows_in=30,
        rows=20,
        rows_apart=10,
        columns=(ShownColumn(HOSTILE, "integer", HOSTILE, HOSTILE, (HOSTILE,)), ShownColumn("date", HOSTILE, "date")),
        proposals=(
            *(Proposal(rule, HOSTILE, 10, 5, 9, words) for rule in RULES),
            Proposal("date-iso", "date", 1, 1, 1, words[:1]),
            Proposal("preamble-apart", "", 1, 0),
        ),
        apart=(SetApart("notes-apart", 1, 1, (HOSTILE, "")), SetApart(HOSTILE, 3, 5)),
        shown=(ShownRow(7, (HOSTILE, ""), {0: HOSTILE, 1: ""}), ShownRow(8, ("\u202e", "\n"))),
        personal=(PersonalData("person-names", HOSTILE, 3, 2, HOSTILE), PersonalData(HOSTILE, HOSTILE, 1, 1, HOSTILE)),
        standard=StandardMatch(HOSTILE if number else "03", 0.8, {HOSTILE: HOSTILE}, (HOSTILE,), (HOSTILE,)),
    )


EXAMINATION = Examination(
    (_table(0), _table(1)),
    (
        Comparison(HOSTILE, new=True),
        Comparison(HOSTILE, gone=True),
        Comparison(
            HOSTILE,
            key=(HOSTILE,),
            added=1,
            removed=2,
            changed=3,
            columns_added=(HOSTILE,),
            columns_removed=(HOSTILE,),
            types=(TypeChange(HOSTILE, "string", HOSTILE),),
            examples=(ChangedRow((HOSTILE,), ((HOSTILE, HOSTILE, ""),)),),
        ),
    ),
)


def _submission(
    state: SubmissionState, *, chosen: int | None = None, examination: Examination = EXAMINATION, **changes: Any
) -> dict[str, Any]:
    report = replace(REPORT, problems=(*REPORT.problems, Problem("x", WORDS, WORDS, resource=HOSTILE, row=7)))
    submission = Submission(
        "s",
        "o",
        state,
        HOSTILE,
        1,
        NOW,
        NOW,
        report,
        "d",
        VERSIONS[0].id,
        progress=Progress("checking", HOSTILE, 12_345),
        examination=examination,
        holds=("person-names", HOSTILE),
        reason=HOSTILE,
    )
    tables = views(submission.examination, report, chosen)
    return {
        "submission": replace(submission, **changes),
        "dataset": RECORD,
        "organization": ORGANIZATION,
        "tables": tables,
        "chosen": chosen,
        "labels": labels(),
        "jump": jumps(tables),
        "visible": visible,
        "around": around,
        "rows_said": str,
        "decides": submission.decidable,
        "publishes": chosen is not None,
        "reviews": state is SubmissionState.IN_REVIEW,
        "releases": True,
        "problem": None,
    }


def _audit() -> dict[str, Any]:
    acts = (
        Act(2, NOW, "person", "p", HOSTILE, f"submission:{HOSTILE}", "o", {HOSTILE: [HOSTILE]}),
        Act(1, NOW, "system", "", HOSTILE, HOSTILE, None, {}),
    )
    return {
        "acts": Page(acts, 90, 20, 20),
        "people": {"p": HOSTILE},
        "organizations": (ORGANIZATION, replace(ORGANIZATION, id="2")),
        "titles": {"o": WORDS},
        "chosen": "city",
        "held": (_submission(SubmissionState.IN_REVIEW)["submission"],),
        "labels": labels(),
        "visible": visible,
        "said": said,
    }


def _demand(*states: TopicState) -> dict[str, Any]:
    day = NOW.date()
    topics = tuple(
        Topic(HOSTILE, HOSTILE, 1234, 2, day, day, ("o", "gone")[:number], state, RECORD.id, HOSTILE, NOW)
        for number, state in enumerate(states)
    )
    own = (ORGANIZATION, replace(ORGANIZATION, id="2", slug="second"))
    return {
        "found": Shown(30, "city", topics, own if states else (), {"o": ORGANIZATION}, {RECORD.id: RECORD}),
        "periods": PERIODS,
        "states": STATES,
        "decides": lambda topic: topic.state is not TopicState.OPEN,
        "least": (3, 2),
        "kept_days": 180,
    }


DOCUMENT = SearchDocument(
    "d", "shelters", 1, ("public",), WORDS, WORDS, "city", WORDS, HOSTILE, WORDS, NOW, NOW, HOSTILE, formats=(HOSTILE,)
)
PROBLEM = Invalid(WORDS, report=REPORT)
TOKENS = tuple(Token(HOSTILE, HOSTILE, HOSTILE, (HOSTILE,), NOW, NOW, revoked) for revoked in (None, NOW))
WORKPLACE = {
    "organization": ORGANIZATION,
    "datasets": Page((RECORD,), 2, 0, 1),
    "submissions": Page((_submission(SubmissionState.REFUSED)["submission"],), 1, 0, 1),
    "people": (Member("p", HOSTILE, HOSTILE, (Role.ADMIN,)),),
    "tokens": TOKENS,
    "scopes": ("read", HOSTILE),
    "roles": (Role.EDITOR,),
    "rules": RULES,
    "new_token": HOSTILE,
    "new_link": HOSTILE,
    "described": Description(WORDS, HOSTILE_URL, HOSTILE, HOSTILE, HOSTILE_URL, HOSTILE),
    "prefectures": (HOSTILE,),
    "place_of": lambda words: Place(words, WORDS, ""),
}


def _edit(problem: AppError | None) -> dict[str, Any]:
    record = replace(
        RECORD, derived=tuple(Derived(name, WORDS) for name in ("themes", "temporal", "license", "ai_use"))
    )
    tables = record.resources[:1]
    shown = edit_form.shown(record, tables)
    faults = tuple(Problem(HOSTILE, WORDS, WORDS, column=name.replace("/", "."), value=HOSTILE) for name in shown)
    form = MultiDict([(name, HOSTILE) for name in shown] + [("was", f"0 {name}") for name in shown])
    sent = edit_form.read(form, shown) if problem else None
    return {
        "record": record,
        "unedited": RECORD,
        "fields": edit_form.fields(shown, sent, Report(faults) if problem else None),
        "tables": tables,
        "chosen": HOSTILE,
        "left_out": tables,
        "labels": edit_form.LABELS,
        "parts": edit_form.PARTS,
        "derived": {each.field: each for each in record.derived},
        "edited": lambda _name: True,
        "back": ("title",),
        "column_name": edit_form.column_name,
        "words_of": edit_form.words_of,
        "choices": choices_of(record),
        "room_for_places": 2,
        "problem": problem,
        "stale": isinstance(problem, Stale),
        "saved": problem is None,
        "marks": marks_of(()) if problem else None,
        "dimensions": dimensions(),
    }


def _quality(resource: ResourceRecord) -> dict[str, Any]:
    return {
        "record": RECORD,
        "resource": resource,
        "assessment": assess(resource, RECORD),
        "measurements": measure(resource, RECORD, NOW),
        "level_titles": LEVEL_TITLES,
        "api_address": "/api/v1/x",
    }


def _checks(checked: Checked | None) -> dict[str, Any]:
    return {"record": RECORD, "checked": checked, "dimensions": dimensions(), "api_address": "/api/v1/x"}


CELLS = (
    {"type": "uri", "value": HOSTILE_URL},
    {"type": "uri", "value": f"https://x/{HOSTILE}"},
    {"type": "literal", "value": HOSTILE, "xml:lang": HOSTILE},
)
SPARQL_RESULTS: tuple[dict[str, Any], ...] = (
    {"head": {"vars": [HOSTILE, "empty"]}, "results": {"bindings": [{HOSTILE: cell} for cell in CELLS]}},
    {"head": {"vars": [HOSTILE]}, "results": {"bindings": []}},
    {"head": {}, "boolean": True},
    {"text": HOSTILE},
)


def _sparql(result: dict[str, Any] | None) -> dict[str, Any]:
    formats = TRIPLES if result and "text" in result else SOLUTIONS
    return {
        "query": HOSTILE,
        "result": result and result | {"formats": formats},
        "error": None,
        "spot": None,
        "examples": EXAMPLES,
        "prefixes": PREFIXES,
        "section": "sparql",
    }


CONDITIONS = [
    Condition(column=HOSTILE, op=op, value=["a", HOSTILE] if op in {Op.IN, Op.BETWEEN} else HOSTILE) for op in Op
]
ASKED_ROWS = Question(
    where=And.model_construct(
        all=[
            *CONDITIONS,
            Box(box=(1, 2, 3, 4)),
            Near(latitude=1, longitude=2, metres=3),
            Or.model_construct(any=CONDITIONS[:2]),
        ]
    ),
    search=HOSTILE,
    sort=[Order(column=HOSTILE, descending=True)],
    limit=7,
)
ANSWER = Answer(
    (
        OutColumn(HOSTILE, "string", RECORD.resources[0].table.columns[0] if RECORD.resources[0].table else None),
        OutColumn("bare", "number", unit=HOSTILE),
    ),
    ((HOSTILE, None), (True, 1.5), ("https://x/" + HOSTILE, 2), (HOSTILE_URL, 3)),
    2,
    next=HOSTILE,
    truncated=True,
    notes=(Note(HOSTILE, WORDS),),
)
CITED = Citation(WORDS, WORDS, HOSTILE_URL, HOSTILE, 1, NOW, "a" * 64, RECORD.license, WORDS, "b" * 64, 2, HOSTILE_URL)


def _bare(resource: ResourceRecord) -> dict[str, Any]:
    told = {"record": RECORD, "resource": resource, "problem": None, "formats": (), "rules": RULES}
    return told | {"meanings": MEANINGS, "grid": None, "charts": (), "map_facts": ""}


def _rows(
    question: Question, answer: Answer | None, problem: AppError | None = None, *, cut: int = 0
) -> dict[str, Any]:
    resource = RECORD.resources[0]
    frame = Frame("a" * 64, Path(), resource.table.columns if resource.table else (), 9)
    to = Addresses(addresses.resource("shelters", HOSTILE), "/api/v1/resources/x/rows", frame.by_name, 2)
    charts = tuple(
        Suggested(each, title_of(each, frame.by_name), to.page(question_of(each, question)))
        for each in (Chart(Kind.BAR, HOSTILE, "bare", None, Function.SUM), Chart(Kind.HISTOGRAM, "bare"))
    )
    return _bare(resource) | {
        "problem": problem,
        "grid": grid(question, answer, to, frame.by_name, cut=cut),
        "rows_in_all": 9,
        "charts": charts,
        "chart_facts": HOSTILE,
        "map_facts": HOSTILE,
        "vega": "/static-packages/vega-1.js",
        "snippets": snippets(lambda suffix: "https://x/rows" + suffix, answer.columns if answer else (), HOSTILE),
        "downloads_of": ((ROW_FORMATS[0], "/api/v1/resources/x/rows.csv"),),
        "cited": replace(CITED, permalink="https://x/"),
        "quoted": quoted,
        "columns_api": "/api/v1/resources/x/columns",
        "sql_name": HOSTILE,
    }


NAMED = Named(HOSTILE, RECORD, RECORD.resources[0], Frame("a" * 64, Path(), (), 9))
PRICE = Price((TableCost(HOSTILE, Cost(9, 1, 1, (HOSTILE,)), 1),), 9, 1, 0)
SQL_ANSWER = Answered(ANSWER, (), (), (NAMED,), PRICE, "b" * 64, 0.1)


def _developers() -> dict[str, Any]:
    parameter = {
        "name": HOSTILE,
        "in": "query",
        "description": HOSTILE,
        "required": True,
        "schema": {"enum": [HOSTILE]},
    }
    whole = {
        "name": "n",
        "in": "query",
        "description": "n",
        "required": False,
        "schema": {"type": "integer", "minimum": 1, "maximum": 2},
    }
    operation = developers.Operation(
        anchor="one",
        method="GET",
        path=f"/api/v1/{HOSTILE}",
        summary=WORDS,
        description=HOSTILE,
        guarded=True,
        parameters=(parameter, whole),
        bodies=(HOSTILE,),
        answers=(("200", HOSTILE),),
        kinds=(HOSTILE,),
    )
    return {
        "groups": {"api": (operation,), "more": ()},
        "titles": {"api": WORDS},
        "examples": (developers.Example(WORDS, HOSTILE),),
    }


def _sql(query: str, outcome: Outcome) -> dict[str, Any]:
    tables = tuple(Nameable(name, RECORD, RECORD.resources[0]) for name in (HOSTILE, "a/b"))
    return {
        "query": query,
        "outcome": outcome,
        "spot": (1, HOSTILE, "<", HOSTILE) if outcome.error else None,
        "tables": tables,
        "in_sql": in_sql,
        "examples": examples_of((each.name, HOSTILE, each.resource.table) for each in tables),
        "formats": ((ROW_FORMATS[0], "/sql.csv?query=x"),),
        "api": "/api/v1/sql?query=x",
        "cited": (WORDS,),
        "chart_facts": HOSTILE if outcome.answered else "",
        "vega": "",
        "meanings": MEANINGS,
    }


ID = frozenset({HOSTILE})
USES = (Use(HOSTILE, 9, 1, 1, 1, 9, 9, 9, 9, 9),)


def _agent(state: AgentState, reach: AgentReach) -> Agent:
    decisions = tuple(Decision(who, Ruling.STOPPED, HOSTILE, HOSTILE, HOSTILE, NOW) for who in ("portal", "org:o"))
    return Agent(
        *("a", "p", HOSTILE, "o", HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE_URL, NOW, NOW, reach, Allowance()),
        deciders=("portal", f"org:{HOSTILE}"),
        seers=("portal",),
        state=state,
        decisions=decisions,
        secrets=(Secret(HOSTILE, NOW, NOW), Secret(HOSTILE, NOW, None)),
    )


def _agents(*agents: Agent) -> dict[str, Any]:
    return {
        "agents": agents,
        "states": agents_page.STATES,
        "organizations": {"o": ORGANIZATION},
        "used": {"a": USES[0]},
        "tools_day": USES if agents else (),
        "tools_month": (),
        "stops": lambda _agent: True,
    }


def _one_agent(state: AgentState, reach: AgentReach, *, all_may: bool) -> dict[str, Any]:
    return _agents() | {
        "agent": _agent(state, reach),
        "rulings": agents_page.RULINGS,
        "whom": lambda _audience: WORDS,
        "slugs": {HOSTILE: "shelters"} if all_may else {},
        "left": Allowance(),
        "recent": (Seen(NOW, HOSTILE, HOSTILE, ("d",), 1, 1, 1, HOSTILE, 1, HOSTILE),) if all_may else (),
        "tools_day": USES,
        "stops": all_may,
        "decides": all_may,
        "is_own": all_may,
        "new_secret": HOSTILE if all_may else None,
        "token_endpoint": "https://x/oauth/token",
        "resource": "https://x/mcp",
    }


def _agents_form(given: MultiDict[str, str], problem: AppError | None) -> dict[str, Any]:
    told = {"given": given, "problem": problem, "own": (ORGANIZATION,), "organizations": (ORGANIZATION,)}
    return told | {"tools": ("query_rows", HOSTILE), "days": 90, "most_days": 365, "allowance": Allowance()}


def _error(error: AppError | None) -> dict[str, Any]:
    return {"status": 422 if error else 500, "code": HOSTILE, "message": WORDS, "error": error, "reference": HOSTILE}


PAGES: list[tuple[str, dict[str, Any]]] = [
    ("home.html", _home("", (Hit(DOCUMENT, 1.0),))),
    ("home.html", _home(HOSTILE, (Hit(DOCUMENT, 1.0),))),
    ("home.html", _home(HOSTILE, (Hit(DOCUMENT, 1.0),), after="x")),
    ("home.html", _home(HOSTILE, (Hit(DOCUMENT, 1.0),), lang="en")),
    ("home.html", _home(HOSTILE, ())),
    (
        "dataset.html",
        {
            "record": RECORD,
            "formats": (FORMAT,),
            "number": None,
            "labels": {HOSTILE: WORDS},
            "embedded": embedded(RECORD, SITE),
        },
    ),
    ("dataset.html", {"record": RECORD, "formats": (FORMAT,), "number": 1}),
    ("dataset.html", {"record": ELSEWHERE, "formats": (FORMAT,), "number": None}),
    ("series.html", {"series": SERIES}),
    ("checks.html", _checks(CHECKED)),
    ("checks.html", _checks(None)),
    ("vocabulary.html", {"title_": WORDS, "terms": (Term("x", HOSTILE_URL, WORDS, WORDS),), "space": SITE.url}),
    *(("sparql.html", _sparql(result)) for result in (None, *SPARQL_RESULTS)),
    ("sparql.html", _sparql(None) | {"error": PROBLEM, "spot": (1, HOSTILE, "<", HOSTILE)}),
    ("resource.html", _rows(Question(), ANSWER)),
    ("resource.html", _rows(ASKED_ROWS, ANSWER, cut=3)),
    ("resource.html", _rows(ASKED_ROWS, replace(ANSWER, rows=(), total=0, exact=False))),
    ("resource.html", _rows(Question(), None, PROBLEM)),
    ("resource.html", _bare(RECORD.resources[0])),
    ("resource.html", _bare(RECORD.resources[1])),
    ("developers.html", _developers()),
    ("sql.html", _sql("", Outcome())),
    ("sql.html", _sql(HOSTILE, Outcome(error=PROBLEM))),
    ("sql.html", _sql(HOSTILE, Outcome(PRICE))),
    ("sql.html", _sql(HOSTILE, Outcome(PRICE, SQL_ANSWER))),
    ("quality.html", _quality(RECORD.resources[0])),
    ("quality.html", _quality(RECORD.resources[1])),
    ("quality.html", _quality(replace(RECORD.resources[0], intake=Intake(1, marks=MARKED)))),
    ("publisher.html", {"publisher": PUBLISHER, "datasets": Page((RECORD,), 90, 20, 20)}),
    (
        "upload.html",
        {
            "organizations": (ORGANIZATION,),
            "licenses": (RECORD.license,),
            "problem": PROBLEM,
            "given": dict.fromkeys(("title", "description", "notes", "license", "access", "repairs"), HOSTILE),
            "default_repairs": "show",
        },
    ),
    ("upload.html", {"organizations": (), "licenses": (), "problem": None, "given": {}, "default_repairs": "show"}),
    *(("submission.html", _submission(state)) for state in SubmissionState),
    ("submission.html", _submission(SubmissionState.CHECKED, chosen=1, report=Report(), may_publish=True)),
    ("submission.html", _submission(SubmissionState.REFUSED, examination=Examination()) | {"problem": PROBLEM}),
    ("submission.html", _submission(SubmissionState.PROCESSING, progress=Progress(), examination=Examination())),
    ("demand.html", _demand(*TopicState)),
    ("demand.html", _demand()),
    ("audit.html", _audit()),
    ("audit.html", _audit() | {"held": None, "acts": Page((), 0, 0, 20), "organizations": ()}),
    ("agents.html", _agents()),
    (
        "agents.html",
        _agents(
            _agent(AgentState.APPROVED, AgentReach()),
            _agent(AgentState.WAITING, AgentReach(organizations=frozenset({"o", HOSTILE}), is_internal=True)),
            _agent(AgentState.EXPIRED, AgentReach(datasets=ID)),
        ),
    ),
    *(("agents_one.html", _one_agent(state, AgentReach(ID, datasets=ID), all_may=True)) for state in AgentState),
    ("agents_one.html", _one_agent(AgentState.STOPPED, AgentReach(), all_may=False)),
    ("agents_form.html", _agents_form(MultiDict(), None)),
    (
        "agents_form.html",
        _agents_form(MultiDict([(name, HOSTILE) for name in ("name", "purpose", "datasets", "days")]), PROBLEM),
    ),
    ("sign_in.html", {"next": HOSTILE, "failed": True}),
    ("set_password.html", {"secret": HOSTILE, "problem": PROBLEM}),
    ("organization.html", WORKPLACE),
    *(("edit.html", _edit(problem)) for problem in (None, Stale(WORDS), PROBLEM)),
    ("organizations.html", {"organizations": (ORGANIZATION,), "problem": PROBLEM}),
    ("profile.html", {"formats": (FORMAT,)}),
    ("problem.html", {"code": HOSTILE, "status": 422, "message": Message(WORDS, WORDS)}),
    ("error.html", _error(PROBLEM)),
    ("error.html", _error(None)),
    ("rebuilding.html", {"message": WORDS, "publishers": (ORGANIZATION,), "newest": (RECORD,)}),
]


@dataclass
class Tags(HTMLParser):
    """Lists the elements of a page, with their attributes, as a browser would see them."""

    found: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def named(self, *names: str) -> Iterator[dict[str, str]]:
        return (attributes for tag, attributes in self.found if tag in names)


@cache
def _tags(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    return tags


def _renderings() -> Iterator[Any]:
    for position, (name, _) in enumerate(PAGES):
        for lang in LANGUAGES:
            for actor in (ANONYMOUS, PERSON):
                yield pytest.param((position, lang, actor), id=f"{name}-{position}-{lang}-{actor.kind}")


@pytest.fixture(params=_renderings())
def page(request: pytest.FixtureRequest) -> str:
    return _rendered(*request.param)


@cache
def _rendered(position: int, lang: Language, actor: Actor) -> str:
    name, context = PAGES[position]
    return _environment(lang, actor).get_template(name).render(**context)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name: str) -> None:
    assert _environment("ja", ANONYMOUS).get_template(name)


def test_every_page_is_rendered_here() -> None:
    assert {name for name, _ in PAGES} == set(NAMES) - PARTS


def test_what_strangers_wrote_is_escaped(page: str) -> None:
    tags = _tags(page)

    assert all(image["src"].startswith("/static/") for image in tags.named("img"))
    code = [script for script in tags.named("script") if script.get("type") != DATA_BLOCK]
    assert {script["src"] for script in code} <= {
        "/static/portal.js",
        "/static/submission.js",
        "/static/edit.js",
        "/static/search.js",
        "/static/grid.js",
        "/static/chart.js",
        "/static/map.js",
        "/static/sql.js",
    }
    assert not [name for _, attributes in tags.found for name in attributes if name.startswith("on")]


def test_links_lead_to_pages_and_mailboxes_only(page: str) -> None:
    targets = [
        attributes[name]
        for _, attributes in _tags(page).found
        for name in ("href", "src", "action", "formaction")
        if name in attributes
    ]

    assert targets
    assert all(re.match(r"/(?![/\\])|[?#]|https?://|mailto:", target) for target in targets)


def test_a_page_says_its_language_and_has_one_heading_and_one_main_part(page: str) -> None:
    tags = _tags(page)

    assert next(tags.named("html"))["lang"] in LANGUAGES
    assert len(list(tags.named("h1"))) == 1
    assert [main["id"] for main in tags.named("main")] == ["main"]


def test_every_field_has_a_label(page: str) -> None:
    tags = _tags(page)
    labelled = {label["for"] for label in tags.named("label") if "for" in label}
    fields = [
        each
        for each in tags.named("input", "select", "textarea")
        if each.get("type") not in {"hidden", "checkbox", "radio"}
    ]

    assert {each.get("id") for each in fields} <= labelled


def test_ids_are_unique(page: str) -> None:
    ids = [attributes["id"] for _, attributes in _tags(page).found if "id" in attributes]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", NAMES)
def test_a_template_has_no_inline_style_or_script(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8").replace(f'<script type="{DATA_BLOCK}">', "")

    assert not re.search(
        r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:[^`]|<script(?![^>]*\ssrc=)", source, re.IGNORECASE
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_image_has_an_alternative(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")

    assert all(" alt=" in image for image in re.findall(r"<img[^>]*>", source))


def test_markup_is_trusted_where_it_was_cleaned_only() -> None:
    trusted = {
        name: len(found)
        for name in NAMES
        if (found := re.findall(r"\|\s*safe\b|Markup|autoescape", (TEMPLATES / name).read_text(encoding="utf-8")))
    }

    assert trusted == {"dataset.html": 1, "base.html": 1}


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_is_in_both_languages(name: str) -> None:
    tree = Environment(autoescape=True).parse((TEMPLATES / name).read_text(encoding="utf-8"))
    calls = [call for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name) and call.node.name == "t"]

    for call in calls:
        assert len(call.args) == 2
        assert all(_sentences(argument) for argument in call.args), f"{name}:{call.lineno}"


def _sentences(argument: nodes.Expr) -> bool:
    """Say whether the argument is words that are not empty, or a choice (of singular and plural) between such."""
    if isinstance(argument, nodes.CondExpr):
        return argument.expr2 is not None and _sentences(argument.expr1) and _sentences(argument.expr2)
    return isinstance(argument, nodes.Const) and isinstance(argument.value, str) and bool(argument.value)


@pytest.mark.parametrize(
    ("macro", "value"),
    [
        *(("state_badge", state) for state in State),
        *(("submission_badge", state) for state in SubmissionState),
        *(("role_name", role) for role in Role),
    ],
)
def test_states_and_roles_have_words(macro: str, value: str) -> None:
    source = f'{{% from "parts.html" import {macro} with context %}}{{{{ {macro}(value) }}}}'

    shown = _environment("ja", ANONYMOUS).from_string(source).render(value=value)

    assert re.search(r"[\u3040-\u9fff]", shown)
    assert value not in re.sub(r"<[^>]*>", "", shown)


@pytest.mark.parametrize(
    ("front", "back", "ratio"),
    [
        *(
            (ink, back, 4.5)
            for ink in ("ink", "ink-soft", "ink-muted", "ink-faint")
            for back in ("ground", "ground-soft")
        ),
        *((ink, "key-50", 4.5) for ink in ("ink", "ink-soft", "ink-muted", "key-900", "key-1000")),
        ("key-900", "ground", 4.5),
        ("visited", "ground", 4.5),
        ("good-deep", "good-ground", 4.5),
        ("bad-deep", "bad-ground", 4.5),
        ("bad-deep", "ground", 4.5),
        ("ink", "match", 4.5),
        ("key-900", "match", 4.5),
        ("line-strong", "ground", 3),
        ("line-strong", "ground-soft", 3),
    ],
)
def test_colours_keep_the_contrast_of_wcag_aa(front: str, back: str, ratio: float) -> None:
    tokens = dict(re.findall(r"--([a-z0-9-]+): #([0-9a-f]{6});", (ROOT / "static/tokens.css").read_text("utf-8")))
    lighter, darker = sorted((_luminance(tokens[front]), _luminance(tokens[back])), reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= ratio


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, 'Dfn relative luminance')."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [cast("float", c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_static_file_that_is_named_exists() -> None:
    named = {
        name
        for path in TEMPLATES.glob("*.html")
        for name in re.findall(r"path\.static\(['\"]([^'\"]+)['\"]\)", path.read_text(encoding="utf-8"))
    } | {
        name
        for path in (ROOT / "static").glob("*.css")
        for name in re.findall(r"url\(\"([^\"]+)\"\)", path.read_text(encoding="utf-8"))
    }

    assert named
    assert not [name for name in named if not (ROOT / "static" / name).is_file()]
