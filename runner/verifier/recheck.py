"""Kept histories judged again, by the judges of now: nothing is run, and nothing asked for."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from runner.catalog.kata import Kata
from runner.probes.beside import beside
from runner.probes.probe import Probe
from runner.probes.verdict import find_out
from runner.record.finding import Finding, Verdict, combine
from runner.record.history import History
from runner.record.report import CriterionResult, Report


class Rechecked(Struct, frozen=True):
    """One criterion then and now; `now` is None where there is no history to judge, or the kata knows it no more."""

    criterion: str
    then: Finding
    now: Finding | None

    @property
    def is_same(self) -> bool:
        return self.now is not None and self.now.verdict is self.then.verdict


def recheck(kata: Kata, report: Report, histories: Mapping[str, bytes]) -> tuple[Rechecked, ...]:
    """Each criterion of the report, in order, by its history where there is one."""
    probes = probes_of(kata)
    now: dict[str, Finding | None] = {}
    for result in report.results:
        probe, kept = probes.get(result.criterion), histories.get(result.criterion)
        if kept is not None and probe is not None:
            now[result.criterion] = judge_kept(kata, probe, kept)
        else:
            now[result.criterion] = _without_history(kata, result, now)
    return tuple(Rechecked(each.criterion, each.finding, now[each.criterion]) for each in report.results)


def judge_kept(kata: Kata, probe: Probe, kept: bytes) -> Finding:
    """What a kept history comes to."""
    try:
        history = History.from_bytes(kept)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        return Finding(Verdict.ERROR, f"The kept history cannot be read: {error}.")
    return find_out(probe.id, probe.decide, history, kata.spec.limits).finding


def probes_of(kata: Kata) -> dict[str, Probe]:
    """The kata's probes, by criterion."""
    module = beside(kata.folder / "kata.yaml", "probes")
    return {each.id: each for each in vars(module).values() if isinstance(each, Probe)}


def _without_history(kata: Kata, result: CriterionResult, now: Mapping[str, Finding | None]) -> Finding | None:
    """It was blocked, and still is where one that it needs does not pass now either."""
    known = {criterion.id: criterion.needs for criterion in kata.criteria}
    needs = [now[name] for name in known.get(result.criterion, ()) if name in now]
    is_blocked = any(need is None or need.verdict is not Verdict.PASSED for need in needs)
    kept = (result.finding.verdict is Verdict.BLOCKED) == bool(needs and is_blocked)
    return result.finding if kept and result.finding.verdict is Verdict.BLOCKED else None


def verdict_of(rechecked: tuple[Rechecked, ...]) -> Verdict:
    """All of it now; what could not be judged again counts as it did then."""
    return combine((each.now or each.then).verdict for each in rechecked)
