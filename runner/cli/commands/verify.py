"""`prodrill verify KATA|DIR`: judge a service, say why, keep the attempt."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from runner.cli.engine import Engine, engine_of
from runner.cli.errors import UserError, did_you_mean
from runner.cli.exit_code import ExitCode
from runner.cli.judging import judge
from runner.cli.loop import run_to_end
from runner.cli.output import err, out, out_bytes, paint_for, tell
from runner.cli.params import HERE, CriterionName, KataName, sandbox_option
from runner.cli.progress import StatusLine
from runner.cli.work import Target, attempt_on, find_target
from runner.record.finding import Verdict
from runner.record.report import Report
from runner.reports import console

if TYPE_CHECKING:
    from runner.catalog.kata import Kata

STDOUT = "-"


@click.command()
@click.argument("target", type=KataName(), metavar="[KATA|DIR]", default=HERE)
@click.option("--kata", "kata_name", type=KataName(), metavar="KATA", help="Which kata a folder elsewhere belongs to.")
@click.option(
    "--only", multiple=True, type=CriterionName(), metavar="CRITERION", help="Judge this one, and what it needs."
)
@click.option("--full", is_flag=True, help="With three seeds instead of one, as it counts for a grade.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Replay the random inputs of an earlier run.")
@sandbox_option
@click.option("--json", "json_file", metavar="FILE", help="Write the report as JSON; - for stdout.")
@click.option("--junit", "junit_file", metavar="FILE", help="Write the report as JUnit XML; - for stdout.")
@click.option("--logs", is_flag=True, help="Show what the service prints, as it prints it.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever the verdict, once the report is written.")
@click.pass_context
def command(
    ctx: click.Context,
    target: str,
    kata_name: str | None,
    only: tuple[str, ...],
    full: bool,
    seed: int | None,
    sandbox: str,
    json_file: str | None,
    junit_file: str | None,
    logs: bool,
    exit_zero: bool,
) -> int:
    """Judge your copy of KATA, or the service in the folder DIR, by the kata's criteria.

    Without either: the copy that the current folder is or lies in. Verifying your copy keeps an attempt; a folder
    elsewhere needs --kata and keeps nothing.
    Exits with 0 passed, 1 failed, 2 wrong usage, 3 our fault or nothing could be said.
    """
    found = find_target(target, kata_name)
    check_criteria(found.kata, only)
    files = {name: place for name, place in (("json", json_file), ("junit", junit_file)) if place is not None}
    check_places(files)
    report = run_to_end(verify_once(engine_of(ctx), found, sandbox=sandbox, seed=seed, only=only, logs=logs, full=full))
    write_files(report, files)
    show = err if STDOUT in files.values() else out
    show(console.render(report, paint_for(sys.stderr if show is err else sys.stdout), hints=found.is_workspace), end="")
    if found.is_workspace:
        tell_next(report, partly=bool(only))
    return ExitCode.PASSED if exit_zero else report.exit_code


async def verify_once(
    engine: Engine,
    target: Target,
    *,
    sandbox: str = "auto",
    seed: int | None = None,
    only: tuple[str, ...] = (),
    logs: bool = False,
    full: bool = False,
) -> Report:
    """One verification with its progress on stderr; a learner's own copy leaves an attempt, unless it is cancelled."""
    from runner.verifier import FULL_SEEDS, VerifyRequest

    status = StatusLine()
    async with attempt_on(target) as attempt:
        request = VerifyRequest(
            kata=target.kata,
            source=attempt.source,
            sandbox=sandbox,
            seed=seed,
            only=only,
            histories=attempt.histories,
            seeds=FULL_SEEDS if full else 1,
        )
        report = await judge(engine, request, status, logs=logs)
        report = structs.replace(report, target=_typed(target, sandbox))
        attempt.keep(report, whole=not only)
    return report


def _typed(target: Target, sandbox: str) -> str:
    """What was verified, as it may be typed again."""
    of_its_own = "" if target.is_workspace else f"{shlex.quote(str(target.folder))} --kata {target.kata.slug}"
    chosen = "" if sandbox == "auto" else f" --sandbox {sandbox}"
    return f"{of_its_own or target.kata.slug}{chosen}"


def check_criteria(kata: Kata, names: tuple[str, ...]) -> None:
    """Raises `UserError` for a name that is no criterion of the kata, with the nearest one that is."""
    known = [criterion.id for criterion in kata.criteria]
    for name in names:
        if name not in known:
            raise UserError(
                f"{kata.slug} has no criterion {name!r}.{did_you_mean(name, known)} It has: {', '.join(known)}."
            )


def check_places(files: dict[str, str]) -> None:
    """Finds out before the run, and not after it, that a report could not be written."""
    if list(files.values()).count(STDOUT) > 1:
        raise UserError("only one of --json and --junit can go to stdout; give the other one a file.")
    for option, place in files.items():
        if place == STDOUT:
            continue
        path = Path(place)
        if path.is_dir():
            raise UserError(f"--{option} {place} is a folder; name a file in it.")
        if not path.absolute().parent.is_dir():
            raise UserError(f"--{option} {place}: there is no folder {path.absolute().parent}; make it first.")


def write_files(report: Report, files: dict[str, str]) -> None:
    for form, place in files.items():
        data = _rendered(report, form)
        if place == STDOUT:
            out_bytes(data)
        else:
            Path(place).write_bytes(data)


def _rendered(report: Report, form: str) -> bytes:
    if form == "json":
        from runner.reports import json_report

        return json_report.render(report)
    from runner.reports import junit

    return junit.render(report)


def tell_next(report: Report, *, partly: bool) -> None:
    """The next step, on stderr."""
    match report.verdict:
        case Verdict.PASSED if partly:
            tell(f"That was a part of it. Judge all of it: prodrill verify {report.kata}")
        case Verdict.PASSED:
            tell(f"Solved. What broke, and why your fix holds: prodrill debrief {report.kata}")
            tell(f"How others fixed it: prodrill solution {report.kata}")
        case Verdict.INCONCLUSIVE:
            tell("This machine was too busy to say. Close what else runs and verify again; it counts against nothing.")
        case Verdict.ERROR:
            tell("That is our fault or this machine's, not your fix's; no attempt was counted. See: prodrill doctor")
        case _:
            pass
