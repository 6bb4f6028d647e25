"""A card as plain text: the same numbers, for a terminal, a screen reader or a pipe."""

from __future__ import annotations

from runner.record.finding import Finding
from runner.reports.card.card import Card, Line, Overlay, foot_lines, measured, peak
from runner.reports.paint import Paint, number, printable


def render(card: Card, paint: Paint) -> str:
    """The whole card, ending with a newline."""
    arrow = "→" if paint.unicode else "->"
    dot = " · " if paint.unicode else " - "
    lines = [
        paint.style(printable(f"{card.title} ({card.kata})"), "bold"),
        f"criteria passed: {card.before.tally} {arrow} {card.after.tally}",
    ]
    for name, side in (("before", card.before), ("after", card.after)):
        facts = side.facts.replace(" · ", dot)
        lines += paint.wrapped(printable(f"{name}: {side.title}, {facts}"), "", "  ")
    for line in card.lines:
        lines += ["", *_line(line, paint)]
    if card.charts:
        lines += ["", "Measured over time:"]
        lines += [said for overlay in card.charts for said in _overlay(overlay, paint)]
    if card.alert:
        lines += ["", "Alert on:", *paint.wrapped(printable(card.alert), "  ")]
    lines += ["", *(said for each in foot_lines(card) for said in paint.wrapped(printable(each), "", "  "))]
    return "\n".join(lines) + "\n"


def _line(line: Line, paint: Paint) -> list[str]:
    head = [paint.style(printable(line.criterion), "bold"), *paint.wrapped(printable(line.sentence), "  ")]
    return [*head, _side("before", line.before, paint), _side("after", line.after, paint)]


def _side(name: str, finding: Finding | None, paint: Paint) -> str:
    verdict = paint.verdict(finding.verdict, padded=False) if finding else "not judged"
    return f"  {name + ':':<8}{verdict}, {printable(measured(finding))}" if finding else f"  {name + ':':<8}{verdict}"


def _overlay(overlay: Overlay, paint: Paint) -> list[str]:
    sides = [
        f"{name} {peak(series) if series else 'not measured'}"
        for name, series in (("before", overlay.before), ("after", overlay.after))
    ]
    limit = next((s.limit for s in (overlay.after, overlay.before) if s is not None and s.limit is not None), None)
    told = f", limit {number(limit)}" if limit is not None else ""
    return paint.wrapped(printable(f"{overlay.name} ({overlay.criterion}): {', '.join(sides)}{told}"), "  ", "    ")
