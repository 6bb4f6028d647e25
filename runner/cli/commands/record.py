"""`prodrill record [KATA...]`: the broken services verified once each, and their reports kept with the katas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from runner.catalog.answers import load_key
from runner.catalog.kata import Kata
from runner.catalog.loader import all_katas
from runner.cli.engine import Engine, engine_of
from runner.cli.exit_code import ExitCode
from runner.cli.loop import run_to_end
from runner.cli.output import out, tell
from runner.cli.params import KataName, sandbox_option
from runner.cli.work import find_kata

if TYPE_CHECKING:
    from runner.record.report import Report

_TRIES = 3


@click.command()
@click.argument("katas", nargs=-1, type=KataName(), metavar="[KATA]...")
@sandbox_option
@click.pass_context
def command(ctx: click.Context, katas: tuple[str, ...], sandbox: str) -> int:
    """Measure the broken service of every KATA (all of them by default) and keep the report as its broken.json.

    It is the "before" of a card where a learner has none of their own. What does not fail as the answer key says is not
    kept. Exits with 1 where one was not.
    """
    chosen = [find_kata(name) for name in katas] or all_katas()
    return run_to_end(_record_all(engine_of(ctx), chosen, sandbox))


async def _record_all(engine: Engine, katas: list[Kata], sandbox: str) -> int:
    kept = [await _record(engine, kata, sandbox) for kata in katas]
    return ExitCode.PASSED if all(kept) else ExitCode.FAILED


async def _record(engine: Engine, kata: Kata, sandbox: str) -> bool:
    from runner.catalog.recording import keep_recording
    from runner.cli.judging import judge
    from runner.cli.progress import StatusLine
    from runner.record.finding import Verdict
    from runner.verifier import VerifyRequest

    expected = set(load_key(kata).broken.fails)
    failed: set[str] = set()
    for _ in range(_TRIES):
        report: Report = await judge(engine, VerifyRequest(kata, kata.service_folder, sandbox), StatusLine())
        failed = {each.criterion for each in report.results if each.finding.verdict is Verdict.FAILED}
        if failed == expected:
            out(str(keep_recording(kata, report)))
            return True
    names = [", ".join(sorted(each)) or "nothing" for each in (failed, expected)]
    tell(f"Not kept: the broken service of {kata.slug} failed on {names[0]}; its answer key names {names[1]}.")
    return False
