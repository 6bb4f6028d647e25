"""The pytest plugin: collects probes, runs each in a fresh service, judges it, repeats what is unclear.

pytest brings collection and fixtures by signature; everything asynchronous runs on the stage's loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from _pytest.runner import runtestprotocol

from runner.clock import monotonic_s
from runner.probes.backing import Backing
from runner.probes.client import Client
from runner.probes.downstream import Downstreams
from runner.probes.inputs import Inputs
from runner.probes.load import Load
from runner.probes.postgres import Postgres
from runner.probes.probe import Probe, is_probe
from runner.probes.replicas import Replicas
from runner.probes.rounds import ready_to_judge, trouble_of
from runner.probes.service import Service
from runner.probes.stage import Stage
from runner.probes.untried import needed, not_tried
from runner.probes.valkey import Valkey
from runner.probes.verdict import Outcome, find_out
from runner.probes.watch import LagWatch
from runner.record.events import ProbeJudged, ProbeStarted
from runner.record.finding import Finding, Verdict
from runner.record.history import History
from runner.record.report import CriterionResult

MOST_ROUNDS = 3
Copies = TypeVar("Copies", Service, Replicas)


class ProbeItem(pytest.Function):
    """One probe as pytest sees it."""

    probe: Probe


class ProbePlugin:
    """Runs the probes of `criteria`, in that order; `results` fills as they are judged.

    A criterion waits for what it needs among these; what it needs beside them is the caller's to look at.
    """

    def __init__(self, stage: Stage, criteria: tuple[str, ...], histories: Path | None) -> None:
        self._stage, self._criteria, self._histories = stage, criteria, histories
        self.results: list[CriterionResult] = []
        self._history = History()
        self._service: Service | Replicas | None = None
        self._never_started = False
        self.trouble = ""

    # -- collection ------------------------------------------------------------------------------------------------

    def pytest_pycollect_makeitem(self, collector: pytest.Collector, name: str, obj: object) -> Any:
        if not is_probe(obj):
            return [] if name.startswith("test") else None
        assert isinstance(obj, Probe)
        item = ProbeItem.from_parent(collector, name=name, callobj=obj.drive)
        item.probe = obj
        return [item]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why `probes.py` could not be loaded: the last line of its traceback."""
        if report.failed:
            self.trouble = (report.longreprtext.strip().splitlines() or [""])[-1].removeprefix("E").strip()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Those asked for, in the order asked."""
        order = self._criteria
        items[:] = [i for i in items if isinstance(i, ProbeItem) and i.probe.id in order]
        items.sort(key=lambda item: order.index(item.probe.id) if isinstance(item, ProbeItem) else 0)

    # -- fixtures --------------------------------------------------------------------------------------------------

    @pytest.fixture
    def inputs(self, request: pytest.FixtureRequest) -> Inputs:
        return Inputs(self._stage.seed, _probe_of(request).id)

    @pytest.fixture
    def history(self) -> History:
        return self._history

    @pytest.fixture
    def downstreams(self, history: History) -> Iterator[Downstreams]:
        made = self._stage.downstreams(history)
        yield made
        for downstream in made.values():
            self._stage.run(downstream.close())

    @pytest.fixture(autouse=True)
    def backing(self, history: History) -> Iterator[Backing]:
        """Before the service, whose environment it is in; gone after it."""
        self._stage.run(self._stage.backing.begin(history))
        try:
            yield self._stage.backing
        finally:
            self._stage.run(self._stage.backing.end())

    @pytest.fixture
    def postgres(self, backing: Backing) -> Postgres:
        return backing.postgres

    @pytest.fixture
    def valkey(self, backing: Backing) -> Valkey:
        return backing.valkey

    @pytest.fixture
    def service(self, request: pytest.FixtureRequest, history: History, downstreams: Downstreams) -> Iterator[Service]:
        self._require_copies("service", self._stage.kata.spec.replicas == 1)
        yield from self._started(_probe_of(request), self._stage.service(_probe_of(request), history))

    @pytest.fixture
    def replicas(
        self, request: pytest.FixtureRequest, history: History, downstreams: Downstreams
    ) -> Iterator[Replicas]:
        self._require_copies("replicas", self._stage.kata.spec.replicas > 1)
        yield from self._started(_probe_of(request), self._stage.replicas(_probe_of(request), history))

    def _require_copies(self, fixture: str, is_right: bool) -> None:
        if not is_right:
            raise RuntimeError(
                f"`{fixture}` was asked for in a kata with `replicas: {self._stage.kata.spec.replicas}`; "
                f"a probe of one copy asks for `service`, and one of several for `replicas`"
            )

    def _started(self, probe: Probe, copies: Copies) -> Iterator[Copies]:
        self._service = copies
        try:
            if probe.start:
                self._stage.run(copies.start())
            yield copies
        finally:
            self._stage.run(copies.remove())

    @pytest.fixture
    def client(self, request: pytest.FixtureRequest, history: History) -> Iterator[Client]:
        several = self._stage.kata.spec.replicas > 1
        service: Service | Replicas = request.getfixturevalue("replicas" if several else "service")
        client = Client(self._stage.sandbox.relay, lambda: service.relay_name, history)
        yield client
        client.close()

    @pytest.fixture
    def load(self, client: Client) -> Load:
        return Load(client)

    # -- running ---------------------------------------------------------------------------------------------------

    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Drive with a deadline, the lag watch ticking beside it."""
        assert isinstance(pyfuncitem, ProbeItem)
        names = pyfuncitem._fixtureinfo.argnames
        arguments = {name: pyfuncitem.funcargs[name] for name in names}
        self._stage.run(ready_to_judge(pyfuncitem.probe, arguments, LagWatch(self._history)))
        return True

    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        assert isinstance(item, ProbeItem)
        blocked = self._blocked_by(item.probe.id)
        result = blocked or self._rounds(item, nextitem)
        self.results.append(result)
        self._stage.emit(ProbeJudged(self._stage.now(), result))
        return True

    def _blocked_by(self, criterion: str) -> CriterionResult | None:
        spec = self._stage.kata.criterion(criterion)
        passed = {r.criterion for r in self.results if r.finding.verdict is Verdict.PASSED}
        missing = [need for need in spec.needs if need in self._criteria and need not in passed]
        if self._never_started:
            return not_tried(spec, "the service could not be started")
        return not_tried(spec, needed(missing)) if missing else None

    def _rounds(self, item: ProbeItem, nextitem: pytest.Item | None) -> CriterionResult:
        began, starts, rounds = monotonic_s(), 0, 0
        outcome = Outcome(Finding(Verdict.ERROR, "The probe never ran."))
        while rounds < MOST_ROUNDS:
            rounds += 1
            self._stage.emit(ProbeStarted(self._stage.now(), item.probe.id, rounds))
            outcome = self._round(item, nextitem)
            starts += self._service.starts if self._service else 0
            if outcome.finding.verdict not in (Verdict.INCONCLUSIVE, Verdict.ERROR):
                break
        self._never_started = outcome.never_started
        if self._histories is not None:
            self._history.save(self._histories / f"{item.probe.id}.json")
        spec = self._stage.kata.criterion(item.probe.id)
        wall, window = monotonic_s() - began, item.probe.window_s * rounds
        return CriterionResult(
            item.probe.id, spec.sentence, outcome.finding, rounds, wall, window, starts, spec.lesson,
            vitals=self._stage.kept_vitals.series(self._stage.kata.spec.limits.memory_mb),
            watched=self._history.watched,
        )  # fmt: skip

    def _round(self, item: ProbeItem, nextitem: pytest.Item | None) -> Outcome:
        self._history = self._stage.history(item.probe.id)
        self._service = None
        item._initrequest()
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        if self._stage.stopping:
            raise KeyboardInterrupt
        if trouble := trouble_of(_error_of(item, reports), self._stage.backing.lost):
            self._history.set_trouble(trouble)
        return find_out(item.probe.id, item.probe.decide, self._history, self._stage.kata.spec.limits)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Keep the exception itself: the report has only its text."""
        if call.excinfo is not None and not getattr(item, "raised", None):
            item.raised = call.excinfo.value  # type: ignore[attr-defined]
        yield


def _error_of(item: ProbeItem, reports: list[pytest.TestReport]) -> BaseException | None:
    raised: BaseException | None = getattr(item, "raised", None)
    item.raised = None  # type: ignore[attr-defined]
    if raised is not None and any(report.failed or report.skipped for report in reports):
        return raised
    return None


def _probe_of(request: pytest.FixtureRequest) -> Probe:
    assert isinstance(request.node, ProbeItem)
    return request.node.probe
