"""Made once for the tests with real servers; where a server cannot be had, they are skipped and say why."""

from __future__ import annotations

import functools

import pytest

from runner.sandbox.backing.providers import missing
from runner.sandbox.choose import SandboxName, prepare


@functools.cache
def _prepared(name: SandboxName) -> None:
    prepare(name, lambda text, fraction: None, ("postgres", "valkey"))


@pytest.fixture
def servers() -> None:
    """Both are there, and ready to be started."""
    if why := missing(("postgres", "valkey")):
        pytest.skip(why)
    _prepared("process")


@pytest.fixture(params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def sandbox_name(request: pytest.FixtureRequest, servers: None) -> SandboxName:
    """Each of both, with servers beside it."""
    name: SandboxName = request.param
    _prepared(name)
    return name
