"""Portfolios whose texts are written in surrogate pairs, laid out so that a document cannot be cut without parting one.

A sibling of `probes.py`, which loads it by path. JavaScript holds a character beyond the BMP as two units. Who cuts a
document by units and encodes the pieces makes another document of it wherever a cut parts the two, which a text of
letters never shows.
"""

from __future__ import annotations

import json
import random
import string
from typing import Any

from runner.probes import Inputs

LOANS = 396
"""Of a month each: a document of some 70 000 units, of which a loan takes at most 187."""

RUN = 40
"""Units of an identifier, as many as there may be: twenty pairs one after the other."""

STEPS, STEP = 5, RUN - 2
"""Shifted by five steps and one unit, every place of a document is within an identifier's pair once."""

# Pictographs, and the rare characters of Chinese names.
_BEYOND_BMP = (*range(0x1F300, 0x1F5FF), *range(0x20000, 0x2A6D6))


def shifted(inputs: Inputs) -> list[dict[str, Any]]:
    """Ten portfolios of the same loans: in each their text begins further to the right."""
    own = random.Random(inputs.getrandbits(64))
    loans = [_loan(own, _pairs(own, RUN // 2)) for _ in range(LOANS)]
    leading = [_loan(own, "") for _ in range(STEPS - 1)]
    length = own.randint(10, 50)
    return [_portfolio(own, leading, loans, step, length + unit) for step in range(STEPS) for unit in (0, 1)]


def _portfolio(
    own: random.Random, leading: list[dict[str, Any]], loans: list[dict[str, Any]], step: int, length: int
) -> dict[str, Any]:
    moved = [{**loan, "id": _letters(own, 2 + (STEP if at < step else 0))} for at, loan in enumerate(leading)]
    return {
        "reference": _letters(own, length - 8) + _pairs(own, 4),
        "passphrase": _letters(own, 8) + _pairs(own, 8),
        "loans": [*moved, *loans],
    }


def _loan(own: random.Random, name: str) -> dict[str, Any]:
    principal = own.randint(10_000, 90_000)
    return {
        "id": name,
        "principal_cents": principal,
        "rate_bps": own.randint(0, 1200),
        "months": 1,
        "payment_cents": principal,
    }


def _pairs(own: random.Random, count: int) -> str:
    return "".join(map(chr, own.choices(_BEYOND_BMP, k=count)))


def _letters(own: random.Random, length: int) -> str:
    return "".join(own.choices(string.ascii_lowercase + string.digits, k=length))


def in_utf8(portfolio: dict[str, Any]) -> dict[str, Any]:
    """Body and headers of a report asked for with its characters as they are, not escaped."""
    body = json.dumps(portfolio, ensure_ascii=False).encode()
    return {"body": body, "headers": {"content-type": "application/json; charset=utf-8"}}
