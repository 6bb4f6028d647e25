"""What a try of a block has come to so far: events in, a picture of the moment out. Knows nothing of Textual."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runner.catalog.blocks import Block
from runner.record.events import LineLogged, NoticeGiven, SampleTaken, StageReached
from runner.record.finding import Series
from runner.record.tries import TryEnded, TryEvent, TryStarted
from runner.tui.safe import safe_line

if TYPE_CHECKING:
    from runner.verifier.shown import Outcome

LINES = 400


@dataclass(slots=True)
class TryBoard:
    """One run of `block`; `read` moves it on by what arrived."""

    block: Block
    stage: str = "starting"
    sandbox: str = ""
    notices: list[str] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)
    ended: TryEnded | None = None
    trouble: str = ""
    _events: list[TryEvent] = field(default_factory=list)
    _samples: dict[str, list[SampleTaken]] = field(default_factory=dict)

    def read(self, events: Iterable[TryEvent]) -> None:
        """Takes into account what happened since the last time."""
        for event in events:
            self._events.append(event)
            match event:
                case StageReached(text=text):
                    self.stage = safe_line(text, 200)
                case NoticeGiven(text=text):
                    self.notices.append(safe_line(text, 400))
                case TryStarted(sandbox=sandbox):
                    self.stage, self.sandbox = "running", sandbox
                case LineLogged():
                    self.lines.append((event.stream, safe_line(event.text, 400)))
                    del self.lines[:-LINES]
                case SampleTaken():
                    self._samples.setdefault(event.series, []).append(event)
                case TryEnded():
                    self.ended = event

    @property
    def series(self) -> tuple[Series, ...]:
        """The samples so far, as charts take them."""
        return tuple(
            Series(name, each[0].unit, tuple((one.t_s, one.value) for one in each), each[-1].limit)
            for name, each in self._samples.items()
        )

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What was expected and whether it was seen; empty until the end."""
        # The verifier's room is first entered when something was run: a lesson opens without it.
        from runner.verifier.shown import judged, seen_in

        return judged(self.block.expected, seen_in(self._events)) if self.ended else ()

    @property
    def head(self) -> str:
        """One line: which block, where, and how it stands or ended."""
        where = f" in {self.sandbox}" if self.sandbox else ""
        if self.trouble or (self.ended and self.ended.trouble):
            return f"! {self.block.name}: could not be run"
        if self.ended is None:
            return f"▶ {self.block.name}{where}: {self.stage}"
        shown = all(outcome.ok for outcome in self.outcomes)
        told = "shows what the page says" if shown else "did not show it this time; t tries again"
        return f"{'✓' if shown else '✗'} {self.block.name}{where}: {told} · {self.ended.at_s:.1f} s"

    @property
    def closing(self) -> list[str]:
        """What is to be said after the output: trouble, an end that was not expected, what was not seen."""
        if self.trouble:
            return [self.trouble]
        if self.ended is None:
            return []
        if self.ended.trouble:
            return [self.ended.trouble]
        missed = [outcome for outcome in self.outcomes if not outcome.ok]
        return [f"expected {each.expected}; seen: {each.seen}" for each in missed] or _unusual(self.ended)


def _unusual(ended: TryEnded) -> list[str]:
    from runner.verifier.shown import how_it_ended

    return [how_it_ended(ended)] if ended.code else []
