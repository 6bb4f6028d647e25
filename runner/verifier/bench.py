"""What the machinery costs, measured in one run and printed: overheads, wall times, the load generator, start-up."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from runner.catalog.answers import load_key
from runner.catalog.kata import Kata
from runner.catalog.loader import all_katas, load_kata
from runner.clock import monotonic_s
from runner.probes import Client, History, Load, Req
from runner.record.report import CriterionResult
from runner.sandbox.cache import cache_dir
from runner.sandbox.choose import prepare
from runner.sandbox.node import node_binary, npm_cli
from runner.sandbox.relay import Relay
from runner.verifier.bench_backing import backing_figures
from runner.verifier.bench_plain import plain_figures
from runner.verifier.prove import Row, cells_of, prove
from runner.verifier.request import sandbox_name

_BROKEN_TIMES = 3
_RATE_HZ = 500
_TOP_RATE_CONNECTIONS = 10
_TOP_RATE_S = 3.0
_STARTS = 7
_HELLO = (
    "const s = require('node:http').createServer((q, r) => r.end('hello'));"
    "s.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: s.address().port })))"
)
_RELAY = Path(__file__).parents[1] / "sandbox" / "relay.mjs"


class Figure(Struct, frozen=True):
    """One measured figure; `limit` is what it must stay under, None where it is only shown."""

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def text(self) -> str:
        bound = (
            "" if self.limit is None else f"  (limit {self.limit:g}{'' if self.value <= self.limit else ', EXCEEDED'})"
        )
        return f"{self.name:58} {self.value:9.2f} {self.unit}{bound}"


Doing = Callable[[str], None]


def _nothing(_: str) -> None:
    """For whoever does not want to hear what is being done."""


def main(
    sandboxes: Sequence[str] = ("process", "docker"),
    katas: Sequence[Kata] = (),
    *,
    as_json: bool = False,
    doing: Doing = _nothing,
) -> int:
    """Measure and print; the exit code is 1 where a limit is exceeded.

    With `katas` only what they cost. `doing` hears what is measured now, and an empty text before a figure is printed.
    """
    measured = _of_katas(katas, sandboxes, doing) if katas else _measure(sandboxes, doing)
    return print_figures(measured, as_json=as_json, doing=doing)


def print_figures(measured: Iterator[Figure], *, as_json: bool, doing: Doing = _nothing) -> int:
    """Print each figure as it comes, or all of them as JSON; 1 where a limit is exceeded, else 0."""
    figures: list[Figure] = []
    for figure in measured:
        figures.append(figure)
        doing("")
        if not as_json:
            print(figure.text, flush=True)
    if as_json:
        print(json.dumps([{"name": f.name, "value": f.value, "unit": f.unit, "limit": f.limit} for f in figures]))
    return 0 if all(f.limit is None or f.value <= f.limit for f in figures) else 1


def _measure(sandboxes: Sequence[str], doing: Doing) -> Iterator[Figure]:
    yield from _of_katas(all_katas(), sandboxes, doing)
    doing("starting databases")
    yield from (Figure(*figure) for figure in backing_figures(sandboxes))
    doing("loading a service")
    yield from asyncio.run(_generator())
    doing("starting prodrill")
    yield from _start_up()


def _of_katas(katas: Sequence[Kata], sandboxes: Sequence[str], doing: Doing) -> Iterator[Figure]:
    for sandbox in sandboxes:
        prepare(sandbox_name(sandbox), lambda text, fraction: None)
        yield from _verifications(katas, sandbox, doing)
    for kata in katas:
        doing(f"{kata.slug} beside busy loops, and a plain script of it")
        yield from (Figure(*figure) for figure in plain_figures([kata]))


def _rows(kata: Kata, sandbox: str, variants: Sequence[str], repeat: int, doing: Doing) -> list[Row]:
    """The rows of these, one after the other, each said before it begins."""
    cells = cells_of([kata], [sandbox], variants=variants, repeat=repeat)
    done = 0

    def next_one(*_: object) -> None:
        nonlocal done
        if done < len(cells):
            doing(f"{sandbox}: {kata.slug}, {cells[done].answer.name} ({done + 1} of {len(cells)})")
        done += 1

    next_one()
    return asyncio.run(prove(cells, on_row=next_one))


def _verifications(katas: Sequence[Kata], sandbox: str, doing: Doing) -> Iterator[Figure]:
    walls: list[float] = []
    firsts: list[float] = []
    for kata in katas:
        accepted = [answer.name for answer in load_key(kata).accepted]
        rows = _rows(kata, sandbox, accepted, 1, doing)
        walls += [row.wall_s for row in rows]
        start_s = 0.7 if sandbox == "docker" else 0.4
        worst = max(rows, key=lambda row: _overhead_s(row) - start_s * _starts(row))
        limit = 1.5 + start_s * _starts(worst)
        yield Figure(f"{sandbox}: {kata.slug}, overhead ({_starts(worst)} starts)", _overhead_s(worst), "s", limit)
        yield Figure(f"{sandbox}: {kata.slug}, slowest accepted fix", max(row.wall_s for row in rows), "s", 12.0)
        broken = _rows(kata, sandbox, ["broken"], _BROKEN_TIMES, doing)
        firsts.append(statistics.median(row.first_failed_s or row.wall_s for row in broken))
        yield Figure(f"{sandbox}: {kata.slug}, broken, until its first failure", firsts[-1], "s")
    if len(katas) > 1:
        yield Figure(f"{sandbox}: median until the first failure", statistics.median(firsts), "s", 4.0)
        yield Figure(f"{sandbox}: median over accepted fixes", statistics.median(walls), "s", 7.0)


def _overhead_s(row: Row) -> float:
    """Wall time less what the probes declared their drives need, of those that ran one after the other."""
    return row.wall_s - sum(result.window_s for result in _in_line(row))


def _starts(row: Row) -> int:
    return sum(result.starts for result in _in_line(row))


def _in_line(row: Row) -> list[CriterionResult]:
    """The results of the child that took longer, where some were judged aside."""
    aside = {criterion.id for criterion in load_kata(row.kata).criteria if criterion.aside}
    lines = [[each for each in row.report.results if (each.criterion in aside) is there] for there in (False, True)]
    return max(lines, key=lambda line: sum(each.wall_s for each in line))


# -- the load generator ------------------------------------------------------------------------------------------------


@contextmanager
def _node(*arguments: str, **env: str) -> Iterator[int]:
    """A Node.js program that says its port in one JSON line; ended with the block."""
    process = subprocess.Popen([str(node_binary()), *arguments], stdout=subprocess.PIPE, env={**os.environ, **env})
    assert process.stdout is not None
    try:
        yield int(json.loads(process.stdout.readline())["port"])
    finally:
        process.kill()
        process.wait()


async def _generator() -> list[Figure]:
    token = secrets.token_hex(8)
    with _node("-e", _HELLO) as service, _node(str(_RELAY), RELAY_TOKEN=token) as port:
        relay = Relay("127.0.0.1", port, token)
        await relay.connect()
        await relay.map("service", "127.0.0.1", service)
        load = Load(Client(relay, "service", History()))
        exchanges = await load.constant_rate([Req("GET", "/")], rate_hz=_RATE_HZ, duration_s=4.0)
        late = sorted(exchange.lag_s * 1000 for exchange in exchanges)
        ours = await _top_rate(Client(relay, "service", History()))
        await relay.close()
        theirs = await asyncio.to_thread(_autocannon, service)
    figures = [
        Figure(f"load generator: late by, p99 at {_RATE_HZ}/s", late[int(len(late) * 0.99)], "ms", 2.0),
        Figure(f"load generator: top rate, {_TOP_RATE_CONNECTIONS} connections, through the relay", ours, "/s"),
    ]
    return figures + ([Figure("autocannon: top rate on the same service, direct", theirs, "/s")] if theirs else [])


async def _top_rate(client: Client) -> float:
    """Requests a second, closed loop: each connection sends its next when the last is answered."""
    ends = monotonic_s() + _TOP_RATE_S
    counts = await asyncio.gather(*(_hammer(client, ends) for _ in range(_TOP_RATE_CONNECTIONS)))
    return sum(counts) / _TOP_RATE_S


async def _hammer(client: Client, ends: float) -> int:
    conn = await client.connect()
    done = 0
    while monotonic_s() < ends:
        done += (await client.request("GET", "/", conn=conn)).ok
    conn.close()
    return done


def _autocannon(port: int) -> float:
    """Its requests a second on the service, or 0 where npm cannot bring it."""
    folder = cache_dir() / "bench"
    tool = folder / "node_modules" / "autocannon" / "autocannon.js"
    if not tool.exists():
        folder.mkdir(parents=True, exist_ok=True)
        npm = [
            str(node_binary()),
            str(npm_cli()),
            "install",
            "--prefix",
            str(folder),
            "--ignore-scripts",
            "--no-audit",
            "autocannon@8",
        ]
        if subprocess.run(npm, capture_output=True, check=False).returncode != 0:
            return 0.0
    command = [
        str(node_binary()),
        str(tool),
        "-c",
        str(_TOP_RATE_CONNECTIONS),
        "-d",
        str(int(_TOP_RATE_S)),
        "-j",
        f"http://127.0.0.1:{port}/",
    ]
    said = subprocess.run(command, capture_output=True, check=False, timeout=60)
    return float(json.loads(said.stdout)["requests"]["average"]) if said.returncode == 0 else 0.0


# -- start-up ----------------------------------------------------------------------------------------------------------


def _start_up() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "PRODRILL_HOME": home}
        times = [_timed([sys.executable, "-m", "runner.cli.main", "list"], env) for _ in range(_STARTS)]
        yield Figure("prodrill list", statistics.median(times) * 1000, "ms", 150.0)


def _timed(command: list[str], env: dict[str, str]) -> float:
    began = monotonic_s()
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=True)
    return monotonic_s() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ("process", "docker")))
