"""The words and numbers of a card as styled text; the charts are widgets of their own."""

from __future__ import annotations

from textual.content import Content

from runner.record.finding import Finding
from runner.reports.card.card import Card, Line, Side, foot_lines, measured
from runner.reports.overlay import SHADE
from runner.tui.safe import safe_line
from runner.tui.words import VERDICT_GLYPHS, VERDICT_STYLES


def head_text(card: Card) -> Content:
    """How many criteria passed, and what the two sides are."""
    return Content("\n").join(
        [
            Content.assemble((f"{card.before.tally} → {card.after.tally} criteria passed", "bold")),
            _side("before", f"{SHADE * 2}", "$text-warning", card.before),
            _side("after", "⠒⠒", "$text-primary", card.after),
        ]
    )


def numbers_text(card: Card) -> Content:
    """Each criterion with its verdicts and its numbers, before and after."""
    return Content("\n").join([part for line in card.lines for part in _line(line)])


def alert_text(card: Card) -> Content:
    if not card.alert:
        return Content("")
    return Content.assemble(("Alert on  ", "bold $text-accent"), safe_line(card.alert, 600))


def foot_text(card: Card) -> Content:
    return Content("\n").join([Content.assemble((safe_line(each, 500), "dim")) for each in foot_lines(card)])


def _side(name: str, sign: str, style: str, side: Side) -> Content:
    said = f"{name}: {safe_line(side.title, 80)}"
    return Content.assemble((f"{sign} ", style), (said, "bold"), (f"  {safe_line(side.facts, 200)}", "dim"))


def _line(line: Line) -> list[Content]:
    was, now = measured(line.before), measured(line.after)
    numbers = was if was == now else f"{was} → {now}"
    head = Content.assemble(
        *_verdict(line.before), " → ", *_verdict(line.after), (f"  {safe_line(line.criterion, 80)}", "bold")
    )
    return [head, Content.assemble((f"  {safe_line(numbers, 200)}", ""))]


def _verdict(finding: Finding | None) -> list[tuple[str, str]]:
    if finding is None:
        return [("not judged", "dim")]
    verdict = finding.verdict
    return [(f"{VERDICT_GLYPHS[verdict]} {verdict.value}", VERDICT_STYLES[verdict])]
