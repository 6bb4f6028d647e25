"""The fixture `valkey`: the service's key-value store, seen by the verifier, and all that can go wrong with it."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

from runner.probes.link import Backed, Link
from runner.record.backing import Census
from runner.record.history import History
from runner.sandbox.backing.valkey import USER, ValkeyServer

if TYPE_CHECKING:
    from valkey.asyncio import Valkey as Client

_ANSWER_WITHIN_S = 10.0
_CALLS = re.compile(r"^cmdstat_([^:]+):calls=(\d+)", re.MULTILINE)


class Valkey(Backed):
    """One probe's server, empty and its own. The service finds it in `REDIS_URL`. It keeps nothing over a restart."""

    def __init__(self, server: ValkeyServer, link: Link, history: History) -> None:
        super().__init__(server, link, history)
        self._valkey = server
        self._client: Client | None = None

    @property
    def url(self) -> str:
        """The verifier's way to the store, past the relay."""
        return f"redis://:{self._valkey.admin}@127.0.0.1:{self._valkey.port}/0"

    def service_url(self, place: str) -> str:
        """The service's way, by the relay at `place` (`host:port`)."""
        return f"redis://{USER}:{self._valkey.password}@{place}/0"

    async def command(self, *words: str | int | float | bytes) -> Any:
        """The answer to a command: `await valkey.command("GET", "greeting")`. Text comes as `str`, none as None."""
        self._require_answering()
        if self._client is None:
            from valkey.asyncio import Valkey as Client

            self._client = Client(
                host="127.0.0.1", port=self._valkey.port, password=self._valkey.admin, decode_responses=True,
                encoding_errors="backslashreplace",
                socket_timeout=_ANSWER_WITHIN_S, single_connection_client=True, lib_name=None, lib_version=None,
            )  # fmt: skip
        # The package leaves this one without types.
        return await self._client.execute_command(*words)  # type: ignore[no-untyped-call]

    async def keys(self, pattern: str = "*") -> list[str]:
        """The names that match a glob pattern, sorted."""
        return sorted(await self.command("KEYS", pattern))

    async def clients(self) -> list[dict[str, str]]:
        """The service's connections, as `CLIENT LIST` tells: id, addr, name, age, idle, cmd and more, all text."""
        found = await self.command("CLIENT", "LIST")
        rows = found if isinstance(found, list) else [_fields(line) for line in str(found).splitlines()]
        return [dict(row) for row in rows if row.get("user") == USER]

    async def calls(self) -> dict[str, int]:
        """How often each command ran since the server started, by its name in lower case, ours included."""
        found = await self.command("INFO", "commandstats")
        if isinstance(found, dict):
            return {name.removeprefix("cmdstat_"): int(each["calls"]) for name, each in found.items()}
        return {name: int(count) for name, count in _CALLS.findall(str(found))}

    async def census(self, of: str = "keys", tag: str = "") -> Census:
        """`keys` (with type and ttl_ms, -1 for none) or `clients` as of now, kept in the history for the judge."""
        if of == "clients":
            return self._history.add_census(of, list(await self.clients()), tag)
        rows = [
            {"key": key, "type": await self.command("TYPE", key), "ttl_ms": int(await self.command("PTTL", key))}
            for key in await self.keys()
        ]
        return self._history.add_census("keys", rows, tag)

    async def leave(self) -> None:
        if self._client is not None:
            with contextlib.suppress(Exception):
                await self._client.aclose()
            self._client = None

    async def close(self) -> None:
        """At the probe's end: the link is mended, the server ended."""
        await self.leave()
        try:
            await self.mend()
        finally:
            await self._valkey.remove()


def _fields(line: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in line.split() if "=" in word)
