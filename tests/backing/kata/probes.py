"""Probes of a kata whose service is right; each judge says whether the fixtures told the truth."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

from runner.probes import (
    Client,
    Finding,
    History,
    Inputs,
    Postgres,
    Valkey,
    failed,
    passed,
    probe,
)


def right(history: History, **wanted: Any) -> Finding:
    """Passed where the notes are as wanted."""
    wrong = {name: history.notes.get(name) for name, value in wanted.items() if history.notes.get(name) != value}
    return failed(f"Not as wanted: {wrong}.") if wrong else passed("All as wanted.")


async def get(client: Client, path: str) -> Any:
    exchange = await client.request("GET", path, timeout_s=8)
    return exchange.json() if exchange.ok else exchange.json()["error"] if exchange.body else exchange.how


async def quickest(client: Client, path: str) -> float:
    """The least of three answers' times, in milliseconds: what a busy machine adds is not in it."""
    return min([(await client.request("GET", path)).latency_ms for _ in range(3)])


async def settled(client: Client, path: str, wanted: Any) -> Any:
    """The answer once it is as wanted, or the last of several: a pool hears of its connections' end with some delay."""
    answer = None
    for _ in range(10):
        answer = await get(client, path)
        if answer == wanted:
            break
        await asyncio.sleep(0.05)
    return answer


def sql(text: str) -> str:
    return f"/sql/{quote(text)}"


@probe("keeps", window_s=0.2)
async def a_word_is_kept(client: Client, postgres: Postgres, valkey: Valkey, inputs: Inputs, history: History) -> None:
    word = inputs.token()
    history.note("kept", (await get(client, f"/keep/{word}")) == {"kept": word})
    history.note("rows", await postgres.value("SELECT count(*) FROM words WHERE word = $1", word))
    history.note("keys", await valkey.keys() == [f"word:{word}"])
    history.note("read", await valkey.command("GET", f"word:{word}"))
    history.note("ttl", all(row["ttl_ms"] > 50_000 for row in (await valkey.census("keys")).rows))
    history.note("superuser", await postgres.value("SELECT rolsuper FROM pg_roles WHERE rolname = $1", postgres.role))
    history.note("clients", len(await valkey.clients()))


@a_word_is_kept.judge
def it_was_kept(history: History) -> Finding:
    return right(history, kept=True, rows=1, keys=True, read="1", ttl=True, superuser=False, clients=1)


@probe("fresh", window_s=0.1)
async def nothing_is_left(client: Client, postgres: Postgres, valkey: Valkey, history: History) -> None:
    history.note("words", await get(client, "/words"))
    history.note("keys", await valkey.keys())
    history.note("copied", await get(client, sql("COPY words TO PROGRAM 'true'")))
    history.note("elsewhere", await get(client, sql("ALTER DATABASE postgres RENAME TO mine")))
    history.note("databases", await postgres.value("SELECT count(*) FROM pg_database WHERE datname LIKE 'kata%'"))


@nothing_is_left.judge
def it_is_fresh(history: History) -> Finding:
    return right(history, words=["seeded"], keys=[], copied="42501", elsewhere="42501", databases=1)


@probe("dies", window_s=1.0)
async def the_database_is_killed(client: Client, postgres: Postgres, history: History) -> None:
    history.note("before", await get(client, "/words"))
    await postgres.kill()
    history.note("during", await settled(client, "/words", "ECONNREFUSED"))
    await postgres.start()
    history.note("after", await settled(client, "/words", ["seeded"]))
    history.note("witness", await postgres.value("SELECT word FROM words"))
    await postgres.restart()
    history.note("again", await settled(client, "/words", ["seeded"]))
    history.note("terminated", await postgres.terminate())
    history.note("last", await settled(client, "/words", ["seeded"]))


@the_database_is_killed.judge
def it_comes_back(history: History) -> Finding:
    did = [act.did for act in history.acts("postgres")]
    if did != ["kill", "start", "stop", "start", "terminate"]:
        return failed(f"It recorded {did}.")
    seeded = ["seeded"]
    return right(
        history, before=seeded, during="ECONNREFUSED", after=seeded, witness="seeded", again=seeded, last=seeded,
        terminated=1,
    )  # fmt: skip


@probe("pauses", window_s=6.0)
async def both_pause(client: Client, postgres: Postgres, valkey: Valkey, history: History) -> None:
    await get(client, "/words")
    for server, path in ((postgres, "/words"), (valkey, "/get/none")):
        await server.pause()
        asking = asyncio.ensure_future(client.request("GET", path, timeout_s=8))
        await asyncio.sleep(0.5)
        history.note(f"{path} waits", not asking.done())
        await server.resume()
        history.note(f"{path} answers", (await asking).status)
    await valkey.kill()
    history.note("dead", await get(client, "/get/none"))
    await valkey.start()
    for _ in range(50):
        history.note("alive", await get(client, "/get/none"))
        if isinstance(history.notes["alive"], dict):
            break
        await asyncio.sleep(0.1)


@both_pause.judge
def they_go_on(history: History) -> Finding:
    dead = history.notes["dead"]
    if isinstance(dead, dict):
        return failed(f"A dead store answered {dead}.")
    words = {"/words waits": True, "/words answers": 200, "/get/none waits": True, "/get/none answers": 200}
    return right(history, **words, alive={"value": None})


@probe("faults", window_s=6.0)
async def the_link_has_faults(client: Client, postgres: Postgres, valkey: Valkey, history: History) -> None:
    await get(client, "/words")
    await postgres.delay(100)
    history.note("slow", await quickest(client, "/words") > 200)
    await postgres.heal()
    history.note("healed", await quickest(client, "/words") < 200)
    await postgres.blackhole()
    asking = asyncio.ensure_future(get(client, "/words"))
    await asyncio.sleep(0.4)
    history.note("held", not asking.done())
    await postgres.heal()
    history.note("goes on", await asking)
    history.note("cut", await postgres.cut())
    history.note("after cut", await settled(client, "/words", ["seeded"]))
    history.note("reset", await postgres.reset())
    history.note("after reset", await settled(client, "/words", ["seeded"]))
    await postgres.refuse()
    history.note("open goes on", await get(client, "/words"))
    await postgres.reset()
    history.note("refused", await settled(client, "/words", "ECONNREFUSED"))
    await postgres.heal()
    history.note("end", await settled(client, "/words", ["seeded"]))
    await valkey.delay(60)
    history.note("valkey slow", await quickest(client, "/get/none") > 120)


@the_link_has_faults.judge
def they_bite(history: History) -> Finding:
    seeded = ["seeded"]
    return right(
        history, slow=True, healed=True, held=True, cut=1, reset=1, refused="ECONNREFUSED", end=seeded,
        **{"goes on": seeded, "after cut": seeded, "after reset": seeded, "open goes on": seeded, "valkey slow": True},
    )  # fmt: skip


async def _books_and_wire(client: Client, postgres: Postgres, history: History) -> None:
    """What a function runs is in the books, what fails is seen on the wire, and so is how much was sent."""
    body = "BEGIN PERFORM max(word) FROM words; PERFORM max(word) FROM words; RETURN 1; END"
    await get(client, sql(f"CREATE FUNCTION twice() RETURNS int LANGUAGE plpgsql AS $$ {body} $$"))
    await postgres.forget_statements()
    await get(client, sql("SELECT twice()"))
    history.note("nested", [row["calls"] for row in await postgres.statements() if "max(word)" in row["query"]])
    for text in ("SELECT 1 % 0", "SELECT nothing", "SELECT repeat('x', 50000)"):
        await get(client, sql(text))
    (wire,) = (await postgres.census("wire")).rows
    history.note("failed", wire["failed"])
    history.note("bytes", 50_000 < wire["bytes"] < 52_000)


@probe("witness", window_s=2.0)
async def the_verifier_looks(client: Client, postgres: Postgres, history: History) -> None:
    await get(client, "/words")
    await postgres.forget_statements()
    for _ in range(3):
        await get(client, "/words")
    statements = await postgres.statements()
    history.note("calls", [row["calls"] for row in statements if "FROM words" in row["query"]])
    await _books_and_wire(client, postgres, history)
    async with postgres.holding("LOCK TABLE words IN ACCESS EXCLUSIVE MODE"):
        asking = asyncio.ensure_future(get(client, "/words"))
        for _ in range(100):
            if any(not row["granted"] for row in await postgres.locks()):
                break
            await asyncio.sleep(0.01)
        history.note("waits", (await postgres.census("sessions", "blocked")).count(wait_event_type="Lock"))
    history.note("goes on", await asking)
    await get(client, "/leak")
    census = await postgres.census()
    history.note("in transaction", census.count(state="idle in transaction"))
    async with postgres.watched(every_s=0.02, limit=12) as seen:
        history.note("hog", (await get(client, "/hog/40"))["failures"])
        await asyncio.sleep(0.1)
    history.note("most", seen.most)
    await postgres.set_connection_limit(14)
    history.note("more", len((await get(client, "/hog/5"))["failures"]))


@the_verifier_looks.judge
def it_sees(history: History) -> Finding:
    if set(history.notes["hog"]) != {"53300"}:
        return failed(f"Connections were refused by {history.notes['hog']}.")
    more = {"goes on": ["seeded"], "in transaction": 1, "nested": [2], "failed": 2, "bytes": True}
    return right(history, calls=[3], waits=1, most=12, more=3, **more)
