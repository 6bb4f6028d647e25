"""Locks in the cache: one at a time, but nobody waits for ever where it is only better so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from runner.sandbox.cache import in_turn


@pytest.fixture(autouse=True)
def a_cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODRILL_CACHE", str(tmp_path))


def test_one_after_the_other() -> None:
    inside, most = 0, 0

    async def work() -> bool:
        nonlocal inside, most
        async with in_turn("a", 10) as held:
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.03)
            inside -= 1
        return held

    async def scenario() -> list[bool]:
        return await asyncio.gather(*(work() for _ in range(4)))

    assert asyncio.run(scenario()) == [True] * 4
    assert most == 1


def test_who_waited_long_enough_goes_on_without() -> None:
    async def scenario() -> tuple[bool, bool, bool]:
        async with in_turn("a", 1) as first, in_turn("a", 0.05) as second:
            pass
        async with in_turn("a", 0) as third:
            pass
        return first, second, third

    assert asyncio.run(scenario()) == (True, False, True)


def test_without_a_lock_it_goes_on_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that cannot be written keeps nobody from removing what it started."""
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("PRODRILL_CACHE", str(tmp_path / "file"))

    async def scenario() -> bool:
        async with asyncio.timeout(1), in_turn("a", 10) as held:
            return held

    assert asyncio.run(scenario()) is False
