"""`prodrill lint [KATA...]`: everything about the content that can be checked without running a service."""

from __future__ import annotations

import click

from runner.catalog.lint import lint
from runner.cli.exit_code import ExitCode
from runner.cli.output import err, out, out_json
from runner.cli.params import KataName, json_option


@click.command()
@click.argument("katas", nargs=-1, type=KataName(), metavar="[KATA]...")
@json_option
def command(katas: tuple[str, ...], as_json: bool) -> int:
    """Check the katas named, or the whole course, without running anything. Exits with 1 where something is wrong."""
    problems = lint(list(dict.fromkeys(katas)) or None)
    if as_json:
        out_json([{"file": str(each.file), "line": each.line, "text": each.text} for each in problems])
    else:
        for problem in problems:
            out(str(problem))
    if problems:
        err(f"{len(problems)} {'problem' if len(problems) == 1 else 'problems'}.")
        return ExitCode.FAILED
    err("No problem found.")
    return ExitCode.PASSED
