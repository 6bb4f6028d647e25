"""What a probe may do with one service, on a stage of its own in both sandboxes."""

from __future__ import annotations

from pathlib import Path

from runner.clock import monotonic_s
from runner.probes import Client, History
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
