"""`prodrill doctor`: what works on this machine, and what to do about what does not. Fetches and changes nothing."""

from __future__ import annotations

import os
import platform
import sys

import click
import msgspec

from runner import __version__
from runner.catalog.errors import CatalogError
from runner.catalog.loader import survey
from runner.cli.exit_code import ExitCode
from runner.cli.output import err, out, out_json, paint_for
from runner.cli.params import json_option
from runner.cli.work import open_desk
from runner.learner.errors import LearnerError
from runner.reports.paint import Paint, printable
from runner.sandbox.choose import Check, describe

# Katas run in the process sandbox without an engine, and most without a backing service, so none of these is needed.
_OPTIONAL = frozenset({"docker sandbox", "base image", "seal", "PostgreSQL", "Valkey"})


@click.command()
@json_option
def command(as_json: bool) -> int:
    """Say what works on this machine, and how to mend what does not. Needs no network, changes nothing.

    Exits with 3 where something that katas need does not work; Docker is not among that.
    """
    checks = [_python_check(), _content_check(), _learner_check(), _processors_check(), *describe()]
    needed = [check for check in checks if not check.ok and check.name not in _OPTIONAL]
    if as_json:
        out_json(
            {
                "prodrill": __version__,
                "ok": not needed,
                "checks": [{**msgspec.to_builtins(each), "needed": each.name not in _OPTIONAL} for each in checks],
            }
        )
    else:
        paint = paint_for(sys.stdout)
        for check in checks:
            out("\n".join(lines_of(check, paint, max(len(each.name) for each in checks))))
        err("\nSomething that katas need is missing; see above." if needed else "\nKatas can run here.")
    return ExitCode.OURS_OR_INCONCLUSIVE if needed else ExitCode.PASSED


def lines_of(check: Check, paint: Paint, width: int) -> list[str]:
    """A check in a line, and what to do about it in another."""
    optional = check.name in _OPTIONAL
    word, colour = ("ok", "green") if check.ok else ("absent", "yellow") if optional else ("broken", "red")
    said = ", ".join(printable(text) for text in (check.version, check.detail) if text)
    indent = " " * (8 + width + 2)
    lines = paint.wrapped(said, f"{word:<8}{check.name:<{width}}  ", indent)
    lines[0] = paint.style(lines[0][:8], colour) + lines[0][8:]
    if not check.ok and check.next_step:
        lines += paint.wrapped(f"do: {printable(check.next_step)}", indent, indent + "    ")
    return lines


def _python_check() -> Check:
    return Check("Python", True, platform.python_version(), f"{sys.executable}, prodrill {__version__}")


def _content_check() -> Check:
    try:
        katas, problems = survey()
    except CatalogError as error:
        return Check("content", False, "", str(error), "reinstall prodrill, or unset PRODRILL_CONTENT")
    if problems or not katas:
        said = str(problems[0]) if problems else "there are no katas"
        return Check("content", False, f"{len(katas)} katas", said, "prodrill lint")
    return Check("content", True, f"{len(katas)} katas", str(katas[0].folder.parent.parent))


def _learner_check() -> Check:
    try:
        with open_desk() as desk:
            root = desk.workspace.root
            desk.store.progress()
    except LearnerError as error:
        return Check("your state", False, "", str(error), "set PRODRILL_HOME to a folder you can write to")
    place = next(each for each in (root, *root.parents) if each.exists())
    if not os.access(place, os.W_OK):
        return Check("your state", False, "", f"{root} cannot be written", "set PRODRILL_WORKSPACE to another folder")
    return Check("your state", True, "", f"copies go to {root}")


def _processors_check() -> Check:
    count = os.cpu_count() or 1
    load = os.getloadavg()[0]
    busy = load > count
    step = "close what else runs: verdicts come out inconclusive on a busy machine" if busy else ""
    # Said, not counted against the machine: it will have changed by the time something is verified.
    return Check("processors", True, f"{count}", f"load {load:.1f}{'; ' + step if step else ''}")
