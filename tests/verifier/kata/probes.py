"""Probes of the small kata that the verifier's own tests verify."""

from __future__ import annotations

from runner.probes import Client, Downstreams, Finding, History, Inputs, Service, failed, passed, probe, reply


def by_hand(downstreams: Downstreams, inputs: Inputs) -> None:
    downstreams["other"].on("GET", "/word", reply(200, body=b"by hand"))


@probe("answers", window_s=0.1)
async def it_is_asked(client: Client, inputs: Inputs, history: History) -> None:
    history.note("word", inputs.token())
    await client.request("GET", f"/echo/{history.notes['word']}", tag="echo")


@it_is_asked.judge
def it_answers(history: History) -> Finding:
    exchange = history.exchanges("echo")[0]
    if exchange.ok and exchange.body.decode() == history.notes["word"]:
        return passed("It answered the word it was asked.")
    return failed(
        f"It answered {exchange.status} {exchange.how}.",
        decided_by=("the one request",),
        reproduce="curl -i localhost/echo/x",
    )


@probe("calls")
async def the_other_is_there(client: Client, downstreams: Downstreams, history: History) -> None:
    downstreams["other"].on("GET", "/word", reply(200, body=b"hello"))
    await client.request("GET", "/relay", tag="relay")
    history.sample("calls", len(downstreams["other"].calls), "calls", limit=1)


@the_other_is_there.judge
def it_asked_once(history: History) -> Finding:
    calls = len(history.calls("other"))
    exchange = history.exchanges("relay")[0]
    if calls == 1 and exchange.body == b"hello":
        return passed("It asked once.", value=calls, limit=1, unit="calls")
    return failed(f"It asked {calls} times.", value=calls, limit=1, unit="calls")


@probe("stops")
async def it_is_told_to(service: Service, history: History) -> None:
    await service.signal("SIGTERM")
    history.note("exited", await service.exited(5) is not None)


@it_is_told_to.judge
def it_ends(history: History) -> Finding:
    if not history.notes["exited"]:
        return failed("It still ran 5 s after SIGTERM.")
    ended = history.exits[0]
    return passed(f"It ended with {ended.code if ended.signal is None else ended.signal}.")
