"""The toolbox is installed once, whole or not at all, and says what to do when it cannot be."""

from __future__ import annotations

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runner.catalog.content import content_root
from runner.sandbox import toolbox as module
from runner.sandbox.base import SandboxError
from runner.sandbox.node import node_binary, node_version
from runner.sandbox.toolbox import Toolbox

LOAD_ALL = """
import { readFileSync } from 'node:fs';
for (const name of Object.keys(JSON.parse(readFileSync('package.json')).dependencies)) await import(name);
console.log('all', process.version);
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRODRILL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_two_first_starts_install_once_and_a_later_one_fetches_nothing(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    real = subprocess.Popen

    def counted(*args: object, **options: object) -> object:
        started.append(args)
        return real(*args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", counted)
    told: list[float] = []

    def install() -> None:
        Toolbox().install(lambda text, fraction: told.append(fraction or 0))

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(install) for _ in range(2)]:
            done.result()
    assert len(started) == 1
    assert max(told) == 1.0 and len(set(told)) > 20
    monkeypatch.undo()
    monkeypatch.setenv("PRODRILL_CACHE", str(cache))
    monkeypatch.setattr(subprocess, "Popen", None)
    told.clear()
    install()
    assert not told
    said = real(
        [str(node_binary()), "--input-type=module", "-e", LOAD_ALL], cwd=Toolbox().folder, stdout=subprocess.PIPE
    ).communicate()[0]
    assert said.decode() == f"all v{node_version()}\n"


def test_without_a_network_it_says_so_and_leaves_nothing_half_made(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "empty"))
    with pytest.raises(SandboxError, match="registry does not answer; connect to the network"):
        Toolbox().install(lambda text, fraction: None)
    assert not list(cache.glob("toolbox-*"))
    with pytest.raises(SandboxError, match="prodrill prepare"):
        Toolbox().require()


def test_what_a_killed_install_left_is_removed_first(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toolbox = Toolbox()
    half_made = cache / f"{toolbox.folder.name}.part-x"
    half_made.mkdir(parents=True)
    monkeypatch.setattr(module.Toolbox, "_npm_ci", lambda self, part, progress: (part / "node_modules").mkdir())
    toolbox.install(lambda text, fraction: None)
    assert toolbox.is_installed and not half_made.exists()


def test_a_full_disk_is_said_before_anything_is_fetched(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "free_bytes", lambda folder: 10 * 2**20)
    with pytest.raises(SandboxError, match=r"has 10 MB left .* set PRODRILL_CACHE"):
        Toolbox().install(lambda text, fraction: None)


def test_a_cache_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PRODRILL_CACHE", str(tmp_path / "file/cache"))
    with pytest.raises(SandboxError, match="set PRODRILL_CACHE"):
        Toolbox()


def test_the_lock_file_names_no_registry() -> None:
    lock = (content_root() / "katas/package-lock.json").read_text()
    assert not re.search(r'"resolved"', lock)
