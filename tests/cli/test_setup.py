"""`prodrill doctor` and `prodrill prepare`: facts of this machine, and what to do about them."""

from __future__ import annotations

import json

import pytest

from runner.cli.commands import doctor, prepare
from runner.reports.paint import Paint
from runner.sandbox.base import NoEngine, SandboxError
from runner.sandbox.choose import Check
from tests.cli.conftest import Type

_NODE = Check("Node.js", True, "v24.19.0", "/opt/node")
_NO_NODE = Check("Node.js", False, "", "there is no node", "reinstall it")
_NO_DOCKER = Check("docker sandbox", False, "", "no engine answers", "start Docker")


def test_what_is_missing_comes_with_what_to_do(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "describe", lambda: [_NO_NODE, _NO_DOCKER])
    done = typed("doctor")
    assert done.code == 3
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert "broken Node.js there is no node" in lines and "do: reinstall it" in lines
    assert "absent docker sandbox no engine answers" in lines and "do: start Docker" in lines


def test_no_docker_is_no_fault(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "describe", lambda: [_NODE, _NO_DOCKER])
    done = typed("doctor", "--json")
    said = json.loads(done.out)
    assert (done.code, said["ok"]) == (0, True)
    assert [(each["name"], each["needed"]) for each in said["checks"]][-2:] == [
        ("Node.js", True),
        ("docker sandbox", False),
    ]


def test_content_and_state_that_cannot_be_used_are_told(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "describe", lambda: [_NODE])
    monkeypatch.setenv("PRODRILL_CONTENT", "/nowhere")
    monkeypatch.setenv("PRODRILL_HOME", "/dev/null/state")
    done = typed("doctor")
    assert done.code == 3
    assert "PRODRILL_CONTENT" in done.out and "PRODRILL_HOME" in done.out and "Traceback" not in done.err


def test_prepare_tells_each_stage_once_and_says_what_is_ready(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def work(name: str, progress: prepare.Bar, backing: tuple[str, ...]) -> str:
        asked.append(backing)
        for number in range(1, 5):
            progress(f"Fetching npm packages, {number} of 4", number / 4)  # type: ignore[operator]
        return "process"

    monkeypatch.setattr(prepare, "prepare", work)
    monkeypatch.setattr(prepare, "missing", lambda kinds: "Valkey was not found" if "valkey" in kinds else "")
    done = typed("prepare")
    assert done.out == "Ready: katas run in the process sandbox, without a network.\n"
    assert done.err == "Fetching npm packages, 1 of 4\nKatas that need it are left out: Valkey was not found.\n"
    assert asked == [("postgres",)]


@pytest.mark.parametrize(("error", "code"), [(NoEngine("none; start Docker"), 2), (SandboxError("no registry"), 3)])
def test_what_keeps_it_from_being_ready_is_told(
    typed: Type, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    def work(*_: object) -> str:
        raise error

    monkeypatch.setattr(prepare, "prepare", work)
    done = typed("prepare", "--sandbox", "docker")
    assert (done.code, done.out, done.err) == (code, "", f"prodrill: {error}\n")


def test_a_bar_fills_from_nothing_to_all() -> None:
    assert [prepare.drawn(share, True, width=4) for share in (-1.0, 0.5, 2.0)] == [
        "░░░░   0%",
        "██░░  50%",
        "████ 100%",
    ]
    assert prepare.drawn(0.25, False, width=4) == "#...  25%"


def test_a_check_keeps_to_its_columns() -> None:
    lines = doctor.lines_of(Check("node", False, "", "word " * 30, "do it"), Paint(width=60), 10)
    assert all(len(line) <= 60 for line in lines)
    assert lines[-1].strip() == "do: do it"
