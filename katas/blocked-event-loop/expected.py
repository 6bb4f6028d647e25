"""What a report should come to, recomputed in Python, and portfolios whose work is sized for the machine.

A sibling of `probes.py`, which loads it by path.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import string
import time
from collections.abc import Callable
from functools import cache
from typing import Any

KEY_MS = 330.0
"""What deriving the key of a full-sized report takes the verifier; Node.js is up to twice as fast at it."""

REFERENCE_MS = 25.0
"""Work by which the verifier sees how long the machine lets it wait for a core."""

DOCUMENT_MS = 220.0
"""What schedules and canonical JSON of a full-sized report take Node.js, about, once it has warmed up."""

NODE_FOR_PYTHON = 1.0
"""Node.js' time over Python's for one row: schedule and canonical JSON (measured 0.9 to 1.1 with Node.js 24)."""


def schedule_of(loan: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of one loan, as the contract says."""
    rows: list[dict[str, Any]] = []
    owed: int = loan["principal_cents"]
    for month in range(1, loan["months"] + 1):
        interest = owed * loan["rate_bps"] // 120_000
        total = owed + interest if month == loan["months"] else min(loan["payment_cents"], owed + interest)
        left = owed + interest - total
        paid = {"total_cents": total, "interest_cents": interest, "principal_cents": total - interest}
        rows.append({"month": month, "opening_cents": owed, "paid": paid, "closing_cents": left})
        owed = left
    return rows


def expected_of(portfolio: dict[str, Any]) -> dict[str, Any]:
    """All of a report's answer that follows from the portfolio alone."""
    schedules = [{"id": loan["id"], "rows": schedule_of(loan)} for loan in portfolio["loans"]]
    paid = [row["paid"] for schedule in schedules for row in schedule["rows"]]
    totals = {
        key: sum(part[of] for part in paid)
        for key, of in (("paid_cents", "total_cents"), ("interest_cents", "interest_cents"))
    }
    document = {"reference": portfolio["reference"], "totals": totals, "schedules": schedules}
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {
        "reference": portfolio["reference"],
        "rows": len(paid),
        **totals,
        "digest": hashlib.sha256(text.encode()).hexdigest(),
    }


def seal_of(portfolio: dict[str, Any], digest: str, salt: str, iterations: int) -> str:
    """The seal over a digest; empty where salt or digest are not hexadecimal."""
    try:
        key = hashlib.pbkdf2_hmac("sha256", portfolio["passphrase"].encode(), bytes.fromhex(salt), iterations, 32)
        return hmac.new(key, bytes.fromhex(digest), "sha256").hexdigest()
    except (ValueError, TypeError):
        return ""


@cache
def iterations_a_ms() -> float:
    """PBKDF2 iterations this machine does in a millisecond, at its best of four."""
    return max(
        20_000 / _took_ms(lambda: hashlib.pbkdf2_hmac("sha256", b"calibration", b"salt", 20_000, 32)) for _ in range(4)
    )


@cache
def rows_a_ms() -> float:
    """Rows that Node.js schedules and writes in a millisecond, from what Python takes for the same."""
    loan = {
        "id": "calibration",
        "principal_cents": 30_000_000,
        "rate_bps": 415,
        "months": 480,
        "payment_cents": 150_000,
    }
    portfolio = {"reference": "calibration", "loans": [loan] * 5}
    return max(2_400 / _took_ms(lambda: expected_of(portfolio)) for _ in range(4)) / NODE_FOR_PYTHON


def _took_ms(work: Callable[[], object]) -> float:
    """Time on a core, so that the machine looks no slower for being busy."""
    began = time.thread_time()
    work()
    return (time.thread_time() - began) * 1000


def slowdown() -> float:
    """How many times as long as on a core of its own a piece of work takes just now; at least 1."""
    iterations = round(iterations_a_ms() * REFERENCE_MS)
    began_s, began_cpu_s = time.perf_counter(), time.thread_time()
    hashlib.pbkdf2_hmac("sha256", b"reference", b"salt", iterations, 32)
    return max(1.0, (time.perf_counter() - began_s) / max(1e-6, time.thread_time() - began_cpu_s))


def iterations_for(scale: float) -> dict[str, str]:
    """The environment in which deriving a key takes the verifier `scale * KEY_MS`."""
    return {"SEAL_ITERATIONS": str(round(iterations_a_ms() * KEY_MS * scale))}


def portfolio(inputs: random.Random, scale: float) -> dict[str, Any]:
    """A random portfolio whose document takes Node.js about `scale * DOCUMENT_MS`.

    How many loans that are depends on the machine, and so nothing but the one draw here is of `inputs`.
    """
    inputs = random.Random(inputs.getrandbits(64))
    rows = max(240.0, min(160_000.0, rows_a_ms() * DOCUMENT_MS * scale))
    count = max(4, min(390, round(rows / 360)))
    months = max(2, min(480, round(rows / count)))
    return {
        "reference": f"{inputs.choice(['Prüfung', 'audit', 'révision', 'Q4'])} {_token(inputs, 10)}",
        "passphrase": _token(inputs, 20),
        "loans": [_loan(inputs, max(1, min(480, months + inputs.randint(-8, 8)))) for _ in range(count)],
    }


def _loan(inputs: random.Random, months: int) -> dict[str, Any]:
    principal = inputs.randint(500_000, 90_000_000)
    rate = inputs.randint(0, 1200)
    payment = round(principal / months + principal * rate / 120_000 * inputs.uniform(0.5, 0.9)) + 1
    return {
        "id": f"L-{_token(inputs, 6)}",
        "principal_cents": principal,
        "rate_bps": rate,
        "months": months,
        "payment_cents": payment,
    }


def _token(inputs: random.Random, length: int) -> str:
    return "".join(inputs.choices(string.ascii_lowercase + string.digits, k=length))


def faults_in(
    portfolio: dict[str, Any], status: int | None, body: bytes, iterations: int, *, with_seal: bool
) -> list[str]:
    """What is wrong with one answer to `POST /reports`, in sentences; the seal is slow to check."""
    name = f"report “{portfolio['reference']}”"
    if status != 201:
        return [f"{name} was answered {status or 'not at all'} where 201 was due"]
    try:
        got = json.loads(body)
    except ValueError:
        return [f"{name} was not answered in JSON: {body[:60]!r}"]
    if not isinstance(got, dict):
        return [f"{name} was not answered with a JSON object"]
    due = {**expected_of(portfolio), "iterations": iterations}
    wrong = [
        f"{name}: {key} was {got.get(key)!r}, and should be {value!r}"
        for key, value in due.items()
        if got.get(key) != value
    ]
    salt = got.get("salt")
    if not isinstance(salt, str) or len(salt) != 32:
        return [*wrong, f"{name}: salt was {salt!r}, and should be 32 hexadecimal digits"]
    if with_seal and got.get("seal") != seal_of(portfolio, due["digest"], salt, iterations):
        wrong.append(f"{name}: the seal is not the one that its salt, passphrase and {iterations} iterations give")
    return wrong
