"""Probes of the small kata in three copies that the verifier's own tests verify."""

from __future__ import annotations

from runner.probes import (
    Call,
    Client,
    Downstreams,
    Finding,
    History,
    Inputs,
    Load,
    Replicas,
    Req,
    failed,
    inconclusive,
    passed,
    probe,
)


def by_hand(downstreams: Downstreams, inputs: Inputs) -> None:
    a_store(downstreams)


def a_store(downstreams: Downstreams) -> None:
    """Notes that outlive every replica."""
    notes: dict[str, bytes] = {}

    async def put(call: Call) -> None:
        notes[call.path] = call.body
        await call.reply(204)

    async def get(call: Call) -> None:
        found = notes.get(call.path)
        await call.reply(404 if found is None else 200, body=found or b"")

    downstreams["store"].on("PUT", "/notes/*", put)
    downstreams["store"].on("GET", "/notes/*", get)


@probe("shared", window_s=0.2)
async def one_is_told_and_all_are_asked(
    replicas: Replicas, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    a_store(downstreams)
    note = f"/notes/{inputs.token()}"
    history.note("text", inputs.token())
    await client.request("PUT", note, body=history.notes["text"].encode(), tag="told")
    for replica in inputs.sample(replicas, len(replicas)):
        await client.to(replica).request("GET", note, tag="asked")


@one_is_told_and_all_are_asked.judge
def all_know(history: History) -> Finding:
    taker = history.exchanges("told")[0].replica
    ignorant = [e.replica for e in history.exchanges("asked") if e.body.decode() != history.notes["text"]]
    if ignorant:
        return failed(f"{taker} was told, and {', '.join(ignorant)} did not know.", value=len(ignorant), limit=0)
    return passed("All of them knew.", value=0, limit=0)


@probe("outlives", window_s=0.5)
async def the_taker_is_killed(
    replicas: Replicas, client: Client, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    a_store(downstreams)
    taker, note = inputs.choice(replicas), f"/notes/{inputs.token()}"
    history.note("text", inputs.token())
    await client.to(taker).request("PUT", note, body=history.notes["text"].encode(), tag="told")
    await taker.kill()
    history.fault("killed", int(await replicas.leaves_rotation(taker, within_s=5)))
    for _ in range(6):
        await client.request("GET", note, tag="asked")


@the_taker_is_killed.judge
def it_is_still_known(history: History) -> Finding:
    taker, asked = history.exchanges("told")[0].replica, history.exchanges("asked")
    if not history.faults["killed"] or any(e.replica == taker for e in asked):
        return inconclusive("The kill did not bite.")
    lost = [e for e in asked if e.body.decode() != history.notes["text"]]
    if lost:
        return failed(f"{len(lost)} of {len(asked)} answers had lost it: {lost[0].status} {lost[0].how}.")
    return passed(f"{len({e.replica for e in asked})} replicas still knew.")


@probe("rolls", window_s=4.0)
async def all_are_replaced_under_load(
    replicas: Replicas, client: Client, load: Load, downstreams: Downstreams, inputs: Inputs, history: History
) -> None:
    a_store(downstreams)
    note = f"/notes/{inputs.token()}"
    await client.request("PUT", note, body=b"kept")
    async with load.in_background(lambda n: Req("GET", note), rate_hz=50, tag="meanwhile", connections=0):
        await replicas.roll(grace_s=3)
    history.note("starts", [replica.starts for replica in replicas])


@all_are_replaced_under_load.judge
def none_was_lost(history: History) -> Finding:
    exchanges = history.exchanges("meanwhile")
    ended = sorted(e.replica for e in history.exits if not e.signal and e.code == 0)
    if set(history.notes["starts"]) != {2} or len({e.replica for e in exchanges}) < 3:
        return inconclusive("Not all were replaced, or not all had been asked.")
    lost = [e for e in exchanges if not e.ok]
    if lost or ended != ["replica-1", "replica-2", "replica-3"]:
        what = "; ".join(f"{e.replica or 'nobody'} {e.status} {e.how}" for e in lost[:5])
        return failed(f"{len(lost)} of {len(exchanges)} requests were lost ({what}); clean exits: {', '.join(ended)}.")
    return passed(f"None of {len(exchanges)} requests was lost.", value=0, limit=0)
