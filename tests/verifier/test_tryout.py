"""A block is run as a service is: confined, within its limits, told as it happens, and leaving nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from pathlib import Path

import pytest

from runner.clock import monotonic_s
from runner.record.events import LineLogged, SampleTaken
from runner.record.tries import TryEnded, TryEvent, TryStarted
from runner.sandbox.choose import SandboxName, prepare
from runner.verifier.request import VerifyError
from runner.verifier.shown import Seen, seen_in
from runner.verifier.tryout import TryRequest, try_out
from tests.sandbox.driving import runs

PLACES = ["process", pytest.param("docker", marks=pytest.mark.docker)]


@functools.cache
def _prepared(name: SandboxName) -> None:
    prepare(name, lambda text, fraction: None)


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> SandboxName:
    name: SandboxName = request.param
    _prepared(name)
    return name


def tried(code: str, place: str, language: str = "js") -> tuple[list[TryEvent], Seen]:
    async def collect() -> list[TryEvent]:
        return [event async for event in try_out(TryRequest("a-block", code, language, place))]

    events = asyncio.run(collect())
    return events, seen_in(events)


def test_what_it_prints_is_told_in_order_and_samples_apart(place: SandboxName) -> None:
    code = """
    console.log('one');
    console.log(JSON.stringify({ series: 'delay', t: 0.5, ms: 7, limit: 9 }));
    console.error('two');
    process.exitCode = 3;
    """
    events, seen = tried(code, place)
    started = next(event for event in events if isinstance(event, TryStarted))
    assert (started.sandbox, started.sealed) == (place, place == "docker")
    assert (seen.stdout, seen.stderr) == (("one",), ("two",))
    (sample,) = [event for event in events if isinstance(event, SampleTaken)]
    assert (sample.series, sample.unit, sample.t_s, sample.value, sample.limit) == ("delay", "ms", 0.5, 7.0, 9.0)
    assert isinstance(events[-1], TryEnded)
    assert (seen.ended.code, seen.ended.signal, seen.ended.reason, seen.ended.trouble) == (3, None, "", "")


def test_it_is_a_module_in_a_folder_of_its_own_that_it_may_write_to_with_the_toolbox_at_hand(
    place: SandboxName,
) -> None:
    code = """
    import { readdirSync, writeFileSync, existsSync } from 'node:fs';
    import { Worker, isMainThread } from 'node:worker_threads';
    import express from 'express';
    console.log(readdirSync('.').join(), typeof express, import.meta.main);
    writeFileSync('mine.txt', 'x');
    await new Promise((done) => new Worker("process.exit(0)", { eval: true }).on('exit', (code) => {
      console.log('worker', code);
      done();
    }));
    console.log(existsSync('mine.txt'), isMainThread);
    """
    _, seen = tried(code, place)
    assert seen.stdout == ("a-block.mjs function true", "worker 0", "true true"), seen


def test_what_it_writes_beside_itself_it_can_import_and_its_loopback_is_its_own(place: SandboxName) -> None:
    code = """
    import { mkdirSync, writeFileSync } from 'node:fs';
    import { createServer } from 'node:http';
    mkdirSync('node_modules/mine', { recursive: true });
    writeFileSync('node_modules/mine/package.json', '{"type": "module", "main": "index.js"}');
    writeFileSync('node_modules/mine/index.js', 'export const word = "mine";');
    console.log((await import('mine')).word);
    const server = createServer((q, r) => r.end('here')).listen(0, '127.0.0.1', async () => {
      console.log(await (await fetch(`http://127.0.0.1:${server.address().port}`)).text());
      server.close();
    });
    """
    _, seen = tried(code, place)
    assert seen.stdout == ("mine", "here"), seen


def test_it_can_fork_itself_and_end_as_node_ends_by_itself(place: SandboxName) -> None:
    code = """
    import cluster from 'node:cluster';
    if (cluster.isPrimary) {
      cluster.fork().on('exit', (code) => console.log('worker', code));
      await new Promise((done) => cluster.on('exit', done));
      await new Promise(() => {});
    } else process.exit(5);
    """
    _, seen = tried(code, place)
    assert (seen.stdout, seen.ended.code) == (("worker 5",), 13)
    assert any("unsettled top-level await" in line for line in seen.stderr)
    assert any("a-block.mjs" in line for line in seen.stderr)


@pytest.mark.docker
def test_from_docker_there_is_no_way_out() -> None:
    _prepared("docker")
    code = "fetch('http://192.0.2.1/').then(() => console.log('out'), (e) => console.log(e.cause.code));"
    _, seen = tried(code, "docker")
    assert seen.stdout in {("ENETUNREACH",), ("UND_ERR_CONNECT_TIMEOUT",), ("EHOSTUNREACH",)}


def test_typescript_is_run_as_well(place: SandboxName) -> None:
    _, seen = tried("const n: number = 7;\nconsole.log(n satisfies number);", place, "ts")
    assert seen.stdout == ("7",) and seen.ended.code == 0


def test_a_stack_trace_names_the_block_and_its_line(place: SandboxName) -> None:
    _, seen = tried("\nnull.x;", place)
    assert seen.ended.code == 1
    assert any("a-block.mjs:2" in line for line in seen.stderr)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("for (;;) { console.log('x'.repeat(8000)); await new Promise(setImmediate); }", "output"),
        ("const kept = []; setInterval(() => kept.push(Buffer.alloc(16e6, 1)), 1);", "memory"),
    ],
)
def test_a_limit_ends_it_and_is_named(place: SandboxName, code: str, reason: str) -> None:
    _, seen = tried(code, place)
    assert seen.ended.reason == reason
    assert len(seen.stdout) < 200


@pytest.mark.slow
def test_after_ten_seconds_it_is_ended_with_all_it_started() -> None:
    _prepared("process")
    code = """
    import { spawn } from 'node:child_process';
    const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    console.log(child.pid);
    """
    began_s = monotonic_s()
    _, seen = tried(code, "process")
    assert (seen.ended.signal, seen.ended.reason) == ("SIGKILL", "time")
    assert 9.5 < seen.ended.at_s < 12 and monotonic_s() - began_s < 20
    assert not runs(int(seen.stdout[0]))


def test_a_worker_keeps_the_limits_it_was_given(place: SandboxName) -> None:
    code = """
    import { Worker } from 'node:worker_threads';
    const full = `const kept = [];
      const grow = () => {
        for (let i = 0; i < 5000; i += 1) kept.push({ text: 'x' + kept.length });
        setImmediate(grow);
      };
      grow();`;
    const worker = new Worker(full, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 40 } });
    worker.once('error', (error) => console.log(error.code));
    """
    _, seen = tried(code, place)
    assert (seen.stdout, seen.ended.code) == (("ERR_WORKER_OUT_OF_MEMORY",), 0), seen


def test_closing_the_stream_ends_the_block_and_leaves_nothing(place: SandboxName) -> None:
    async def leave_early() -> str:
        code = "console.log(process.pid, process.cwd()); setInterval(() => {}, 1000);"
        async with contextlib.aclosing(try_out(TryRequest("a-block", code, "js", place))) as events:
            async for event in events:
                if isinstance(event, LineLogged):
                    return event.text
        raise AssertionError("it printed nothing")

    pid, folder = asyncio.run(leave_early()).split()
    if place == "process":
        assert not runs(int(pid)) and not Path(folder).exists()
    else:
        assert _containers_running_a_block() == []


def _containers_running_a_block() -> list[str]:
    import docker

    client = docker.from_env()
    try:
        return [each["Id"] for each in client.api.containers() if "a-block.mjs" in each["Command"]]
    finally:
        client.close()


def test_an_unknown_sandbox_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VerifyError, match="no sandbox 'podman'"):
        tried("", "podman")
