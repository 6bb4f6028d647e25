"""What a verdict costs and what it is worth, beside a plain pytest script for the same kata.

The scripts lie in `tests/trust/naive/` of a checkout: real requests, sleeps, and thresholds in milliseconds, as one
would write them in an afternoon. Both judge the same services on the same machine, beside the same busy loops.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from runner.catalog.answers import Answer, load_key, materialise
from runner.catalog.content import content_root
from runner.catalog.kata import Kata
from runner.clock import monotonic_s
from runner.probes.command import start_command
from runner.probes.stage import Stage
from runner.record.history import History
from runner.sandbox.node import node_binary
from runner.sandbox.process import ProcessSandbox
from runner.sandbox.toolbox import Toolbox
from runner.verifier.prove import Cell, Row, prove, trial_of
from runner.verifier.stress import busy_loops
from runner.verifier.trial import Outcome

LOOPS = 2
_ACCEPTED, _REJECTED = 2, 4
_LONGEST_S = 120.0


class Plain(Struct, frozen=True):
    """What a plain script said of a service, and how long it took."""

    passed: bool
    wall_s: float


def script_of(kata: Kata) -> Path | None:
    """The plain script of a kata; None where there is none, as in an installed wheel."""
    file = content_root() / "tests" / "trust" / "naive" / f"{kata.slug.replace('-', '_')}.py"
    return file if file.is_file() else None


def answers_of(kata: Kata) -> list[Answer]:
    """The broken service, some accepted fixes and some rejected ones, from all over the answer key."""
    key = load_key(kata)
    return [key.broken, *_spread(key.accepted, _ACCEPTED), *_spread(key.rejected, _REJECTED)]


def _spread(answers: Sequence[Answer], count: int) -> list[Answer]:
    """So many of them, evenly apart."""
    return [answers[len(answers) * n // count] for n in range(min(count, len(answers)))]


def plain_figures(katas: Sequence[Kata], loops: int = LOOPS) -> Iterator[tuple[str, float, str]]:
    """Name, value and unit of each figure, kata by kata; both sides beside `loops` busy loops."""
    for kata in katas:
        script = script_of(kata)
        if script is None:
            continue
        answers = answers_of(kata)
        with busy_loops(loops):
            cells = [Cell(kata, answer, "process") for answer in answers]
            rows = asyncio.run(prove(cells))
            plain = [judge_plainly(kata, answer, script) for answer in answers]
        yield from _told(kata, cells, rows, answers, plain, loops)


def _told(
    kata: Kata,
    cells: Sequence[Cell],
    rows: Sequence[Row],
    answers: Sequence[Answer],
    plain: Sequence[Plain],
    loops: int,
) -> Iterator[tuple[str, float, str]]:
    beside = f"{kata.slug}, {loops} loops"
    outcomes = [trial_of(cell, row, loops).outcome for cell, row in zip(cells, rows, strict=True)]
    first = [row.first_failed_s for row in rows if row.first_failed_s is not None]
    wrong = sum(said.passed != (answer.kind == "accepted") for answer, said in zip(answers, plain, strict=True))
    yield f"{beside}: a screen, median", statistics.median(row.wall_s for row in rows), "s"
    yield f"{beside}: until the first failure, median", statistics.median(first) if first else 0.0, "s"
    yield f"{beside}: wrong verdicts of {len(rows)}", sum(outcome.is_wrong for outcome in outcomes), ""
    yield f"{beside}: inconclusive of {len(rows)}", outcomes.count(Outcome.INCONCLUSIVE), ""
    yield f"{beside}: the plain script, median", statistics.median(said.wall_s for said in plain), "s"
    yield f"{beside}: wrong verdicts of the plain script, of {len(plain)}", wrong, ""


def judge_plainly(kata: Kata, answer: Answer, script: Path) -> Plain:
    """What the plain script says of an answer. Its exit code decides, as in anybody's pipeline."""
    place = Path(tempfile.mkdtemp(prefix="plain-", dir=_made(Toolbox().runs)))
    try:
        return asyncio.run(_judge_plainly(kata, materialise(kata, answer, place / "app"), script))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def _judge_plainly(kata: Kata, service: Path, script: Path) -> Plain:
    """The script brings its own fakes; the database or the store is one of ours, fresh and empty."""
    sandbox = ProcessSandbox(f"plain-{os.getpid()}")
    stage = Stage(kata, service, sandbox, 0, lambda event: None)
    try:
        await stage.open()
        await stage.backing.begin(History())
        env = {
            **os.environ,
            **stage.backing.environment(),
            "SERVICE": str(service),
            "NODE": str(node_binary()),
            "ENTRY": start_command(kata, service)[1],
        }
        if "postgres" in kata.spec.backing:
            env["DATABASE_ADMIN_URL"] = stage.backing.postgres.url
        began_s = monotonic_s()
        code = await asyncio.to_thread(_pytest, script, env)
        return Plain(code == 0, monotonic_s() - began_s)
    finally:
        await stage.backing.end()
        await stage.close()


def _pytest(script: Path, env: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(script)]
    try:
        done = subprocess.run(
            command, env=env, cwd=content_root(), capture_output=True, text=True, timeout=_LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired:
        return 1
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{script} could not be run: {done.stdout[-800:]}{done.stderr[-400:]}")
    return done.returncode


if __name__ == "__main__":
    from runner.catalog.loader import all_katas, load_kata

    for slug_or_all in [[load_kata(slug)] for slug in sys.argv[1:]] or [all_katas()]:
        for name, value, unit in plain_figures(slug_or_all):
            print(f"{name:70} {value:8.2f} {unit}", flush=True)
