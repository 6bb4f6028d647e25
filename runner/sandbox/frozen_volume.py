"""A run's frozen copies on volumes: written once, mounted by every container of the service, changed by none.

To take files the engine starts a program of its own, which costs it as much as starting the container. A run starts a
service ten to thirty times, always of the same files.
"""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from runner.sandbox.base import SandboxError
from runner.sandbox.freeze import frozen_tar
from runner.sandbox.profile import filler_config

if TYPE_CHECKING:
    from docker import APIClient

    from runner.sandbox.engine_calls import EngineCalls


class FrozenVolumes:
    """The volumes of one run. They bear its labels, and go with what else is left of it at its end."""

    def __init__(self, calls: EngineCalls, image: str, labels: dict[str, str]) -> None:
        self._calls, self._image, self._labels = calls, image, labels
        self._names: dict[Path, str] = {}
        self._making = asyncio.Lock()

    async def of(self, source: Path) -> str:
        """The name of the volume with the files of `source`, a frozen copy. BadSource, or SandboxError."""
        async with self._making:
            if source not in self._names:
                files = await asyncio.to_thread(_packed, source)
                self._names[source] = await self._calls.run(lambda api: self._make(api, files))
            return self._names[source]

    def _make(self, api: APIClient, files: bytes) -> str:
        name = f"prodrill-{secrets.token_hex(6)}"
        api.create_volume(name, labels=self._labels)
        # A container that is never started: the engine takes files for a volume by way of one that mounts it.
        made = api.create_container(self._image, ["node"], host_config=filler_config(api, name), labels=self._labels)
        try:
            if not api.put_archive(made["Id"], "/app", files):
                raise SandboxError("the engine did not take the service's files; see `docker info`")
        finally:
            api.remove_container(made["Id"], force=True)
        return name


def _packed(source: Path) -> bytes:
    try:
        return frozen_tar(source)
    except OSError as error:
        raise SandboxError(f"the service's files cannot be read: {error.strerror} ({error.filename})") from error
