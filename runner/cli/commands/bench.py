"""`prodrill bench`: what prodrill itself costs, measured on this machine."""

from __future__ import annotations

import click

from runner.catalog.loader import load_kata
from runner.cli.errors import UserError
from runner.cli.output import tell
from runner.cli.params import KataName, json_option
from runner.cli.progress import StatusLine
from runner.cli.work import available_sandboxes


@click.command()
@click.argument("what", required=False, type=click.Choice(["app"]), metavar="[app]")
@click.option(
    "--sandbox",
    "sandboxes",
    multiple=True,
    type=click.Choice(["docker", "process"]),
    help="Only in this one; by default in each that works here.",
)
@click.option(
    "--kata", "katas", multiple=True, type=KataName(), metavar="KATA", help="Only what verifications of this one cost."
)
@json_option
def command(what: str | None, sandboxes: tuple[str, ...], katas: tuple[str, ...], as_json: bool) -> int:
    """Print the overhead of a verification, the load generator's error and rate, start-up times and memory.

    With --kata only what verifications of that kata cost. `prodrill bench app` measures the app instead: first paint,
    keys, pages, and what it costs while a kata is verified.
    Takes several minutes and wants a quiet machine. Exits with 1 where a figure is over its limit.
    """
    if what == "app":
        if katas or sandboxes:
            raise UserError("`prodrill bench app` measures the app: leave --kata and --sandbox out.")
        tell("Measuring the app; this takes several minutes. Leave the machine alone meanwhile.")
        from runner.tui.measuring import figures

        return figures.main(as_json=as_json)
    chosen = [load_kata(name) for name in katas]
    where = sandboxes or tuple(available_sandboxes())
    tell(f"Measuring in {' and '.join(where)}; this takes several minutes. Leave the machine alone meanwhile.")
    from runner.verifier import bench

    line = StatusLine()

    def doing(text: str) -> None:
        line.status(f"measuring {text}") if text else line.clear()

    try:
        return bench.main(where, chosen, as_json=as_json, doing=doing)
    finally:
        line.clear()
