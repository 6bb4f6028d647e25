"""Where servers come from: each place can be hidden, says why it is not used, and answers at once."""

from __future__ import annotations

import stat
import time
from pathlib import Path

import pytest

from runner.catalog.kata import BACKING
from runner.sandbox.backing import providers
from runner.sandbox.backing.providers import NoBacking, choose, look, missing


def _program(folder: Path, name: str, says: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{says}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@pytest.fixture
def only_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Only programs of the system count, and only those in a folder of the test's own."""
    folder = tmp_path / "a path" / "bin"
    folder.mkdir(parents=True)
    for kind in BACKING:
        monkeypatch.setenv(f"PRODRILL_{kind.upper()}_FROM", "path")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(providers, "_SYSTEM_FOLDERS", {"postgres": (), "valkey": ()})
    providers._asked.cache_clear()
    return folder


@pytest.mark.parametrize("kind", BACKING)
def test_every_place_answers_at_once_with_a_version_or_a_reason(kind: str) -> None:
    providers._asked.cache_clear()
    began = time.monotonic()
    found = look(kind)
    assert time.monotonic() - began < 1.5
    assert [one.place for one in found] == ["wheel", "image", "path"]
    assert all(one.version if one.ok else one.reason for one in found)


@pytest.mark.parametrize("kind", BACKING)
def test_without_a_provider_one_line_says_how_to_have_one(kind: str, only_path: Path) -> None:
    with pytest.raises(NoBacking, match="is needed and was not found on this machine; "):
        choose(kind)
    assert "\n" not in missing((kind,)) and "install" in missing((kind,))
    assert missing(()) == ""


def test_a_server_on_the_path_is_taken_where_the_package_is_hidden(only_path: Path) -> None:
    _program(only_path, "postgres", "echo 'postgres (PostgreSQL) 17.4 (Debian 17.4-1)'")
    _program(only_path, "initdb", "true")
    _program(only_path, "redis-server", "echo 'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64'")
    postgres, valkey = choose("postgres"), choose("valkey")
    assert (postgres.version, postgres.programs) == ("17.4", only_path.parent)
    assert (valkey.version, valkey.program) == ("7.0.15", "redis-server")


def test_a_server_that_was_built_and_not_installed_is_found_where_it_lies(
    tmp_path: Path, only_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "valkey" / "src"
    monkeypatch.setenv("PATH", str(source))
    _program(source, "valkey-server", "echo 'Server v=8.1.8 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64'")
    _program(source, "postgres", "echo 'postgres (PostgreSQL) 17.4'")
    _program(source, "initdb", "true")
    valkey = choose("valkey")
    assert valkey.programs is not None
    assert (valkey.programs / valkey.folder / valkey.program) == source / "valkey-server"
    assert "is not in a folder `bin`" in look("postgres")[2].reason


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ("echo 'postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)'", "version 15.18, and 17 or newer is needed"),
        ("echo 'postgres (PostgreSQL) 17.4'", "there is no initdb beside"),
        ("echo 'libfoo.so.1: cannot open shared object file' >&2; exit 127", "libfoo.so.1"),
        ("true", "it said nothing"),
    ],
)
def test_a_server_that_cannot_be_used_says_why(says: str, why: str, only_path: Path) -> None:
    _program(only_path, "postgres", says)
    assert why in look("postgres")[2].reason


def test_a_server_that_hangs_when_asked_is_given_up(only_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "_LOOK_WITHIN_S", 0.1)
    _program(only_path, "valkey-server", "exec /bin/sleep 20")
    assert "did not say its version" in look("valkey")[2].reason
