"""The estimate of tokens: the rule as it is written down, and documents that state their own number."""

from __future__ import annotations

import pytest

from app.metadata.tokens import estimate, stated


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        (" \t ", 0),
        ("data", 1),
        ("dataset", 2),
        ("人口と世帯", 5),
        ("2026", 2),
        ("2026-11-02", 6),
        ("a\n\n\nb", 3),
        ("a\r\nb", 3),
        ("××××", 4),
        ("🏙️", 2),
    ],
)
def test_the_estimate_follows_the_rule(text: str, tokens: int) -> None:
    assert estimate(text) == tokens


@pytest.mark.parametrize("length", [0, 97, 98, 99, 100, 997, 998, 999, 1000, 999_999])
def test_a_document_states_its_own_tokens(length: int) -> None:
    document = stated(lambda tokens: f"{tokens} tokens" + "字" * length)
    assert estimate(document) == int(document.partition(" ")[0])


def test_a_document_without_a_true_number_is_written_all_the_same() -> None:
    assert stated(lambda tokens: "字" * (tokens + 1))
