"""`prodrill prove [KATA...]`: every accepted fix passes, and everything else fails on exactly the criteria it names."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from runner.catalog.answers import load_key
from runner.catalog.kata import Kata
from runner.catalog.loader import all_katas
from runner.cli.engine import Engine, engine_of
from runner.cli.errors import UserError, did_you_mean
from runner.cli.exit_code import ExitCode
from runner.cli.loop import run_to_end
from runner.cli.output import out, out_json, paint_for, tell
from runner.cli.params import KataName
from runner.cli.progress import StatusLine, ticking
from runner.cli.sampling import Plan, changed_files, plan_all, plan_since
from runner.cli.work import available_sandboxes, find_kata
from runner.clock import monotonic_s
from runner.reports.paint import Paint

if TYPE_CHECKING:
    from runner.verifier.prove import Row


@click.command()
@click.argument("katas", nargs=-1, type=KataName(), metavar="[KATA]...")
@click.option(
    "--sandbox",
    "sandboxes",
    multiple=True,
    type=click.Choice(["docker", "process"]),
    help="Only in this one; by default in each that works here.",
)
@click.option("--all", "everything", is_flag=True, help="Everything, even where --since would take a sample.")
@click.option(
    "--since",
    metavar="REV",
    help="In full what changed since this git revision; of the rest a sample that rotates with the commits.",
)
@click.option(
    "--variant", "variants", multiple=True, metavar="NAME", help="Only this answer; `broken` is the shipped service."
)
@click.option(
    "--answers",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Another answer key, laid out as solutions/ is.",
)
@click.option("--repeat", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many times each.")
@click.option(
    "--again",
    type=click.IntRange(0, 100),
    default=0,
    metavar="N",
    help="Verify N times more what is not as named; if it then always is, call it unsteady, and do not fail for it.",
)
@click.option(
    "--within",
    type=click.FloatRange(0.0, min_open=True),
    metavar="MINUTES",
    help="Begin no further kata after so many, and name those that were left out.",
)
@click.option("--jobs", type=click.IntRange(1, 16), default=1, show_default=True, help="How many at a time.")
@click.option("--json", "json_file", metavar="FILE", help="Write the rows as JSON; - for stdout.")
@click.pass_context
def command(
    ctx: click.Context,
    katas: tuple[str, ...],
    sandboxes: tuple[str, ...],
    everything: bool,
    since: str | None,
    variants: tuple[str, ...],
    answers: Path | None,
    repeat: int,
    again: int,
    within: float | None,
    jobs: int,
    json_file: str | None,
) -> int:
    """Verify the broken service, the accepted and the rejected fixes of every KATA (all of them by default).

    Prints a row for each, and exits with 1 where one is not as its answer key says.
    """
    chosen = [find_kata(name) for name in katas] or all_katas()
    check_variants(chosen, variants, answers)
    chosen, skipped = _runnable(chosen)
    plan = plan_since(chosen, changed_files(since), answers) if since and not everything else plan_all(chosen, variants)
    where = list(sandboxes) or available_sandboxes()
    tell(f"Proving {_count(plan)} in {' and '.join(where)}{f', {repeat} times' if repeat > 1 else ''}.")
    to_stdout = json_file == "-"
    left_out: list[Plan] = []
    until_s = None if within is None else monotonic_s() + within * 60
    proving = _prove(
        engine_of(ctx), _in_time(plan, until_s, left_out), where, answers, repeat, jobs, table=not to_stdout
    )
    rows = run_to_end(proving)
    if left_out:
        tell(f"Not proven, as {within:g} minutes were over: {', '.join(each.kata.slug for each in left_out)}.")
    wrong = [row for row in rows if not row.right]
    tell(f"{len(rows)} verified, {len(wrong)} not as named{f', {skipped} skipped' if skipped else ''}.")
    if again and wrong:
        more = run_to_end(_again(engine_of(ctx), wrong, answers, again, table=not to_stdout))
        rows += more
        wrong = _steadily_wrong(wrong, more)
    if json_file is not None:
        _write(rows, json_file)
    if wrong:
        return ExitCode.FAILED
    return ExitCode.OURS_OR_INCONCLUSIVE if skipped and not rows else ExitCode.PASSED


def _runnable(katas: Sequence[Kata]) -> tuple[list[Kata], int]:
    """Those whose backing services this machine has; of the others it tells why they are left out, and how many."""
    from runner.sandbox.backing.providers import missing

    why = {kata.slug: missing(kata.spec.backing) for kata in katas}
    for slug, reason in why.items():
        if reason:
            tell(f"Skipped {slug}: {reason}.")
    runnable = [kata for kata in katas if not why[kata.slug]]
    return runnable, len(katas) - len(runnable)


def _in_time(plan: Sequence[Plan], until_s: float | None, left_out: list[Plan]) -> Iterator[Plan]:
    """The plan until the clock says `until_s`; what comes later goes to `left_out`."""
    for each in plan:
        if until_s is not None and monotonic_s() > until_s:
            left_out.append(each)
        else:
            yield each


async def _prove(
    engine: Engine,
    plan: Iterable[Plan],
    sandboxes: Sequence[str],
    answers: Path | None,
    repeat: int,
    jobs: int,
    *,
    table: bool,
) -> list[Row]:
    status = StatusLine()
    paint = paint_for(sys.stdout)
    rows: list[Row] = []

    def show(row: Row) -> None:
        status.clear()
        rows.append(row)
        if table:
            out(row_text(row, paint))
        for line in why_wrong(row):
            tell(line)

    def draw() -> None:
        status.status(f"{len(rows)} verified, the next one is under way")

    async with ticking(draw, status.live):
        for each in plan:
            await engine.prove(
                [each.kata],
                sandboxes,
                answers_root=answers,
                variants=each.variants,
                repeat=repeat,
                jobs=jobs,
                on_row=show,
            )
    status.clear()
    return rows


async def _again(engine: Engine, wrong: Sequence[Row], answers: Path | None, times: int, *, table: bool) -> list[Row]:
    """Each of these answers so many times more, one at a time."""
    rows: list[Row] = []
    for row in wrong:
        plan = [Plan(find_kata(row.kata), (row.variant,))]
        rows += await _prove(engine, plan, [row.sandbox], answers, times, 1, table=table)
    return rows


def _steadily_wrong(wrong: Sequence[Row], more: Sequence[Row]) -> list[Row]:
    """Those that were not as named again; of the others it tells, as a verdict that changes is a fault of ours."""
    still = {(row.kata, row.sandbox, row.variant) for row in more if not row.right}
    steady = [row for row in wrong if (row.kata, row.sandbox, row.variant) in still]
    for row in wrong:
        if row not in steady:
            tell(f"Unsteady: {row.kata} {_answer(row)} in {row.sandbox}, seed {row.report.seed}.")
    return steady


def check_variants(katas: Sequence[Kata], names: Sequence[str], answers: Path | None) -> None:
    """Raises `UserError` for a name that is no answer of any of the katas."""
    if not names:
        return
    known = sorted({answer.name for kata in katas for answer in load_key(kata, answers).all})
    for name in names:
        if name not in known:
            raise UserError(f"no answer is called {name!r}.{did_you_mean(name, known)} There are: {', '.join(known)}.")


def row_text(row: Row, paint: Paint) -> str:
    """One row of the table."""
    word = paint.style("right", "green") if row.right else paint.style("WRONG", "red", "bold")
    got = ", ".join((*(f"fails {name}" for name in row.got), *row.trouble)) or "passes"
    return f"{word}  {row.wall_s:4.1f} s  {row.sandbox:<7}  {row.kata}  {_answer(row)}  {got}"


def _answer(row: Row) -> str:
    return row.variant if row.kind == row.variant else f"{row.kind}/{row.variant}"


def why_wrong(row: Row) -> list[str]:
    """What was expected instead, and how to see it again; nothing for a row that is right."""
    if row.right:
        return []
    lines = [
        f"       expected: {', '.join(f'fails {name}' for name in row.expected) or 'passes'}; seed {row.report.seed}"
    ]
    surprising = {*row.got} ^ {*row.expected} | {trouble.split(" ")[0] for trouble in row.trouble}
    lines += [
        f"       {result.criterion}: {result.finding.verdict.value}: {result.finding.sentence}"
        for result in row.report.results
        if result.criterion in surprising
    ]
    return lines


def _count(plan: Sequence[Plan]) -> str:
    partly = [each for each in plan if each.variants]
    names = f"{len(plan)} kata{'' if len(plan) == 1 else 's'}"
    return f"{names} ({len(partly)} in part)" if partly else names


def _write(rows: Sequence[Row], place: str) -> None:
    import msgspec

    data: list[dict[str, Any]] = [{"right": row.right, **msgspec.to_builtins(row)} for row in rows]
    if place == "-":
        out_json(data)
        return
    Path(place).write_bytes(msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n")
