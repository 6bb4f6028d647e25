"""The same seed gives the same inputs in the same order, however fast the machine or the service is meanwhile."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from runner.catalog.loader import load_kata
from runner.probes.inputs import Inputs
from runner.verifier import VerifyRequest, verify
from tests.trust.delaying import KATAS
from tests.trust.record import SEED

_ID_OF_THE_SERVICE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/bookings/)\d+")
Asked = dict[str, dict[int, list[str]]]


def test_a_source_apart_takes_nothing_from_the_other() -> None:
    one, other = Inputs(7, "c"), Inputs(7, "c")
    beside = one.apart("callers")
    drawn = [beside.random() for _ in range(5)]
    assert [one.random() for _ in range(3)] == [other.random() for _ in range(3)]
    assert drawn == [other.apart("callers").random(), *drawn[1:]]
    assert other.apart("a").random() != other.apart("b").random() != Inputs(7, "d").apart("b").random()


def asked(data: dict[str, Any]) -> Asked:
    """What was asked on each connection, in order; ids that the service made are left out."""
    found: Asked = {}
    for exchange in sorted(data.get("exchanges", []), key=lambda each: each["sent_s"]):
        line = f"{exchange['method']} {_ID_OF_THE_SERVICE.sub('ID', exchange['path'])}"
        found.setdefault(exchange["tag"], {}).setdefault(exchange.get("conn", 0), []).append(line)
    return found


def differences(first: dict[str, Any], second: dict[str, Any]) -> Iterator[str]:
    """Tags of which one history asked something else, or in another order, than the other."""
    one, other = asked(first), asked(second)
    for tag in one.keys() & other.keys():
        lines = [sorted(line for conn in each[tag].values() for line in conn) for each in (one, other)]
        if lines[0] != lines[1] and not _are_beginnings(one[tag], other[tag]):
            yield tag


def _are_beginnings(one: dict[int, list[str]], other: dict[int, list[str]]) -> bool:
    """Whether on each connection the same was asked as far as both went; one went on for longer."""
    pairs = [(lines, other[conn]) for conn, lines in one.items() if conn in other]
    if len(pairs) == 1 or all(len(a) == len(b) == 1 for a, b in pairs):
        one_after_the_other = [[line for conn in each.values() for line in conn] for each in (one, other)]
        pairs = [(one_after_the_other[0], one_after_the_other[1])]
    return all(a[: len(b)] == b[: len(a)] for a, b in pairs)


# Those in which most is drawn while time passes, or side by side.
_DRAWN_MEANWHILE = {
    "abrupt-shutdown": "no-half-orders",
    "blocked-event-loop": "idle-stays-quick",
    "missing-backpressure": "leaving-stops-the-pull",
    "n-plus-one": "changes-are-seen",
    "pool-exhaustion": "connections-come-back",
    "sticky-sessions": "outlives-its-replica",
    "unsafe-retries": "permanent-not-retried",
}


@pytest.mark.slow
@pytest.mark.parametrize("slug", sorted(KATAS))
def test_a_seed_replays_a_verification(slug: str, tmp_path: Path) -> None:
    """The shipped service, twice."""
    kata, criterion = load_kata(slug), _DRAWN_MEANWHILE.get(slug, KATAS[slug].criteria[-1].id)
    runs = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        request = VerifyRequest(kata, kata.service_folder, "process", SEED, (criterion,), tmp_path / name)
        asyncio.run(_verify(request))
        runs.append({file.stem: msgspec.json.decode(file.read_bytes()) for file in (tmp_path / name).glob("*.json")})
    first, second = runs
    assert criterion in first and first.keys() == second.keys()
    assert {name: list(differences(first[name], second[name])) for name in first} == {name: [] for name in first}


async def _verify(request: VerifyRequest) -> None:
    async with asyncio.timeout(180):
        async for _ in verify(request):
            pass
