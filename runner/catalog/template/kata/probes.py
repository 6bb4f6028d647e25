"""Well-formed and malformed requests, mixed: who is said to be at fault, and what is kept."""

from __future__ import annotations

import json
from typing import Any

from runner.probes import Client, Finding, History, Inputs, failed, inconclusive, passed, probe

EACH = 10


@probe("bad-requests-are-refused", window_s=0.5)
async def good_and_bad_requests(client: Client, inputs: Inputs, history: History) -> None:
    """Twenty requests in random order, then the list of what was kept."""
    good = [{"name": f"Käse {inputs.token()}", "quantity": inputs.randint(1, 1000)} for _ in range(EACH)]
    bodies = [("well-formed", json.dumps(item).encode()) for item in good]
    bodies += [("malformed", _malformed(inputs, number)) for number in range(EACH)]
    inputs.shuffle(bodies)
    for tag, body in bodies:
        await client.request("POST", "/items", body=body, headers={"content-type": "application/json"}, tag=tag)
    history.note("names", sorted(str(item["name"]) for item in good))
    await client.request("GET", "/items", tag="list")


def _malformed(inputs: Inputs, number: int) -> bytes:
    name, quantity = inputs.token(), inputs.randint(1, 1000)
    broken: list[Any] = [
        {"quantity": quantity},
        {"name": "", "quantity": quantity},
        {"name": name, "quantity": "a dozen"},
        {"name": name, "quantity": -quantity},
    ]
    if number % 5 == 4:
        return json.dumps({"name": name, "quantity": quantity}).encode()[:-3]
    return json.dumps(broken[number % 5]).encode()


@good_and_bad_requests.judge
def each_is_answered_for_what_it_is(history: History) -> Finding:
    """No malformed request counts as kept or as our fault, and no well-formed one is lost."""
    listed = [each for each in history.exchanges(tag="list") if each.ok]
    if not listed:
        return inconclusive("The list of items could not be read, so nothing can be said about what was kept.")
    for each in history.exchanges(tag="malformed"):
        if each.status is None or not 400 <= each.status < 500:
            shown = each.status or each.how
            return failed(
                f"A request that is not well-formed was answered {shown}; it should be a 4xx.",
                decided_by=(f"POST /items at {each.sent_s:.3f} s: {shown}",),
                reproduce="curl -i localhost:3000/items -H 'content-type: application/json' -d '{\"quantity\": 1}'",
            )
    refused = [each for each in history.exchanges(tag="well-formed") if each.status != 201]
    if refused:
        return failed(
            f"{len(refused)} of {EACH} well-formed requests were not answered 201.", value=len(refused), limit=0
        )
    names = sorted(str(item.get("name")) for item in listed[0].json())
    if names != history.notes["names"]:
        return failed("The list of items is not what the well-formed requests sent.", value=len(names), limit=EACH)
    return passed("Every malformed request got a 4xx, and every well-formed one was kept.")
