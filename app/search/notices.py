"""What people are told where an answer is wider than their question: never a silent change."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Relaxed:
    """How an answer is wider than what was asked for, and the words that it does without."""

    how: Text
    words: tuple[str, ...] = ()


ANY_WORD = Relaxed(
    Text(
        "すべての語を含むデータのほか、一部の語を含むデータも示しています。",
        "These results have all or some of these words, the best matches first.",
    )
)
FEW = Relaxed(
    Text(
        "すべての語を含むデータが少ないため、一部の語を含む結果も後に示しています。",
        "Few datasets have all of these words. Those that have some of them follow.",
    )
)


def without(missing: tuple[str, ...], *, is_partial: bool) -> Relaxed:
    """Say which words nothing has; `is_partial` where some of the others may be missing as well."""
    named_ja, named_en = "".join(f"「{word}」" for word in missing), ", ".join(f"“{word}”" for word in missing)
    if missing and is_partial:
        return Relaxed(
            Text(
                f"{named_ja}を含むデータはないため、ほかの語の一部を含む結果を示しています。",
                f"Nothing has {named_en}. These results have some of the other words.",
            ),
            missing,
        )
    if missing:
        return Relaxed(Text(f"{named_ja}を含まない結果です。", f"Results without {named_en}."), missing)
    return FEW


def unquoted(further: Relaxed | None) -> Relaxed:
    """Say that quotation marks were taken off."""
    how = Text(
        "引用符の中の語がそのまま並ぶデータはないため、引用符を外して探した結果です。",
        "Nothing has the quoted words side by side. These are results without the quotation marks.",
    )
    return joined(Relaxed(how), further)


def corrected(typed: str, text: str, further: Relaxed | None) -> Relaxed:
    """Say what was looked for in the place of what was typed."""
    how = Text(
        f"「{typed}」では見つからないため、「{text}」で探した結果です。",
        f"Nothing has “{typed}”. These are results for “{text}”.",
    )
    return joined(Relaxed(how, (typed,)), further)


def joined(first: Relaxed, further: Relaxed | None) -> Relaxed:
    """Say two things after one another."""
    if further is None:
        return first
    how = Text(first.how.ja + further.how.ja, f"{first.how.en} {further.how.en}")
    return Relaxed(how, (*first.words, *further.words))
