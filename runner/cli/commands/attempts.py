"""`prodrill attempts KATA`: what was tried; two tries side by side; an earlier one brought back."""

from __future__ import annotations

import sys

import click

from runner.catalog.kata import Kata
from runner.cli.errors import UserError
from runner.cli.output import err, is_terminal, out, out_json, paint_for, tell
from runner.cli.params import json_option, kata_or_here_argument, yes_option
from runner.cli.patch import show_patch
from runner.cli.work import Desk, find_kata, open_desk
from runner.learner.store import Attempt, Change, Comparison
from runner.record.finding import Finding
from runner.reports.console import against_limit, render
from runner.reports.paint import Paint, printable


@click.command()
@kata_or_here_argument
@click.option("--show", "shown", type=int, metavar="N", help="The whole report of attempt N.")
@click.option("--compare", "pair", type=(int, int), metavar="A B", help="Two attempts side by side, and what changed.")
@click.option(
    "--restore", "restored", type=int, metavar="N", help="Bring back the files of attempt N; a copy of yours is kept."
)
@yes_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    kata: str,
    shown: int | None,
    pair: tuple[int, int] | None,
    restored: int | None,
    yes: bool,
    as_json: bool,
) -> None:
    """List your attempts on KATA, the newest last; show one, compare two, or restore one."""
    if sum(option is not None for option in (shown, pair, restored)) > 1:
        raise UserError("give only one of --show, --compare and --restore.")
    found = find_kata(kata)
    with open_desk() as desk:
        for number in (*(pair or ()), *(n for n in (shown, restored) if n is not None)):
            _check_is_of(desk, found, number)
        if shown is not None:
            _show(desk, shown, as_json)
        elif pair is not None:
            _compare(desk.store.compare(*pair), as_json)
        elif restored is not None:
            _restore(desk, found, restored, yes)
        else:
            _list(found, desk.store.attempts(found.slug), as_json)


def _check_is_of(desk: Desk, kata: Kata, number: int) -> None:
    attempts = [each.id for each in desk.store.attempts(kata.slug)]
    if number in attempts:
        return
    has = f"It has: {', '.join(map(str, attempts[-12:]))}." if attempts else "It has none yet."
    raise UserError(f"{kata.slug} has no attempt {number}. {has}")


def _list(kata: Kata, attempts: list[Attempt], as_json: bool) -> None:
    if as_json:
        out_json([{**_facts(each)} for each in attempts])
        return
    paint = paint_for(sys.stdout)
    for each in attempts:
        part = "" if each.whole else "  (in part)"
        when = each.started_at.replace("T", " ")[:16]
        tally = f"{each.passed}/{each.judged} passed"
        out(f"{each.id:>4}  {when}  {paint.verdict(each.verdict)}  {tally}  {each.sandbox}{part}")
    if not is_terminal(sys.stdout):
        return
    if not attempts:
        tell(f"No attempt yet. Make one: prodrill verify {kata.slug}")
    else:
        err()
        tell(f"Times are UTC. One in full: prodrill attempts {kata.slug} --show {attempts[-1].id}")


def _show(desk: Desk, number: int, as_json: bool) -> None:
    report = desk.store.report(number)
    if as_json:
        from runner.reports import json_report

        out(json_report.render(report).decode(), end="")
    else:
        out(render(report, paint_for(sys.stdout)), end="")


def _compare(compared: Comparison, as_json: bool) -> None:
    if as_json:
        out_json(
            {
                "first": _facts(compared.first),
                "second": _facts(compared.second),
                "changes": compared.changes,
                "diff": compared.code,
            }
        )
        return
    paint = paint_for(sys.stdout)
    out(f"attempt {compared.first.id} against attempt {compared.second.id}")
    for change in compared.changes:
        out(_change_line(change, paint))
    out()
    if compared.code:
        show_patch(compared.code)
    else:
        out("The files are the same.")
    if is_terminal(sys.stdout):
        pair = f"--attempt {compared.second.id} --against {compared.first.id}"
        err()
        tell(f"What was measured over time: prodrill card {compared.second.kata} {pair}")


def _change_line(change: Change, paint: Paint) -> str:
    arrow = ", then " if paint.plain else " → " if paint.unicode else " -> "
    sides = arrow.join(_side(finding, paint) for finding in (change.before, change.after))
    return f"  {paint.style(printable(change.criterion), 'bold')}: {sides}"


def _side(finding: Finding | None, paint: Paint) -> str:
    if finding is None:
        return "not judged"
    measured = against_limit(finding)
    return paint.verdict(finding.verdict, padded=False) + (f" ({measured})" if measured else "")


def _restore(desk: Desk, kata: Kata, number: int, yes: bool) -> None:
    folder = desk.workspace.started(kata)
    if not yes and not click.confirm(f"Replace the files in {folder} by those of attempt {number}?", err=True):
        err("Left as it is.")
        return
    desk.workspace.restore(kata, number)
    tell(f"Restored. To have back what was there: prodrill reset {kata.slug} --undo")


def _facts(attempt: Attempt) -> dict[str, object]:
    return {
        "number": attempt.id,
        "kata": attempt.kata,
        "started_at": attempt.started_at,
        "verdict": attempt.verdict.value,
        "passed": attempt.passed,
        "judged": attempt.judged,
        "whole": attempt.whole,
        "sandbox": attempt.sandbox,
        "seed": attempt.seed,
        "files_sha256": attempt.snapshot_sha256,
    }
