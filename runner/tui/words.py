"""How the app says a number, a duration and a verdict: one word and one glyph for each, so colour is never needed."""

from __future__ import annotations

from runner.record.finding import Verdict

VERDICT_GLYPHS: dict[Verdict, str] = {
    Verdict.PASSED: "✓",
    Verdict.FAILED: "✗",
    Verdict.BLOCKED: "–",
    Verdict.INCONCLUSIVE: "?",
    Verdict.ERROR: "!",
}

VERDICT_STYLES: dict[Verdict, str] = {
    Verdict.PASSED: "$text-success",
    Verdict.FAILED: "$text-error",
    Verdict.BLOCKED: "$text-warning",
    Verdict.INCONCLUSIVE: "$text-warning",
    Verdict.ERROR: "$text-warning",
}

VERDICT_MEANINGS: dict[Verdict, str] = {
    Verdict.PASSED: "the criterion holds",
    Verdict.FAILED: "the criterion does not hold yet",
    Verdict.BLOCKED: "not judged: a criterion it needs did not pass",
    Verdict.INCONCLUSIVE: "the machine was too busy to say; verify again",
    Verdict.ERROR: "our fault, not your service's; it costs no attempt",
}


def minutes(total: int) -> str:
    """`45` → `45 min`, `150` → `2 h 30 min`."""
    hours, rest = divmod(total, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"


def plural(count: int, word: str) -> str:
    """`1 attempt`, `2 attempts`, `4 criteria`."""
    many = {"criterion": "criteria"}.get(word, word + "s")
    return f"{count} {word if count == 1 else many}"
