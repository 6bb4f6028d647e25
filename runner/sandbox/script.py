"""Runs one script in a sandbox, confined as a service is: `python -m runner.sandbox.script JOB`.

It is a process of its own, like a verification, since a sandbox takes charge of orphans and of signals. Its standard
input is its life line: when the parent closes it, or dies, the script is ended and all it started removed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Struct

from runner.catalog.kata import Limits
from runner.clock import monotonic_s
from runner.record.events import LineLogged, NoticeGiven, StageReached
from runner.record.tries import TryEnded, TryEvent, TryStarted
from runner.sandbox.base import Launch, Sandbox, SandboxError
from runner.sandbox.choose import NAMES, SandboxName, make_sandbox, prepare
from runner.sandbox.environment import TMP
from runner.sandbox.relay import RelayError
from runner.sandbox.toolbox import Progress
from runner.sandbox.tree import kill_descendants

LONGEST_S = 10.0
# No limit of the heap: as an option of the whole process it would come before a worker's own `resourceLimits`. What all
# of it may use is limited, and Node.js sizes its heaps by what it finds.
LIMITS = Limits(memory_mb=384, heap_mb=0, cpus=1.0, log_mb=1)
_CLEAN_UP_WITHIN_S = 12.0
# A script lies in the one folder it may write to, as it would on a desk, and the sandbox's folder of code is read-only:
# it copies itself before it is loaded. Workers and forks inherit this option, and find the copy there.
_COPY = """
import { copyFileSync, existsSync } from 'node:fs';
import { basename } from 'node:path';
import { isMainThread } from 'node:worker_threads';
const script = process.argv[1];
if (isMainThread && !existsSync(script)) {
  copyFileSync(basename(script), script);
  process.chdir(process.env.TMPDIR);
}
"""
_BEGIN = f"--import=data:text/javascript,{quote(_COPY)}"

Emit = Callable[[TryEvent], None]


class ScriptJob(Struct, frozen=True):
    """A script to run: `entry` is a file in `source`; events go to the descriptor `events_fd` as JSON lines."""

    source: str
    entry: str
    sandbox: SandboxName
    run_id: str
    events_fd: int


def main() -> None:
    """Do the job named on the command line."""
    job = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=ScriptJob)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    with os.fdopen(job.events_fd, "wb", buffering=0) as pipe, contextlib.suppress(BrokenPipeError):
        encoder = msgspec.json.Encoder()
        asyncio.run(_until_the_life_line_ends(job, lambda event: _write_all(pipe.write, encoder.encode(event) + b"\n")))
    sys.stderr.flush()
    # As for a verification: all is removed by now, and threads may still wait for the engine's word.
    os._exit(0)


def _write_all(write: Callable[[memoryview], int | None], data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[write(rest) or 0 :]


async def _until_the_life_line_ends(job: ScriptJob, emit: Emit) -> None:
    loop = asyncio.get_running_loop()
    work = asyncio.ensure_future(_run(job, emit))
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.buffer.read()
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(work.cancel)
        if not ended.wait(_CLEAN_UP_WITHIN_S):
            kill_descendants()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await work
    finally:
        ended.set()


async def _run(job: ScriptJob, emit: Emit) -> None:
    sandbox: Sandbox | None = None
    try:
        sandbox, notice = make_sandbox(job.sandbox, job.run_id)
        if notice:
            emit(NoticeGiven(0.0, notice))
        made = next(name for name in NAMES if name == sandbox.name)
        await asyncio.to_thread(prepare, made, _reporter(emit))
        await sandbox.open()
        ended = await _one_script(job, sandbox, emit)
    except (SandboxError, RelayError) as error:
        ended = TryEnded(0.0, trouble=str(error))
    finally:
        if sandbox is not None:
            await sandbox.close()
    emit(ended)


def _reporter(emit: Emit) -> Progress:
    loop = asyncio.get_running_loop()

    def report(text: str, fraction: float | None) -> None:
        loop.call_soon_threadsafe(emit, StageReached(0.0, text, fraction))

    return report


async def _one_script(job: ScriptJob, sandbox: Sandbox, emit: Emit) -> TryEnded:
    """The script from its start to its end, which comes after `LONGEST_S` at the latest."""
    launch = Launch(Path(job.source), ("node", _BEGIN, f"{TMP}/{job.entry}"), {}, LIMITS)
    emit(TryStarted(0.0, sandbox.name, sandbox.sealed))
    began_s = monotonic_s()
    service = await sandbox.start(launch, lambda stream, text: emit(LineLogged(monotonic_s() - began_s, stream, text)))
    reason = ""
    try:
        async with asyncio.timeout(LONGEST_S):
            exit_ = await service.wait()
    except TimeoutError:
        reason = "time"
        await service.signal("SIGKILL")
        exit_ = await service.wait()
    return TryEnded(exit_.at_s - began_s, exit_.code, exit_.signal, reason or exit_.reason)


if __name__ == "__main__":
    main()
