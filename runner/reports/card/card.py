"""Two reports of one kata side by side, as values: which criteria, which numbers, which charts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite

from msgspec import Struct

from runner.record.finding import Finding, Series, Verdict
from runner.record.report import CriterionResult, Report
from runner.reports.paint import number

MOST_CHARTS = 8
NOT_TOLD = frozenset({"sandbox", "engine", "os", "kernel"})
_ELSEWHERE = (
    "Before was recorded on its author's machine, and after on yours: hold each against its own limit, and not one "
    "machine's milliseconds against the other's."
)


class Side(Struct, frozen=True):
    """One of the two: what was verified (`the broken service`) and where its report comes from (`attempt 3`).

    `elsewhere` where it was measured on another machine, so that its times are not to be held against times here.
    """

    report: Report
    title: str
    origin: str
    elsewhere: bool = False

    @property
    def facts(self) -> str:
        """When, where and with which inputs it was measured."""
        report = self.report
        seeds = f"seeds {', '.join(map(str, report.seeds))}" if report.seeds else f"seed {report.seed}"
        sandbox = f"{report.sandbox} sandbox{'' if report.sealed else ', isolates nothing'}"
        return " · ".join([self.origin, f"{when(report.started_at)} UTC", sandbox, seeds])

    @property
    def tally(self) -> str:
        """`3 of 5`: how many criteria passed."""
        passed = sum(result.finding.verdict is Verdict.PASSED for result in self.report.results)
        return f"{passed} of {len(self.report.results)}"


class Line(Struct, frozen=True):
    """One criterion; a side is None where its report does not have it."""

    criterion: str
    sentence: str
    before: Finding | None
    after: Finding | None


class Overlay(Struct, frozen=True):
    """One chart: the same quantity of both sides over the seconds of its probe; at least one side has points."""

    criterion: str
    name: str
    unit: str
    before: Series | None
    after: Series | None

    @property
    def sides(self) -> tuple[tuple[str, Series], ...]:
        both = (("before", self.before), ("after", self.after))
        return tuple((name, series) for name, series in both if series is not None)

    @property
    def top(self) -> float:
        """The highest value, limits included: the scale both sides are drawn on."""
        values = [value for _, series in self.sides for _, value in series.points if isfinite(value)]
        limits = [series.limit for _, series in self.sides if series.limit is not None]
        return max([*values, *limits], default=0.0) or 1.0

    @property
    def seconds(self) -> float:
        """How long the longer of them took."""
        return max((series.points[-1][0] - series.points[0][0] for _, series in self.sides), default=0.0) or 1.0


class Card(Struct, frozen=True):
    """All that a card shows. `alert` is the metric to alert on, as plain text; empty where the debrief names none."""

    kata: str
    title: str
    before: Side
    after: Side
    lines: tuple[Line, ...]
    charts: tuple[Overlay, ...]
    alert: str = ""


def make_card(title: str, before: Side, after: Side, alert: str = "") -> Card:
    """The card of two reports of the same kata."""
    was, now = _results(before.report), _results(after.report)
    names = list(dict.fromkeys([*now, *was]))
    lines = tuple(
        Line(name, (now.get(name) or was[name]).sentence, _finding(was.get(name)), _finding(now.get(name)))
        for name in names
    )
    charts = overlays(before.report, after.report)
    return Card(after.report.kata, title, before, after, lines, charts, alert)


def overlays(before: Report, after: Report) -> tuple[Overlay, ...]:
    """What was measured over time, first of the criteria that came out otherwise; then the vitals during the one that
    tells most.
    """
    was, now = _results(before), _results(after)
    found: list[Overlay] = []
    names = dict.fromkeys([*now, *was])
    for name in sorted(names, key=lambda name: _verdict(was.get(name)) is _verdict(now.get(name))):
        found += _paired(name, _series(was.get(name)), _series(now.get(name)))
    found = [each for each in found if not _is_switch(each)]
    telling = _telling(was, now)
    if telling:
        found = found[: MOST_CHARTS - 2] + _paired(telling, was[telling].vitals, now[telling].vitals)
    return tuple(found[:MOST_CHARTS])


def measured(finding: Finding | None) -> str:
    """`231.8 ms (limit 59.4)`, or why there is no number."""
    if finding is None:
        return "not judged"
    if finding.value is None:
        return "no number" if finding.verdict in (Verdict.PASSED, Verdict.FAILED) else "not measured"
    unit = f" {finding.unit}" if finding.unit else ""
    limit = f" (limit {number(finding.limit)})" if finding.limit is not None else ""
    return f"{number(finding.value)}{unit}{limit}"


def peak(series: Series) -> str:
    """`peak 304 ms`."""
    highest = max((value for _, value in series.points if isfinite(value)), default=0.0)
    return f"peak {number(highest)}{f' {series.unit}' if series.unit else ''}"


def when(started_at: str) -> str:
    """`2026-11-21 20:33` of an ISO time."""
    return started_at.replace("T", " ")[:16]


def foot_lines(card: Card) -> list[str]:
    """With what it was measured, said once where it was the same; and how to read the charts."""
    told = [_measured_with(side) for side in (card.before, card.after)]
    sides = [f"before: {told[0]}", f"after: {told[1]}"] if told[0] != told[1] else [f"both: {told[0]}"]
    elsewhere = any(side.elsewhere for side in (card.before, card.after))
    return [
        *sides,
        *([_ELSEWHERE] if elsewhere else []),
        "Both sides were driven by the same probes; a chart has one scale, from zero, and each limit is that of its "
        "own run. Event-loop delay and memory are as the service's own process told them.",
    ]


def _measured_with(side: Side) -> str:
    sealed = "sealed" if side.report.sealed else "isolates nothing"
    versions = ", ".join(f"{name} {version}" for name, version in side.report.versions.items() if name not in NOT_TOLD)
    return f"{side.report.sandbox} sandbox ({sealed}); {versions or 'no versions on record'}"


def _results(report: Report) -> dict[str, CriterionResult]:
    return {result.criterion: result for result in report.results}


def _finding(result: CriterionResult | None) -> Finding | None:
    return None if result is None else result.finding


def _verdict(result: CriterionResult | None) -> Verdict | None:
    return None if result is None else result.finding.verdict


def _series(result: CriterionResult | None) -> tuple[Series, ...]:
    return () if result is None else result.finding.series


def _paired(criterion: str, before: Iterable[Series], after: Iterable[Series]) -> list[Overlay]:
    was = {series.name: series for series in before if series.points}
    now = {series.name: series for series in after if series.points}
    return [
        Overlay(criterion, name, (now.get(name) or was[name]).unit, was.get(name), now.get(name))
        for name in dict.fromkeys([*now, *was])
    ]


def _is_switch(overlay: Overlay) -> bool:
    """On and off without a unit: it says when something happened, which the other charts of its criterion show."""
    values = {value for _, series in overlay.sides for _, value in series.points}
    return not overlay.unit and values <= {0.0, 1.0}


def _telling(was: dict[str, CriterionResult], now: dict[str, CriterionResult]) -> str:
    """The criterion whose vitals are shown: the first that failed before, of those with vitals on both sides."""
    both: Sequence[str] = [name for name, result in was.items() if result.vitals and name in now and now[name].vitals]
    failed = [name for name in both if was[name].finding.verdict is Verdict.FAILED]
    return (list(failed) or list(both) or [""])[0]
