"""`prodrill recheck ATTEMPT`: what the judges of now say of what was observed then."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from runner.catalog.loader import load_kata
from runner.cli.exit_code import ExitCode
from runner.cli.output import out, out_json, paint_for, tell
from runner.cli.params import json_option
from runner.cli.work import open_desk
from runner.reports.paint import Paint, printable, printable_lines

if TYPE_CHECKING:
    from runner.record.report import Report
    from runner.verifier.recheck import Rechecked


@click.command()
@click.argument("attempt", type=int)
@json_option
def command(attempt: int, as_json: bool) -> int:
    """Judge ATTEMPT again by the histories that were kept with it, without running anything.

    `prodrill attempts KATA` shows the numbers. Exits with 0 where every verdict is what it was, and with 1 where one
    is not: then the kata's judges have changed since.
    """
    import msgspec

    from runner.verifier.recheck import recheck

    with open_desk() as desk:
        report, packed = desk.store.report(attempt), desk.store.histories(attempt)
    histories = {name: bytes(raw) for name, raw in msgspec.json.decode(packed, type=dict[str, msgspec.Raw]).items()}
    if not histories:
        tell(f"Attempt {attempt} was kept without histories, so there is nothing to judge again.")
        return ExitCode.OURS_OR_INCONCLUSIVE
    found = recheck(load_kata(report.kata), report, histories)
    (_show_json if as_json else _show)(attempt, report, found)
    return ExitCode.PASSED if all(each.is_same for each in found) else ExitCode.FAILED


def _show_json(attempt: int, report: Report, found: tuple[Rechecked, ...]) -> None:
    from runner.verifier.recheck import verdict_of

    out_json(
        {
            "attempt": attempt,
            "kata": report.kata,
            "then": report.verdict,
            "now": verdict_of(found),
            "differing": [each.criterion for each in found if not each.is_same],
            "criteria": found,
        }
    )


def _show(attempt: int, report: Report, found: tuple[Rechecked, ...]) -> None:
    paint = paint_for(sys.stdout)
    for each in found:
        for line in _lines(each, paint):
            out(line)
    differing = [each.criterion for each in found if not each.is_same]
    said = f"all {len(found)} verdicts are what they were"
    if differing:
        said = f"{len(differing)} of {len(found)} verdicts differ: {', '.join(differing)}"
    out(f"\nAttempt {attempt} on {report.kata}: {said}.")


def _lines(each: Rechecked, paint: Paint) -> list[str]:
    name = paint.style(printable(each.criterion), "bold")
    if each.now is None:
        return [f"{paint.verdict(each.then.verdict)} {name}: then; nothing was kept to judge it by again"]
    if each.is_same:
        return [f"{paint.verdict(each.now.verdict)} {name}"]
    arrow = "then, now" if paint.plain else "→" if paint.unicode else "->"
    before, after = (paint.verdict(side.verdict, padded=False) for side in (each.then, each.now))
    told = [line for side in (each.then, each.now) for line in _reason(side.sentence, paint)]
    return [f"{before} {arrow} {after} {name}", *told]


def _reason(sentence: str, paint: Paint) -> list[str]:
    return [line for text in printable_lines(sentence) for line in paint.wrapped(text, "    ", "    ")]
