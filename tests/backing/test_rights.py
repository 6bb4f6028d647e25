"""Servers run with no more rights than they need, for root and for everybody else, wherever the files lie."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from runner.sandbox.backing import home
from runner.sandbox.backing.home import backing_home, can_be_reached, run_places
from runner.sandbox.backing.postgres import host_postgres
from runner.sandbox.backing.providers import choose
from runner.sandbox.backing.run_folder import RunFolder
from runner.sandbox.backing.template import Template
from runner.sandbox.backing.valkey import host_valkey

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")


@pytest.fixture
def closed_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache in a folder that is closed to everybody else, as `/root` is, with a space in its name."""
    closed = tmp_path / "closed to others"
    closed.mkdir(mode=0o700)
    monkeypatch.setenv("PRODRILL_CACHE", str(closed / "cache"))
    places = [backing_home(), run_places()[0]]
    yield closed
    for place in places:
        shutil.rmtree(place, ignore_errors=True)  # one may lie in the other


@only_root
def test_root_gives_its_rights_up_and_finds_a_place_that_can_be_reached(servers: None, closed_cache: Path) -> None:
    assert not can_be_reached(closed_cache) and can_be_reached(backing_home())
    assert stat.S_IMODE(backing_home().stat().st_mode) == 0o711
    found = choose("postgres")
    hidden = msgspec.structs.replace(found, programs=_hidden(found.programs, closed_cache))

    async def work() -> tuple[set[int], str]:
        run = RunFolder("rights")
        Template(hidden).make(lambda text, fraction: None)
        server = host_postgres(hidden, run, lambda pid, up: None)
        store = host_valkey(choose("valkey"), run, 1, lambda pid, up: None)
        try:
            await server.start()
            await store.start()
            rows = await server.query("SELECT 1 AS one")
            return {process.uids().effective for process in _below()}, str(rows)
        finally:
            await store.remove()
            await server.remove()
            run.remove()

    uids, rows = asyncio.run(work())
    assert (uids, rows) == ({home._NOBODY}, "[{'one': 1}]")
    assert [one.name.split("-")[0] for one in (backing_home() / "programs").iterdir()] == ["pginstall"]


def _hidden(programs: Path | None, closed: Path) -> Path:
    """A copy of the package where only root can get to it."""
    assert programs is not None
    package = programs.parent
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.is_dir():
            shutil.copytree(folder, closed / folder.name, symlinks=True)
    return closed / package.name / programs.name


def _below() -> list[psutil.Process]:
    return [p for p in psutil.Process().children(recursive=True) if p.name() in ("postgres", "valkey-server")]


_WORK = """
import asyncio, os
from runner.sandbox.backing.home import backing_home
from runner.sandbox.backing.postgres import host_postgres
from runner.sandbox.backing.providers import choose
from runner.sandbox.backing.run_folder import RunFolder
from runner.sandbox.backing.template import Template
from runner.sandbox.backing.valkey import host_valkey

async def main():
    Template(choose("postgres")).make(lambda text, fraction: None)
    run = RunFolder("other")
    server = host_postgres(choose("postgres"), run, lambda pid, up: None)
    store = host_valkey(choose("valkey"), run, 1, lambda pid, up: None)
    await server.start()
    await store.start()
    await server.end("kill")
    await server.start()
    print(os.geteuid(), await server.query("SELECT 1 AS one"), backing_home())
    await store.remove()
    await server.remove()
    run.remove()
    print(os.listdir(run.path.parent))
    run.path.parent.rmdir()

asyncio.run(main())
"""


@only_root
def test_somebody_else_with_packages_that_cannot_be_written_needs_nothing_more(servers: None) -> None:
    python, paths = _python_for_all()
    place = Path(tempfile.mkdtemp(prefix="prodrill test "))
    try:
        os.chown(place, 65534, 65534)
        environment = {"PRODRILL_CACHE": str(place / "cache"), "PYTHONPATH": paths, "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            [python, "-c", _WORK], env=environment, cwd=place, user=65534, group=65534, extra_groups=[],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.stdout == f"65534 [{{'one': 1}}] {place}/cache/backing\n[]\n", done.stderr
    finally:
        shutil.rmtree(place)


def _python_for_all() -> tuple[str, str]:
    """A Python that any user may run, and its path: that of root's own may lie in a folder that is closed to others."""
    paths = [str(Path(__file__).parents[2]), sysconfig.get_paths()["purelib"]]
    for candidate in (sys.executable, shutil.which("python3", path="/usr/bin:/bin")):
        if candidate and can_be_reached(Path(candidate).resolve()) and all(can_be_reached(Path(p)) for p in paths):
            said = subprocess.run([candidate, "-V"], capture_output=True, text=True, check=True).stdout
            if said.split()[1].rsplit(".", 1)[0] == f"{sys.version_info.major}.{sys.version_info.minor}":
                return candidate, ":".join(paths)
    pytest.skip("the Python of these tests, or its packages, can be reached by root alone")
