"""What backing services cost: a fresh server, a query through the relay, a verification with a database and without."""

from __future__ import annotations

import asyncio
import secrets
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from runner.catalog.kata import BACKING
from runner.catalog.loader import load_kata
from runner.clock import monotonic_s
from runner.probes.client import Client
from runner.probes.stage import Stage
from runner.record.events import RunEnded
from runner.record.history import History
from runner.sandbox.backing.postgres import make_postgres
from runner.sandbox.backing.providers import NAMES, Availability, choose, missing
from runner.sandbox.backing.run_folder import RunFolder
from runner.sandbox.backing.valkey import make_valkey
from runner.sandbox.choose import make_sandbox, prepare
from runner.verifier.request import VerifyRequest, sandbox_name
from runner.verifier.verify import verify

Measured = tuple[str, float, str, float | None]
"""Name, value, unit, and the limit where there is one."""

_TIMES = 7
_QUERIES = 1000
_FRESH_LIMIT_S = {"postgres": 0.3, "valkey": 0.1}
_KATA = """
title: A service with a database, to be measured
lesson: the-event-loop
points: [A1.1]
difficulty: 1
minutes: 5
{backing}
criteria:
  - {{id: answers, sentence: It answers., measure: an answer, limit: one, why: it is measured}}
"""
_PROBES = """
from runner.probes import Client, Finding, History, passed, probe

@probe("answers")
async def it_is_asked(client: Client) -> None:
    await client.request("GET", "/healthz")

@it_is_asked.judge
def it_answers(history: History) -> Finding:
    return passed("It answered.")
"""
_SERVICE = """
const pg = require('pg');
async function bench(times) {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  const took = [];
  for (let n = 0; n < times; n += 1) {
    const began = performance.now();
    await client.query('select 1');
    took.push(performance.now() - began);
  }
  await client.end();
  return took.sort((a, b) => a - b)[times >> 1];
}
require('node:http').createServer(async (request, response) => {
  const times = Number(request.url.slice('/bench/'.length));
  const median = times ? await bench(times) : 0;
  response.end(JSON.stringify({ instance: process.env.INSTANCE_ID, median }));
}).listen(Number(process.env.PORT));
"""


def backing_figures(sandboxes: Sequence[str]) -> Iterator[Measured]:
    """Measured one after the other; of what this machine has no provider for there is none."""
    there = [kind for kind in BACKING if not missing((kind,))]
    for kind in there:
        prepare("process", lambda text, fraction: None, (kind,))
        yield f"a fresh {NAMES[kind]} to its first answer", asyncio.run(_fresh(kind)), "s", _FRESH_LIMIT_S[kind]
    if "postgres" not in there:
        return
    with tempfile.TemporaryDirectory() as scratch:
        without, backed = _kata(Path(scratch) / "without", ""), _kata(Path(scratch) / "with", "backing: [postgres]")
        for sandbox in sandboxes:
            yield f"{sandbox}: select 1 from a service, median", _query(backed, sandbox), "ms", 1.0
            added = asyncio.run(_added(without, backed, sandbox))
            yield f"{sandbox}: what a database adds to a verification", added, "s", 0.5


async def _fresh(kind: str) -> float:
    found = choose(kind)
    times = []
    for _ in range(_TIMES):
        run = RunFolder(f"bench-{secrets.token_hex(4)}")
        try:
            times.append(await _started(kind, found, run))
        finally:
            run.remove()
    return statistics.median(times)


async def _started(kind: str, found: Availability, run: RunFolder) -> float:
    began = monotonic_s()
    server = make_postgres(found, run, _ignore) if kind == "postgres" else make_valkey(found, run, 1, _ignore)
    try:
        await server.start()
        return monotonic_s() - began
    finally:
        await server.remove()


def _ignore(pid: int, up: bool) -> None:
    pass


def _kata(folder: Path, backing: str) -> Path:
    (folder / "service").mkdir(parents=True)
    (folder / "kata.yaml").write_text(_KATA.format(backing=backing))
    (folder / "probes.py").write_text(_PROBES)
    (folder / "service" / "server.js").write_text(_SERVICE)
    return folder


def _query(folder: Path, sandbox: str) -> float:
    kata = load_kata(folder)
    made, _ = make_sandbox(sandbox_name(sandbox), f"bench-{secrets.token_hex(4)}")
    stage = Stage(kata, kata.service_folder, made, 0, lambda event: None)
    try:
        return stage.run(_median_ms(stage))
    finally:
        stage.loop.run_until_complete(stage.close())


async def _median_ms(stage: Stage) -> float:
    await stage.open()
    history = History()
    await stage.backing.begin(history)
    service = stage.plain_service({}, stage.kata.spec.limits, history, "")
    await service.start()
    try:
        client = Client(stage.sandbox.relay, lambda: service.relay_name, history)
        answers = [await client.request("GET", f"/bench/{_QUERIES}") for _ in range(3)]
        return statistics.median(float(answer.json()["median"]) for answer in answers)
    finally:
        await service.remove()


async def _added(without: Path, backed: Path, sandbox: str) -> float:
    """Wall time of whole verifications, in turns, so that a busy minute weighs on both."""
    times: dict[Path, list[float]] = {without: [], backed: []}
    for _ in range(_TIMES):
        for folder, taken in times.items():
            taken.append(await _wall_s(folder, sandbox))
    return statistics.median(times[backed]) - statistics.median(times[without])


async def _wall_s(folder: Path, sandbox: str) -> float:
    began = monotonic_s()
    async for event in verify(VerifyRequest(load_kata(folder), folder / "service", sandbox)):
        if isinstance(event, RunEnded) and event.report.exit_code != 0:
            raise RuntimeError(f"the measured verification did not pass: {event.report.results[0].finding.sentence}")
    return monotonic_s() - began
