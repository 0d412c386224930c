"""All validators in one table, and the EU's assessment of what they looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from time import monotonic
from typing import TYPE_CHECKING

from app.catalog.lifecycle import VISIBLE
from app.catalog.record import Access
from app.kernel.errors import NotFound, OverLimit
from app.kernel.text import Text
from app.metadata import mqa
from app.metadata.checks import croissant, csvw_reader, schemas, shapes, syntaxes
from app.metadata.checks.rendering import Rendering
from app.metadata.checks.result import CheckResult, Findings, Verdict, few
from app.metadata.registry import by_name

if TYPE_CHECKING:
    from app.catalog.addresses import Site
    from app.catalog.record import DatasetRecord

DCAT_AP = "DCAT-AP 3.0.1"
DEMANDED = ("shapes.ttl", "range.ttl", "dcat-ap-SHACL.ttl")
RECOMMENDED = "shapes_recommended.ttl"
# A dataset of a few tables takes a quarter of a second, one of thousands of columns ten; nothing starts after this.
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Validator:
    """Looks at one format. `package` is the installed package that does the work, `rules` what it holds against."""

    standard: str
    format: str
    package: str
    rules: str
    look: Callable[[Rendering], Findings]

    @property
    def name(self) -> str:
        """The package with its version, and the rules."""
        try:
            known = f"{self.package} {version(self.package)}"
        except PackageNotFoundError:
            known = self.package
        return f"{known} ({self.rules})" if self.rules else known


VALIDATORS: tuple[Validator, ...] = (
    Validator(
        "Data Package 2.0",
        "datapackage",
        "jsonschema",
        "datapackage-2.0.json",
        schemas.kept_to("datapackage-2.0.json", "datapackage"),
    ),
    *(Validator(DCAT_AP, "dcat", "pyshacl", name, shapes.kept_to(name)) for name in (*DEMANDED, RECOMMENDED)),
    Validator("RDF 1.1", "dcat-xml", "rdflib", "RDF/XML = Turtle", syntaxes.same_as_turtle("dcat-xml")),
    Validator("RDF 1.1", "dcat-jsonld", "rdflib", "JSON-LD = Turtle", syntaxes.same_as_turtle("dcat-jsonld")),
    Validator("RDF 1.1", "dcat-nt", "rdflib", "N-Triples = Turtle", syntaxes.same_as_turtle("dcat-nt")),
    Validator(
        "schema.org Dataset",
        "schema-org",
        "jsonschema",
        "schema-org-dataset.json",
        schemas.kept_to("schema-org-dataset.json", "schema-org"),
    ),
    Validator(
        "Croissant 1.1",
        "croissant",
        "jsonschema",
        "croissant-1.1.json",
        schemas.kept_to("croissant-1.1.json", "croissant"),
    ),
    Validator("Croissant 1.1", "croissant", "mlcroissant", "", croissant.look),
    Validator("CSV on the Web", "csvw", "jsonschema", "csvw.json", schemas.kept_to("csvw.json", "csvw")),
    Validator("CSV on the Web", "csvw", "csvw", "", csvw_reader.look),
    Validator("Data Quality Vocabulary", "dqv", "rdflib", "Turtle", syntaxes.readable_turtle("dqv")),
    Validator("PROV-O", "prov", "rdflib", "Turtle", syntaxes.readable_turtle("prov")),
    Validator(
        "DCAT-US 1.1", "dcat-us", "jsonschema", "dcat-us-1.1.json", schemas.kept_to("dcat-us-1.1.json", "dcat-us")
    ),
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What every validator says of a dataset's description, and its marks."""

    results: tuple[CheckResult, ...]
    marks: mqa.Marks


def check(record: DatasetRecord, site: Site) -> tuple[CheckResult, ...]:
    """Run every validator on what the portal serves of a record. Takes 0.1 to some seconds: never in a web worker."""
    return _check(Rendering(record, site))


def assess(record: DatasetRecord, site: Site) -> Assessment:
    """Check a record and count its marks, with the shapes' verdict among them."""
    rendering = Rendering(record, site)
    results = _check(rendering)
    served = site.url + "/" if is_open(record) else None

    def answers(url: str) -> bool:
        return served is not None and url.startswith(served)

    try:
        marks = mqa.score(rendering.triples, rendering.dataset, answers=answers, compliant=is_compliant(results))
    except OverLimit:
        marks = mqa.marks_of(())
    return Assessment(results, marks)


def is_compliant(results: tuple[CheckResult, ...]) -> bool | None:
    """Say whether all demanded shapes of DCAT-AP accept the description; `None` where one was not asked."""
    verdicts = {
        result.verdict for result in results if result.standard == DCAT_AP and RECOMMENDED not in result.validator
    }
    if not verdicts or Verdict.NOT_CHECKED in verdicts:
        return None
    return Verdict.FAILED not in verdicts


def is_open(record: DatasetRecord) -> bool:
    """Say whether everybody who asks for the record's addresses gets an answer."""
    return record.access is Access.PUBLIC and record.state in VISIBLE


def _check(rendering: Rendering) -> tuple[CheckResult, ...]:
    latest = monotonic() + SECONDS
    known = (validator for validator in VALIDATORS if by_name(validator.format))
    return tuple(_run(validator, rendering) if monotonic() < latest else _too_late(validator) for validator in known)


def _run(validator: Validator, rendering: Rendering) -> CheckResult:
    if find_spec(validator.package) is None:
        return _not_checked(
            validator,
            Text(
                f"{validator.package} がこのサーバーに入っていないため、ここでは検証していません。",
                f"Not checked here: {validator.package} is not installed on this server.",
            ),
        )
    try:
        found = validator.look(rendering)
    except (NotFound, OverLimit) as error:
        return _not_checked(validator, error.message)
    except (ImportError, RuntimeError) as error:
        return _stopped(validator, error)
    verdict = Verdict.FAILED if found.problems else Verdict.PASSED
    return CheckResult(validator.standard, validator.format, validator.name, verdict, found.problems, found.advice)


def _stopped(validator: Validator, error: Exception) -> CheckResult:
    """Say that the validator itself gave up: it cannot be loaded, or its rules are more than it understands."""
    words = next(iter(few([str(error) or type(error).__name__])))
    return _not_checked(
        validator,
        Text(
            f"{validator.package} が途中で止まったため、検証できていません: {words}",
            f"{validator.package} stopped before it had judged: {words}",
        ),
    )


def _too_late(validator: Validator) -> CheckResult:
    return _not_checked(
        validator,
        Text(
            f"ほかの検証に {SECONDS:.0f} 秒以上かかったため、検証していません。",
            f"Not checked: the checks before it took more than {SECONDS:.0f} seconds.",
        ),
    )


def _not_checked(validator: Validator, reason: Text) -> CheckResult:
    return CheckResult(validator.standard, validator.format, validator.name, Verdict.NOT_CHECKED, reason=reason)
