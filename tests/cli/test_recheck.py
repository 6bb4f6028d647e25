"""`prodrill recheck`: kept attempts judged again by the judges of now, and nothing run."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from runner.cli.engine import Engine
from runner.probes import Exchange, History
from runner.record import events
from runner.record.finding import Verdict
from runner.record.history import Trouble
from runner.record.report import Report
from tests.cli.conftest import Type
from tests.cli.fake_engine import report_saying, stream_of

_PROBES = """
from runner.probes import failed, passed, probe

LIMIT = 100


@probe("answers-right")
async def answers(client, history):
    raise RuntimeError("nothing may be run")


@answers.judge
def they_are_right(history):
    return passed("Right.") if history.notes["answer"] == 9 else failed("Wrong.")


@probe("stays-quick")
async def quick(client, history):
    raise RuntimeError("nothing may be run")


@quick.judge
def it_is(history):
    took = history.exchanges()[0].latency_ms
    return (passed if took <= LIMIT else failed)(f"It took {took:.0f} ms.", value=took, limit=LIMIT, unit="ms")
"""


def _history(took_s: float, answer: int = 9) -> History:
    history = History()
    history.note("answer", answer)
    history.add_exchange(Exchange("sum", 1, "GET", "/sum", 0.0, 0.0, "ok", status=200, ended_s=took_s))
    return history


class Recording:
    """An engine whose verification leaves these histories, and whose second one would be a fault."""

    def __init__(self, report: Report, **histories: History) -> None:
        self._report, self._histories = report, histories
        self.runs = 0

    @property
    def engine(self) -> Engine:
        return Engine(verify=self.play)

    async def play(self, request: Any) -> AsyncIterator[events.Event]:
        self.runs += 1
        for name, history in self._histories.items():
            history.save(request.histories / f"{name.replace('_', '-')}.json")
        for event in stream_of(self._report):
            yield event


@pytest.fixture
def kept(typed: Type, home: Path) -> Type:
    """A store with attempt 1: right answers, 80 ms; and the kata's probes."""
    (home / "content" / "katas" / "slow-sum" / "probes.py").write_text(_PROBES)
    typed("start", "slow-sum")
    report = report_saying(Verdict.PASSED, Verdict.PASSED)
    engine = Recording(report, answers_right=_history(0.08), stays_quick=_history(0.08))
    assert typed("verify", "slow-sum", engine=engine).code == 0
    return typed


def test_the_same_histories_come_to_the_same_verdicts(kept: Type) -> None:
    done = kept("recheck", "1")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "Attempt 1 on slow-sum: all 2 verdicts are what they were."


def test_a_verdict_that_differs_is_named_with_both_reasons(kept: Type, home: Path) -> None:
    report = report_saying(Verdict.PASSED, Verdict.FAILED)
    engine = Recording(report, answers_right=_history(0.08), stays_quick=_history(0.08))
    kept("verify", "slow-sum", engine=engine)
    done = kept("recheck", "2")
    assert done.code == 1
    assert "✗ failed → ✓ passed stays-quick" in done.out
    assert "What was seen of stays-quick." in done.out and "It took 80 ms." in done.out
    assert "1 of 2 verdicts differ: stays-quick." in done.out
    data = json.loads(kept("recheck", "2", "--json").out)
    assert (data["then"], data["now"], data["differing"]) == ("failed", "passed", ["stays-quick"])
    assert data["criteria"][1]["now"]["value"] == 80.0


def test_what_was_blocked_stays_blocked_while_what_it_needs_does_not_pass(kept: Type) -> None:
    report = report_saying(Verdict.FAILED, Verdict.BLOCKED)
    kept("verify", "slow-sum", engine=Recording(report, answers_right=_history(0.08, answer=8)))
    assert kept("recheck", "2").code == 0
    kept("verify", "slow-sum", engine=Recording(report, answers_right=_history(0.08, answer=9)))
    done = kept("recheck", "3")
    assert done.code == 1
    assert "nothing was kept to judge it by again" in done.out
    assert "2 of 2 verdicts differ: answers-right, stays-quick." in done.out


def test_a_service_that_never_started_did_not_start_then_either(kept: Type) -> None:
    dead = _history(0.08)
    dead.set_trouble(Trouble("service", "It printed: no such table."))
    kept("verify", "slow-sum", engine=Recording(report_saying(Verdict.FAILED, Verdict.BLOCKED), answers_right=dead))
    assert kept("recheck", "2").code == 0


def test_an_attempt_without_histories_and_one_that_is_not_there_are_told(kept: Type) -> None:
    kept("verify", "slow-sum", engine=Recording(report_saying(Verdict.PASSED, Verdict.PASSED)))
    done = kept("recheck", "2")
    assert done.code == 3 and "without histories" in done.err
    missing = kept("recheck", "77")
    assert missing.code == 2 and "77" in missing.err
