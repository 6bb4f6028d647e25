"""All figures of a ledger as one JSON object: their origin, sums, each variant and criterion, margins, trials."""

from __future__ import annotations

from typing import Any

import msgspec

from runner.verifier.ledger import Ledger
from runner.verifier.margins import margins
from runner.verifier.rates import Rate
from runner.verifier.tally import by_variant, sums

SCHEMA = "prodrill/proof/v1"


def render(ledger: Ledger) -> bytes:
    """UTF-8, indented, with a newline at its end."""
    trials = ledger.trials
    all_of = sums(trials)
    rates = ("refused_fixes", "passed_faults", "false_fails", "false_passes")
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "head": ledger.head,
        "runs": all_of.runs,
        "verdicts": all_of.verdicts,
        "rates": {name: _rate(getattr(all_of, name)) for name in rates},
        "inconclusive": _rate(all_of.verdicts.inconclusive_rate),
        "variants": [
            {"kata": kata, "kind": kind, "variant": variant, "criteria": criteria}
            for (kata, kind, variant), criteria in sorted(by_variant(trials).items())
        ],
        "margins": margins(trials),
        "trials": trials,
    }
    return msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n"


def _rate(rate: Rate) -> dict[str, float]:
    return {"seen": rate.seen, "of": rate.of, "share": round(rate.share, 6), "upper_bound_95": round(rate.bound, 6)}
