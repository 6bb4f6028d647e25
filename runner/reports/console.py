"""A report as text for a person: every verdict in a word and a mark, every refusal with its reason."""

from __future__ import annotations

from collections import Counter

from runner.record.finding import Finding, Verdict
from runner.record.report import CriterionResult, Report
from runner.reports.paint import Paint, number, printable, printable_lines

_INDENT = " " * 4


def render(report: Report, paint: Paint, *, hints: bool = True) -> str:
    """The whole report, ending with a newline; `hints` adds the command that shows the next hint of what failed."""
    lines: list[str] = []
    for result in report.results:
        lines += _criterion(result, report, paint, hints=hints)
    if report.results:
        lines.append("")
    lines += [line for notice in report.notices for line in paint.wrapped(f"note: {printable(notice)}", "", "      ")]
    lines += summary(report, paint)
    return "\n".join(lines) + "\n"


def summary(report: Report, paint: Paint) -> list[str]:
    """The closing lines: how many of each verdict, and what is needed to repeat the run."""
    counts = Counter(result.finding.verdict for result in report.results)
    order = (Verdict.PASSED, Verdict.FAILED, Verdict.BLOCKED, Verdict.INCONCLUSIVE, Verdict.ERROR)
    tally = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in order if counts[verdict])
    dot = ", " if paint.plain else " · " if paint.unicode else " - "
    facts = [
        f"seeds {', '.join(map(str, report.seeds))}" if report.seeds else f"seed {report.seed}",
        f"{report.sandbox} sandbox" + ("" if report.sealed else f" ({report.sandbox}: isolates nothing)"),
        f"{report.wall_s:.1f} s",
    ]
    head = f"{paint.verdict(report.verdict, padded=False)} {paint.style(printable(report.kata), 'bold')}"
    return [f"{head}: {tally or 'nothing was judged'}", paint.style(dot.join(facts), "dim")]


def _criterion(result: CriterionResult, report: Report, paint: Paint, *, hints: bool) -> list[str]:
    finding = result.finding
    name, sentence = printable(result.criterion), printable(result.sentence)
    lines = [f"{paint.verdict(finding.verdict)} {paint.style(name, 'bold')}"]
    lines += paint.wrapped(sentence, _INDENT)
    if finding.verdict is Verdict.PASSED:
        return lines
    lines += _reason(finding, report.kata, paint)
    if finding.verdict is Verdict.FAILED:
        lines.append(f"{_INDENT}{paint.style('again:', 'cyan')} {printable(report.rerun(result))}")
    if finding.verdict is Verdict.FAILED and result.lesson:
        lines.append(f"{_INDENT}{paint.style('explained:', 'cyan')} prodrill lesson {printable(result.lesson)}")
    if finding.verdict is Verdict.FAILED and hints:
        lines.append(f"{_INDENT}{paint.style('next hint:', 'cyan')} prodrill hint {printable(report.kata)} {name}")
    return lines


def _reason(finding: Finding, kata: str, paint: Paint) -> list[str]:
    """What was seen, the number against its limit, the events that decided, and how to see it by hand."""
    arrow = "because: " if paint.plain else "→ " if paint.unicode else "> "
    first, *others = printable_lines(finding.sentence)
    lines = paint.wrapped(first, _INDENT + arrow, _INDENT + "  ")
    lines += [line for other in others for line in paint.wrapped(other, _INDENT + "    ", _INDENT + "    ")]
    measured = against_limit(finding)
    if measured:
        lines.append(f"{_INDENT}  {measured}")
    for event in finding.decided_by:
        lines += paint.wrapped(printable(event), _INDENT + "    ", _INDENT + "      ")
    if finding.reproduce:
        # Never wrapped: it is there to be copied.
        lines.append(f"{_INDENT}{paint.style('by hand:', 'cyan')} {printable(finding.reproduce)}")
        if "$URL" in finding.reproduce:
            lines += paint.wrapped(f"($URL is what `prodrill run {printable(kata)}` prints)", _INDENT + "         ")
    return lines


def against_limit(finding: Finding) -> str:
    """`measured 0.05 share of requests, limit 0.9`; empty where the finding carries no number."""
    if finding.value is None:
        return ""
    unit = f" {printable(finding.unit)}" if finding.unit else ""
    limit = f", limit {number(finding.limit)}" if finding.limit is not None else ""
    return f"measured {number(finding.value)}{unit}{limit}"
