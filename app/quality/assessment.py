"""How machine-readable a resource is: every rule judged for the file as it was sent and as it is published.

A pure function of the record. Scores follow the publication's own scoring: a level starts at 100, a broken rule takes
its deduction, a fatal one everything; rules that cannot be judged or do not apply count neither way.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from app.catalog import vocabularies
from app.quality.checks import CHECKS
from app.quality.judgement import Judgement, Verdict, broken, kept, not_applicable, not_checkable
from app.quality.rules import DEDUCTIONS, LEVELS, RULES, Applies, Rule, Severity
from app.quality.signs import LOOKED_FOR, LOOKED_FOR_IN_WORKBOOKS, WORKBOOKS, Sign, signs_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.catalog.record import DatasetRecord, ResourceRecord

FULL = 100
_SPREADSHEETS = frozenset({"xlsx", "xlsm", "xls", "ods"})
_DELIMITED = frozenset({"csv", "tsv", "tab", "txt"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule, as the file was sent and as it is published."""

    rule: Rule
    sent: Judgement
    published: Judgement


@dataclass(frozen=True, slots=True)
class Score:
    """0 to 100 of one level, `None` where none of its rules could be judged; `judged` of `rules` were."""

    level: int
    value: int | None
    judged: int
    rules: int


@dataclass(frozen=True, slots=True)
class Total:
    """The mean of the levels' scores, rounded down so that only a flawless file has 100."""

    value: int | None
    judged: int
    rules: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """All 30 rules in their order, and the scores, as sent and as published."""

    findings: tuple[Finding, ...]
    sent: tuple[Score, ...]
    published: tuple[Score, ...]

    @property
    def total_sent(self) -> Total:
        """Sum up the file as it was sent."""
        return _total(self.sent)

    @property
    def total_published(self) -> Total:
        """Sum up the file as it is published."""
        return _total(self.published)


def assess(resource: ResourceRecord, dataset: DatasetRecord) -> Assessment:
    """Judge every rule. Source: 行政データにおける機械可読性に関するルール (2026-03-31)."""
    signs = signs_of(resource.intake)
    findings = tuple(_find(rule, resource, dataset, [s for s in signs if s.rule == rule.id]) for rule in RULES.values())
    return Assessment(
        findings,
        tuple(_score(level, ((each.rule, each.sent) for each in findings)) for level in LEVELS),
        tuple(_score(level, ((each.rule, each.published) for each in findings)) for level in LEVELS),
    )


def _find(rule: Rule, resource: ResourceRecord, dataset: DatasetRecord, signs: list[Sign]) -> Finding:
    return Finding(rule, _as_sent(rule, resource, dataset, signs), _as_published(rule, resource, dataset, signs))


def _as_sent(rule: Rule, resource: ResourceRecord, dataset: DatasetRecord, signs: list[Sign]) -> Judgement:
    suffix = _suffix(resource)
    if _is_foreign(rule, suffix):
        return _not_of_this_format()
    if signs:
        return _against(signs)
    if rule.id == "L1-01":
        return _format(suffix)
    return _by_record(rule, resource, dataset) or _by_reading(rule, resource)


def _as_published(rule: Rule, resource: ResourceRecord, dataset: DatasetRecord, signs: list[Sign]) -> Judgement:
    lasting = [sign for sign in signs if not sign.mended]
    if lasting:
        return _against(lasting)
    if resource.table is None:
        return _plain_file(rule, resource)
    if rule.applies is Applies.SPREADSHEET:
        return _gone() if signs else _not_of_this_format()
    if rule.id == "L1-01":
        return kept("CSV で公開しています", "Published as CSV")
    if rule.id == "L1-15":
        return kept("カンマを含む値は引用符で囲んで書き出しています", "Values with a comma are written in quotes")
    known = _by_record(rule, resource, dataset)
    return known or (_mended() if signs and _is_looked_for(rule, resource) else _by_reading(rule, resource))


def _plain_file(rule: Rule, resource: ResourceRecord) -> Judgement:
    suffix = _suffix(resource)
    if _is_foreign(rule, suffix):
        return _not_of_this_format()
    return _format(suffix) if rule.id == "L1-01" else _unread()


def _by_record(rule: Rule, resource: ResourceRecord, dataset: DatasetRecord) -> Judgement | None:
    check = CHECKS.get(rule.id)
    return check(resource.table, dataset) if check and resource.table else None


def _by_reading(rule: Rule, resource: ResourceRecord) -> Judgement:
    if _is_looked_for(rule, resource):
        return kept("読み取りの際に、違反は見つかりませんでした", "Nothing against it was found while reading")
    return _unread()


def _is_looked_for(rule: Rule, resource: ResourceRecord) -> bool:
    looked_for = LOOKED_FOR | LOOKED_FOR_IN_WORKBOOKS if _suffix(resource) in WORKBOOKS else LOOKED_FOR
    return resource.intake is not None and resource.table is not None and rule.id in looked_for


def _against(signs: list[Sign]) -> Judgement:
    return Judgement(Verdict.BROKEN, tuple(sign.evidence for sign in signs))


def _mended() -> Judgement:
    return kept("直してから公開しています", "Mended before it was published")


def _gone() -> Judgement:
    return not_applicable("公開した CSV には残っていません", "Nothing of it is left in the published CSV")


def _unread() -> Judgement:
    return not_checkable("自動では確認していません", "Not checked automatically")


def _not_of_this_format() -> Judgement:
    return not_applicable("この形式のファイルには当てはまりません", "Files of this format have nothing of the kind")


def _format(suffix: str) -> Judgement:
    known = vocabularies.file_type(suffix)
    if known is None:
        return not_checkable("ファイルの形式が分かりません", "The file's format is not known")
    if known.machine_readable:
        return kept(f"{known.name} は機械で読み取れる形式です", f"{known.name} is a format that machines read")
    return broken(f"{known.name} は機械で読み取れる形式ではありません", f"{known.name} is no format that machines read")


def _suffix(resource: ResourceRecord) -> str:
    """The kind of the file as it was sent, by its name, else by what it is called."""
    name = (resource.original or resource.file).name
    return PurePosixPath(name).suffix.lower().removeprefix(".") or resource.format.lower()


def _is_foreign(rule: Rule, suffix: str) -> bool:
    if rule.applies is Applies.SPREADSHEET:
        return suffix not in _SPREADSHEETS
    return rule.applies is Applies.DELIMITED and suffix not in _DELIMITED


def _score(level: int, judgements: Iterable[tuple[Rule, Judgement]]) -> Score:
    own = [(rule, judgement.verdict) for rule, judgement in judgements if rule.level == level]
    judged = [rule for rule, verdict in own if verdict in {Verdict.KEPT, Verdict.BROKEN}]
    against = [rule for rule, verdict in own if verdict is Verdict.BROKEN]
    return Score(level, _value(level, against) if judged else None, len(judged), len(own))


def _value(level: int, against: list[Rule]) -> int:
    if any(rule.severity is Severity.FATAL for rule in against):
        return 0
    return max(0, FULL - sum(DEDUCTIONS[rule.severity][level] for rule in against))


def _total(scores: tuple[Score, ...]) -> Total:
    values = [score.value for score in scores if score.value is not None]
    mean = sum(values) // len(values) if values else None
    return Total(mean, sum(score.judged for score in scores), sum(score.rules for score in scores))
