"""`prodrill bench`: what prodrill itself costs, measured on this machine."""

from __future__ import annotations

import click

from runner.cli.output import tell
from runner.cli.params import json_option
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
@json_option
def command(what: str | None, sandboxes: tuple[str, ...], as_json: bool) -> int:
    """Print the overhead of a verification, the load generator's error and rate, start-up times and memory.

    `prodrill bench app` measures the app instead: first paint, keys, pages, and what it costs while a kata is verified.
    Takes several minutes and wants a quiet machine. Exits with 1 where a figure is over its limit.
    """
    if what == "app":
        tell("Measuring the app; this takes several minutes. Leave the machine alone meanwhile.")
        from runner.tui.measuring import figures

        return figures.main(as_json=as_json)
    where = sandboxes or tuple(available_sandboxes())
    tell(f"Measuring in {' and '.join(where)}; this takes several minutes. Leave the machine alone meanwhile.")
    from runner.verifier import bench

    return bench.main(where, as_json=as_json)
