"""What a probe may do with several replicas, on a stage of its own in both sandboxes."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import docker
import pytest

from runner.clock import monotonic_s
from runner.probes import Client, History, Load, Replicas, Req
from runner.probes.service import DidNotStart
from runner.probes.stage import Stage
from runner.record.events import Event, LineLogged, ServiceStarted, ServiceStopped, VitalsSampled
from runner.sandbox.choose import SandboxName
from runner.sandbox.owner import Owner
from runner.sandbox.reaper import LABEL_OWNER
from tests.probes.staging import both_sandboxes, on_stage

KATA = Path(__file__).parents[1] / "verifier" / "three"
NAMES = ["replica-1", "replica-2", "replica-3"]


class Scene:
    """Replicas on an open stage, a client through the round-robin, and what was told of them."""

    def __init__(self, stage: Stage, events: list[Event]) -> None:
        self.stage, self.events = stage, events
        self.history = History()
        stage.downstreams(self.history)
        self.replicas: Replicas = stage.plain_replicas({}, stage.kata.spec.limits, self.history, "a-criterion")
        self.client = Client(stage.sandbox.relay, lambda: self.replicas.relay_name, self.history)

    async def instance(self, client: Client) -> str:
        """The INSTANCE_ID of whoever answers; empty where nobody does."""
        exchange = await client.request("GET", "/healthz")
        return str(exchange.json()["instance"]) if exchange.ok else ""


def with_replicas(sandbox: SandboxName, source: Path, work: Callable[[Scene], Awaitable[None]]) -> None:
    async def run(stage: Stage, events: list[Event]) -> None:
        scene = Scene(stage, events)
        try:
            await work(scene)
        finally:
            await scene.replicas.remove()

    on_stage(sandbox, KATA, source, run)


def variant(tmp_path: Path, old: str, new: str) -> Path:
    folder = tmp_path / "service"
    shutil.copytree(KATA / "service", folder)
    text = (folder / "server.js").read_text()
    assert old in text
    (folder / "server.js").write_text(text.replace(old, new))
    return folder


@both_sandboxes
def test_each_replica_is_a_service_of_its_own_and_can_be_spoken_to_alone(sandbox: SandboxName) -> None:
    async def work(scene: Scene) -> None:
        replicas, client = scene.replicas, scene.client
        await replicas.start()
        alone = [await scene.instance(client.to(replica)) for replica in replicas]
        assert len(set(alone)) == 3 and all(alone)
        in_turn = [await scene.instance(client) for _ in range(6)]
        assert sorted(in_turn[:3]) == sorted(alone) and in_turn[:3] == in_turn[3:]
        exchanges = scene.history.exchanges()
        assert [e.replica for e in exchanges[:3]] == NAMES
        assert [e.replica for e in exchanges[3:]] == [NAMES[alone.index(name)] for name in in_turn]
        assert len({e.conn for e in exchanges}) == len(exchanges) == len({e.n for e in exchanges})
        assert sorted({line.replica for line in scene.history.lines()}) == NAMES
        assert {e.told for e in scene.events if isinstance(e, LineLogged)} == {f"{name} | up" for name in NAMES}
        started = [e for e in scene.events if isinstance(e, ServiceStarted)]
        assert sorted(e.replica for e in started) == NAMES and len({e.url for e in started}) == 3
        assert all("kill" in e.kill_line for e in started)
        assert min([await replica.rss_mb() for replica in replicas]) > 20

    with_replicas(sandbox, KATA / "service", work)


@both_sandboxes
def test_one_is_killed_and_comes_back_and_the_others_answer_meanwhile(sandbox: SandboxName) -> None:
    async def work(scene: Scene) -> None:
        replicas, client, history = scene.replicas, scene.client, scene.history
        await replicas.start()
        second = client.to(replicas[1])
        before = await scene.instance(second)
        await replicas[1].kill()
        assert await replicas.leaves_rotation(replicas[1], within_s=0)
        assert [one.name for one in replicas.in_rotation] == ["replica-1", "replica-3"]
        assert [(e.signal, e.replica, e.asked) for e in history.exits] == [("SIGKILL", "replica-2", True)]
        assert [(s.name, s.replica) for s in history.signals] == [("SIGKILL", "replica-2")]
        asked = [await client.request("GET", "/healthz") for _ in range(4)]
        assert all(e.ok for e in asked) and {e.replica for e in asked} == {"replica-1", "replica-3"}
        began_s = monotonic_s()
        dead = await second.request("GET", "/healthz")
        assert (dead.outcome, dead.how, dead.replica) == ("fail", "refused", "replica-2")
        assert monotonic_s() - began_s < 1
        await replicas[1].restart()
        assert len(replicas.in_rotation) == 3
        assert await scene.instance(second) not in ("", before), "another instance takes its place"
        assert [(r.replica, r.is_in) for r in history.rotations[3:]] == [("replica-2", False), ("replica-2", True)]
        stopped = [e for e in scene.events if isinstance(e, ServiceStopped)]
        assert [e.replica for e in stopped] == ["replica-2"]

    with_replicas(sandbox, KATA / "service", work)


@both_sandboxes
def test_a_rolling_restart_of_a_service_that_drains_loses_nothing(sandbox: SandboxName) -> None:
    async def work(scene: Scene) -> None:
        replicas, history = scene.replicas, scene.history
        await replicas.start()
        least = 3
        async with Load(scene.client).in_background([Req("GET", "/healthz")], rate_hz=100, connections=0) as load:
            await replicas.roll(grace_s=5)
            least = len(replicas.in_rotation)
        assert [e for e in load.exchanges if not e.ok] == []
        assert {e.replica for e in load.exchanges} == set(NAMES) and least == 3
        assert [(e.code, e.replica) for e in history.exits] == [(0, name) for name in NAMES]
        assert {s.name for s in history.signals} == {"SIGTERM"}
        assert [r.replica for r in history.rotations[3:]] == [name for name in NAMES for _ in ("out", "in")]

    with_replicas(sandbox, KATA / "service", work)


def test_what_ignores_sigterm_is_killed_when_its_grace_is_over(tmp_path: Path) -> None:
    async def work(scene: Scene) -> None:
        await scene.replicas.start()
        await scene.replicas.roll(grace_s=0.1)
        assert [(e.signal, e.replica) for e in scene.history.exits] == [("SIGKILL", name) for name in NAMES]
        assert [s.name for s in scene.history.signals] == ["SIGTERM", "SIGKILL"] * 3
        assert scene.replicas.starts == 6

    with_replicas("process", variant(tmp_path, "isReady = false;\n", "if (PORT) return;\n"), work)


def test_a_replica_that_is_never_ready_is_told_of_its_readiness(tmp_path: Path) -> None:
    async def work(scene: Scene) -> None:
        await scene.replicas.launch()
        with pytest.raises(DidNotStart, match="answered /healthz, but /readyz not with 200"):
            await scene.replicas.ready(within_s=1.5)
        refused = await scene.client.request("GET", "/healthz")
        assert (refused.outcome, refused.how, refused.replica) == ("fail", "refused", "")

    with_replicas("process", variant(tmp_path, "let isReady = true", "let isReady = false"), work)


def test_replicas_that_cannot_start_say_why_at_once(tmp_path: Path) -> None:
    async def work(scene: Scene) -> None:
        began_s = monotonic_s()
        with pytest.raises(DidNotStart, match="no such table"):
            await scene.replicas.start()
        assert monotonic_s() - began_s < 10

    with_replicas("process", variant(tmp_path, "let isReady", "throw new Error('no such table');\nlet isReady"), work)


def test_a_request_on_a_kept_connection_stays_with_its_replica() -> None:
    async def work(scene: Scene) -> None:
        await scene.replicas.start()
        conn = await scene.client.connect()
        stayed = [await scene.client.request("GET", "/healthz", conn=conn) for _ in range(4)]
        assert {e.replica for e in stayed} == {conn.replica} and conn.replica in NAMES
        conn.close()
        async with Load(scene.client).in_background([Req("GET", "/healthz")], rate_hz=100, connections=3) as load:
            await asyncio.sleep(0.3)
        assert {e.replica for e in load.exchanges} == set(NAMES)

    with_replicas("process", KATA / "service", work)


def test_vitals_of_several_processes_are_told_as_one_picture() -> None:
    async def work(scene: Scene) -> None:
        await scene.replicas.start()
        until_s = monotonic_s() + 5
        while not any(isinstance(e, VitalsSampled) for e in scene.events) and monotonic_s() < until_s:
            await asyncio.sleep(0.02)
        sampled = [e for e in scene.events if isinstance(e, VitalsSampled)]
        assert sampled and all(20 < e.rss_bytes / 2**20 < 200 for e in sampled)

    with_replicas("process", KATA / "service", work)


def _containers() -> int:
    """How many this process has at the engine."""
    client = docker.from_env()
    try:
        label = f"{LABEL_OWNER}={Owner.current().label}"
        return len(client.api.containers(all=True, filters={"label": label}))
    finally:
        client.close()


@pytest.mark.docker
def test_those_killed_and_begun_anew_take_no_more_room_on_the_lane() -> None:
    """A lane has eleven places, and a probe that kills all of its replicas may be repeated."""

    async def work(scene: Scene) -> None:
        await scene.replicas.start()
        before = await asyncio.to_thread(_containers)
        for _ in range(2):
            await asyncio.gather(*(one.kill() for one in scene.replicas))
            await scene.replicas.start()
        assert await asyncio.to_thread(_containers) == before == 7, "the relay, three replicas and the place of each"

    with_replicas("docker", KATA / "service", work)
