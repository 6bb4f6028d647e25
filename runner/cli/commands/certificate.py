"""`prodrill certificate`: every kata verified once more, and a page that says so."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from runner.catalog.loader import all_katas
from runner.cli.certifying import certify
from runner.cli.engine import engine_of
from runner.cli.exit_code import ExitCode
from runner.cli.loop import run_to_end
from runner.cli.output import out, paint_for, tell
from runner.cli.params import sandbox_option
from runner.cli.pictures import check_place, picture_options, write_picture
from runner.cli.work import open_desk
from runner.learner.certification import Certification
from runner.reports.card.certificate import Certificate, Entry, render_html, render_svg, render_text
from runner.reports.card.look import Theme


@click.command()
@picture_options
@click.option("--name", default="", help="A name to put on it, as you write it.")
@click.option("--full", is_flag=True, help="With three seeds for each kata instead of one.")
@click.option("--afresh", is_flag=True, help="Verify again what this round has verified already.")
@sandbox_option
@click.pass_context
def command(
    ctx: click.Context, output: Path | None, theme: Theme | None, name: str, full: bool, afresh: bool, sandbox: str
) -> int:
    """Verify every kata once more, and write a certificate of those that all passed.

    Broken off, it goes on after what is verified already, unless your files changed since. Prints text; with -o writes
    a picture or a page. Exits with 1 where a kata does not pass, and names it; with 3 where nothing could be said.
    """
    if output is not None:
        check_place(output)
    katas = all_katas()
    code = run_to_end(certify(engine_of(ctx), katas, sandbox=sandbox, full=full, afresh=afresh))
    if code != ExitCode.PASSED:
        tell("No certificate: it is for all katas together.")
        return code
    with open_desk() as desk:
        held = Certification(desk.store, desk.workspace, katas).certified()
    made = Certificate(tuple(Entry(each.kata.spec.title, each.report, each.files_sha256) for each in held), name)
    if output is None:
        out(render_text(made, paint_for(sys.stdout)), end="")
    else:
        write_picture(output, lambda chosen: render_svg(made, chosen), lambda chosen: render_html(made, chosen), theme)
    return ExitCode.PASSED
