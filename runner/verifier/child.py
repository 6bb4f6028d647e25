"""The child process of a verification: `python -m runner.verifier.child JOB`.

It holds the probes, the sandbox and the clock they measure by, apart from whatever draws. Its standard input is its
life line: when the parent closes it, or dies, the run stops and everything it started is removed. A line on it tells
one that waits to begin.
"""

from __future__ import annotations

import asyncio
import os
import platform
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from runner import __version__
from runner.catalog.loader import load_kata
from runner.clock import utc_now
from runner.probes.by_hand import serve_by_hand
from runner.probes.plugin import ProbePlugin
from runner.probes.stage import Stage
from runner.record.events import Event, NoticeGiven, RunEnded, RunStarted, StageReached
from runner.record.finding import Finding, Verdict
from runner.record.report import CriterionResult, Report
from runner.sandbox.base import Sandbox, SandboxError
from runner.sandbox.choose import make_sandbox, prepare
from runner.sandbox.relay import RelayError
from runner.sandbox.tree import kill_descendants
from runner.verifier.request import Job, sandbox_name

_CLEAN_UP_WITHIN_S = 12.0


def main() -> None:
    """Do the job named on the command line."""
    # Our own modules are kept compiled; a kata's folder stays as it is.
    sys.dont_write_bytecode = True
    job = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Job)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    with os.fdopen(job.events_fd, "wb", buffering=0) as pipe:
        emit = _emitter(pipe.write)
        try:
            _do(job, emit)
        except BrokenPipeError:
            sys.exit(1)
    # Everything is removed by now; threads that still wait for the engine's word would hold the exit up for a second.
    sys.stderr.flush()
    os._exit(0)


def _emitter(write: Callable[[memoryview], int | None]) -> Callable[[Event], None]:
    encoder = msgspec.json.Encoder()

    def emit(event: Event) -> None:
        data = memoryview(encoder.encode(event) + b"\n")
        while data:
            data = data[write(data) or 0 :]

    return emit


def _do(job: Job, emit: Callable[[Event], None]) -> None:
    kata = load_kata(job.kata)
    sandbox: Sandbox | None = None
    try:
        sandbox, notice = make_sandbox(job.sandbox, job.run_id)
        if notice:
            emit(NoticeGiven(0.0, notice))
        prepare(
            sandbox_name(sandbox.name),
            lambda text, fraction: emit(StageReached(0.0, text, fraction)),
            kata.spec.backing,
        )
        stage = Stage(kata, Path(job.source), sandbox, job.seed, emit, job.cpus)
    except SandboxError as error:
        emit(RunEnded(0.0, _error_report(job, sandbox.name if sandbox else job.sandbox, str(error))))
        return
    _watch_life_line(stage)
    (_verify if job.mode == "verify" else _run_by_hand)(job, stage)


def _watch_life_line(stage: Stage) -> None:
    def wait() -> None:
        while sys.stdin.buffer.readline():
            stage.loop.call_soon_threadsafe(stage.may_begin.set)
        stage.stopping = True
        stage.loop.call_soon_threadsafe(stage.stop)
        if not ended.wait(_CLEAN_UP_WITHIN_S):
            kill_descendants()
            os._exit(1)

    ended = stage.ended
    threading.Thread(target=wait, daemon=True).start()


def _verify(job: Job, stage: Stage) -> None:
    started_at = utc_now().isoformat(timespec="seconds")
    plugin = ProbePlugin(stage, job.criteria, Path(job.histories) if job.histories else None)
    trouble = ""
    try:
        stage.run(stage.open())
        stage.emit(
            RunStarted(stage.now(), stage.kata.slug, stage.sandbox.name, stage.sandbox.sealed, job.seed, job.criteria)
        )
        if job.waits:
            stage.run(stage.may_begin.wait())
        _pytest(stage, plugin)
    except (SandboxError, RelayError) as error:
        trouble = str(error)
    except KeyboardInterrupt:
        trouble = "The run was stopped."
    finally:
        _close(stage)
    results = tuple(plugin.results) or _errors(job, trouble or "No probe was found.")
    report = Report(
        kata=stage.kata.slug,
        sandbox=stage.sandbox.name,
        sealed=stage.sandbox.sealed,
        seed=job.seed,
        started_at=started_at,
        wall_s=stage.now(),
        results=results,
        versions=_versions(stage),
    )
    if not stage.stopping:
        stage.emit(RunEnded(stage.now(), report))


def _versions(stage: Stage) -> dict[str, str]:
    ours = {"prodrill": __version__, "os": platform.platform()}
    return ours | stage.sandbox.versions() | stage.backing.versions()


def _pytest(stage: Stage, plugin: ProbePlugin) -> None:
    file = stage.kata.folder / "probes.py"
    quiet = [
        "-p",
        "no:cacheprovider",
        "-p",
        "no:terminal",
        "-p",
        "no:logging",
        "-p",
        "no:faulthandler",
        "-p",
        "no:unraisableexception",
    ]
    code = pytest.main(
        [
            str(file),
            "-s",
            "--noconftest",
            "-c",
            os.devnull,
            f"--rootdir={file.parent}",
            "--import-mode=importlib",
            "--assert=plain",
            *quiet,
        ],
        plugins=[plugin],
    )
    if code == pytest.ExitCode.INTERRUPTED and not stage.stopping:
        raise SandboxError(
            f"{file} could not be loaded: {plugin.trouble}. `prodrill lint {stage.kata.slug}` may say more."
        )


def _run_by_hand(job: Job, stage: Stage) -> None:
    try:
        stage.run(stage.open())
        stage.run(serve_by_hand(stage))
    except (SandboxError, RelayError) as error:
        stage.emit(NoticeGiven(stage.now(), str(error)))
    except KeyboardInterrupt:
        pass
    finally:
        _close(stage)


def _close(stage: Stage) -> None:
    """Remove what the run started, even while it is being stopped."""
    stage.loop.run_until_complete(stage.close())
    stage.loop.run_until_complete(stage.loop.shutdown_asyncgens())
    for task in asyncio.all_tasks(stage.loop):
        task.cancel()
    stage.ended.set()


def _errors(job: Job, text: str) -> tuple[CriterionResult, ...]:
    kata = load_kata(job.kata)
    finding = Finding(Verdict.ERROR, text)
    return tuple(CriterionResult(c.id, c.sentence, finding, lesson=c.lesson) for c in kata.with_needs(job.criteria))


def _error_report(job: Job, sandbox: str, text: str) -> Report:
    return Report(
        Path(job.kata).name,
        sandbox,
        False,
        job.seed,
        utc_now().isoformat(timespec="seconds"),
        0.0,
        _errors(job, text),
        {},
    )


if __name__ == "__main__":
    main()
