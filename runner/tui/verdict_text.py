"""A verdict in full, as styled text: what was seen, what decided it, the service's words, and how to see it again."""

from __future__ import annotations

from textual.content import Content

from runner.catalog.kata import Criterion
from runner.record.finding import Finding, Verdict
from runner.record.report import CriterionResult
from runner.reports.console import against_limit
from runner.tui.evidence_text import wrapped
from runner.tui.log_line import line_content
from runner.tui.moment import Moment
from runner.tui.words import VERDICT_GLYPHS, VERDICT_MEANINGS, VERDICT_STYLES

_HEAD = "bold $text-accent"
Lines = list[Content]


def head_text(criterion: Criterion, finding: Finding, width: int) -> Content:
    """The criterion, the verdict, the sentence, the number and the limit."""
    verdict = finding.verdict
    lines = [
        Content.assemble((wrapped(criterion.sentence, width), "bold")),
        Content(),
        Content.assemble(
            (f"{VERDICT_GLYPHS[verdict]} {verdict.value}", f"{VERDICT_STYLES[verdict]} bold"),
            (f"  {VERDICT_MEANINGS[verdict]}", "dim"),
        ),
    ]
    if finding.sentence:
        lines.append(Content(wrapped(finding.sentence, width)))
    measured = against_limit(finding)
    if measured:
        lines.append(Content.assemble((wrapped(measured, width), "bold")))
    return Content("\n").join(lines)


def body_text(
    criterion: Criterion, result: CriterionResult, moment: Moment, rerun: str, neighbours: tuple[str, ...], width: int
) -> Content:
    """What comes after the chart; a part that has nothing to say is left out."""
    finding = result.finding
    lines: Lines = []
    if finding.verdict is Verdict.INCONCLUSIVE:
        lines += _busy(neighbours, width)
    if finding.decided_by:
        lines += _part("What decided it", [wrapped(event, width, "  • ", "    ") for event in finding.decided_by])
    if moment.lines:
        lines += [Content(), Content.assemble((wrapped(moment.told, width), _HEAD))]
        lines += [_timed(each.at_s, line_content(each), width) for each in moment.lines]
    else:
        lines += _part("What the service printed", ["  nothing in this probe"])
    if finding.reproduce:
        lines += _part("See it by hand", [wrapped(finding.reproduce, width, "  $ ", "    ")], "y copies this line")
    if rerun:
        lines += _part("Run it again with the same inputs", [wrapped(rerun, width, "  $ ", "    ")], "Y copies this")
    lines += _asked(criterion, width)
    return Content("\n").join(lines)


def next_text(finding: Finding, lesson: str) -> Content:
    """What to do now, in one line each."""
    lines: Lines = []
    if finding.verdict is Verdict.INCONCLUSIVE:
        lines.append(Content.assemble("v verifies again, best while less else runs"))
    if finding.verdict is Verdict.FAILED and lesson:
        lines.append(Content.assemble("l opens the page that explains it: ", (lesson, "bold")))
    if finding.verdict is Verdict.FAILED:
        lines.append(Content("h gives the next hint; each rejected attempt opens one more"))
    return Content("\n").join(lines)


def _busy(neighbours: tuple[str, ...], width: int) -> Lines:
    if not neighbours:
        return _part("What else the machine was doing", ["  not known: nothing was noted in that run"])
    return _part("What else the machine was doing", [wrapped(each, width, "  • ", "    ") for each in neighbours])


def _asked(criterion: Criterion, width: int) -> Lines:
    told = (
        ("What is measured", criterion.measure),
        ("Limit", criterion.limit),
        ("Why this limit", criterion.why),
        ("Needs first", ", ".join(criterion.needs)),
    )
    return [line for head, text in told if text for line in _part(head, [wrapped(text, width, "  ")])]


def _part(head: str, texts: list[str], note: str = "") -> Lines:
    title = Content.assemble((head, _HEAD), (f"   {note}", "dim") if note else "")
    return [Content(), title, *(Content(text) for text in texts)]


def _timed(at_s: float, line: Content, width: int) -> Content:
    return Content.assemble((f"  {at_s:6.2f} s ", "dim"), line).truncate(max(20, width), ellipsis=True)
