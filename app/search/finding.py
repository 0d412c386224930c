"""One search from words to matches: what must be there, what is given up where that finds too little, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.kernel.errors import BadRequest
from app.kernel.text import Text
from app.search import notices, relaxing
from app.search.clauses import Everything, Nothing
from app.search.conditions import dated_clause, denied_clause, node_clause
from app.search.correcting import instead
from app.search.engine import Ask, Found, Sort
from app.search.language.names import DateField
from app.search.parting import parted
from app.search.question import Meaning, Question, question_of, without_quotes
from app.search.ranking import asked_clause, extras, prior, sign_clause
from app.search.relaxing import Rest, Weighed
from app.search.semantic.blending import LOOK, blended, near_clause, said_alone, said_beside

if TYPE_CHECKING:
    from datetime import datetime

    from app.search.analysis.word import Asked
    from app.search.answer import SearchQuery
    from app.search.clauses import Clause
    from app.search.engine import Engine
    from app.search.known import Known
    from app.search.language.tree import Node
    from app.search.notices import Relaxed
    from app.search.semantic import Nearness

# How an answer came about stands before its `next`, so that the following pages come about in the same way.
STRICT, WIDER, CORRECTED, UNQUOTED, MEANT = "s", "w", "c", "u", "m"
_WAY = re.compile("u?[swcm](?=.)", re.DOTALL)
_DAMAGED = Text(
    ja="続きの位置(after)が正しくありません。最初のページからやり直してください。",
    en="“after” is not a place in these results; start again from the first page.",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, for which question in the end, and what was done to it."""

    found: Found
    question: Question
    relaxed: Relaxed | None = None
    instead: tuple[str, ...] = ()
    way: str = STRICT


class Finder:
    """Finds for one query of one asker."""

    def __init__(
        self, engine: Engine, known: Known, meaning: Meaning, query: SearchQuery, now: datetime, *, nearness: Nearness
    ) -> None:
        self._engine = engine
        self._nearness = nearness
        self._known = known
        self._meaning = meaning
        self._query = query
        self._now = now
        self._clauses: dict[int, Clause] = {}
        self._signs: dict[int, Clause] = {}
        self._instead_of: dict[tuple[str, ...], tuple[str, ...]] = {}

    def find(self, tree: Node | None, way: str, after: str) -> Finding:
        """Find what a query asks for, or what comes nearest to it.

        `way` is empty for a first page, else how the page before came about.
        """
        question = self._parted(question_of(tree, self._meaning))
        if tree is None and self._query.words.strip():
            # Something was asked that nobody can look up: everything is no answer to that.
            return Finding(self._engine.search(self._ask(Nothing(), question, after)), question)
        if way in {"", WIDER} and self._is_loose(question) and (loose := self._loosely(question, after)):
            return loose
        if way in {"", STRICT}:
            finding = self._strictly(question, after)
            if way or finding.found.total >= self._enough():
                return finding
        else:
            finding = Finding(Found((), 0, {}), question, way=way)
        return self._otherwise(tree, finding, way, after)

    def _is_loose(self, question: Question) -> bool:
        """English words have many forms and meanings; asking for all of them misses much (measured)."""
        return question.text.isascii() and len(question.content) > 1 and self._query.sort is Sort.RELEVANCE

    def _parted(self, question: Question) -> Question:
        """Where datasets are described in English, its terms are no more than their words (measured)."""
        is_english = question.text.isascii() and self._known.vocabulary().is_mostly_latin
        return parted(question) if is_english and self._query.sort is Sort.RELEVANCE else question

    def _scale(self, question: Question) -> relaxing.Scale:
        if not self._is_loose(question):
            return relaxing.STRICT_SCALE
        is_english = self._known.vocabulary().is_mostly_latin
        return relaxing.ENGLISH_SCALE if is_english else relaxing.TRANSLATED_SCALE

    def _loosely(self, question: Question, after: str) -> Finding | None:
        """Find for any of the words, the best that fit first; `None` where one of them is nowhere."""
        weighed, total = self._weighed(question)
        if not all(word.count for word in weighed):
            return None
        rest = self._rest(question)
        wider = relaxing.relaxed(weighed, total, rest, relaxing.ANY, self._scale(question))
        if wider is None:
            return None
        found = self._engine.search(self._ask(wider.clause, question, after, wider.sign))
        return Finding(found, question, notices.ANY_WORD, way=WIDER) if found.total else None

    def _otherwise(self, tree: Node | None, strict: Finding, way: str, after: str) -> Finding:
        """Look for what was meant instead, and at last for a part of what was asked for."""
        if way.startswith(UNQUOTED) or (not way and not strict.found.total):
            plain = without_quotes(tree)
            if plain != tree:
                finding = self.find(plain, way.removeprefix(UNQUOTED), after)
                if way or finding.found.total:
                    return replace(finding, relaxed=notices.unquoted(finding.relaxed), way=UNQUOTED + finding.way)
        question = strict.question
        if not question.content or (len(question.content) == 1 and strict.found.total):
            return self._strictly(question, after) if way else strict
        counted = self._weighed(question)
        if way in {"", CORRECTED} and (corrected := self._corrected(counted, question, after)):
            return corrected
        wider = self._wider(counted, strict, after) if way != MEANT else None
        if way in {"", MEANT} and not wider and not strict.found.total:
            wider = self._meant(question, after)
        # The engine has the last word on a place in results that there are none of any more.
        return wider or (self._strictly(question, after) if way else strict)

    def _strictly(self, question: Question, after: str) -> Finding:
        words = [self._clause(word) for word in question.content]
        signs = [self._sign(word) for word in question.content]
        sought = relaxing.strict(words, signs, self._rest(question))
        return Finding(self._engine.search(self._ask(sought.clause, question, after, sought.sign)), question)

    def _wider(self, counted: tuple[list[Weighed], int], strict: Finding, after: str) -> Finding | None:
        """Find for half of the words, or for any where that is too little."""
        weighed, total = counted
        question = strict.question
        rest = self._rest(question)
        best: Finding | None = None
        chosen: Clause = Everything()
        missing = [word.asked.text for word in weighed if not word.count]
        is_loose = self._is_loose(question)
        # To look for what has every word costs as much as all else; mostly it was just seen that nothing has.
        has_all = bool(missing) or strict.way != STRICT or strict.found.total > 0
        for share in (relaxing.ANY,) if is_loose else (relaxing.HALF, relaxing.ANY):
            wider = relaxing.relaxed(weighed, total, rest, share, self._scale(question), has_all=has_all)
            if wider is None or wider.clause == chosen:
                break
            found = self._engine.search(self._ask(wider.clause, question, after, wider.sign))
            if found.total > max(strict.found.total, best.found.total if best else 0):
                best = Finding(found, question, wider.relaxed, self._instead(missing, question), WIDER)
                chosen = wider.clause
            if found.total >= self._enough():
                break
        return self._with_near(best, chosen, after) if best and missing else best

    def _with_near(self, finding: Finding, clause: Clause, after: str) -> Finding:
        """Add what is near in meaning, where some word is asked for that no dataset has."""
        question = finding.question
        near = self._nearness.beside(question.text, self._query.audiences) if self._is_ranked() else ()
        if not near:
            return finding
        first = self._engine.search(Ask(clause, self._query.audiences, self._query.filters, limit=LOOK))
        together = blended(clause, near, self._rest(question), first.matches)
        found = self._engine.search(self._ask(together, question, after))
        return replace(finding, found=found, relaxed=said_beside(finding.relaxed))

    def _meant(self, question: Question, after: str) -> Finding | None:
        """Find what is near in meaning, where no dataset has any of the words."""
        near = self._nearness.alone(question.text, self._query.audiences) if self._is_ranked() else ()
        if not near:
            return None
        found = self._engine.search(self._ask(near_clause(near, self._rest(question), 1.0), question, after))
        return Finding(found, question, said_alone(question.text), way=MEANT) if found.total else None

    def _is_ranked(self) -> bool:
        """In another order than by relevance, what is only near would stand between what fits."""
        return self._query.sort is Sort.RELEVANCE

    def _corrected(self, counted: tuple[list[Weighed], int], question: Question, after: str) -> Finding | None:
        """Find for the nearest words that there are, where words are asked for that there are not."""
        missing = [word.asked.text for word in counted[0] if not word.count]
        options = self._instead(missing, question)
        if not options:
            return None
        text, *others = options
        corrected = replace(question_of_text(text, self._meaning), required=question.required, denied=question.denied)
        finding = self._strictly(corrected, after)
        if not finding.found.total:
            wider = self._wider(self._weighed(corrected), finding, after)
            if wider is None:
                return None
            finding = wider
        how = notices.corrected(question.text, text, finding.relaxed)
        return replace(finding, relaxed=how, instead=tuple(others), way=CORRECTED)

    def _instead(self, missing: list[str], question: Question) -> tuple[str, ...]:
        asked = (question.text, *missing)
        if asked not in self._instead_of:
            self._instead_of[asked] = instead(self._known.vocabulary(), question.text, missing)
        return self._instead_of[asked]

    def _weighed(self, question: Question) -> tuple[list[Weighed], int]:
        signs = [self._sign(word) for word in question.content]
        *counts, total = self._known.counts((*signs, Everything()), self._query.audiences)
        words = zip(question.content, signs, counts, strict=True)
        return [Weighed(asked, self._clause(asked), sign, count) for asked, sign, count in words], total

    def _clause(self, asked: Asked) -> Clause:
        """Make the clause of a word once, however often it is asked for."""
        if (clause := self._clauses.get(id(asked))) is None:
            clause = self._clauses[id(asked)] = asked_clause(asked)
        return clause

    def _sign(self, asked: Asked) -> Clause:
        if (sign := self._signs.get(id(asked))) is None:
            sign = self._signs[id(asked)] = sign_clause(asked)
        return sign

    def _rest(self, question: Question) -> Rest:
        required = [node_clause(node, self._meaning) for node in question.required]
        if any(self._query.updated):
            required.append(dated_clause(DateField.UPDATED, *self._query.updated))
        denied = tuple(denied_clause(node, self._meaning) for node in question.denied)
        return Rest(tuple(required), extras(question), denied)

    def _ask(self, clause: Clause, question: Question, after: str, sign: Clause | None = None) -> Ask:
        query = self._query
        has_words = bool(question.words or question.required)
        sort = Sort.UPDATED if query.sort is Sort.RELEVANCE and not has_words else query.sort
        return Ask(
            clause=clause,
            sign=sign,
            prior=prior(self._now),
            audiences=query.audiences,
            filters=query.filters,
            sort=sort,
            after=after,
            offset=query.offset,
            limit=query.limit,
            facets=query.facets,
        )

    def _enough(self) -> int:
        """In another order than by relevance, what fits less would stand between what fits."""
        return relaxing.ENOUGH if self._query.sort is Sort.RELEVANCE else 1


def question_of_text(text: str, meaning: Meaning) -> Question:
    """Understand plain words."""
    understood = meaning.understand(text)
    return Question(understood.asked, understood.whole, text)


def ways_of(after: str) -> tuple[str, str]:
    """Take a `next` of ours apart: how its answer came about, and the engine's own. Raises `BadRequest`."""
    if not after:
        return "", ""
    found = _WAY.match(after)
    if found is None:
        raise BadRequest(_DAMAGED)
    return found[0], after[found.end() :]
