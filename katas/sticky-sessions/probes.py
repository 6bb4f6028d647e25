"""Sessions at three replicas: who knows them, what they outlive, how they end, and what is said without their store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from runner.probes import (
    ANSWERS,
    Client,
    Downstreams,
    Finding,
    History,
    Inputs,
    Replicas,
    Service,
    Valkey,
    beside,
    probe,
)

scene = beside(__file__, "directory")
scenery = beside(__file__, "baths")
judges = beside(__file__, "judges")
ids = beside(__file__, "ids")
away = beside(__file__, "away")

BURST, IN_A_ROW = 18, 6
SIGNED_OUT = 6
"""Sign-outs one right after another: what is carried out only now and then, or a little later, is late for most."""


def found(judge: Any, history: History) -> Finding:
    """What a judge of the module beside this one finds."""
    finding: Finding = judge(history)
    return finding


def by_hand(downstreams: Downstreams, inputs: Inputs) -> None:
    """For `prodrill run`: two members whom anybody can be."""
    directory = scene.Directory(downstreams["directory"], inputs)
    for name, tier in (("ada", "gold"), ("joan", "family")):
        member = scene.a_member(inputs) | {"email": f"{name}@baths.example", "password": "swordfish"}
        directory.join(member | {"name": name.capitalize(), "tier": tier, "memberId": f"m-{name}"})


async def two_of(replicas: Replicas, inputs: Inputs) -> list[Service]:
    """Two of them, drawn and started. A third is started only where it could tell more: each start takes its time."""
    two = inputs.sample(replicas, 2)
    await asyncio.gather(*(one.start() for one in two))
    return two


async def begin_anew(gone: Sequence[Service], begun: Sequence[Service]) -> int:
    """All are killed, and some started once none is left who could tell what it knew; how many had ended together."""
    await asyncio.gather(*(one.kill() for one in gone))
    ended = sum(one.exit is not None for one in gone)
    await asyncio.gather(*(one.start() for one in begun))
    return ended


# -- the service does its work ----------------------------------------------------------------------------------------


@probe("members-area-works", window_s=0.3, env=scenery.settings(), start=False)
async def an_ordinary_day(
    replicas: Replicas, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """Two members, a wrong password and a stranger, all of them at one replica, the only one there is."""
    one, baths = inputs.choice(replicas), scenery.Baths(client, downstreams, inputs, history)
    await one.start()
    members = {"first": baths.member(), "second": baths.member()}
    history.note("members", {tag: scene.known(member) for tag, member in members.items()})
    history.note("visits", {tag: baths.directory.visits(member) for tag, member in members.items()})
    stranger = baths.browser()
    await stranger.ask(one, "GET", "/opening-hours", "hours")
    await stranger.ask(one, "GET", "/readyz", "ready")
    for path in ("/me", "/visits"):
        await stranger.ask(one, "GET", path, f"stranger {path}")
        await baths.browser(inputs.token(43)).ask(one, "GET", path, f"made-up cookie {path}")
    await stranger.ask(one, "POST", "/sign-in", "no password", json={"email": members["first"]["email"]})
    await baths.sign_in(stranger, one, "wrong password", members["first"] | {"password": inputs.token()})
    await stranger.ask(one, "GET", "/me", "after a wrong password")
    keeping = {tag: await baths.signed_in(one, f"sign-in {tag}", member) for tag, member in members.items()}
    for tag, browser in keeping.items():
        await browser.ask(one, "GET", "/me", f"me {tag}")
        await browser.ask(one, "GET", "/visits", f"visits {tag}")
    await keeping["first"].ask(one, "POST", "/sign-out", "sign-out")
    await keeping["first"].ask(one, "GET", "/me", "after sign-out")
    await keeping["second"].ask(one, "GET", "/me", "me second")


@an_ordinary_day.judge
def it_works(history: History) -> Finding:
    """Every status, every body."""
    return found(judges.it_works, history)


# -- known everywhere -------------------------------------------------------------------------------------------------


@probe("known-everywhere", window_s=0.3, env=scenery.settings())
async def asked_elsewhere(
    replicas: Replicas, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """A member signs in at each replica and is asked for at the others, and through the load balancer."""
    baths = scenery.Baths(client, downstreams, inputs, history)

    async def one_session(maker: Service) -> None:
        browser = await baths.signed_in(maker, f"made {maker.name}")
        others = [one for one in replicas if one is not maker]
        for at in (*inputs.sample(others, len(others)), None, None, None):
            await browser.ask(at, "GET", "/me", f"asked {maker.name}")

    await asyncio.gather(*(one_session(maker) for maker in replicas))


@asked_elsewhere.judge
def all_know_it(history: History) -> Finding:
    """Every other replica answered with what the sign-in had said."""
    return found(judges.all_know_it, history)


# -- outlives its replica ---------------------------------------------------------------------------------------------


@probe("outlives-its-replica", window_s=1.5, env=scenery.settings(), start=False)
async def replicas_come_and_go(
    replicas: Replicas, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """kill -9 of the replica that made the session, its start, the other replaced, and then both killed at once."""
    baths = scenery.Baths(client, downstreams, inputs, history)
    both = maker, other = await two_of(replicas, inputs)
    browser = await baths.signed_in(maker, "made")
    await browser.ask(maker, "GET", "/me", "asked before")
    await maker.kill()
    history.fault("killed", int(maker.exit is not None))
    await browser.ask(other, "GET", "/me", f"asked after kill -9 of {maker.name}")
    await maker.start()
    await browser.ask(maker, "GET", "/me", "asked after its restart")
    await other.replace(grace_s=2.0)
    history.fault("replaced", sum(one.starts == 2 for one in both))
    for one in both:
        await browser.ask(one, "GET", "/me", "asked when all had been replaced")
    history.fault("killed together", await begin_anew(both, both))
    for one in both:
        await browser.ask(one, "GET", "/me", "asked when all had been killed at once")


@replicas_come_and_go.judge
def it_is_still_there(history: History) -> Finding:
    """Every answer as before, at whichever replica."""
    return found(judges.it_is_still_there, history)


# -- ends everywhere --------------------------------------------------------------------------------------------------


@probe("ends-everywhere", window_s=0.7, env=scenery.settings())
async def signed_out_elsewhere(
    replicas: Replicas, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """Signed out at another replica, with copies of the cookie and a request under way; others at once; all killed."""
    baths = scenery.Baths(client, downstreams, inputs, history)
    maker, other, third = inputs.sample(replicas, len(replicas))
    member = baths.member()
    laptop = await baths.signed_in(maker, "made", member)
    phone = await baths.signed_in(other, "made at another device", member)
    thief = baths.browser(laptop.sid)
    for one in replicas:
        await thief.ask(one, "GET", "/me", "copy before")
    copies = [laptop.sid, thief.sid]
    gate = baths.directory.hold_visits()
    under_way = asyncio.ensure_future(laptop.ask(third, "GET", "/visits", "under way"))
    history.fault("a request was under way", int(await gate.held(1, within_s=1.0)))
    await baths.browser(laptop.sid).ask(other, "POST", "/sign-out", "sign-out")
    await baths.ask_all(replicas, copies, "copy after")
    gate.open()
    await under_way
    await baths.ask_all(replicas, [*copies, laptop.sid], "copy after the last answer")
    for one in replicas:
        await phone.ask(one, "GET", "/me", "other device after")
    await _signed_out_in_turn(baths, replicas, inputs)
    # Not the one that took the sign-out: that may have written down what the others were only told.
    history.fault("killed together", await begin_anew(replicas, [third]))
    await baths.ask_all([third], [*copies, laptop.sid], "copy after a restart")


async def _signed_out_in_turn(baths: Any, replicas: Replicas, inputs: Inputs) -> None:
    """Sessions of others, each asked for elsewhere as soon as its sign-out is answered, and then the next."""
    at = [inputs.sample(replicas, 2) for _ in range(SIGNED_OUT)]
    leaving = await asyncio.gather(*(baths.signed_in(one, "made to leave") for one, _ in at))
    for browser, (one, elsewhere) in zip(leaving, at, strict=True):
        copy = baths.browser(browser.sid)
        await browser.ask(one, "POST", "/sign-out", "sign-out in turn")
        await copy.ask(elsewhere, "GET", "/me", "copy at once")


@signed_out_elsewhere.judge
def it_is_over(history: History) -> Finding:
    """No copy is worth anything anywhere, and the member's other device is still signed in."""
    return found(judges.it_is_over, history)


# -- ends by itself ---------------------------------------------------------------------------------------------------


@probe("ends-by-itself", window_s=3.1, env=scenery.settings(ttl_s=judges.TTL_S), start=False)
async def time_passes(
    replicas: Replicas, client: Client, downstreams: Downstreams, inputs: Inputs, history: History, valkey: Valkey
) -> None:
    """Two sessions that nobody uses, one that is used all the time, one that was signed out; and their store.

    The one in use is used at one replica for longer than a session lives, and then at the other, which must have heard.
    It is copies of the cookies that are asked with at the end: a browser may have let go of its own by then.
    """
    baths = scenery.Baths(client, downstreams, inputs, history)
    two = here, elsewhere = await two_of(replicas, inputs)
    gone = await baths.signed_in(inputs.choice(two), "made gone")
    await gone.ask(inputs.choice(two), "POST", "/sign-out", "sign-out")
    copies = [each.sid for each in await asyncio.gather(*(baths.signed_in(one, "made unused") for one in two))]
    used = await baths.signed_in(here, "made used")
    await valkey.census("keys", "in use")
    await used.ask(here, "GET", "/me", "used")
    until_s = history.now() + judges.TTL_S + judges.LATE_S
    while (left_s := until_s - history.now()) > 0:
        await asyncio.sleep(min(left_s, judges.EVERY_S))
        await used.ask(here, "GET", "/me", "used")
    await used.ask(elsewhere, "GET", "/me", "used")
    asks = [(baths.browser(sid), one) for sid in copies for one in two]
    await asyncio.gather(*(browser.ask(one, "GET", "/me", "unused") for browser, one in asks))


@time_passes.judge
def it_ends(history: History) -> Finding:
    """The unused ended, the used did not, and whatever is kept of them in the store has an expiry."""
    return found(judges.it_ends, history)


# -- ids --------------------------------------------------------------------------------------------------------------


@probe("ids-unguessable", window_s=2.3, env=scenery.settings(), start=False)
async def one_member_again_and_again(
    replicas: Replicas, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """Sign-ins of one member in one moment, in a row, after a restart; changed cookies, and some from before."""
    baths = scenery.Baths(client, downstreams, inputs, history)
    two, member = await two_of(replicas, inputs), baths.member()
    again = inputs.choice(two)
    history.note("row", IN_A_ROW)
    history.note("known", {name: member[name] for name in ("memberId", "email", "name")})
    gate = baths.directory.hold_sign_ins()
    makers = [one for one in two for _ in range(BURST)]
    burst = [asyncio.ensure_future(baths.signed_in(one, "made", member)) for one in makers]
    history.fault("sign-ins at one moment", len(burst) if await gate.held(len(burst)) else 0)
    gate.open()
    given = [browser.sid for browser in await asyncio.gather(*burst)]
    await baths.ask_with_a_changed_cookie(makers, given)
    restart = asyncio.ensure_future(again.restart())
    for one in (*(each for each in two if each is not again), again):
        if one is again:
            await restart
        for _ in range(IN_A_ROW):
            await baths.signed_in(one, "made", member)
    await _with_a_cookie_from_before(baths, two, inputs, history)


@one_member_again_and_again.judge
def none_can_be_known(history: History) -> Finding:
    """No id twice, enough that changes, none kept at a sign-in, and the cookie out of scripts' reach."""
    return found(ids.none_can_be_known, history)


async def _with_a_cookie_from_before(baths: Any, two: list[Service], inputs: Inputs, history: History) -> None:
    """Of a live session of somebody else, of an ended one, made up, and the member's own."""
    maker, own = inputs.choice(two), baths.member()
    live, ended = [await baths.signed_in(maker, "made by another") for _ in range(2)]
    before = await baths.signed_in(maker, "made before", own)
    planted = {"live": live.sid, "ended": ended.sid, "made-up": inputs.token(43), "own": before.sid}
    history.note("planted", planted)
    await ended.ask(maker, "POST", "/sign-out", "sign-out")
    for what, sid in planted.items():
        member = own if what == "own" else baths.member()
        await baths.sign_in(baths.browser(sid), inputs.choice(two), f"sign-in {what}", member)
        await baths.ask_all(two, [sid], f"planted {what}")


# -- without the store ------------------------------------------------------------------------------------------------


@probe("store-away", window_s=1.7, env=scenery.settings(store_timeout_ms=away.TIMEOUT_MS), start=False)
async def the_store_hangs_and_dies(
    replicas: Replicas, client: Client, downstreams: Downstreams, inputs: Inputs, history: History, valkey: Valkey
) -> None:
    """The store is paused and goes on, then is killed and started anew, empty; the same is asked in both outages.

    While it is down a replica is killed and started anew as well, and asked with the others once it serves.
    """
    baths = scenery.Baths(client, downstreams, inputs, history)
    history.bound(ANSWERS, away.WITHIN_S * 1000)
    two = await two_of(replicas, inputs)
    kept = await baths.signed_in(inputs.choice(two), "made")
    ended = await baths.signed_in(inputs.choice(two), "made and ended")
    old = ended.sid
    await ended.ask(inputs.choice(two), "POST", "/sign-out", "sign-out")
    for one in two:
        await kept.ask(one, "GET", "/me", "before")
    for outage, begin, end in (("hangs", valkey.pause, valkey.resume), ("is down", valkey.kill, valkey.start)):
        leaving = await baths.signed_in(inputs.choice(two), f"made to leave, {outage}")
        await begin()
        serving = list(two)
        if outage == away.STARTED_WHILE and not await baths.starts_anew(anew := inputs.choice(two), outage):
            serving.remove(anew)
        await baths.ask_in_an_outage(serving, outage, kept, leaving)
        await end()
        await asyncio.gather(*(baths.until_it_serves(one, f"{outage} no more") for one in two))
        if outage == "hangs":
            await baths.ask_all(two, [kept.sid], "kept over the hang")
    await baths.ask_all(two, [old], "ended before")


@the_store_hangs_and_dies.judge
def it_says_so_and_recovers(history: History) -> Finding:
    """503 in time for what needs a session, the rest as ever; and it serves again once the store does."""
    return found(away.it_says_so_and_recovers, history)
