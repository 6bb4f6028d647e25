"""When a proof stops: where verifications one after the other come to nothing but errors of ours, as with no engine.

Such rows are held back until one says something, so that a ledger that is resumed makes them again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

from runner.cli.errors import OurFault
from runner.record.finding import Verdict

if TYPE_CHECKING:
    from runner.verifier.prove import Cell, Row

MOST_IN_A_ROW = 3
_SAYS_NOTHING = frozenset({Verdict.ERROR, Verdict.BLOCKED})


class Outage:
    """Hands rows on to `keep`; holds back those of a sandbox that said nothing, of which three are an outage."""

    def __init__(self, keep: Callable[[Cell, Row], None]) -> None:
        self._keep = keep
        self._held: dict[str, list[tuple[Cell, Row]]] = defaultdict(list)

    def take(self, cell: Cell, row: Row) -> None:
        """Raises `OurFault` for the third in a row without a verdict in one sandbox."""
        held = self._held[cell.sandbox]
        held.append((cell, row))
        if not _says_nothing(row):
            self._hand_on(held)
        elif len(held) == MOST_IN_A_ROW:
            raise OurFault(
                f"{MOST_IN_A_ROW} verifications in a row came to nothing in {cell.sandbox}, the last with: {_why(row)} "
                "They are in no figure. See `prodrill doctor`; with --resume FILE the rest goes on from here."
            )

    def settle(self) -> None:
        """Hand on what is held back: there were too few of them, and no more will come."""
        for held in self._held.values():
            self._hand_on(held)

    def _hand_on(self, held: list[tuple[Cell, Row]]) -> None:
        while held:
            self._keep(*held.pop(0))


def _says_nothing(row: Row) -> bool:
    verdicts = {result.finding.verdict for result in row.report.results}
    return Verdict.ERROR in verdicts and verdicts <= _SAYS_NOTHING


def _why(row: Row) -> str:
    sentences = [r.finding.sentence for r in row.report.results if r.finding.verdict is Verdict.ERROR]
    return sentences[0].partition("\n")[0]
