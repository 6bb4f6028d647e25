"""Shared by all tests: what is skipped where no Docker engine answers, and why; Ctrl-C as a terminal has it."""

from __future__ import annotations

import signal
from functools import cache

import pytest


def pytest_configure() -> None:
    # What is run in the background, or by nohup, ignores these, and children inherit that: tests of them would hang.
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


@cache
def _why_no_docker() -> str:
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(timeout=5)
        client.ping()
        client.close()
    except DockerException as error:
        return f"no Docker engine answers: {str(error).splitlines()[0][:120]}"
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    marked = [item for item in items if item.get_closest_marker("docker")]
    if marked and (why := _why_no_docker()):
        for item in marked:
            item.add_marker(pytest.mark.skip(reason=why))
