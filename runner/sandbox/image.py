"""The base image: the same Node.js and the same toolbox as on the host, and nothing else; built once.

On Linux it is made from the installed wheel's `node` and the host's C libraries, and needs no registry. Elsewhere, or
when `PRODRILL_BASE_IMAGE` is `official`, it is built from Docker Hub's image of the same Node.js version.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import platform
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from runner.sandbox.base import SandboxError
from runner.sandbox.cache import cache_dir, free_bytes, locked
from runner.sandbox.host_relay import RELAY_MODULES, RELAY_SCRIPT, VITALS_SCRIPT
from runner.sandbox.node import node_binary, node_version
from runner.sandbox.toolbox import Progress, Toolbox

if TYPE_CHECKING:
    from docker import DockerClient

    from runner.sandbox.engine import EngineFacts

REPOSITORY = "prodrill-base"
PRELOAD_PATH = "/prodrill/vitals.mjs"
RELAY_PATH = "/prodrill/relay.mjs"
_SCRIPTS = {
    RELAY_PATH: RELAY_SCRIPT,
    **{f"/prodrill/{module.name}": module for module in RELAY_MODULES},
    PRELOAD_PATH: VITALS_SCRIPT,
}
_LAYOUT = "1"
_KEPT_IMAGES = 3
_IN_USE_S = 86_400
_NEEDED_BYTES = 400 * 2**20
_TRIMMED = re.compile(r"\.(map|md|markdown|ts|mts|cts|flow|tsbuildinfo)$", re.IGNORECASE)
_SETTINGS = ["ENV PATH=/usr/local/bin:/usr/bin:/bin", "WORKDIR /app", "USER 1000:1000", "LABEL prodrill.base=1"]
_FILES = {
    "etc/passwd": "root:x:0:0:root:/:/sbin/nologin\nnode:x:1000:1000:node:/tmp:/sbin/nologin\n",
    "etc/group": "root:x:0:\nnode:x:1000:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}
_SAME_MACHINE = {"arm64": "aarch64", "amd64": "x86_64"}


class BaseImage:
    """The image of one toolbox, Node.js version and set of our own scripts; `tag` names it."""

    def __init__(self, client: DockerClient, facts: EngineFacts, toolbox: Toolbox) -> None:
        self._client, self._toolbox = client, toolbox
        here = _SAME_MACHINE.get(platform.machine().lower(), platform.machine().lower())
        is_same_machine = facts.architecture in ("", here)
        asked = os.environ.get("PRODRILL_BASE_IMAGE", "") == "official"
        self.is_official = asked or not sys.platform.startswith("linux") or not is_same_machine
        scripts = b"".join(script.read_bytes() for script in _SCRIPTS.values())
        named = f"{_LAYOUT} {toolbox.hash} {node_version()} {self.is_official} {facts.architecture}".encode()
        self.hash = hashlib.sha256(named + scripts).hexdigest()[:12]
        self.tag = f"{REPOSITORY}:{self.hash}"

    @property
    def is_built(self) -> bool:
        return bool(self._client.api.images(name=self.tag, quiet=True))

    def build(self, progress: Progress) -> None:
        """Build it, unless that was done; the tag appears when all is in it. SandboxError with what to do next."""
        if self.is_built:
            return
        progress("Waiting for another prodrill that builds the base image", None)
        with locked(f"image-{self.hash}"):
            if self.is_built:
                return
            try:
                with self._archive(progress) as archive:
                    self._send(archive, progress)
            except OSError as error:
                raise SandboxError(
                    f"the base image could not be built: {error}; run `prodrill prepare` again"
                ) from error
            self._remove_old()
        progress("The base image is built", 1.0)

    @contextlib.contextmanager
    def _archive(self, progress: Progress) -> Iterator[IO[bytes]]:
        """All of it as a tar in a file without a name, which no kind of end leaves behind."""
        progress("Packing the base image", 0.0)
        free = free_bytes(cache_dir())
        if free < _NEEDED_BYTES:
            raise SandboxError(
                f"{cache_dir()} has {free // 2**20} MB left and the base image needs {_NEEDED_BYTES // 2**20}; "
                "free some space"
            )
        with tempfile.TemporaryFile(dir=cache_dir()) as archive:
            with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
                root = "rootfs/" if self.is_official else ""
                _pack(tar, root, self._toolbox, with_node=not self.is_official)
                if self.is_official:
                    _add_text(tar, "Dockerfile", _dockerfile())
            archive.seek(0)
            yield archive

    def _send(self, archive: IO[bytes], progress: Progress) -> None:
        from docker.errors import DockerException
        from requests.exceptions import RequestException

        progress("Building the base image", 0.4)
        try:
            if self.is_official:
                self._build_official(archive, progress)
            else:
                self._import(archive, progress)
        except (DockerException, RequestException) as error:
            raise SandboxError(
                f"the engine could not build the base image: {error}; run `prodrill prepare` again"
            ) from error
        if not self.is_built:
            raise SandboxError(
                "the engine did not keep the base image it was given; see `docker info` for its disk space"
            )

    def _import(self, archive: IO[bytes], progress: Progress) -> None:
        total = archive.seek(0, os.SEEK_END)
        archive.seek(0)
        reader = _Reported(archive, total, progress)
        api: Any = self._client.api
        api.import_image(src=reader, repository=REPOSITORY, tag=self.hash, changes=_SETTINGS)

    def _build_official(self, archive: IO[bytes], progress: Progress) -> None:
        api = self._client.api
        for step in api.build(fileobj=archive, custom_context=True, tag=self.tag, rm=True, forcerm=True, decode=True):
            if "error" in step:
                raise SandboxError(
                    f"the base image could not be built from Docker Hub: {step['error'].strip()}; check the network "
                    "and run `prodrill prepare` again, or use `--sandbox process`"
                )
            progress(f"Building the base image: {step.get('stream') or step.get('status') or ''}".strip(), None)

    def _remove_old(self) -> None:
        """Keep the newest few and those of today: other checkouts may use theirs, but each is 170 MB."""
        from docker.errors import DockerException

        images = sorted(self._client.api.images(name=REPOSITORY), key=lambda one: -int(one["Created"]))
        for image in images[_KEPT_IMAGES:]:
            if int(image["Created"]) > time.time() - _IN_USE_S:
                continue
            for tag in image.get("RepoTags") or ():
                with contextlib.suppress(DockerException):
                    self._client.api.remove_image(tag, noprune=False)


class _Reported(io.RawIOBase):
    """A file being sent, that says how much of it went."""

    def __init__(self, file: IO[bytes], total: int, progress: Progress) -> None:
        self._file, self._total, self._progress, self._sent = file, total, progress, 0

    def __len__(self) -> int:
        return self._total

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(2**20 if size > 0 else size)
        self._sent += len(chunk)
        self._progress("Building the base image", 0.4 + 0.55 * self._sent / max(self._total, 1))
        return chunk


def _dockerfile() -> str:
    return "\n".join([f"FROM node:{node_version()}-bookworm-slim", "COPY rootfs/ /", *_SETTINGS, ""])


def _pack(tar: tarfile.TarFile, root: str, toolbox: Toolbox, *, with_node: bool) -> None:
    for folder, mode in (("app", 0o755), ("prodrill", 0o755), ("tmp", 0o1777), ("node_modules", 0o755)):
        _add_folder(tar, root + folder, mode)
    for path, script in _SCRIPTS.items():
        _add_bytes(tar, root + path.lstrip("/"), script.read_bytes())
    if with_node:
        for name, text in _FILES.items():
            _add_text(tar, name, text)
        _add_bytes(tar, "usr/local/bin/node", node_binary().read_bytes(), 0o755)
        for place, library in _libraries(node_binary()).items():
            _add_bytes(tar, place.lstrip("/"), library.read_bytes(), 0o755)
    for one in sorted(toolbox.node_modules.rglob("*")):
        relative = f"{root}node_modules/{one.relative_to(toolbox.node_modules).as_posix()}"
        if one.is_symlink() or ".bin" in one.parts or _TRIMMED.search(one.name):
            continue
        if one.is_dir():
            _add_folder(tar, relative, 0o755)
        else:
            _add_bytes(tar, relative, one.read_bytes())


def _libraries(program: Path) -> dict[str, Path]:
    """Where the image must have which of the host's libraries, for `program` to run in it."""
    try:
        said = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True, timeout=20).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxError(
            f"`ldd {program}` failed: {error}; set PRODRILL_BASE_IMAGE=official to build from Docker Hub"
        ) from error
    found = {name: Path(name) for name in re.findall(r"(?:=> )?(/\S+) \(0x", said)}
    home = next((Path(name).parent for name in found if Path(name).name.startswith("libc.so")), Path("/lib"))
    # glibc before 2.34 opens these by name when a host name is looked up.
    extra = [home / name for name in ("libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2")]
    found |= {str(path): path for path in extra if path.is_file()}
    # A library that the wheel brought lies where only the wheel looks; beside the C library every program finds it.
    system = ("/lib", "/usr/lib", "/lib64")
    return {name if name.startswith(system) else str(home / path.name): path for name, path in found.items()}


def _add_folder(tar: tarfile.TarFile, name: str, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, mode
    tar.addfile(entry)


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    _add_bytes(tar, name, text.encode())


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    tar.addfile(entry, io.BytesIO(content))
