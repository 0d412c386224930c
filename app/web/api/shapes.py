"""The shapes of the API's answers: views are checked against them by mypy, and OpenAPI's schemas are made of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NotRequired, TypedDict

from app.catalog.record import (
    Column,
    Contact,
    Contributor,
    Derived,
    Intake,
    License,
    Link,
    Period,
    Publisher,
    Series,
    Source,
    State,
    VersionRecord,
)
from app.kernel.report import Report
from app.kernel.text import Text
from app.metadata.checks.result import CheckResult
from app.metadata.mqa import Indicator, Marks
from app.publishing.examination import Examination
from app.publishing.repair.choices import Choice
from app.publishing.submission import Progress, SubmissionState
from app.quality.assessment import Score, Total
from app.quality.judgement import Judgement
from app.quality.measurements import Measurement
from app.quality.rules import Severity as RuleSeverity
from app.search.answer import Reason, SuggestionKind
from app.search.demand.topics import TopicState
from app.search.engine import Sort
from app.search.language.tree import Dropped
from app.search.notices import Relaxed


class File(TypedDict):
    """A file that can be downloaded."""

    name: str
    url: str
    media_type: str
    size: int
    sha256: str


class Resource(TypedDict):
    """A file or table of a dataset; what only tables have is null for others."""

    id: str
    name: str
    title: Text
    description: Text
    format: str
    url: str
    rows_url: str | None
    file: File
    parquet: File | None
    original: File | None
    receipt: File | None
    intake: Intake | None
    encoding: str
    rows: int | None
    schema_inferred: bool | None
    columns: list[Column] | None
    schema: Mapping[str, Any] | None


class Dataset(TypedDict):
    """A dataset, what is in it, and where it is described."""

    id: str
    slug: str
    name: str
    title: Text
    description: Text
    publisher: Publisher
    state: State
    revision: int
    license: License
    keywords: list[str]
    themes: list[str]
    groups: list[str]
    spatial: list[str]
    temporal: Period
    frequency: str
    next_due: date | None
    languages: list[str]
    homepage: str
    contact: Contact
    sources: list[Source]
    contributors: list[Contributor]
    provenance: Text
    caveats: Text
    conforms_to: list[str]
    ai_use: str
    derived: list[Derived]
    issued: datetime | None
    modified: datetime
    version: VersionRecord | None
    versions: list[VersionRecord]
    links: list[Link]
    url: str
    series: Series | None
    resources: list[Resource]
    descriptions: Mapping[str, str]


class Moved(TypedDict):
    """Where a dataset stands now."""

    slug: str
    state: State


class Scored(TypedDict):
    """What a description would score."""

    slug: str
    revision: int
    points: int
    maximum: int
    rating: str
    indicators: list[Indicator]


class DatasetReference(TypedDict):
    """Which dataset an answer is about."""

    id: str
    slug: str
    title: Text
    revision: NotRequired[int]
    version: NotRequired[VersionRecord | None]


class ResourceReference(TypedDict):
    """Which resource an answer is about."""

    id: str
    name: str
    title: Text


class Checks(TypedDict):
    """What validators said of a dataset's description; `checked` is null where none has run yet."""

    dataset: DatasetReference
    page: str
    checked: datetime | None
    revision: int | None
    passed: list[str]
    results: list[CheckResult]
    marks: Marks | None


class Totals(TypedDict):
    """Both scores of a file."""

    sent: Total
    published: Total


class QualityLevel(TypedDict):
    """A level's scores."""

    level: int
    title: Text
    sent: Score
    published: Score


class QualityRule(TypedDict):
    """A rule of machine readability, judged."""

    id: str
    level: int
    severity: RuleSeverity
    title: Text
    why: Text
    advice: Text
    sent: Judgement
    published: Judgement


class Quality(TypedDict):
    """The scores of a resource, the evidence behind them, and its measurements."""

    dataset: DatasetReference
    resource: ResourceReference
    page: str
    total: Totals
    levels: list[QualityLevel]
    rules: list[QualityRule]
    measurements: list[Measurement]


class PublishedDataset(TypedDict):
    """The dataset that a submission became."""

    id: str
    slug: str
    url: str
    version: int | None


class SubmissionAnswer(TypedDict):
    """A submission with its report."""

    id: str
    url: str
    page: str
    state: SubmissionState
    message: Text
    file_name: str
    size: int
    created: datetime
    updated: datetime
    valid: bool
    report: Report
    revision: int
    progress: Progress
    examination: Examination
    choices: list[Choice]
    holds: list[str]
    reason: str
    dataset: PublishedDataset | None


class RepairRule(TypedDict):
    """One kind of repair."""

    id: str
    part: str
    title: Text
    why: Text
    default: bool
    source: str


class RepairRules(TypedDict):
    """Every rule of repair."""

    rules: list[RepairRule]


class PublisherReference(TypedDict):
    """Who answers for a dataset."""

    slug: str
    title: Text


class Highlights(TypedDict):
    """Texts as safe HTML, with `<mark>` around what was asked for."""

    title: NotRequired[Text]
    description: NotRequired[Text]


class Result(TypedDict):
    """A dataset that was found."""

    id: str
    slug: str
    url: str
    title: Text
    description: Text
    publisher: PublisherReference
    license: str
    themes: list[str]
    formats: list[str]
    keywords: list[str]
    places: list[str]
    period: Period | None
    frequency: str | None
    quality: str | None
    standards: list[str]
    rows: int
    updated: datetime
    modified: datetime
    score: float
    highlights: Highlights
    why: list[Reason]


class FacetCount(TypedDict):
    """A facet's value, and how many datasets have it."""

    value: str
    count: int
    title: Text


class SearchResults(TypedDict):
    """A page of results, the facets of all, and how the question was understood."""

    total: int
    offset: int
    limit: int
    sort: Sort
    results: list[Result]
    facets: Mapping[str, list[FacetCount]]
    next: str | None
    relaxed: Relaxed | None
    dropped: list[Dropped]
    did_you_mean: list[str]


class Suggestion(TypedDict):
    """How a query may go on, and the page that it leads to."""

    text: str
    kind: SuggestionKind
    count: int | None
    url: str


class Suggestions(TypedDict):
    """How a query may go on."""

    suggestions: list[Suggestion]


class DemandTopic(TypedDict):
    """Something that is searched for in vain."""

    id: str
    words: str
    count: int
    days: int
    first: date
    last: date
    organizations: list[str]
    state: TopicState
    dataset: str | None
    note: str
    decided: datetime | None


class Demand(TypedDict):
    """What was searched for in vain in the last days."""

    days: int
    topics: list[DemandTopic]
