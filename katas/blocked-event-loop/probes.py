"""Probes of `blocked-event-loop`: reports stay what they are, and nothing waits for them.

Work is sized for the machine: iterations so that deriving a key takes a set time in the verifier, rows so that the
canonical JSON takes Node.js about as long. Ordinary requests come from callers with a connection of their own each.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import Any

from runner.clock import monotonic_s
from runner.probes import (
    Client,
    Exchange,
    Finding,
    History,
    Inputs,
    Load,
    Req,
    Service,
    Verdict,
    beside,
    failed,
    inconclusive,
    may_be_our_lateness,
    passed,
    probe,
    ran_between_s,
    slept_s,
)

expected = beside(__file__, "expected")
overtaking = beside(__file__, "overtaking")
counter = beside(__file__, "counter")
idle = beside(__file__, "idle")
leaving = beside(__file__, "leaving")
overflow = beside(__file__, "overflow")
pairs = beside(__file__, "pairs")

WAIT_FOR_KEY_ALONE = 0.3
WAIT_FOR_KEY_BURST = 1.0
WORK_FOR_BURST = 4.0
BURST = 8
# A round so many times as long as its work has a reason, and we look whether our own work is slow as well.
STRETCHED = 1.5
# Of the reports that rendered beside callers; four good rounds of five are needed, so one bad one cannot hide all.
CHECKED = 2

SCALE_RIGHT, SCALE_ALONE, SCALE_BURST, SCALE_EIGHT, SCALE_IDLE = 0.1, 0.6, 0.3, 0.1, 0.4


def report_of(portfolio: dict[str, Any]) -> Req:
    return Req("POST", "/reports", json=portfolio)


def check(
    history: History, asked: Sequence[dict[str, Any]], answers: Sequence[Exchange], seals: int, name: str = "wrong"
) -> None:
    """Note what is wrong with the answers to `asked`; the seal, slow to check, for the first `seals` of them."""
    wrong: list[str] = list(history.notes.get(name, []))
    iterations = int(history.notes["iterations"])
    for at, (portfolio, answer) in enumerate(zip(asked, answers, strict=True)):
        body = answer.body if answer.outcome == "ok" else b""
        wrong += expected.faults_in(portfolio, answer.status, body, iterations, with_seal=at < seals)
    history.note(name, wrong)


def note_work(history: History, scale: float) -> None:
    """What the judge needs to know of the machine: milliseconds for a key and for a whole report of this scale."""
    history.note("iterations", int(expected.iterations_for(scale)["SEAL_ITERATIONS"]))
    history.note("key_ms", expected.KEY_MS * scale)
    history.note("work_ms", (expected.KEY_MS + expected.DOCUMENT_MS) * scale)


async def note_slowdown(history: History) -> None:
    """How busy the machine is now, beside what was seen before."""
    seen: list[float] = list(history.notes.get("slowdowns", []))
    history.note("slowdowns", [*seen, await asyncio.to_thread(expected.slowdown)])


# -- reports are right -----------------------------------------------------------------------------------------------


@probe("reports-are-right", window_s=0.8, env=lambda inputs: expected.iterations_for(SCALE_RIGHT))
async def reports_and_the_counter(client: Client, inputs: Inputs, history: History) -> None:
    """Three reports, two of them over one portfolio, ten in surrogate pairs, and ordinary routes with right and wrong
    input."""
    note_work(history, SCALE_RIGHT)
    first, second = expected.portfolio(inputs, 0.02), expected.portfolio(inputs, 0.1)
    asked = [first, second, second]
    answers = [await client.request("POST", "/reports", json=each, tag="report") for each in asked]
    await asyncio.to_thread(check, history, asked, answers, 3)
    wrong: list[str] = list(history.notes["wrong"])
    for path, status in (("/products", 200), ("/products/HOME15", 200), (f"/products/{inputs.token(6)}", 404)):
        answer = await client.request("GET", path, tag="counter")
        wrong += (
            []
            if answer.status == status
            else [f"GET {path} was answered {answer.status or answer.how} where {status} was due"]
        )
    terms = {
        "principal_cents": inputs.randint(10**6, 10**8),
        "rate_bps": inputs.randint(50, 1500),
        "months": inputs.randint(12, 480),
    }
    wrong += counter.quote_faults(terms, await client.request("POST", "/quotes", json=terms, tag="counter"))
    for path, body in (
        ("/quotes", {**terms, "months": 0}),
        ("/reports", {**first, "loans": []}),
        ("/reports", {**first, "passphrase": "short"}),
    ):
        answer = await client.request("POST", path, json=body, tag="counter")
        if answer.status != 400:
            wrong.append(f"POST {path} with invalid input was answered {answer.status or answer.how}, not 400")
    history.note("wrong", wrong)
    asked = pairs.shifted(inputs)
    answers = [await client.request("POST", "/reports", **pairs.in_utf8(each), tag="report") for each in asked]
    await asyncio.to_thread(check, history, asked, answers, 1)


@reports_and_the_counter.judge
def they_are_as_the_contract_says(history: History) -> Finding:
    """Every answer as recomputed, every salt its own."""
    wrong: list[str] = list(history.notes.get("wrong", []))
    salts = _salts(history)
    if len(set(salts)) < len(salts):
        wrong.append("two reports carry the same salt; it should be fresh for every report")
    count = len(history.exchanges())
    if count == 0:
        return inconclusive("No request was made.")
    if wrong:
        return failed(
            f"Of {count} requests, not every one was answered as the contract says ({len(wrong)} faults): {wrong[0]}.",
            value=len(wrong),
            limit=0,
            unit="faults",
            decided_by=wrong[:6],
            reproduce=overtaking.SEND_REPORT,
        )
    return passed(
        f"All {count} answers were as the contract says, reports down to digest and seal.",
        value=0,
        limit=0,
        unit="faults",
    )


def _salts(history: History) -> list[str]:
    return [salt for e in history.exchanges("report") if (salt := _salt(e))]


def _salt(exchange: Exchange) -> str:
    try:
        return str(exchange.json()["salt"]) if exchange.ok else ""
    except (ValueError, KeyError, TypeError):
        return ""


# -- others overtake -------------------------------------------------------------------------------------------------


async def rounds_with_callers(
    service: Service,
    client: Client,
    load: Load,
    inputs: Inputs,
    history: History,
    *,
    rounds: int,
    at_once: int,
    scale: float,
    most_s: float,
) -> bool:
    """`rounds` times, or until `most_s`, `at_once` reports render while callers ask; then check what was answered.

    Returns whether every report was.
    """
    note_work(history, scale)
    warm = expected.portfolio(inputs, 0.05)
    await client.request("POST", "/reports", json=warm, tag="warm")
    quiet = await counter.known(client)
    asked = [[expected.portfolio(inputs, scale) for _ in range(at_once)] for _ in range(rounds)]
    kept: list[tuple[dict[str, Any], Exchange]] = []
    began = monotonic_s()
    async with counter.Callers(client, inputs) as callers:
        for number, portfolios in enumerate(asked):
            if monotonic_s() - began > most_s and number >= 3:
                break
            await asyncio.sleep(inputs.uniform(0.03, 0.08))
            answers = await rendered(service, load, history, number, portfolios)
            by_reference = {_reference(e): e for e in answers}
            kept += [(each, by_reference.get(each["reference"], answers[0])) for each in portfolios]
            if not all(e.ok for e in answers):
                break
            if made := overtaking.round_of(history, number):
                history.sample("wait of 95 in 100", min(made.wait_ms, 60_000.0), "ms")
    history.note("counter", [fault for req, answer in callers.asked for fault in counter.faults_of(req, answer, quiet)])
    answered = [(each, answer) for each, answer in kept if answer.ok]
    chosen = inputs.sample(answered, k=min(CHECKED, len(answered)))
    await asyncio.to_thread(check, history, [each for each, _ in chosen], [answer for _, answer in chosen], CHECKED)
    return len(answered) == len(kept)


async def rendered(
    service: Service, load: Load, history: History, number: int, portfolios: list[dict[str, Any]]
) -> list[Exchange]:
    """Have these rendered at once, and note what of the time the service itself slept, or ran.

    A process that came and went between two looks waited for a core as well; those who watch it all along have seen it.
    """
    began_s, before = monotonic_s(), await service.turns()
    requests = [report_of(each) for each in portfolios]
    answers = await load.at_once(requests, tag=f"report {number}", timeout_s=overtaking.PATIENCE_S)
    wall_s, after = monotonic_s() - began_s, await service.turns()
    slept, ran_s = slept_s(before, after, wall_s), ran_between_s(before, after)
    throttled_s = after.throttled_s - before.throttled_s
    if slept is not None:
        starved_s = history.starved_s(history.at(began_s), history.now())
        slept = min(slept, max(0.0, wall_s - ran_s - starved_s - throttled_s))
    told = None if slept is None else {"slept_ms": slept, "ran_ms": ran_s, "throttled_ms": throttled_s}
    spent: list[dict[str, float] | None] = history.notes.get("spent", [])
    history.note("spent", [*spent, told and {name: seconds * 1000 for name, seconds in told.items()}])
    history.note("rounds", number + 1)
    if slept is None or wall_s > STRETCHED * history.notes["work_ms"] / 1000 * len(portfolios):
        await note_slowdown(history)
    return answers


def _reference(exchange: Exchange) -> str:
    try:
        return str(exchange.json()["reference"])
    except (ValueError, KeyError, TypeError):
        return ""


@probe("others-overtake", window_s=3.0, env=lambda inputs: expected.iterations_for(SCALE_ALONE))
async def ordinary_requests_while_a_report_renders(
    service: Service, client: Client, load: Load, inputs: Inputs, history: History
) -> None:
    """Five reports, one after the other, while ten callers ask ordinary routes."""
    await rounds_with_callers(
        service, client, load, inputs, history, rounds=5, at_once=1, scale=SCALE_ALONE, most_s=9.0
    )


@ordinary_requests_while_a_report_renders.judge
def they_overtake_one(history: History) -> Finding:
    """What is asked while a report renders is answered before it, within a part of the time of its key."""
    finding: Finding = overtaking.judge_overtaking(history, WAIT_FOR_KEY_ALONE, 3, "a report rendered")
    return finding


# -- a burst ---------------------------------------------------------------------------------------------------------


@probe("a-burst-finishes", window_s=1.4, env=lambda inputs: expected.iterations_for(SCALE_EIGHT))
async def eight_reports_at_once(client: Client, load: Load, inputs: Inputs, history: History) -> None:
    """Eight reports at the same moment, two of them the same; each answer belongs to the one that asked. Then callers
    leave."""
    note_work(history, SCALE_EIGHT)
    await client.request("POST", "/reports", json=expected.portfolio(inputs, 0.05), tag="warm")
    different = [expected.portfolio(inputs, SCALE_EIGHT) for _ in range(BURST - 1)]
    asked = inputs.sample([*different, different[0]], k=BURST)
    connections = [await client.connect() for _ in asked]
    pairs = zip(asked, connections, strict=True)
    sends = [client.request("POST", "/reports", json=each, tag="report", conn=conn) for each, conn in pairs]
    await note_slowdown(history)
    answers = await asyncio.gather(*sends)
    await note_slowdown(history)
    for conn in connections:
        conn.close()
    await asyncio.to_thread(check, history, asked, answers, BURST)
    stayed = await leaving.callers_leave(client, inputs, history)
    asked, answers = [each for each, _ in stayed], [answer for _, answer in stayed]
    await asyncio.to_thread(check, history, asked, answers, 1, leaving.WRONG)


@eight_reports_at_once.judge
def each_has_its_own_answer(history: History) -> Finding:
    """Eight right answers, the last within a multiple of the work one after the other; whoever stays has one, too."""
    reports = history.exchanges("report")
    wrong: list[str] = history.notes.get("wrong", [])
    if len(reports) < BURST:
        return inconclusive(f"Only {len(reports)} of {BURST} reports were asked for.")
    series = (overtaking.reports_series(history),)
    if wrong:
        return failed(
            f"{BURST} reports at once were not all answered rightly ({len(wrong)} faults): {wrong[0]}.",
            value=sum(e.status == 201 for e in reports),
            limit=BURST,
            unit="answered 201",
            decided_by=wrong[:6],
            series=series,
            reproduce=overtaking.PORTFOLIO
            + f"for n in $(seq {BURST}); do {overtaking.POST_REPORT} -o answer-$n.json & done; wait",
        )
    salts = _salts(history)
    if len(set(salts)) < len(salts):
        return failed(
            f"Of {BURST} reports at once, two of them over the same input, not each was sealed with a salt of its own.",
            value=len(set(salts)),
            limit=len(salts),
            unit="salts",
            series=series,
        )
    unanswered: Finding | None = leaving.without_an_answer(history)
    if unanswered is not None and unanswered.verdict is Verdict.FAILED:
        return unanswered
    first_s, last_s = min(e.sent_s for e in reports), max(e.ended_s or math.inf for e in reports)
    took_ms = (last_s - first_s) * 1000
    limit_ms = WORK_FOR_BURST * BURST * float(history.notes["work_ms"]) * overtaking.slowdown_of(history)
    evidence: dict[str, Any] = {"value": took_ms, "limit": limit_ms, "unit": "ms", "series": series}
    if took_ms > limit_ms and may_be_our_lateness(history, first_s, last_s, limit_ms / 1000):
        return inconclusive("The machine was too busy to time the reports.", **evidence)
    if took_ms > limit_ms:
        return failed(
            f"{BURST} reports at once took {took_ms:.0f} ms; the limit is {limit_ms:.0f} ms, four times their work.",
            **evidence,
        )
    if unanswered is not None:
        return unanswered
    if max(e.sent_s for e in reports) >= min(e.ended_s or math.inf for e in reports):
        return inconclusive("The reports were not all under way at one moment: a salt that two share would not show.")
    return passed(
        f"{BURST} reports at once were all answered rightly within {took_ms:.0f} ms (limit {limit_ms:.0f} ms).",
        **evidence,
    )


@probe("others-overtake-a-burst", window_s=2.1, env=lambda inputs: expected.iterations_for(SCALE_BURST))
async def ordinary_requests_while_many_render(
    service: Service, client: Client, load: Load, inputs: Inputs, history: History
) -> None:
    """More reports at once than there are cores, three times, while ten callers ask; then two batches."""
    at_once = min(4, inputs.cores) + 2
    history.note("at_once", at_once)
    if await rounds_with_callers(
        service, client, load, inputs, history, rounds=3, at_once=at_once, scale=SCALE_BURST, most_s=12.0
    ):
        await overflow.a_batch_upon_a_batch(client, inputs, history)


@ordinary_requests_while_many_render.judge
def they_overtake_many(history: History) -> Finding:
    """What is asked while many reports render is answered at once all the same, also while a second batch waits."""
    what = f"{history.notes.get('at_once', 'many')} reports rendered at once"
    finding: Finding = overtaking.judge_overtaking(history, WAIT_FOR_KEY_BURST, 2, what)
    if finding.verdict is Verdict.FAILED:
        return finding
    held: Finding | None = overflow.held_up(history)
    return finding if held is None or finding.verdict is held.verdict else held


# -- an idle service -------------------------------------------------------------------------------------------------


@probe("idle-stays-quick", window_s=1.3, env=lambda inputs: expected.iterations_for(SCALE_IDLE))
async def one_at_a_time_on_an_idle_service(service: Service, client: Client, inputs: Inputs, history: History) -> None:
    """Sixty ordinary requests one after the other, then three reports."""
    note_work(history, SCALE_IDLE)
    await client.request("POST", "/reports", json=expected.portfolio(inputs, 0.05), tag="warm")
    conn = await client.connect()
    for _ in range(60):
        req = counter.ordinary(inputs)
        await client.request(req.method, req.path, json=req.json, tag="ordinary", conn=conn)
    conn.close()
    asked = [expected.portfolio(inputs, SCALE_IDLE) for _ in range(3)]
    await note_slowdown(history)
    answers: list[Exchange] = []
    slept_ms: list[float | None] = []
    for each in asked:
        began_s, before = monotonic_s(), await service.turns()
        answers.append(await client.request("POST", "/reports", json=each, tag="report"))
        slept = slept_s(before, await service.turns(), monotonic_s() - began_s)
        slept_ms.append(None if slept is None else slept * 1000)
        await note_slowdown(history)
    history.note("slept_ms", slept_ms)
    await asyncio.to_thread(check, history, asked[:1], answers[:1], 1)


@one_at_a_time_on_an_idle_service.judge
def neither_is_made_slow(history: History) -> Finding:
    """The fastest of three reports, as noise only delays, and the median of the ordinary requests."""
    finding: Finding = idle.neither_is_made_slow(history)
    return finding
