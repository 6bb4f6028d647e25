"""Who may come in: a pure judgement of one request, by its Host, its Origin and the secret it carries.

The app can run code, so that a page of elsewhere must never reach it. Host refuses names that were pointed at this
machine (DNS rebinding), Origin refuses pages of other servers, those on other ports of this machine included, and the
cookie refuses everything that was not let in by a link.
"""

from __future__ import annotations

import secrets
from http.cookies import CookieError, SimpleCookie

from msgspec import Struct

HOME = "/prodrill/"
"""Everything but the link lies under this path, so that the cookie is sent to no other server of this machine."""


class Asked(Struct, frozen=True):
    """What of a request is judged: its headers as they came, empty where there was none."""

    host: str
    origin: str
    cookie: str
    upgrades: bool


class Gate:
    """The secrets of one server: links that work once, and the session that they are exchanged for."""

    def __init__(self, port: int) -> None:
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._cookie = f"prodrill-{port}"
        self._session = secrets.token_urlsafe(32)
        self._links: set[str] = set()

    def new_link(self) -> str:
        """A URL that lets one browser in, once."""
        token = secrets.token_urlsafe(32)
        self._links.add(token)
        return f"http://{self._hosts[0]}/?token={token}"

    def spend(self, token: str) -> bool:
        """Whether `token` is that of a link not yet used; from now on it is used."""
        found = [link for link in self._links if secrets.compare_digest(link.encode(), token.encode())]
        self._links.difference_update(found)
        return bool(found)

    @property
    def cookie(self) -> str:
        """The `Set-Cookie` of whoever came with a link: for this path, this server's life, and no script."""
        return f"{self._cookie}={self._session}; HttpOnly; SameSite=Strict; Path={HOME}"

    def foreign(self, asked: Asked) -> str:
        """Why this request is not from a page of ours; empty where it may be. A socket has to say its origin."""
        if asked.host not in self._hosts:
            return f"This server is {self._hosts[0]} and answers to no other name."
        if asked.origin != f"http://{asked.host}" and (asked.origin or asked.upgrades):
            return "A page of another server may not ask here."
        return ""

    def unknown(self, asked: Asked) -> str:
        """Why this browser may not come in; empty where it was let in by a link."""
        try:
            morsel = SimpleCookie(asked.cookie).get(self._cookie)
        except CookieError:
            morsel = None
        if morsel is None or not secrets.compare_digest(morsel.value.encode(), self._session.encode()):
            return (
                "This browser was not let in. Open the link that `prodrill serve` printed; it works once. "
                "For another, press Enter there."
            )
        return ""
