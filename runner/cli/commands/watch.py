"""`prodrill watch KATA`: verify at every save; a save during a run ends that run and starts the next."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import click

from runner.cli.commands.verify import check_criteria, tell_next, verify_once
from runner.cli.engine import engine_of
from runner.cli.errors import UserError
from runner.cli.loop import run_to_end
from runner.cli.output import complain, err, out, paint_for
from runner.cli.params import CriterionName, kata_or_here_argument, sandbox_option
from runner.cli.work import Target, find_target
from runner.learner.saves import changed, saved
from runner.record.report import Report
from runner.reports import console


@click.command()
@kata_or_here_argument
@click.option(
    "--only", multiple=True, type=CriterionName(), metavar="CRITERION", help="Judge this one, and what it needs."
)
@sandbox_option
@click.option("--logs", is_flag=True, help="Show what the service prints, as it prints it.")
@click.pass_context
def command(ctx: click.Context, kata: str, only: tuple[str, ...], sandbox: str, logs: bool) -> None:
    """Verify your copy of KATA now and after every save, until Ctrl-C. A save ends a run that is under way."""
    target = find_target(kata, None)
    check_criteria(target.kata, only)
    engine = engine_of(ctx)

    async def verify() -> None:
        report = await verify_once(engine, target, sandbox=sandbox, only=only, logs=logs)
        _show(report, target, partly=bool(only))

    run_to_end(watch(target.folder, verify))


async def watch(folder: Path, verify: Callable[[], Awaitable[None]]) -> None:
    """Runs `verify` now and again whenever the folder has changed and then kept still for a moment. Never returns."""
    seen = saved(folder)
    while True:
        run = asyncio.ensure_future(_told(verify))
        try:
            seen = await changed(folder, seen, run)
            dropped = not run.done()
        finally:
            run.cancel()
            await asyncio.wait([run])
        if not run.cancelled():
            run.result()
        err("Saved; the run under way is dropped and a new one begins." if dropped else "Saved; a new run begins.")


async def _told(verify: Callable[[], Awaitable[None]]) -> None:
    """What the learner can put right by the next save must not end the watch."""
    from runner.verifier import VerifyError

    try:
        await verify()
    except (VerifyError, UserError) as error:
        complain(str(error))
        err("Waiting for the next save.")


def _show(report: Report, target: Target, *, partly: bool) -> None:
    out(console.render(report, paint_for(sys.stdout), hints=target.is_workspace), end="")
    tell_next(report, partly=partly)
    err("\nWaiting for the next save; Ctrl-C ends.")
