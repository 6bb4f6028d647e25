"""A learner of their own for every test: content, store, workspace and cache in a temporary folder."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest

from runner.cli.ending import command_line
from runner.cli.engine import Engine
from tests.cli.content_for_tests import write_content

Prodrill = Callable[..., "subprocess.CompletedProcess[str]"]


class Typed(NamedTuple):
    """What came of one command line."""

    code: int
    out: str
    err: str


class HasEngine(Protocol):
    """A fake that stands in for the verifier."""

    @property
    def engine(self) -> Engine: ...


Type = Callable[..., Typed]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's home with the small course, and nothing of this machine's."""
    for name in (
        "NO_COLOR",
        "LESS",
        "PAGER",
        "PRODRILL_SANDBOX",
        "PRODRILL_PLAIN",
        "PRODRILL_THEME",
        "PRODRILL_EDITOR",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PRODRILL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PRODRILL_CONTENT", str(write_content(tmp_path / "content")))
    monkeypatch.setenv("PRODRILL_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PRODRILL_WORKSPACE", str(tmp_path / "work"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def prodrill(home: Path) -> Prodrill:
    """Runs `prodrill` as a shell would, in a process of its own."""

    def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "runner.cli.main", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, **environment},
            cwd=home,
        )

    return run


@pytest.fixture
def typed(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Type:
    """Runs a command line in this process, with a scripted engine and an answer to whatever it asks."""

    def type_(*arguments: str, engine: HasEngine | None = None, answer: str = "") -> Typed:
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        capsys.readouterr()
        code = command_line(arguments, engine.engine if engine else None)
        said = capsys.readouterr()
        return Typed(code, said.out, said.err)

    return type_
