"""The hints of one criterion as Markdown: those that may be read, and when the next one comes."""

from __future__ import annotations

from runner.catalog.kata import Criterion
from runner.tui.desk import Hints
from runner.tui.words import plural


def hint_markdown(criterion: Criterion, hints: Hints) -> str:
    parts = [f"*{criterion.sentence}*"]
    parts += [f"**{level}.** {text}" for level, text in enumerate(hints.texts, 1)]
    if hints.locked:
        parts.append(f"*{plural(hints.locked, 'more hint')}: {hints.until}*")
    if not hints.texts and not hints.locked:
        parts.append("There is no hint for this criterion.")
    return "\n\n".join(parts)
