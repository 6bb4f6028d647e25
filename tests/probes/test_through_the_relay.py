"""What the relay tells of a connection's end is what happened, in both directions."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from runner.probes import (
    Call,
    Client,
    ConnectFailed,
    Downstream,
    History,
    Load,
    Req,
    hang,
    reply,
    reset,
    sequence,
)
from runner.probes.downstream import _Link
from runner.sandbox.relay import Relay
from tests.probes.relayed import relayed


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


def test_a_request_is_answered_and_recorded_with_its_four_times() -> None:
    async def work() -> None:
        async with relayed("echo.cjs") as relay:
            history = History()
            exchange = await Client(relay, "service", history).request("POST", "/x", body=b"hello", tag="t")
            assert (exchange.outcome, exchange.status, exchange.body) == ("ok", 200, b"you said hello")
            assert exchange.headers["x-method"] == "POST"
            assert exchange.intended_s <= exchange.sent_s <= (exchange.first_byte_s or 0) <= (exchange.ended_s or 0)
            assert history.exchanges("t") == [exchange]

    run(work())


def test_refused_reset_and_cut_are_told_apart() -> None:
    async def work() -> None:
        async with relayed("echo.cjs") as relay:
            client = Client(relay, "service", History())
            assert (
                (await client.request("GET", "/reset")).outcome,
                (await client.request("GET", "/reset")).how,
            ) == ("unknown", "reset")
            cut = await client.request("GET", "/cut")
            assert (cut.outcome, cut.how, cut.body) == ("unknown", "eof", b"abc")
            await relay.map("service", "127.0.0.1", 1)
            refused = await client.request("GET", "/")
            assert (refused.outcome, refused.how) == ("fail", "refused")
            try:
                await client.connect()
            except ConnectFailed as failure:
                assert failure.how == "refused"
            else:
                raise AssertionError("a connection to a closed port was taken")

    run(work())


def test_a_reader_that_stops_holds_the_service_up() -> None:
    async def work() -> None:
        async with relayed("echo.cjs") as relay:
            client = Client(relay, "service", History())
            reader = await client.stream("GET", "/big", window=65536)
            assert len(await reader.read(1000)) == 1000
            sent, previous = 0, -1
            while sent != previous:
                previous, sent = sent, int((await client.request("GET", "/sent")).body)
                await asyncio.sleep(0.2)
            assert sent < 800, "a hundred megabytes went out to a reader that had stopped"
            total = 1000
            while data := await reader.read(1 << 20):
                total += len(data)
            assert (total, reader.complete, reader.ended) == (1600 * 65536, True, "whole")

    run(work())


def test_open_loop_load_keeps_its_schedule_and_uses_several_connections() -> None:
    async def work() -> None:
        async with relayed("echo.cjs") as relay:
            load = Load(Client(relay, "service", History()))
            exchanges = await load.constant_rate(lambda n: Req("GET", f"/{n}"), rate_hz=100, duration_s=1.0)
            assert len(exchanges) == 100
            assert all(exchange.ok for exchange in exchanges)
            intended = sorted(exchange.intended_s for exchange in exchanges)
            assert abs((intended[-1] - intended[0]) - 0.99) < 0.001
            together = await load.at_once([Req("GET", "/")] * 5)
            assert len({exchange.conn for exchange in together}) == 5

    run(work())


async def _downstream(relay: Relay, history: History) -> tuple[Downstream, str]:
    downstream = Downstream("pay", history)
    port = await relay.listen("pay", lambda conn: downstream.accept(relay, conn))
    return downstream, f"http://127.0.0.1:{port}/charges"


def test_a_downstream_follows_its_script_and_its_calls_are_recorded() -> None:
    async def work() -> None:
        async with relayed("caller.cjs") as relay:
            history = History()
            client = Client(relay, "service", history)
            pay, url = await _downstream(relay, history)
            pay.on("POST", "/charges", sequence(reply(201, json={"id": 7}), reset(), hang()))
            said = [await client.request("GET", "/", headers={"x-to": url}) for _ in range(3)]
            assert said[0].body == b'201 {"id": 7}'
            assert (said[1].status, said[1].body) == (502, b"ECONNRESET")
            assert (said[2].status, said[2].body) == (502, b"TimeoutError")
            assert await pay.until_closed(5)
            calls = history.calls("pay")
            assert [call.status for call in calls] == [201, None, None]
            assert [call.closed_by for call in calls] == ["", "us", "service"]
            assert calls[0].body == b"x"
            await pay.close()

    run(work())


def test_a_caller_gone_in_the_moment_its_request_came_is_known_to_be_gone() -> None:
    """Both arrive before the handler had its turn, as they do behind a timeout that is nearly over."""

    async def work() -> None:
        history = History()
        pay = Downstream("pay", history)
        pay.on("POST", "/charges", hang())
        link = _Link(pay, 1)
        link.data_received(b"POST /charges HTTP/1.1\r\nhost: pay\r\ncontent-length: 0\r\n\r\n")
        link.ended("reset")
        await link.serve()
        assert [call.closed_by for call in history.calls("pay")] == ["service"]

    run(work())


def test_a_gate_holds_calls_until_it_is_opened() -> None:
    async def work() -> None:
        async with relayed("caller.cjs") as relay:
            history = History()
            client = Client(relay, "service", history)
            pay, url = await _downstream(relay, history)

            async def charge(call: Call) -> None:
                pay.effect("charge", key="k", amount=3)
                await call.reply(200, body=b"done")

            gate = pay.gate(charge)
            pay.on("POST", "/charges", gate)
            tasks = [asyncio.ensure_future(client.request("GET", "/", headers={"x-to": url})) for _ in range(3)]
            assert await gate.held(3)
            assert history.effects() == []
            gate.open()
            assert [task.body for task in await asyncio.gather(*tasks)] == [b"200 done"] * 3
            assert len(history.effects("charge")) == 3
            await pay.close()

    run(work())


def test_the_relay_ends_with_its_control_connection() -> None:
    async def work() -> None:
        async with relayed("echo.cjs") as relay:
            await relay.close()
            client = Client(relay, "service", History())
            for _ in range(100):
                try:
                    await client.request("GET", "/")
                except Exception:
                    return
                await asyncio.sleep(0.02)
            raise AssertionError("the relay still answers")

    run(work())


def test_a_history_kept_before_there_were_replicas_still_reads() -> None:
    kept = (
        b'{"criterion":"c","exchanges":[{"tag":"","n":1,"method":"GET","path":"/","intended_s":0,"sent_s":0,"outcome":"ok"}],'
        b'"signals":[{"name":"SIGTERM","at_s":1}],"exits":[{"code":0,"signal":null,"at_s":1.5}],'
        b'"logged":[{"at_s":1,"stream":"stdout","text":"bye"}]}'
    )
    history = History.from_bytes(kept)
    recorded = (history.exchanges()[0], history.signals[0], history.exits[0], history.lines()[0])
    assert [one.replica for one in recorded] == [""] * 4
    assert history.rotations == []


def test_a_kept_history_reads_back_as_it_was() -> None:
    history = History("c", 5)
    history.note("expected", {"rows": 3})
    history.fault("hang", 2)
    history.sample("lag", 1.5, "ms", limit=4)
    history.add_effect("charge", "k", {"amount": 1})
    again = History.from_bytes(history.to_bytes())
    assert (again.criterion, again.seed, again.notes, again.faults) == (
        "c",
        5,
        {"expected": {"rows": 3}},
        {"hang": 2},
    )
    assert again.effects() == history.effects()
    assert again.series("lag").limit == 4
