"""A connection of the verifier's own to a PostgreSQL server; `psycopg` is loaded when the first is made."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from msgspec import Struct

if TYPE_CHECKING:
    from psycopg import AsyncConnection
    from psycopg.rows import DictRow

Row = dict[str, Any]
_ANSWER_WITHIN_S = 15.0
_CROWDED = ("too many clients already", "remaining connection slots")
_CROWDED_S = 0.02


class Address(Struct, frozen=True):
    """A database on a server, and as whom to go there."""

    port: int
    user: str
    password: str
    database: str = "postgres"
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"postgres://{self.user}:{quote(self.password)}@{self.host}:{self.port}/{self.database}"


class Session:
    """One connection, in autocommit; statements sent at the same time wait for each other."""

    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self._connection = connection

    @classmethod
    async def connect(cls, to: Address, *, name: str = "prodrill", within_s: float = 5.0) -> Self:
        """Raises `psycopg.OperationalError` where the server refuses, TimeoutError where it does not answer.

        While a service takes every place at the server by connections that are about to be refused, it tries again.
        """
        from psycopg import OperationalError

        async with asyncio.timeout(within_s):
            while True:
                try:
                    return cls(await _connected(to, name))
                except OperationalError as error:
                    if not any(words in str(error) for words in _CROWDED):
                        raise
                await asyncio.sleep(_CROWDED_S)

    @property
    def is_open(self) -> bool:
        return not self._connection.closed

    async def query(self, sql: str, *args: Any, within_s: float = _ANSWER_WITHIN_S) -> list[Row]:
        """The rows of one statement; `$1` and so on stand for `args`. Raises `psycopg.Error`."""
        async with asyncio.timeout(within_s):
            cursor = await self._connection.execute(_text(sql), args or None)
            return await cursor.fetchall() if cursor.description is not None else []

    async def execute(self, sql: str, *args: Any, within_s: float = _ANSWER_WITHIN_S) -> int:
        """How many rows the statement changed; without `args` it may be several, in one transaction."""
        async with asyncio.timeout(within_s):
            cursor = await self._connection.execute(_text(sql), args or None)
            return max(cursor.rowcount, 0)

    async def close(self) -> None:
        await self._connection.close()


async def _connected(to: Address, name: str) -> AsyncConnection[DictRow]:
    from psycopg import AsyncConnection, AsyncRawCursor
    from psycopg.rows import dict_row

    return await AsyncConnection.connect(
        host=to.host, port=to.port, user=to.user, password=to.password, dbname=to.database, options="",
        application_name=name, sslmode="disable", gssencmode="disable", client_encoding="utf8",
        autocommit=True, row_factory=dict_row, cursor_factory=AsyncRawCursor,
    )  # fmt: skip


def _text(sql: str) -> Any:
    """psycopg's type for SQL is a literal string, against injection; ours comes from katas and from here."""
    return sql.encode()
