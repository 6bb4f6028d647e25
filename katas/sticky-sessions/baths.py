"""What the probes of this kata share: the service's settings, members whom the directory knows, and ways to ask."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote, unquote

from runner.probes import Client, Downstreams, Exchange, History, Inputs, Service, beside

scene = beside(__file__, "directory")
browsers = beside(__file__, "browser")
away = beside(__file__, "away")

POLL_S, MORE_S, PATIENCE_S = 0.05, 3.0, 20.0
CHANGED, AT_A_TIME = 40, 8


def settings(ttl_s: int = 600, store_timeout_ms: int = 3000) -> Callable[[Inputs], dict[str, str]]:
    """Long enough not to matter, but in the probes that are about one of them; the secret is new each time."""
    return lambda inputs: {
        "SESSION_TTL_S": str(ttl_s),
        "STORE_TIMEOUT_MS": str(store_timeout_ms),
        "SESSION_SECRET": inputs.token(40),
    }


class Baths:
    """Members, browsers, and the service with its three replicas."""

    def __init__(self, client: Client, downstreams: Downstreams, inputs: Inputs, history: History) -> None:
        self._client, self._inputs, self._history = client, inputs, history
        self.directory = scene.Directory(downstreams["directory"], inputs)

    def member(self) -> dict[str, str]:
        """A new one, whom the directory knows."""
        member: dict[str, str] = scene.a_member(self._inputs)
        self.directory.join(member)
        return member

    def browser(self, sid: str = "") -> Any:
        return browsers.Browser(self._client, self._history, sid)

    async def signed_in(self, at: Service, tag: str, member: dict[str, str] | None = None) -> Any:
        """A browser of a member, new unless given, that signed in at a replica."""
        browser = self.browser()
        await self.sign_in(browser, at, tag, member or self.member())
        return browser

    async def sign_in(self, browser: Any, at: Service, tag: str, member: dict[str, str], **more: Any) -> Exchange:
        exchange: Exchange = await browser.ask(at, "POST", "/sign-in", tag, json=scene.keys(member), **more)
        return exchange

    async def ask_all(self, replicas: Sequence[Service], copies: list[str], tag: str) -> None:
        """/me with each of these cookies at each replica, side by side."""
        known = [sid for sid in dict.fromkeys(copies) if sid]
        await asyncio.gather(*(self.browser(sid).ask(one, "GET", "/me", tag) for sid in known for one in replicas))

    async def ask_with_a_changed_cookie(self, makers: list[Service], given: list[str]) -> None:
        """A cookie with one character changed, at places where cookies differ, at the replica that made it."""
        # Which places there are is the service's doing: what is drawn for them must not shift what is drawn after.
        inputs = self._inputs.apart("changed cookies")
        at, real = inputs.choice(list(zip(makers, given, strict=True)))
        await self.browser(real).ask(at, "GET", "/me", "unchanged")
        made = changed(real, given, inputs, most=CHANGED)
        asks = [(f"changed {n}", cookie) for n, cookie in enumerate(made, start=1)]
        self._history.note("changed", dict(zip((tag for tag, _ in asks), made.values(), strict=True)))
        for n in range(0, len(asks), AT_A_TIME):
            some = asks[n : n + AT_A_TIME]
            await asyncio.gather(*(self.browser(cookie).ask(at, "GET", "/me", tag) for tag, cookie in some))

    async def starts_anew(self, one: Service, outage: str) -> bool:
        """A replica is killed and started while the store is away; whether it served a public page meanwhile."""
        await one.kill()
        await one.remove()
        await one.launch()
        self._history.fault("started without the store", int(one.starts == 2))
        from_s = self._history.now()
        while one.exit is None and self._may_still(from_s, away.STARTED_S + MORE_S):
            asked = await self.browser().ask(one, "GET", "/opening-hours", f"started, {outage}", timeout_s=1.0)
            if asked.ok:
                return True
            await asyncio.sleep(POLL_S)
        return False

    def _may_still(self, from_s: float, within_s: float) -> bool:
        """On a busy machine it is waited until it can be said with something to spare, but not for ever."""
        now_s = self._history.now()
        return now_s - from_s < PATIENCE_S and bool(away.may_still(self._history, from_s, now_s, within_s))

    async def ask_in_an_outage(self, replicas: list[Service], outage: str, kept: Any, leaving: Any) -> None:
        """What needs the store and what does not, all side by side, so that nothing waits for another's time-out."""
        within: dict[str, Any] = {"timeout_s": away.ASKED_S}
        needs, public, one = f"needs it, {outage}", f"public, {outage}", self._inputs.choice(replicas)
        await asyncio.gather(
            *(kept.ask(each, "GET", "/me", needs, **within) for each in replicas),
            kept.ask(one, "GET", "/visits", needs, **within),
            leaving.ask(one, "POST", "/sign-out", needs, **within),
            self.sign_in(self.browser(), one, needs, self.member(), **within),
            *(kept.ask(each, "GET", path, public, **within) for each in replicas for path in away.PUBLIC),
            self.browser().ask(one, "GET", "/opening-hours", public, **within),
        )

    async def until_it_serves(self, one: Service, tag: str) -> None:
        """Sign in at a replica until that works, and see whether the session does."""
        from_s, member = self._history.now(), self.member()
        while one.exit is None and self._may_still(from_s, away.RECOVERED_S + away.SPARE_S):
            browser = self.browser()
            if (await self.sign_in(browser, one, tag, member, timeout_s=away.RECOVERED_S)).ok:
                await browser.ask(one, "GET", "/me", f"{tag}, me")
                return
            await asyncio.sleep(POLL_S)


def changed(real: str, given: list[str], inputs: Inputs, most: int) -> dict[str, float]:
    """The cookie `real` with one character changed, at up to `most` places where the cookies `given` differ.

    The other character is one that was met at that place, so that only its value tells the cookie from a real one. With
    each stands how many bits were seen at that place.
    """
    known = [unquote(each) for each in given if len(unquote(each)) == len(unquote(real))]
    text = unquote(real)
    met = [sorted({each[place] for each in known}) for place in range(len(text))]
    places = [place for place, characters in enumerate(met) if len(characters) > 1]
    made = {}
    for place in inputs.sample(places, min(most, len(places))):
        other = inputs.choice([each for each in met[place] if each != text[place]])
        cookie = text[:place] + other + text[place + 1 :]
        made[quote(cookie, safe="") if "%" in real else cookie] = math.log2(len(met[place]))
    return made
