"""`prodrill prepare`: everything fetched and built now, so that a workshop can run without a network."""

from __future__ import annotations

import click

from runner.catalog.kata import BACKING
from runner.cli.output import err, out
from runner.cli.params import sandbox_option
from runner.cli.progress import StatusLine
from runner.reports.paint import printable
from runner.sandbox.backing.providers import missing
from runner.sandbox.choose import prepare


@click.command()
@sandbox_option
def command(sandbox: str) -> None:
    """Fetch the npm packages, build the base image, make the databases ready, once. A second time it fetches nothing.

    Afterwards katas run without a network. Without a Docker engine it makes the process sandbox ready.
    """
    status = StatusLine()
    bar = Bar(status)
    try:
        why = {kind: missing((kind,)) for kind in BACKING}
        ready = prepare(sandbox, bar.show, tuple(kind for kind in BACKING if not why[kind]))  # type: ignore[arg-type]  # click has checked the choice
    finally:
        status.clear()
    out(f"Ready: katas run in the {ready} sandbox, without a network.")
    for reason in filter(None, why.values()):
        err(f"Katas that need it are left out: {reason}.")


class Bar:
    """Tells each stage once as a line, and how far it is as a bar on a terminal."""

    def __init__(self, status: StatusLine) -> None:
        self._status = status
        self._told = ""

    def show(self, text: str, fraction: float | None) -> None:
        """What is being done, and how much of it is done (0 to 1) where that is known."""
        safe = printable(text)
        stage = safe.split(",")[0]
        if stage != self._told and not self._status.live:
            self._status.line(safe)
        self._told = stage
        self._status.status(f"{drawn(fraction, self._status.paint.unicode)} {safe}" if fraction is not None else safe)


def drawn(fraction: float, unicode: bool, width: int = 20) -> str:
    """`████░░░░ 40%`."""
    share = max(0.0, min(1.0, fraction))
    done = round(share * width)
    full, rest = ("█", "░") if unicode else ("#", ".")
    return f"{full * done}{rest * (width - done)} {share:4.0%}"
