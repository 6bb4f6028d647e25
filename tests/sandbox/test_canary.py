"""The test of the test: the canary proves the lane sealed, and finds the ways out of a plain bridge."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from runner.sandbox import canary, docker
from runner.sandbox.base import SandboxError
from runner.sandbox.canary import Answers, Proof, ensure_sealed, kept_proof, leaks_in, run_canary
from runner.sandbox.choose import make_sandbox
from runner.sandbox.engine import connect
from runner.sandbox.image import BaseImage
from runner.sandbox.lane import Lane
from runner.sandbox.toolbox import Toolbox
from tests.sandbox.driving import opened

GOOD = Answers(1000, "0" * 16, "1", "2", ["10.213.0.1"], [], ["127.0.0.11"], False, [], [], 32 * 2**20, [])
BAD = {
    "uid": 0,
    "capabilities": "00000000a80425fb",
    "no_new_privileges": "0",
    "seccomp": "0",
    "live_gateways": ["172.17.0.1"],
    "nameservers": ["192.0.2.53"],
    "resolves": True,
    "addresses6": ["fe80"],
    "writable": ["/app/x"],
    "tmp_bytes": 2**29,
    "reached": ["172.17.0.1"],
}


@pytest.mark.parametrize("answer", BAD)
def test_each_single_leak_is_told(answer: str) -> None:
    assert not leaks_in(GOOD)
    assert len(leaks_in(msgspec.structs.replace(GOOD, **{answer: BAD[answer]}))) == 1


@pytest.mark.docker
def test_the_canary_passes_on_a_lane_and_is_kept(
    docker_ready: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, facts = connect()
    image = BaseImage(client, facts, Toolbox())
    monkeypatch.setenv("PRODRILL_CACHE", str(tmp_path))
    assert kept_proof(facts, image.tag) is None
    proof = ensure_sealed(client, facts, image.tag, lambda text, fraction: None)
    assert proof.leaks == []
    monkeypatch.setattr(canary, "run_canary", None)
    assert ensure_sealed(client, facts, image.tag, lambda text, fraction: None) == proof
    assert kept_proof(facts, "another") is None


@pytest.mark.docker
def test_the_canary_fails_on_a_plain_bridge(docker_ready: None) -> None:
    client, facts = connect()
    proof = run_canary(client, facts, BaseImage(client, facts, Toolbox()).tag, "bridge", {})
    assert not proof.sealed
    assert any("default route" in leak for leak in proof.leaks)
    assert any("reaches the host" in leak for leak in proof.leaks)


@pytest.mark.docker
def test_the_canary_fails_on_a_lane_whose_bridge_has_an_address(
    docker_ready: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, facts = connect()
    monkeypatch.setattr("runner.sandbox.lane._options", lambda facts: {})
    lane = Lane.make(client, facts, "prodrill-test-leaky", {})
    try:
        proof = run_canary(client, facts, BaseImage(client, facts, Toolbox()).tag, lane.id, {}, gateway=lane.gateway)
    finally:
        lane.remove()
    assert any("reaches the host" in leak for leak in proof.leaks)


@pytest.mark.docker
def test_nothing_is_run_unsealed_unless_the_user_says_so(docker_ready: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker, "ensure_sealed", lambda *_: Proof(GOOD, ["it has a way out"]))

    async def refused() -> None:
        sandbox, _ = make_sandbox("docker", "test-unsealed")
        try:
            with pytest.raises(SandboxError, match="it has a way out"):
                await sandbox.open()
        finally:
            await sandbox.close()

    async def accepted() -> None:
        async with opened("docker") as sandbox:
            assert not sandbox.sealed
            assert "it has a way out" in sandbox.versions()["sandbox"]

    asyncio.run(refused())
    monkeypatch.setenv("PRODRILL_UNSEALED", "1")
    asyncio.run(accepted())
