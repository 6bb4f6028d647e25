"""Calls to the engine, off the event loop; what goes wrong in them is a SandboxError with the next step."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from runner.sandbox.base import SandboxError

if TYPE_CHECKING:
    from docker import APIClient, DockerClient

_THREADS = 8
T = TypeVar("T")


class EngineCalls:
    """One engine, and the threads that wait for its answers."""

    def __init__(self, client: DockerClient) -> None:
        self.client = client
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="prodrill-engine")

    async def run(self, work: Callable[[APIClient], T]) -> T:
        """`work` with the engine's client, on a thread. SandboxError when the engine refuses or does not answer."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._told, work)

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

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.client.close()
