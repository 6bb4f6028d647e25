"""Where figures come from: the machine, the commit, and digests of everything that a verdict rests on.

Two commits that differ only in the app, the commands or the texts have the same digests: their figures add up. So do
those of one kata when another has changed.
"""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil
from msgspec import Struct

from runner.catalog.content import content_root
from runner.sandbox.node import node_version

_SKIPPED = {"node_modules", "__pycache__", "checks", "template"}
_TOLD_ONLY = {"incident.md", "hints.md", "debrief.md", "broken.json"}
ENGINE = "engine"
_ROOMS = ("catalog", "probes", "record", "sandbox", "verifier")
_SUFFIXES = {".py", ".js", ".mjs", ".ts", ".json", ".yaml", ".sql", ".md", ".lock"}


class Machine(Struct, frozen=True):
    """What figures of one machine may be compared by. Nothing in it names the machine or its user."""

    processor: str
    cores: int
    memory_gb: int
    system: str
    python: str
    node: str

    @property
    def text(self) -> str:
        return (
            f"{self.processor}, {self.cores} cores, {self.memory_gb} GB, {self.system}, Python {self.python}, "
            f"Node.js {self.node}"
        )


class Origin(Struct, frozen=True):
    """`commit` is empty outside a checkout and ends with `+` where files differ from it.

    `sources` has a SHA-256 for `ENGINE`, and one for each kata with its answer key.
    """

    machine: Machine
    commit: str
    sources: dict[str, str]


def here(katas: Iterable[str]) -> Origin:
    """This machine, and what is checked out on it of the engine and of these katas."""
    code, content = Path(__file__).parents[1], content_root()
    sources = {ENGINE: _digest([*(code / room for room in _ROOMS), *_files_of_all(content / "katas")])}
    for slug in sorted(set(katas)):
        sources[slug] = _digest([content / "katas" / slug, content / "solutions" / slug])
    return Origin(_machine(), _commit(), sources)


def _machine() -> Machine:
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_gb=round(psutil.virtual_memory().total / 2**30),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        node=node_version(),
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def _commit() -> str:
    commit = _git("rev-parse", "HEAD")
    return f"{commit}+" if commit and _git("status", "--porcelain", "--untracked-files=no") else commit


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(content_root()), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _files_of_all(katas: Path) -> list[Path]:
    """What lies beside the katas and is of all of them: their packages."""
    return sorted(file for file in katas.iterdir() if file.is_file() and file.suffix == ".json")


def _digest(roots: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for root in roots:
        for file in [root] if root.is_file() else _files(root):
            digest.update(f"{root.name}/{file.relative_to(root)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in _SKIPPED and name != "_content")
        told = (Path(folder) / name for name in sorted(files) if name not in _TOLD_ONLY)
        yield from (file for file in told if file.suffix in _SUFFIXES and not file.name.startswith("bench"))
