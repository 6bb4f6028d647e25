"""What a probe may do with one service, on a stage of its own in both sandboxes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from runner.clock import monotonic_s
from runner.probes import Client, History
from runner.probes.service import DidNotStart, HeldUp
from runner.probes.stage import Stage
from runner.record.events import Event
from runner.sandbox.choose import SandboxName
from tests.probes.staging import both_sandboxes, on_stage

KATA = Path(__file__).parents[1] / "verifier" / "kata"


@both_sandboxes
def test_who_has_ended_refuses_at_once_until_started_again(sandbox: SandboxName) -> None:
    async def work(stage: Stage, events: list[Event]) -> None:
        history = History()
        stage.downstreams(history)
        service = stage.plain_service({}, stage.kata.spec.limits, history, "a-criterion")
        try:
            await service.start()
            client = Client(stage.sandbox.relay, lambda: service.relay_name, history)
            assert (await client.request("GET", "/healthz")).ok
            await service.kill()
            began_s = monotonic_s()
            refused = [await client.request("GET", "/healthz") for _ in range(3)]
            assert [(one.outcome, one.how) for one in refused] == [("fail", "refused")] * 3
            assert monotonic_s() - began_s < 1
            await service.start()
            assert (await client.request("GET", "/healthz")).ok
        finally:
            await service.remove()

    on_stage(sandbox, KATA, KATA / "service", work)


BUSY = "for (let n = 0; n < 12; n++) new (require('node:worker_threads').Worker)('for (;;);', { eval: true });\n"


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="only Linux tells of turns")
@pytest.mark.parametrize(("wanting", "whose"), [(1, "the service's"), (500, "others'")])
def test_a_start_that_takes_too_long_is_the_services_fault_unless_others_held_it_up(
    wanting: int, whose: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own threads keep each other from the cores; so many want one on the whole machine, as the kernel tells."""
    monkeypatch.setattr("runner.probes.starved.running_or_waiting", lambda: wanting)
    source = tmp_path / "service"
    shutil.copytree(KATA / "service", source)
    server = source / "server.js"
    listens = "server.listen(Number(process.env.PORT), () =>"
    assert listens in server.read_text()
    server.write_text(BUSY + server.read_text().replace(listens, "setInterval(() =>"))

    async def work(stage: Stage, events: list[Event]) -> None:
        stage.downstreams(history := History())
        service = stage.plain_service({}, stage.kata.spec.limits, history, "a-criterion")
        try:
            await service.launch()
            with pytest.raises(DidNotStart) as raised:
                await service.ready(within_s=2.0)
            assert isinstance(raised.value, HeldUp) is (whose == "others'"), (history.crowd, history.starved_s())
            assert ("too busy" in str(raised.value)) is (whose == "others'")
        finally:
            await service.remove()

    on_stage("process", KATA, source, work)
