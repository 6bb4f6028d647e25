"""A browser that keeps one cookie, `sid`, by the rules of RFC 6265: so a probe carries a session as members do."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any

from msgspec import Struct

from runner.probes import Client, Exchange, History, Service

COOKIE = "sid"
_FOR_EVER = float("inf")


class Cookie(Struct, frozen=True):
    """The cookie as one answer sets it. `attributes` by their names in lower case; those without a value have ""."""

    value: str
    attributes: dict[str, str]

    def life_s(self, date: str) -> float:
        """How long it lives from the answer on, whose `date` header is given; infinite where it does not say."""
        try:
            if "max-age" in self.attributes:
                return float(int(self.attributes["max-age"]))
            if "expires" in self.attributes:
                return _seconds_between(date, self.attributes["expires"])
        except (ValueError, TypeError):
            pass
        return _FOR_EVER


def _seconds_between(date: str, expires: str) -> float:
    return (parsedate_to_datetime(expires) - parsedate_to_datetime(date)).total_seconds()


def cookie_of(exchange: Exchange) -> Cookie | None:
    """What an answer does to the cookie `sid`; None where it does nothing to it."""
    for line in exchange.headers.get("set-cookie", "").split("\n"):
        first, *rest = line.split(";")
        name, _, value = first.strip().partition("=")
        if name == COOKIE:
            parts = [each.strip().partition("=") for each in rest if each.strip()]
            return Cookie(value.strip('"'), {part[0].lower(): part[2] for part in parts})
    return None


def given_id(exchange: Exchange) -> str:
    """The session id that an answer gives, as it stands in the cookie; empty where it gives none."""
    cookie = cookie_of(exchange)
    return cookie.value if cookie is not None and cookie.life_s(exchange.headers.get("date", "")) > 0 else ""


class Browser:
    """Sends what it keeps, and keeps what it is sent. `sid` is empty where it keeps nothing."""

    def __init__(self, client: Client, history: History, sid: str = "") -> None:
        self._client, self._history = client, history
        self._sid, self._until_s = sid, _FOR_EVER

    @property
    def sid(self) -> str:
        return self._sid if self._history.now() < self._until_s else ""

    async def ask(self, at: Service | None, method: str, path: str, tag: str, **more: Any) -> Exchange:
        """One request, to the replica `at`, or to whichever is next where that is None."""
        client = self._client if at is None else self._client.to(at)
        headers = {"cookie": f"{COOKIE}={self.sid}"} if self.sid else {}
        exchange = await client.request(method, path, headers=headers, tag=tag, **more)
        self._keep(exchange)
        return exchange

    def _keep(self, exchange: Exchange) -> None:
        cookie = cookie_of(exchange)
        if cookie is not None:
            life_s = cookie.life_s(exchange.headers.get("date", ""))
            self._sid, self._until_s = (cookie.value, self._history.now() + life_s) if life_s > 0 else ("", _FOR_EVER)
