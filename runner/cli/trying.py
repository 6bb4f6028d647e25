"""A block of a lesson, tried from a command line: its output as it comes, charts at the end, and what it showed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from runner.catalog.blocks import Block
from runner.cli.engine import Engine
from runner.cli.exit_code import ExitCode
from runner.cli.output import MAX_WIDTH, err, out, out_json, paint_for
from runner.cli.plain import is_plain
from runner.cli.progress import StatusLine
from runner.record.events import LineLogged, NoticeGiven, SampleTaken, StageReached
from runner.record.finding import Series
from runner.record.tries import TryEnded, TryEvent, TryStarted
from runner.reports.chart import axis_number, chart_text, common_top, series_sentence
from runner.reports.paint import printable

if TYPE_CHECKING:
    from runner.verifier.shown import Outcome

_CHART_ROWS = 10


async def try_blocks(engine: Engine, blocks: Sequence[Block], sandbox: str, as_json: bool) -> int:
    """Runs one after the other. Exits with 0 where each showed what the lesson says, 1 where one did not, 3 where one
    could not be run."""
    tried = [await _try(engine, block, sandbox, quiet=as_json) for block in blocks]
    if as_json:
        out_json([facts for facts, _ in tried])
    return max((code for _, code in tried), default=ExitCode.PASSED)


async def _try(engine: Engine, block: Block, sandbox: str, *, quiet: bool) -> tuple[dict[str, Any], ExitCode]:
    from runner.verifier.shown import judged, seen_in
    from runner.verifier.tryout import TryRequest

    watcher = _Watcher(block, quiet)
    request = TryRequest(block.name, block.code, block.language, sandbox)
    seen: list[TryEvent] = []
    try:
        async with aclosing(cast("AsyncGenerator[TryEvent, None]", engine.try_out(request))) as events:
            async for event in events:
                seen.append(event)
                watcher.see(event)
    finally:
        watcher.clear()
    summary = seen_in(seen)
    outcomes = judged(block.expected, summary)
    if not quiet:
        _print_charts(series_of(seen))
        _print_outcomes(block, outcomes)
    trouble = bool(summary.ended.trouble)
    shown = all(outcome.ok for outcome in outcomes)
    code = ExitCode.OURS_OR_INCONCLUSIVE if trouble else ExitCode.PASSED if shown else ExitCode.FAILED
    return _facts(block, seen, outcomes, shown), code


class _Watcher:
    """Tells what happens: lines to the stream they came from, samples in a line of status, all else to stderr."""

    def __init__(self, block: Block, quiet: bool) -> None:
        self._status = StatusLine()
        self._quiet = quiet
        self._block = block
        self._latest: dict[str, str] = {}

    def clear(self) -> None:
        self._status.clear()

    def see(self, event: TryEvent) -> None:
        match event:
            case StageReached(text=text):
                self._status.status(printable(text))
            case NoticeGiven(text=text):
                self._status.told(f"note: {text}", "yellow")
            case TryStarted(sandbox=sandbox):
                self._status.told(f"{self._block.lesson}: {self._block.name}, in the {sandbox} sandbox", "dim")
            case LineLogged() if not self._quiet:
                self._status.clear()
                (out if event.stream == "stdout" else err)(printable(event.text))
            case SampleTaken():
                self._latest[event.series] = f"{event.series} {axis_number(event.value)} {event.unit}"
                self._status.status(printable("   ".join(self._latest.values())))
            case TryEnded(trouble=trouble) if trouble:
                self._status.told(f"prodrill: {trouble}")
            case _:
                pass


def series_of(events: Sequence[TryEvent]) -> tuple[Series, ...]:
    """The samples of each series, as a chart takes them."""
    taken: dict[str, list[SampleTaken]] = {}
    for event in events:
        if isinstance(event, SampleTaken):
            taken.setdefault(event.series, []).append(event)
    return tuple(
        Series(name, each[0].unit, tuple((one.t_s, one.value) for one in each), each[-1].limit)
        for name, each in taken.items()
    )


def _print_charts(series: Sequence[Series]) -> None:
    if is_plain():
        for each in series:
            out(series_sentence(each))
        return
    width = min(shutil.get_terminal_size().columns, MAX_WIDTH, 76)
    tops = common_top(series)
    for each in series:
        out()
        out(chart_text(each, width, _CHART_ROWS, tops[each.unit]))


def _print_outcomes(block: Block, outcomes: Sequence[Outcome]) -> None:
    paint = paint_for(sys.stderr)
    missed = [outcome for outcome in outcomes if not outcome.ok]
    if not missed:
        mark = "" if paint.plain else paint.style("✓ " if paint.unicode else "+ ", "green")
        err(f"{mark}It shows what the lesson says.")
        return
    err(f"{paint.style('Not what the lesson says', 'yellow')} of {block.name}; on a busy machine try it again:")
    for outcome in missed:
        for line in paint.wrapped(printable(f"expected {outcome.expected}; seen: {outcome.seen}"), "  ", "    "):
            err(line)


def _facts(block: Block, events: Sequence[TryEvent], outcomes: Sequence[Outcome], shown: bool) -> dict[str, Any]:
    started = next((event for event in events if isinstance(event, TryStarted)), None)
    ended = next((event for event in events if isinstance(event, TryEnded)), TryEnded(0.0))
    return {
        "lesson": block.lesson,
        "block": block.name,
        "sandbox": started.sandbox if started else None,
        "shown": shown,
        "expectations": [{"ok": each.ok, "expected": each.expected, "seen": each.seen} for each in outcomes],
        "lines": [
            {"at_s": round(each.at_s, 3), "stream": each.stream, "text": each.text}
            for each in events
            if isinstance(each, LineLogged)
        ],
        "samples": [
            {"series": each.series, "t": each.t_s, "value": each.value, "unit": each.unit, "limit": each.limit}
            for each in events
            if isinstance(each, SampleTaken)
        ],
        "code": ended.code,
        "signal": ended.signal,
        "reason": ended.reason,
        "trouble": ended.trouble,
        "wall_s": round(ended.at_s, 3),
    }
