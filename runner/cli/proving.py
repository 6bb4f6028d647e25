"""The verifications of `prodrill prove`: each told and kept as it comes, beside as busy a machine as was asked for."""

from __future__ import annotations

import contextlib
import math
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from runner import clock
from runner.cli.engine import Engine
from runner.cli.errors import UserError
from runner.cli.outage import Outage
from runner.cli.output import out, paint_for, tell
from runner.cli.progress import StatusLine, ticking
from runner.cli.proof_text import row_text, why_wrong

if TYPE_CHECKING:
    from runner.catalog.kata import Kata
    from runner.verifier.ledger import Ledger
    from runner.verifier.prove import Cell, Row

_TOLD_TIMES = 20
_WORTH_TELLING = 40


def open_ledger(file: Path | None, katas: Sequence[Kata], *, stress: int, jobs: int, answers: Path | None) -> Ledger:
    """A new ledger, or that of `file` where it is of this engine, machine and load. Raises `UserError`."""
    from runner.verifier.ledger import SCHEMA, Head, Ledger, LedgerError
    from runner.verifier.origin import here

    command = shlex.join(["prodrill", *sys.argv[1:]])
    head = Head(SCHEMA, here(kata.slug for kata in katas), stress, jobs, str(answers or ""), command)
    try:
        return Ledger(head, file)
    except LedgerError as error:
        raise UserError(str(error)) from None


class Proving:
    """Verifies cells that the ledger does not have yet, and adds them to it."""

    def __init__(self, engine: Engine, ledger: Ledger, *, jobs: int, table: bool) -> None:
        self._engine, self._ledger, self._jobs, self._table = engine, ledger, jobs, table
        self._status = StatusLine()
        self._began_s, self._all, self._seen = 0.0, 0, 0
        self.left_out: list[Cell] = []

    async def prove(self, cells: Sequence[Cell], *, within_s: float | None = None) -> list[Row]:
        """Those of the cells that the ledger does not have yet, in order; what there was no time for is `left_out`."""
        todo = self._todo(cells)
        if len(todo) < len(cells):
            tell(f"{len(cells) - len(todo)} of {len(cells)} are in the ledger; {len(todo)} are left.")
        until_s = math.inf if within_s is None else clock.monotonic_s() + within_s
        rows = await self._verify(todo, keep=True, until_s=until_s)
        self.left_out = todo[len(rows) :]
        return rows

    async def more(self, cells: Sequence[Cell]) -> list[Row]:
        """These once more, beside the ledger."""
        return await self._verify(cells, keep=False)

    def told_beside(self, cells: Sequence[Cell]) -> str:
        """What goes on beside, for the first line."""
        stress = self._ledger.head.stress
        beside = f", beside {stress} busy loop{'' if stress == 1 else 's'}" if stress else ""
        return beside + (", and with half a core" if any(cell.cpus is not None for cell in cells) else "")

    def _todo(self, cells: Sequence[Cell]) -> list[Cell]:
        from runner.verifier.prove import condition_of

        done, stress = self._ledger.done, self._ledger.head.stress

        def key(cell: Cell) -> object:
            return (cell.kata.slug, condition_of(cell, stress), cell.answer.kind, cell.answer.name, cell.round)

        return [cell for cell in cells if key(cell) not in done]

    async def _verify(self, cells: Sequence[Cell], *, keep: bool, until_s: float = math.inf) -> list[Row]:
        from runner.verifier.prove import trial_of
        from runner.verifier.stress import busy_loops

        stress = self._ledger.head.stress

        def show(cell: Cell, row: Row) -> None:
            self._seen += 1
            if keep:
                self._ledger.add(trial_of(cell, row, stress))
            self._show(row)

        # What is verified once more is a handful, and not in the ledger: it is told whatever it comes to.
        outage = Outage(show) if keep else None
        self._began_s, self._all, self._seen = clock.monotonic_s(), len(cells), 0
        with busy_loops(stress) if cells else contextlib.nullcontext():
            async with ticking(self._draw, self._status.live):
                rows: list[Row] = await self._engine.prove(
                    cells, jobs=self._jobs, until_s=until_s, on_row=outage.take if outage else show
                )
        if outage:
            outage.settle()
        self._status.clear()
        return rows

    def _show(self, row: Row) -> None:
        self._status.clear()
        if self._table:
            out(row_text(row, paint_for(sys.stdout)))
        for line in why_wrong(row):
            tell(line)
        step = max(1, self._all // _TOLD_TIMES)
        if not self._status.live and self._all >= _WORTH_TELLING and self._seen % step == 0:
            tell(self._progress())

    def _draw(self) -> None:
        self._status.status(self._progress())

    def _progress(self) -> str:
        """How far it is, and how long the rest will take if it takes as long as what was done."""
        told = f"{self._seen} of {self._all} verified"
        if not self._seen or self._seen == self._all:
            return told
        left_s = (clock.monotonic_s() - self._began_s) / self._seen * (self._all - self._seen)
        return f"{told}, about {_span(left_s)} left"


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
