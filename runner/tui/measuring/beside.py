"""What the app costs while a kata is really verified, and what it changes: the same probes with the app and without.

The verifier keeps how late its own loop ran; that is what an app in its way would show in.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from runner.catalog.loader import load_kata
from runner.clock import monotonic_s
from runner.learner.store import Store
from runner.record.events import Event, RunEnded
from runner.record.finding import Verdict
from runner.record.stream import write_stream
from runner.tui.measuring.child import Job
from runner.tui.measuring.home import KATA, fresh_home, mended_service
from runner.tui.measuring.terminal import NotSeen, Terminal, on_terminal, pause
from runner.verifier import VerifyRequest, verify
from runner.verifier.bench import Figure

_TIMES = 2
_REPLAYS = 100
_FLAT_FROM = 10
_LONGEST_S = 240.0


class Lateness(Struct, frozen=True):
    """How late the verifier's loop ran: the share of the time, and the worst of it."""

    share: float
    worst_ms: float


class Beside(Struct, frozen=True):
    """One verification with the app open: what the app took of a core, and how late the verifier was."""

    core_share: float
    verdict: Verdict
    lateness: Lateness


def beside_figures() -> Iterator[Figure]:
    """Headless and with the app in turn, so that both meet the same machine; then the memory of many runs."""
    alone: list[Lateness] = []
    beside: list[Beside] = []
    with tempfile.TemporaryDirectory() as place:
        recording = Path(place) / "run.jsonl.gz"
        for _ in range(_TIMES):
            alone.append(_headless(recording))
            beside.append(_with_the_app())
        yield Figure("the app while a kata is verified, of a core", _mean(b.core_share for b in beside) * 100, "%", 7.0)
        unsaid = sum(each.verdict is not Verdict.PASSED for each in beside)
        yield Figure(f"an accepted fix not passed with the app open, of {_TIMES}", unsaid, "")
        without, within = _mean(a.share for a in alone) * 100, _mean(b.lateness.share for b in beside) * 100
        yield Figure("the verifier's loop was late, headless, of the time", without, "%")
        yield Figure("the verifier's loop was late, with the app, of the time", within, "%")
        yield Figure("  more of it with the app than without", max(0.0, within - without), "%", 1.0)
        yield Figure("the verifier's loop, worst, headless", max(a.worst_ms for a in alone), "ms")
        yield Figure("the verifier's loop, worst, with the app", max(b.lateness.worst_ms for b in beside), "ms")
        yield from _memory(recording)


def _mean(values: Iterator[float]) -> float:
    return statistics.fmean(values)


def _headless(recording: Path) -> Lateness:
    """One verification without the app; its events are kept in `recording`."""
    with tempfile.TemporaryDirectory() as place:
        histories = Path(place) / "histories"
        histories.mkdir()
        service = mended_service(Path(place) / "service")
        request = VerifyRequest(load_kata(KATA), service, "process", histories=histories)

        async def events() -> list[Event]:
            return [event async for event in verify(request)]

        happened = asyncio.run(events())
        write_stream(recording, happened)
        ended = happened[-1]
        assert isinstance(ended, RunEnded)
        kept = {file.stem: msgspec.json.decode(file.read_bytes()) for file in histories.glob("*.json")}
        return _lateness(kept, ended.report.wall_s)


def _with_the_app() -> Beside:
    with fresh_home() as home:
        mended_service(home / "workspace" / KATA)
        with _workbench(Job(KATA), home) as terminal:
            began_s, cpu_s = monotonic_s(), terminal.cpu_s
            terminal.press("v")
            _until_attempts(home, 1, terminal)
            share = (terminal.cpu_s - cpu_s) / (monotonic_s() - began_s)
        with _store(home) as store:
            attempt = store.attempts(KATA)[-1]
            report, kept = store.report(attempt.id), msgspec.json.decode(store.histories(attempt.id))
        return Beside(share, report.verdict, _lateness(kept, report.wall_s))


def _lateness(histories: dict[str, dict[str, list[tuple[float, float]]]], wall_s: float) -> Lateness:
    lags = [lag for history in histories.values() for _, lag in history.get("lags", [])]
    return Lateness(sum(lags) / wall_s, max(lags, default=0.0) * 1000)


def _memory(recording: Path) -> Iterator[Figure]:
    """The same run, replayed as fast as it is read, again and again in one app."""
    with fresh_home() as home, _workbench(Job(KATA, recording=str(recording)), home) as terminal:
        at_mb: list[float] = []
        for times in range(1, _REPLAYS + 1):
            terminal.press("v")
            _until_attempts(home, times, terminal)
            terminal.comes_to_rest(0.05)
            at_mb.append(terminal.rss_mb)
    yield Figure(f"memory after {_REPLAYS} verifications", at_mb[-1], "MB", 150.0)
    yield Figure(f"  the most after any of {_REPLAYS}", max(at_mb), "MB", 150.0)
    yield Figure(f"  more than after {_FLAT_FROM}", at_mb[-1] - at_mb[_FLAT_FROM - 1], "MB", 15.0)


@contextlib.contextmanager
def _workbench(job: Job, home: Path) -> Iterator[Terminal]:
    command = [sys.executable, "-m", "runner.tui.measuring.child", msgspec.json.encode(job).decode()]
    with on_terminal(command, {"PRODRILL_HOME": str(home)}, (100, 30)) as terminal:
        terminal.waits_for("Verify")
        terminal.comes_to_rest(1.0)
        yield terminal


def _until_attempts(home: Path, count: int, terminal: Terminal) -> None:
    """Until so many attempts are on record: the app kept the run, whatever its verdict."""
    deadline = monotonic_s() + _LONGEST_S
    with _store(home) as store:
        while len(store.attempts(KATA)) < count:
            if monotonic_s() > deadline:
                raise NotSeen(f"attempt {count} never came:\n{terminal.screen.text}")
            pause(0.02)


def _store(home: Path) -> Store:
    return Store(home / "learner.sqlite3", read_only=True)
