"""All there is to say about one criterion, as styled text: what is asked, what was seen, how to see it by hand."""

from __future__ import annotations

import textwrap

from textual.content import Content

from runner.catalog.kata import Criterion
from runner.record.finding import Finding, Verdict
from runner.reports.console import against_limit
from runner.tui.board import Board
from runner.tui.safe import safe_text
from runner.tui.words import VERDICT_GLYPHS, VERDICT_MEANINGS, VERDICT_STYLES

LONGEST = 4_000
_HEAD = "bold $text-accent"


def verdict_text(criterion: Criterion, board: Board, width: int) -> Content:
    """Above the chart: the verdict and its reasons, or that there is none yet. Wraps at `width` columns."""
    result = board.results.get(criterion.id)
    if result is None:
        state = "being probed now" if board.probing == criterion.id else "not judged yet"
        return Content("\n").join(
            [
                Content.assemble((wrapped(criterion.sentence, width), "bold")),
                Content.assemble((state, "dim")),
            ]
        )
    lines = [*_verdict(result.finding, width), *_reasons(result.finding, board, width)]
    if result.finding.verdict is Verdict.FAILED and criterion.lesson:
        lines.append(Content.assemble((f"l opens the page that explains it: {criterion.lesson}", "dim")))
    return Content("\n").join(lines)


def criterion_text(criterion: Criterion, width: int) -> Content:
    """Below the chart: what is asked, in full."""
    lines: list[Content] = []
    for head, text in (
        ("The criterion", criterion.sentence),
        ("What is measured", criterion.measure),
        ("Limit", criterion.limit),
        ("Why this limit", criterion.why),
        ("Needs first", ", ".join(criterion.needs)),
    ):
        if text:
            lines += [Content.assemble((head, _HEAD)), Content(wrapped(text, width, "  "))]
    return Content("\n").join(lines)


def _verdict(finding: Finding, width: int) -> list[Content]:
    verdict = finding.verdict
    word = f"{VERDICT_GLYPHS[verdict]} {verdict.value}"
    meaning = f"  {VERDICT_MEANINGS[verdict]}"
    lines = [Content.assemble((word, f"{VERDICT_STYLES[verdict]} bold"), (meaning, "dim"))]
    if finding.sentence:
        lines.append(Content(wrapped(finding.sentence, width)))
    measured = against_limit(finding)
    if measured:
        lines.append(Content.assemble((wrapped(measured, width), "bold")))
    return lines


def _reasons(finding: Finding, board: Board, width: int) -> list[Content]:
    lines: list[Content] = []
    if finding.decided_by:
        lines.append(Content.assemble(("What decided it", _HEAD)))
        lines += [Content(wrapped(event, width, "  • ", "    ")) for event in finding.decided_by]
    if finding.reproduce:
        lines += [
            Content.assemble(("See it by hand", _HEAD)),
            Content(wrapped(finding.reproduce, width, "  $ ", "    ")),
        ]
    if finding.verdict is Verdict.FAILED:
        seed = f" · same inputs again: --seed {board.seed}" if board.seed is not None else ""
        lines.append(Content.assemble((f"h gives a hint{seed}", "dim")))
    return lines


def wrapped(text: str, width: int, indent: str = "", hanging: str | None = None) -> str:
    """Each line of `text` by itself, so that the last words of a service keep their lines."""
    hanging = indent if hanging is None else hanging
    lines = safe_text(text[:LONGEST]).strip("\n").splitlines() or [""]
    return "\n".join(
        textwrap.fill(line, max(24, width), initial_indent=hanging if later else indent, subsequent_indent=hanging)
        for later, line in enumerate(lines)
    )
