"""What a query asks for, sorted by how it may be answered: words that may be relaxed, conditions that may not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.search.language.tree import Both, Either, Node, Not, Quoted, Within, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.search.analysis.word import Asked, Form, Understood
    from app.search.engine import Facet


@dataclass(frozen=True, slots=True)
class Meaning:
    """How words are understood, and which values of a facet people's words for it mean."""

    understand: Callable[[str], Understood]
    values_of: Callable[[Facet, str], tuple[str, ...]]

    def exact(self, text: str) -> Form | None:
        """Answer what stands between quotation marks as one form, letter by letter; `None` where it says nothing."""
        understood = self.understand(text)
        if understood.whole is not None:
            return understood.whole
        return understood.asked[0].forms[0] if understood.asked else None

    def telling(self, text: str) -> tuple[Asked, ...]:
        """Answer the words of a text that are no fillers, or all where there are no others."""
        asked = self.understand(text).asked
        return tuple(word for word in asked if not word.is_filler) or asked


@dataclass(frozen=True, slots=True)
class Question:
    """`words` are asked for in no particular place, `whole` is all of them as one phrase.

    `required` hold in every answer, `denied` in none.
    """

    words: tuple[Asked, ...] = ()
    whole: Form | None = None
    text: str = ""
    required: tuple[Node, ...] = ()
    denied: tuple[Node, ...] = ()

    @property
    def content(self) -> tuple[Asked, ...]:
        """The words that answers must have: all but fillers, unless there is nothing else."""
        telling = tuple(word for word in self.words if not word.is_filler)
        return telling or (self.words if not self.required else ())

    @property
    def fillers(self) -> tuple[Asked, ...]:
        """The words that answers need not have."""
        content = self.content
        return tuple(word for word in self.words if word not in content)


def question_of(tree: Node | None, meaning: Meaning) -> Question:
    """Sort what a query asks for; words anywhere at the top are understood as one piece of writing."""
    nodes = tree.nodes if isinstance(tree, Both) else (tree,) if tree else ()
    text = " ".join(node.text for node in nodes if isinstance(node, Words))
    understood = meaning.understand(text)
    return Question(
        words=understood.asked,
        whole=understood.whole,
        text=text,
        required=tuple(node for node in nodes if not isinstance(node, (Words, Not))),
        denied=tuple(node.node for node in nodes if isinstance(node, Not)),
    )


def without_quotes(tree: Node | None) -> Node | None:
    """Answer a query as if nothing in it had been quoted."""
    if isinstance(tree, Quoted):
        return Words(tree.text)
    if isinstance(tree, Both):
        return Both(tuple(node for each in tree.nodes if (node := without_quotes(each))))
    return tree


def forms_of(question: Question, meaning: Meaning) -> Iterator[Form]:
    """List the forms of everything that answers show, which is what is marked in them."""
    for word in question.words:
        if not word.is_filler or word in question.content:
            yield from word.forms
    for node in question.required:
        yield from _forms(node, meaning)


def _forms(node: Node, meaning: Meaning) -> Iterator[Form]:
    if isinstance(node, (Both, Either)):
        for each in node.nodes:
            yield from _forms(each, meaning)
    elif isinstance(node, Within):
        yield from _forms(node.node, meaning)
    elif isinstance(node, Words):
        for word in meaning.telling(node.text):
            yield from word.forms
    elif isinstance(node, Quoted) and (form := meaning.exact(node.text)):
        yield form
