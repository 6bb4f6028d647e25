"""Calls to the engine, off the event loop; what goes wrong in them is a SandboxError with the next step."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from runner.sandbox.base import SandboxError
from runner.sandbox.offload import Offload

if TYPE_CHECKING:
    from docker import APIClient, DockerClient

_THREADS = 8
T = TypeVar("T")


class EngineCalls:
    """One engine, and the threads that wait for its answers."""

    def __init__(self, client: DockerClient) -> None:
        self.client = client
        self._offload = Offload("prodrill-engine", _THREADS)

    async def run(self, work: Callable[[APIClient], T]) -> T:
        """`work` with the engine's client, on a thread. SandboxError when the engine refuses or does not answer."""
        return await self._offload.run(self._told, work)

    def _told(self, work: Callable[[APIClient], T]) -> T:
        from docker.errors import APIError, DockerException
        from requests.exceptions import RequestException

        try:
            return work(self.client.api)
        except APIError as error:
            raise SandboxError(
                f"the Docker engine refused: {error.explanation or error}; see `prodrill doctor`"
            ) from error
        except (DockerException, RequestException, OSError) as error:
            raise SandboxError(f"the Docker engine stopped answering: {error}; start it again and repeat") from error

    async def gently(self, work: Callable[[APIClient], T]) -> T | None:
        """As `run`, but None where it failed: for what is already gone."""
        with contextlib.suppress(SandboxError):
            return await self.run(work)
        return None

    def quietly(self, work: Callable[[APIClient], object]) -> None:
        """The same on the calling thread, whatever comes of it."""
        with contextlib.suppress(SandboxError):
            self._told(work)

    async def idle(self) -> None:
        """Until no call is under way: a cancelled one may still be making something."""
        await self._offload.idle()

    def close(self) -> None:
        self._offload.close()
        self.client.close()
