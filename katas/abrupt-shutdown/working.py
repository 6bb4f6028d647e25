"""Whether an order service does its work: every answer, every state and every entry of the ledger.

A sibling of `probes.py`, which loads it by path. Pure: nothing here drives.
"""

from __future__ import annotations

from runner.probes import Finding, History, beside, failed, passed

judges = beside(__file__, "judges")


def they_are_right(history: History) -> Finding:
    """Every answer, every state and every entry of the ledger."""
    wrong = [*_wrong_answers(history), *_wrong_states(history), *_wrong_ledger(history)]
    count = 18 - len(wrong)
    if wrong:
        return failed(
            f"The service no longer does its work: {wrong[0]}.",
            value=count,
            limit=18,
            unit="checks",
            decided_by=wrong[:6],
            reproduce=judges.curl_order(),
        )
    return passed(
        "Orders were reserved, confirmed and cancelled as they should be, and the stock list was whole.",
        value=count,
        limit=18,
        unit="checks",
    )


def _wrong_answers(history: History) -> list[str]:
    wanted = {"readiness": 200, "good-1": 201, "good-2": 201, "good-3": 201, "none-left": 409, "damaged": 201}
    wanted |= {"bad": 400, "unknown": 404, "stock": 200}
    wrong = []
    for tag, status in wanted.items():
        seen = judges.one(history, tag)
        if seen is None or seen.status != status or seen.outcome != "ok":
            wrong.append(f"{tag} was {judges.told(seen) if seen else 'never asked'}, not answered {status}")
        elif status == 201 and not judges.is_answer_to(seen, history.notes["orders"][tag]):
            wrong.append(f"the answer to {tag} was not that order: {seen.body[:160]!r}")
        elif tag == "stock" and seen.body.decode("utf-8", "replace") != history.notes["stock"]:
            wrong.append(f"the stock list had {seen.size} bytes, not the {len(history.notes['stock'])} that were sent")
    return wrong


def _wrong_states(history: History) -> list[str]:
    wanted = {"good-1": "confirmed", "good-2": "confirmed", "good-3": "confirmed", "damaged": "cancelled"}
    wrong = []
    for name, state in wanted.items():
        seen = judges.one(history, f"{name}-state")
        if seen is not None and f'"{state}"'.encode() not in seen.body:
            wrong.append(f"order {name} did not become {state}: {seen.body[:120]!r}")
    return wrong


def _wrong_ledger(history: History) -> list[str]:
    wrong = []
    booked = {e.data.get("reference"): e for e in history.effects("reserve")}
    for name, order in history.notes["orders"].items():
        entry = booked.get(order["reference"])
        if name == "none-left":
            continue
        if entry is None or any(entry.data.get(k) != order[k] for k in ("sku", "quantity")):
            wrong.append(f"the warehouse did not book order {name} as it was given")
            continue
        settled = "release" if name == "damaged" else "confirm"
        if [e.key for e in history.effects(settled)].count(entry.key) != 1:
            wrong.append(f"the warehouse did not see exactly one {settled} of order {name}")
    return wrong
