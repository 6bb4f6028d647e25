"""Fixtures of the sandbox tests: which sandbox, made ready once a session."""

from __future__ import annotations

import functools

import pytest

from runner.sandbox.choose import SandboxName, prepare


@functools.cache
def _prepared(name: SandboxName) -> None:
    prepare(name, lambda text, fraction: None)


@pytest.fixture(params=["process", pytest.param("docker", marks=pytest.mark.docker)])
def sandbox_name(request: pytest.FixtureRequest) -> SandboxName:
    """Each of both, ready to be opened."""
    name: SandboxName = request.param
    _prepared(name)
    return name


@pytest.fixture
def process_ready() -> None:
    _prepared("process")


@pytest.fixture
def docker_ready() -> None:
    _prepared("docker")
