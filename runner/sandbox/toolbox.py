"""The toolbox: the npm packages that katas and fixes may use, installed once for a lock file and a Node.js version.

A run's folders lie beneath it (`<toolbox>/runs/...`), where Node.js finds `node_modules` by looking through the
parents, for `import` as for `require`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from runner.catalog.content import content_root
from runner.clock import monotonic_s
from runner.sandbox.base import SandboxError
from runner.sandbox.cache import cache_dir, free_bytes, locked, remove_tree
from runner.sandbox.node import node_binary, node_version, npm_cli

Progress = Callable[[str, float | None], None]
"""Called with what is being done and how much of it is done (0 to 1), None where that is not known."""

_COMPLETE = ".complete"
_NEEDED_BYTES = 150 * 2**20
_WITHIN_S = 600.0
_NO_NETWORK = (
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ETIMEDOUT",
    "ENETUNREACH",
    "ECONNRESET",
    "EHOSTUNREACH",
    "ERR_SOCKET_TIMEOUT",
)


class Toolbox:
    """The npm packages of `katas/package.json`, as its lock file pins them, in `folder` once installed."""

    def __init__(self) -> None:
        katas = content_root() / "katas"
        self._manifest = katas / "package.json"
        self._lock = katas / "package-lock.json"
        try:
            pinned = self._lock.read_bytes() + self._manifest.read_bytes()
        except OSError as error:
            raise SandboxError(f"{error.filename} cannot be read: {error.strerror}; reinstall prodrill") from error
        version = f"{node_version()} {sys.platform} {platform.machine()}"
        self.hash = hashlib.sha256(pinned + version.encode()).hexdigest()[:12]
        self.folder = cache_dir() / f"toolbox-{self.hash}"

    @property
    def node_modules(self) -> Path:
        return self.folder / "node_modules"

    @property
    def runs(self) -> Path:
        """Where the process sandbox makes its run folders."""
        return self.folder / "runs"

    @property
    def is_installed(self) -> bool:
        return (self.folder / _COMPLETE).is_file()

    def require(self) -> None:
        """SandboxError with the next step unless it is installed."""
        if not self.is_installed:
            raise SandboxError("the npm packages that katas use are not installed yet; run `prodrill prepare`")

    def install(self, progress: Progress) -> None:
        """Install it, unless that was done; one process at a time. SandboxError with what to do when it cannot be."""
        if self.is_installed:
            return
        progress("Waiting for another prodrill that installs npm packages", None)
        with locked(f"toolbox-{self.hash}"):
            if self.is_installed:
                return
            self._check_space()
            remove_tree(self.folder)
            for half_made in self.folder.parent.glob(f"{self.folder.name}.part-*"):
                remove_tree(half_made)
            part = Path(tempfile.mkdtemp(prefix=f"{self.folder.name}.part-", dir=self.folder.parent))
            try:
                self._fill(part, progress)
                part.rename(self.folder)
            finally:
                remove_tree(part)
        progress("npm packages are installed", 1.0)

    def _check_space(self) -> None:
        free = free_bytes(self.folder.parent)
        if free < _NEEDED_BYTES:
            raise SandboxError(
                f"{self.folder.parent} has {free // 2**20} MB left and the npm packages need {_NEEDED_BYTES // 2**20}; "
                "free some space, or set PRODRILL_CACHE to a folder on another disk"
            )

    def _fill(self, part: Path, progress: Progress) -> None:
        for source in (self._manifest, self._lock):
            (part / source.name).write_bytes(source.read_bytes())
        self._npm_ci(part, progress)
        (part / "runs").mkdir()
        # mkdtemp makes the folder for its owner alone; services of another user id must be able to look through it.
        part.chmod(0o755)
        (part / _COMPLETE).write_text(node_version() + "\n")

    def _npm_ci(self, part: Path, progress: Progress) -> None:
        packages = json.loads(self._lock.read_bytes())["packages"]
        expected = sum(bool(name) and not entry.get("optional") for name, entry in packages.items())
        command = [str(node_binary()), str(npm_cli()), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        command += ["--omit=optional", "--loglevel=http", "--color=false", "--progress=false"]
        command += ["--fetch-retries=2", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=3000"]
        environment = {**os.environ, "PATH": f"{node_binary().parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        try:
            npm = subprocess.Popen(
                command, cwd=part, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise SandboxError(f"npm could not be started with {command[0]}: {error.strerror}") from error
        try:
            said = _follow(npm, expected, progress)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(npm.pid, 9)
            npm.wait()
        if npm.returncode != 0:
            raise SandboxError(_why_npm_failed(said))


def _follow(npm: subprocess.Popen[bytes], expected: int, progress: Progress) -> list[str]:
    """Report packages as they arrive; returns npm's last lines. SandboxError when it takes longer than ten minutes."""
    assert npm.stderr is not None
    lines: queue.Queue[bytes] = queue.Queue()
    stream = npm.stderr
    threading.Thread(target=_read_all, args=(stream, lines), daemon=True).start()
    said: list[str] = []
    fetched = 0
    deadline = monotonic_s() + _WITHIN_S
    progress("Fetching npm packages", 0.0)
    while line := _next(lines, deadline):
        said = [*said[-40:], line.decode(errors="replace").strip()]
        if b".tgz" in line and fetched < expected:
            fetched += 1
            progress(f"Fetching npm packages, {fetched} of {expected}", 0.95 * fetched / expected)
    npm.wait(timeout=30)
    return said


def _read_all(stream: IO[bytes], lines: queue.Queue[bytes]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(b"")


def _next(lines: queue.Queue[bytes], deadline: float) -> bytes:
    try:
        return lines.get(timeout=max(0.0, deadline - monotonic_s()))
    except queue.Empty:
        raise SandboxError(
            f"npm did not finish within {_WITHIN_S / 60:g} minutes; check the network and run `prodrill prepare` again"
        ) from None


def _why_npm_failed(said: list[str]) -> str:
    text = "\n".join(said)
    errors = [line for line in said if line.startswith("npm error")]
    reason = (errors or said or ["it said nothing"])[0].removeprefix("npm error").strip()
    if any(code in text for code in _NO_NETWORK):
        return (
            "the npm packages that katas use could not be fetched: the package registry does not answer; connect to "
            "the network (behind a proxy set HTTPS_PROXY, for a mirror `npm config set registry`), then run "
            "`prodrill prepare`"
        )
    why = " ".join(errors[:4]) or reason
    return f"the npm packages that katas use could not be installed: {why}; run `prodrill prepare` again"
