"""What a person is told of a verification while it lasts."""

from __future__ import annotations

import io

from runner.cli.progress import Progress, StatusLine
from runner.record.events import ProbeJudged, ProbeResumed, ProbeStarted, RunStarted
from runner.record.finding import Finding, Verdict
from runner.record.report import CriterionResult


class Shown(StatusLine):
    """What would be the last line of a terminal, one after the other."""

    def __init__(self) -> None:
        super().__init__(io.StringIO())
        self.texts: list[str] = []

    def status(self, text: str) -> None:
        self.texts.append(text)


def test_a_probe_that_another_was_told_within_goes_on_under_its_own_number() -> None:
    status = Shown()
    progress = Progress(status, now=lambda: 0.0)
    failed = CriterionResult("slow", "s", Finding(Verdict.FAILED, "It was slow."))
    for event in (
        RunStarted(0.0, "k", "process", False, 7, ("first", "slow", "last")),
        ProbeStarted(1.0, "first"),
        ProbeStarted(2.0, "last", 2),
        ProbeStarted(1.5, "slow"),
        ProbeJudged(2.5, failed),
        ProbeResumed(2.5, "last", 2),
    ):
        progress.see(event)
    assert status.texts[1:4] == ["1/3 first, 0 s", "2/3 last (round 2), 0 s", "3/3 slow, 0 s"]
    assert status.texts[4].endswith(" 3/3 slow, 0 s")
    assert status.texts[5].endswith(" 2/3 last (round 2), 0 s")
