"""What a round came to: a pure function of its history, so that a kept one comes to the same again.

The learner's faults fail, ours are errors, and a judge that throws never passes. A pass needs more than its judge's
word: every fault was seen to bite, something was answered, and loads were sent as they were to be. What came of a
machine on which nobody was let run in time does not count, whatever it was.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable

from msgspec import Struct, structs

from runner.catalog.kata import Limits
from runner.probes.seen import seen
from runner.record.finding import Finding, Verdict
from runner.record.history import Exited, History, Offered

Judge = Callable[[History], Finding]

REASONS = {
    "memory": "it used more memory than it may",
    "processes": "it started more processes than it may",
    "output": "it printed more than it may",
    "disk": "it wrote more to its disk than it may",
}
_NOT_YOURS = "This is not your fault"
_WORTH_TELLING_S = 0.1
_SLOWEST_LOAD = 2.0
_LATE_S = 1.0
CROWDED = 16.0
"""So many others that want each core, at the median of a round: a net below judges that ask for themselves.

One verification beside four busy loops on two cores has up to 8.5 in hundreds of runs, all right; two of three replicas
each, where drives take six times as long as they should, have 11 to 15 in the two that were made. Much of that is the
verification itself.
"""
_NEVER_STARTED = {"service": Verdict.FAILED, "busy": Verdict.INCONCLUSIVE}


class Outcome(Struct, frozen=True):
    """What a round came to; `never_started` spares the other probes the same wait."""

    finding: Finding
    never_started: bool = False


def find_out(criterion: str, judge: Judge | None, history: History, limits: Limits) -> Outcome:
    """Judge a round by its history alone."""
    outcome = _found_out(criterion, judge, history, limits)
    # A service that forks without end is the crowd itself. One that meets another limit may have been driven to it.
    is_the_crowd = any(exited.reason == "processes" for exited in history.exits)
    is_said = outcome.finding.verdict in (Verdict.PASSED, Verdict.FAILED)
    if is_said and not is_the_crowd and history.crowd > CROWDED:
        sentence = (
            f"The machine was too crowded to say: {history.crowd:.0f} others wanted each of its cores. Close other "
            "programs, or verify fewer services at a time."
        )
        finding = structs.replace(outcome.finding, verdict=Verdict.INCONCLUSIVE, sentence=sentence)
        return structs.replace(outcome, finding=finding)
    return outcome


def _found_out(criterion: str, judge: Judge | None, history: History, limits: Limits) -> Outcome:
    trouble = history.trouble
    if trouble is not None and trouble.kind in _NEVER_STARTED:
        return Outcome(Finding(_NEVER_STARTED[trouble.kind], trouble.text), never_started=True)
    if trouble is not None and trouble.kind == "sandbox":
        return Outcome(Finding(Verdict.ERROR, f"{trouble.text}. {_NOT_YOURS}."), never_started=True)
    if trouble is not None and trouble.kind == "lost":
        return Outcome(Finding(Verdict.ERROR, f"{trouble.text} {_NOT_YOURS}."))
    unasked = next((e for e in history.exits if not e.asked), None)
    if unasked is not None and (trouble is not None or unasked.reason):
        return Outcome(Finding(Verdict.FAILED, _died(unasked, limits), decided_by=_last_lines(history)))
    if trouble is not None and trouble.kind == "refused":
        if trouble.text == "timeout" and history.late_s() > _LATE_S:
            return Outcome(_doubted(Finding(Verdict.INCONCLUSIVE, "No connection came about in time."), history))
        text = f"The service did not take a connection while it was probed: {trouble.text}."
        return Outcome(Finding(Verdict.FAILED, text))
    if trouble is not None and trouble.kind == "schema":
        return Outcome(Finding(Verdict.FAILED, trouble.text))
    if trouble is not None:
        return Outcome(Finding(Verdict.ERROR, f"Our probe broke: {trouble.text}. {_NOT_YOURS}; please report it."))
    finding = _doubted(_judge(criterion, judge, history), history)
    if not finding.series:
        finding = structs.replace(finding, series=seen(history))
    return Outcome(_with_exit(finding, unasked, history, limits))


def where(error: BaseException) -> str:
    """What broke, and at which line."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    place = f" ({last.filename.rsplit('/', 1)[-1]}:{last.lineno})" if last else ""
    return f"{type(error).__name__}: {error}{place}"


def _judge(criterion: str, judge: Judge | None, history: History) -> Finding:
    if (broken := history.notes.get("script_error")) is not None:
        text = f"Our script of a downstream broke: {broken}. {_NOT_YOURS}; please report it."
        return Finding(Verdict.ERROR, text)
    if judge is None:
        return Finding(Verdict.ERROR, f"The probe {criterion} has no judge.")
    try:
        return judge(history)
    except Exception as error:
        return Finding(Verdict.ERROR, f"Our judge broke: {where(error)}. {_NOT_YOURS}; please report it.")


def _doubted(finding: Finding, history: History) -> Finding:
    """A pass that rests on nothing is none; of what cannot be said it is told how busy the machine was."""
    if finding.verdict is Verdict.PASSED and (why := _rests_on_nothing(history)):
        finding = structs.replace(finding, verdict=Verdict.INCONCLUSIVE, sentence=why)
    late_s, queued_s = history.late_s(), history.queued_s()
    if finding.verdict is not Verdict.INCONCLUSIVE or max(late_s, queued_s) < _WORTH_TELLING_S:
        return finding
    waited = f", and waited {queued_s:.1f} s for a core" if queued_s >= _WORTH_TELLING_S else ""
    told = f"{finding.sentence} The verifier itself was late by {late_s:.1f} s in all{waited}."
    return structs.replace(finding, sentence=told)


def _rests_on_nothing(history: History) -> str:
    """Why a pass would say nothing; empty where it says something."""
    if dull := [name for name, bit in history.faults.items() if not bit]:
        return f"This was never seen to happen: {dull[0]}. Without it the criterion was not tried."
    answered = any(exchange.outcome == "ok" for exchange in history.exchanges())
    signalled = any(signal.name != "SIGKILL" for signal in history.signals)
    if not (answered or signalled or history.calls() or history.effects() or history.censuses()):
        return "Nothing that the probe asked for was answered, so the criterion was not tried."
    if late := next(filter(_came_late, history.offered), None):
        return (
            f"Of {late.planned} requests that were to be sent within {late.lasts_s:.1f} s, {late.sent} were sent "
            f"within {late.took_s:.1f} s: that was not the load the criterion speaks of."
        )
    return ""


def _came_late(load: Offered) -> bool:
    return load.sent < load.planned or load.took_s > load.lasts_s * _SLOWEST_LOAD + _LATE_S


def _with_exit(finding: Finding, unasked: Exited | None, history: History, limits: Limits) -> Finding:
    if unasked is None:
        return finding
    if finding.verdict is Verdict.FAILED:
        return structs.replace(finding, decided_by=(*finding.decided_by, _died(unasked, limits)))
    return Finding(Verdict.FAILED, _died(unasked, limits), decided_by=_last_lines(history))


def _died(exited: Exited, limits: Limits) -> str:
    how = f"by {exited.signal}" if exited.signal else f"with code {exited.code}"
    why = REASONS.get(exited.reason, "")
    most = {
        "memory": f" (limit {limits.memory_mb} MB)",
        "processes": f" (limit {limits.pids})",
        "output": f" (limit {limits.log_mb} MB)",
    }
    reason = f": {why}{most.get(exited.reason, '')}" if why else ", though nothing had asked it to"
    which = f"The service's {exited.replica}" if exited.replica else "The service"
    return f"{which} ended {how} {exited.at_s:.1f} s into the probe{reason}."


def _last_lines(history: History) -> tuple[str, ...]:
    return tuple(f"{line.at_s:.2f} s {line.replica or line.stream}: {line.text}" for line in history.lines()[-4:])
