"""`prodrill prove [KATA...]`: every accepted fix passes, and everything else fails on exactly the criteria it names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from runner.catalog.answers import load_key
from runner.catalog.kata import Kata
from runner.catalog.loader import all_katas
from runner.cli.engine import engine_of
from runner.cli.errors import UserError, did_you_mean
from runner.cli.exit_code import ExitCode
from runner.cli.loop import run_to_end
from runner.cli.output import err, out, out_bytes, tell
from runner.cli.params import KataName
from runner.cli.proof_text import answer_text, margins_text, sums_text, unclear_text
from runner.cli.proving import Proving, open_ledger
from runner.cli.sampling import Plan, changed_files, plan_all, plan_since
from runner.cli.work import available_sandboxes, find_kata

if TYPE_CHECKING:
    from runner.verifier.ledger import Ledger
    from runner.verifier.prove import Cell, Row

STDOUT = "-"
MOST_INCONCLUSIVE = 0.05


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
@click.option("--repeat", type=click.IntRange(1, 10_000), default=1, show_default=True, help="How many times each.")
@click.option(
    "--stress",
    type=click.IntRange(0, 64),
    default=0,
    metavar="K",
    help="Beside K busy loops, each in a session of its own.",
)
@click.option("--quota", is_flag=True, help="In docker once more, with half a core for the service.")
@click.option(
    "--resume",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep every result in FILE as it comes, and go on after those it already has.",
)
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
@click.option("--json", "json_file", metavar="FILE", help="Write all figures as JSON; - for stdout.")
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
    stress: int,
    quota: bool,
    resume: Path | None,
    again: int,
    within: float | None,
    jobs: int,
    json_file: str | None,
) -> int:
    """Verify the broken service, the accepted and the rejected fixes of every KATA (all of them by default).

    Prints a row for each, then how often a verdict was right, wrong and inconclusive, and how far the measures stay
    from their limits. Exits with 1 where one is not as its answer key says.
    """
    from runner.verifier.trial import surprises

    chosen = [find_kata(name) for name in katas] or all_katas()
    check_variants(chosen, variants, answers)
    chosen, skipped = _runnable(chosen)
    plan = plan_since(chosen, changed_files(since), answers) if since and not everything else plan_all(chosen, variants)
    where = list(sandboxes) or available_sandboxes()
    cells = _cells(plan, where, answers, repeat, quota=quota)
    ledger = open_ledger(resume, chosen, stress=stress, jobs=jobs, answers=answers)
    proving = Proving(engine_of(ctx), ledger, jobs=jobs, table=json_file != "-")
    times = f", {repeat} times" if repeat > 1 else ""
    tell(f"Proving {_count(plan)} in {' and '.join(where)}{times}{proving.told_beside(cells)}.")
    rows = run_to_end(proving.prove(cells, within_s=None if within is None else within * 60))
    if proving.left_out:
        tell(f"Not begun, as {within:g} minutes were over: {_of_katas(proving.left_out)}.")
    wrong = _told_wrong(rows, stress)
    tell(f"{len(rows)} verified, {len(wrong)} not as named{f', {skipped} skipped' if skipped else ''}.")
    if again and wrong:
        more = run_to_end(_again(proving, wrong, answers, again))
        wrong = _steadily_wrong(wrong, more)
    _sum_up(ledger, json_file)
    if wrong or surprises(ledger.trials if resume else ()) or _too_unclear(ledger):
        return ExitCode.FAILED
    return ExitCode.OURS_OR_INCONCLUSIVE if skipped and not ledger.trials else ExitCode.PASSED


def _cells(
    plan: Sequence[Plan], sandboxes: Sequence[str], answers: Path | None, repeat: int, *, quota: bool
) -> list[Cell]:
    """What to verify, in order: everything once before anything twice. UserError for a quota without docker."""
    from runner.verifier.prove import cells_of

    if quota and "docker" not in sandboxes:
        raise UserError("--quota is about the docker sandbox, which is not among those to prove in. Leave it out.")
    cells: list[Cell] = []
    for each in plan:
        cells += cells_of(
            [each.kata], sandboxes, answers_root=answers, variants=each.variants, repeat=repeat, quota=quota
        )
    return sorted(cells, key=lambda cell: cell.round)


def _of_katas(cells: Sequence[Cell]) -> str:
    return f"{len(cells)} of {', '.join(dict.fromkeys(cell.kata.slug for cell in cells))}"


def _runnable(katas: Sequence[Kata]) -> tuple[list[Kata], int]:
    """Those whose backing services this machine has; of the others it tells why they are left out, and how many."""
    from runner.sandbox.backing.providers import missing

    why = {kata.slug: missing(kata.spec.backing) for kata in katas}
    for slug, reason in why.items():
        if reason:
            tell(f"Skipped {slug}: {reason}.")
    runnable = [kata for kata in katas if not why[kata.slug]]
    return runnable, len(katas) - len(runnable)


async def _again(proving: Proving, wrong: Sequence[Row], answers: Path | None, times: int) -> list[Row]:
    """Each of these answers so many times more, one answer after the other."""
    from runner.verifier.prove import cells_of

    rows: list[Row] = []
    for row in wrong:
        cells = cells_of(
            [find_kata(row.kata)], [row.sandbox], answers_root=answers, variants=(row.variant,), repeat=times
        )
        rows += await proving.more([structs.replace(cell, cpus=row.cpus) for cell in cells])
    return rows


def _steadily_wrong(wrong: Sequence[Row], more: Sequence[Row]) -> list[Row]:
    """Those that were not as named again; of the others it tells, as a verdict that changes is a fault of ours."""
    still = {(row.kata, row.sandbox, row.variant) for row in more if not row.right}
    steady = [row for row in wrong if (row.kata, row.sandbox, row.variant) in still]
    for row in wrong:
        if row not in steady:
            tell(f"Unsteady: {row.kata} {answer_text(row)} in {row.sandbox}, seed {row.report.seed}.")
    return steady


def check_variants(katas: Sequence[Kata], names: Sequence[str], answers: Path | None) -> None:
    """Raises `UserError` for a name that is no answer of any of the katas."""
    if not names:
        return
    known = sorted({answer.name for kata in katas for answer in load_key(kata, answers).all})
    for name in names:
        if name not in known:
            raise UserError(f"no answer is called {name!r}.{did_you_mean(name, known)} There are: {', '.join(known)}.")


def _count(plan: Sequence[Plan]) -> str:
    partly = [each for each in plan if each.variants]
    names = f"{len(plan)} kata{'' if len(plan) == 1 else 's'}"
    return f"{names} ({len(partly)} in part)" if partly else names


def _too_unclear(ledger: Ledger) -> bool:
    """Whether more was inconclusive than a machine as busy as this one excuses."""
    from runner.verifier.tally import sums

    return bool(ledger.head.stress) and sums(ledger.trials).verdicts.inconclusive_rate.exceeds(MOST_INCONCLUSIVE)


def _told_wrong(rows: Sequence[Row], stress: int) -> list[Row]:
    """Those not as named; beside busy loops a machine that was too busy to say is what we asked for."""
    return [row for row in rows if not row.right and (not stress or row.is_wrong)]


def _sum_up(ledger: Ledger, json_file: str | None) -> None:
    """The sums on stdout, or where the JSON goes there on stderr; the JSON where it was asked for."""
    from runner.verifier.margins import margins

    say = err if json_file == STDOUT else out
    if ledger.trials:
        say()
        for line in (*sums_text(ledger.trials), *unclear_text(ledger.trials)):
            say(line)
        say()
        say("Margins, the thinnest first, counts after what is measured:")
        for line in margins_text(margins(ledger.trials)):
            say(line)
    if json_file is not None:
        _write(ledger, json_file)


def _write(ledger: Ledger, place: str) -> None:
    from runner.verifier.proof import render

    data = render(ledger)
    if place == STDOUT:
        out_bytes(data)
        return
    Path(place).write_bytes(data)
