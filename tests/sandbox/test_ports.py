"""Ports: never one that another run holds or something listens on."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from runner.sandbox import ports
from runner.sandbox.base import SandboxError
from runner.sandbox.ports import PortLease


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRODRILL_CACHE", str(tmp_path))


def test_a_port_is_leased_once_until_it_is_released(monkeypatch: pytest.MonkeyPatch) -> None:
    free = PortLease().port
    monkeypatch.setattr(ports, "random_port", lambda: free)
    with PortLease() as lease:
        assert lease.port == free
        with pytest.raises(SandboxError, match="no free port"):
            PortLease()
    with PortLease() as lease:
        assert lease.port == free


def test_a_port_that_is_listened_on_is_not_leased(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setattr(ports, "random_port", lambda: other.getsockname()[1])
        with pytest.raises(SandboxError, match="no free port"):
            PortLease()
