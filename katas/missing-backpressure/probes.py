"""Exports measured at both ends: the ledger feed that is pulled, and readers that pause, leave and come in crowds."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from typing import Any

from runner.probes import Client, Downstreams, Finding, Gate, History, Inputs, Service, StreamReader, beside, probe

scene = beside(__file__, "feed")
reading = beside(__file__, "reading")
pieces = beside(__file__, "pieces")
judges = beside(__file__, "judges")

MIB: int = scene.MIB
STILL_TICKS = 8
STILL_LOOKS = 4
PULSES = 3
# Whoever takes a reader that pauses so long for one that left breaks off an export that is wanted.
LONG_PAUSE_S = judges.RELEASED_WITHIN_S + 0.5
_NOTHING_READ = {"at_s": 0.0, "read_mib": 0.0, "still": False}
READING_ON = 8
READ_ON_WITHIN_S = 15.0
# What pulls without end fills its memory long before that, unless the machine hardly lets it run. A large export may
# take as long there; it stands still where nothing comes for ten seconds.
AT_REST_WITHIN_S = 30.0
# A small export has come to its failing page long before what this leaves beside the time that the contract gives.
FAILED_WITHIN_S = reading.ENDED_WITHIN_S + 5.0


def found(judge: Any, history: History) -> Finding:
    """What a judge of the module beside this one finds."""
    finding: Finding = judge(history)
    return finding


def by_hand(downstreams: Downstreams, inputs: Inputs) -> None:
    """For `prodrill run`: any account holds 128 MiB; half-503, half-reset, half-cut and half-short fail half-way."""
    feed = scene.Feed(downstreams["feed"], inputs)
    for failing in scene.FAILURES:
        feed.holds(mib=8, failing=failing, account=f"half-{failing}")


# -- exports are complete and intact ---------------------------------------------------------------------------------


@probe("export-intact", window_s=1.3)
async def exports_of_five_sizes(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """None, one, a page, some pages; and more than fifty thousand rows for a reader that pauses on the way.

    Beside them three at once, whose pages come in pieces that end within characters, a piece of each in turn.
    """
    feed = scene.Feed(downstreams["feed"], inputs, record=(30, 100))
    large = feed.holds(inputs.randint(50_500, 57_000))

    async def pause() -> None:
        await reading.until_still(client, lambda: feed.pulled_mib([large]), judges.AHEAD_LIMIT_MIB)

    sizes = (0, 1, min(feed.ledger.page_rows, 1000), inputs.randint(1100, 5000))
    exports = [await reading.fetch(client, feed, feed.holds(rows), "small") for rows in sizes]
    exports += await _several_at_once(client, feed, inputs, history)
    exports.append(await reading.fetch(client, feed, large, "paused", pause, within_s=AT_REST_WITHIN_S))
    history.note("exports", exports)


async def _several_at_once(client: Client, feed: Any, inputs: Inputs, history: History) -> list[dict[str, Any]]:
    """Exports of a page or less, side by side; a page of each is written in turn with those of the others."""
    at_once, at_s = pieces.Interleaved(client, inputs, judges.AT_ONCE), history.now()
    accounts = [feed.holds(inputs.randint(60, 300)) for _ in range(judges.AT_ONCE)]
    feed.writers |= dict.fromkeys(accounts, at_once)
    exports = await asyncio.gather(*(reading.fetch(client, feed, account, "at once") for account in accounts))
    history.note("at_once", {"at_s": at_s, "until_s": history.now(), "torn": at_once.torn})
    return exports


@exports_of_five_sizes.judge
def they_arrive_whole(history: History) -> Finding:
    """Each body is, byte for byte, the statement the feed held."""
    return found(judges.they_arrive_whole, history)


# -- a slow reader bounds the pull -----------------------------------------------------------------------------------


@probe("slow-reader-bounds-the-pull", window_s=6.5)
async def one_reader_pauses_twice(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """A reader takes a little of a large export and stops; some more, and stops for long, while another reads all."""
    feed = scene.Feed(downstreams["feed"], inputs)
    size_mib = inputs.uniform(128.0, 140.0)
    account = feed.holds(mib=size_mib)
    before, read = await service.rss_mb(), 0

    def ahead_mib() -> float:
        ahead: float = max(0.0, feed.pulled[account] - read) / MIB
        history.sample("pulled ahead of the reader", ahead, "MiB", judges.AHEAD_LIMIT_MIB)
        return ahead

    history.note("size_mib", size_mib)
    history.note("ended_while_paused", "")
    try:
        reader = await client.stream("GET", reading.path_of(account), window=reading.WINDOW, tag="slow")
    except TimeoutError:
        # Whoever collects an export before its head has pulled all of this ahead of a reader who has nothing yet.
        history.note("grown_mib", max(0.0, await service.rss_mb() - before))
        history.note("pauses", [{**_NOTHING_READ, "until_s": history.now(), "ahead_mib": ahead_mib()}])
        return
    pauses: list[dict[str, Any]] = []
    digest = hashlib.sha256()

    async def pause(ticks: int) -> bool:
        at_s = history.now()
        still = await reading.until_still(client, ahead_mib, 2 * judges.AHEAD_LIMIT_MIB, ticks=ticks)
        pauses.append(
            {"at_s": at_s, "until_s": history.now(), "read_mib": read / MIB, "ahead_mib": ahead_mib(), "still": still}
        )
        return still and bool(pauses[-1]["ahead_mib"] <= judges.AHEAD_LIMIT_MIB)

    # The more a reader takes at once, the more its kernel offers to hold: a small second sip keeps that to a few MiB.
    for wanted, ticks in ((MIB // 4, STILL_TICKS), (int(inputs.uniform(1.5, 2.5) * MIB), STILL_TICKS // 2)):
        read += await reading.read_up_to(reader, wanted, digest)
        if not (rests := await pause(ticks)):
            break
    history.note("grown_mib", max(0.0, await service.rss_mb() - before))
    if rests:
        paused_s = pauses[-1]["at_s"]
        other = feed.holds(mib=inputs.uniform(44.0, 52.0))
        history.note("beside", await reading.fetch(client, feed, other, "beside", within_s=AT_REST_WITHIN_S))
        await asyncio.sleep(max(0.0, paused_s + LONG_PAUSE_S - history.now()))
        # Nobody asks for its health meanwhile: who holds back only while he is watched pulls now.
        pauses.append(
            {
                "at_s": paused_s,
                "until_s": history.now(),
                "read_mib": read / MIB,
                "ahead_mib": ahead_mib(),
                "still": True,
            }
        )
    history.note("ended_while_paused", reader.ended)
    if rests:
        # More than what lies on the way: that much comes from a service that has long let go, too.
        wanted, at_s = int((pauses[-1]["ahead_mib"] + 4.0) * MIB), history.now()
        got = await reading.read_on(reader, wanted, READ_ON_WITHIN_S, digest)
        intact = got == wanted and feed.is_beginning(account, digest.hexdigest(), read + got)
        stalled = got < wanted and not reader.ended
        took_s = history.now() - at_s
        history.note("read_on", {"at_s": at_s, "took_s": took_s, "bytes": got, "intact": intact, "stalled": stalled})
    history.note("pauses", pauses)
    reader.close()


@one_reader_pauses_twice.judge
def the_pull_comes_to_rest(history: History) -> Finding:
    """The pull comes to rest a bounded distance ahead of the reader, each time it pauses."""
    return found(judges.the_pull_comes_to_rest, history)


# -- a reader that leaves stops the pull -----------------------------------------------------------------------------


@probe("leaving-stops-the-pull", window_s=0.6)
async def four_readers_leave(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """One vanishes while it pauses, one closes while it reads, one is gone before it has read anything.

    And one is gone while its snapshot is being opened.
    """
    feed = scene.Feed(downstreams["feed"], inputs)
    accounts = {way: feed.holds(mib=inputs.uniform(128.0, 140.0)) for way in judges.WAYS}
    unopened = accounts["unopened"]
    gate = feed.held_back(unopened)
    leaving = [_leave(way, client, feed, account) for way, account in accounts.items() if account != unopened]
    left = [*await asyncio.gather(*leaving, _leave_unopened(client, unopened, gate, history))]
    before, left_s = dict(zip(accounts, left, strict=True)), history.now()

    def after_mib(way: str) -> float:
        after: float = feed.pulled[accounts[way]] / MIB - before[way]
        return max(0.0, after)

    def is_released(way: str) -> bool:
        account = accounts[way]
        return not feed.pins(account) and (account in feed.released or account == unopened)

    while history.now() < left_s + judges.RELEASED_WITHIN_S and not all(map(is_released, accounts)):
        if max(map(after_mib, accounts)) > 2 * judges.AFTER_LEAVING_LIMIT_MIB:
            break
        await asyncio.sleep(0.02)
    readers = [
        {"way": way, "left_at_mib": before[way], "after_mib": after_mib(way), "released": is_released(way)}
        for way in accounts
    ]
    history.note("readers", readers)
    history.note("left", {"at_s": left_s, "until_s": history.now()})


async def _leave_unopened(client: Client, account: str, gate: Gate, history: History) -> float:
    """Leave while the feed opens the snapshot, which it does once the service has had the time to notice."""
    raw = await client.open(window=reading.WINDOW)
    await raw.send(_request_of(account))
    history.fault("left before its snapshot was opened", int(await gate.held(1, within_s=3.0)))
    raw.close()
    for _ in range(PULSES):
        await client.request("GET", "/healthz", tag="pulse", timeout_s=3.0)
    gate.open()
    while gate.holding:
        await asyncio.sleep(0.005)
    return 0.0


def _request_of(account: str) -> bytes:
    return f"GET {reading.path_of(account)} HTTP/1.1\r\nhost: exports\r\n\r\n".encode()


async def _leave(way: str, client: Client, feed: Any, account: str) -> float:
    """Begin an export and leave it in the given way; returns how many MiB had been pulled for it by then."""
    if way == "early":
        raw = await client.open(window=reading.WINDOW)
        await raw.send(_request_of(account))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(3.0):
                while feed.pulled[account] < MIB / 2:
                    await asyncio.sleep(0.005)
        raw.reset()
        return float(feed.pulled[account] / MIB)
    with contextlib.suppress(TimeoutError):
        reader = await client.stream("GET", reading.path_of(account), window=reading.WINDOW, tag=way)
        if way == "paused":
            await reading.read_up_to(reader, MIB // 4)
            await reading.until_still(client, lambda: feed.pulled_mib([account]), judges.AHEAD_LIMIT_MIB, within_s=5.0)
            reader.reset()
        else:
            await reading.read_up_to(reader, 3 * MIB)
            reader.close()
    return float(feed.pulled[account] / MIB)


@four_readers_leave.judge
def the_pull_ends_with_the_reader(history: History) -> Finding:
    """After each way of leaving little more is pulled, and the snapshot is released."""
    return found(judges.the_pull_ends_with_the_reader, history)


# -- twenty slow readers harm nobody ---------------------------------------------------------------------------------


@probe("slow-readers-harm-nobody", window_s=2.9)
async def a_crowd_of_slow_readers(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """Twenty large exports whose readers stop at once; beside them small exports and health checks."""
    feed = scene.Feed(downstreams["feed"], inputs)
    accounts = [feed.holds(mib=inputs.uniform(128.0, 140.0)) for _ in range(judges.SLOW_READERS)]
    readers: list[StreamReader] = []
    opening = [asyncio.ensure_future(_stop_reading(client, account, readers)) for account in accounts]
    prompt: list[dict[str, Any]] = []
    began_s, still, last = history.now(), 0, 0.0
    while history.now() < began_s + AT_REST_WITHIN_S and still < STILL_LOOKS and await _tolerable(service, history):
        account = feed.holds(inputs.randint(20, 300))
        prompt.append(await reading.fetch(client, feed, account, "prompt", within_s=judges.GIVEN_UP_AFTER_S))
        for _ in range(3):
            await client.request("GET", "/healthz", tag="health", timeout_s=judges.GIVEN_UP_AFTER_S)
            await asyncio.sleep(0.02)
        pulled = feed.pulled_mib(accounts)
        still = still + 1 if 0 < pulled == last else 0
        last = pulled
        if not prompt[-1]["intact"]:
            break
    await _tolerable(service, history)
    history.note("prompt", prompt)
    history.note("crowd", {"at_s": began_s, "until_s": history.now()})
    history.note("held", sum(1 for reader in readers if reader.status == 200 and not reader.ended))
    history.note("pulled_mib", last)
    history.note("at_rest", still >= STILL_LOOKS)
    if still >= STILL_LOOKS:
        # Whose export only looks open, and waits for another's reader, has nothing to read.
        chosen, at_s = inputs.sample(readers, k=min(READING_ON, len(readers))), history.now()
        reads = [reading.read_on(reader, int(judges.READ_ON_MIB * MIB), judges.ANSWERED_WITHIN_S) for reader in chosen]
        least = min(await asyncio.gather(*reads), default=0)
        history.note("read_on", {"at_s": at_s, "until_s": history.now(), "of": len(chosen), "least_mib": least / MIB})
    for task in opening:
        task.cancel()
    await asyncio.gather(*opening, return_exceptions=True)


async def _stop_reading(client: Client, account: str, readers: list[StreamReader]) -> None:
    readers.append(await client.stream("GET", reading.path_of(account), window=reading.WINDOW, tag="slow"))


async def _tolerable(service: Service, history: History) -> bool:
    """Take a sample of the memory; whether it still makes sense to go on."""
    resident = await service.rss_mb()
    history.sample("resident", resident, "MiB", judges.RESIDENT_LIMIT_MIB)
    return service.exit is None and resident <= judges.RESIDENT_LIMIT_MIB


@a_crowd_of_slow_readers.judge
def the_others_are_served(history: History) -> Finding:
    """All small exports and health checks are answered, intact, and the process stays within its memory."""
    return found(judges.the_others_are_served, history)


# -- a failure never looks complete ----------------------------------------------------------------------------------


@probe("failure-never-looks-complete", window_s=1.4)
async def the_feed_fails_half_way(
    service: Service, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    """Five exports whose snapshot fails for good, each in its own way, and one beside them that is well.

    Two of them are too large to be collected before the first byte is sent. Who opens a snapshot again gets the account
    as it is by then, which is not what the failed one held.
    """
    feed = scene.Feed(downstreams["feed"], inputs)
    large = {"short", inputs.choice([way for way in scene.FAILURES if way not in ("short", "refused")])}
    sizes = {way: inputs.uniform(44.0, 52.0) if way in large else inputs.uniform(2.5, 4.5) for way in scene.FAILURES}
    accounts = {way: feed.holds(mib=size, failing=way, once=True) for way, size in sizes.items()}
    accounts["healthy"] = feed.holds(mib=inputs.uniform(2.5, 4.5))
    within_s = {way: AT_REST_WITHIN_S if way in large else FAILED_WITHIN_S for way in accounts}
    exports = await asyncio.gather(
        *(reading.fetch(client, feed, account, way, within_s=within_s[way]) for way, account in accounts.items())
    )
    afterwards = await reading.fetch(client, feed, feed.holds(inputs.randint(20, 300)), "later")
    failures = [
        {"tag": way, "at_s": feed.failed_s[account]} for way, account in accounts.items() if account in feed.failed_s
    ]
    history.note("failures", failures)
    history.note("exports", [*exports, afterwards])


@the_feed_fails_half_way.judge
def nobody_takes_it_for_whole(history: History) -> Finding:
    """Each failed export shows it, by its status or by a body without a proper ending; the others are whole."""
    return found(judges.nobody_takes_it_for_whole, history)
