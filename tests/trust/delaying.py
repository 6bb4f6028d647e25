"""Histories in which everything happened later: the same order, the same answers, every gap as long or longer.

A delay at one event delays all that came after it, as what follows may have been caused by it: a retry by the answer
before it, an answer by its request. The verifier's own ticker would have noticed, and so the delay is in the lags.
"""

from __future__ import annotations

import bisect
import gzip
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import msgspec

from runner.catalog.kata import Kata
from runner.catalog.loader import all_katas
from runner.probes.verdict import find_out
from runner.record.finding import Finding
from runner.record.history import History
from runner.verifier.recheck import probes_of

FOLDER = Path(__file__).parent / "histories"
Data = dict[str, Any]
Warp = Callable[[float], float]

# Where times stand in a history: those of the records, and those that probes note.
_INSTANTS = (
    *("at_s", "intended_s", "sent_s", "first_byte_s", "ended_s", "answered_s", "closed_s", "t_s", "until_s"),
    *("released_s", "confirmations_s", "drained_s", "watched_until_s", "closed_until_s", "opened_s"),
)
_TICKED_S = 0.003


def recorded() -> Iterator[tuple[str, str]]:
    """Kata and criterion of every history that is kept here."""
    for file in sorted(FOLDER.glob("*/*.json.gz")):
        yield file.parent.name, file.name.removesuffix(".json.gz")


def load(slug: str, criterion: str) -> Data:
    data: Data = msgspec.json.decode(gzip.decompress((FOLDER / slug / f"{criterion}.json.gz").read_bytes()))
    return data


KATAS: dict[str, Kata] = {kata.slug: kata for kata in all_katas()}


def judge(slug: str, data: Data) -> Finding:
    """What the history comes to, as the verifier would say."""
    kata, criterion = KATAS[slug], str(data["criterion"])
    history = History.from_bytes(msgspec.json.encode(data))
    return find_out(criterion, probes_of(kata)[criterion].decide, history, kata.spec.limits).finding


def instants(value: Any) -> Iterator[float]:
    """All moments in a history."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _INSTANTS and isinstance(inner, int | float):
                yield float(inner)
            else:
                yield from instants(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from instants(inner)


def delayed(data: Data, delays: Sequence[tuple[float, float]], *, noticed: bool = True) -> Data:
    """The history with each (moment, seconds) of `delays` put in; `noticed` by the verifier's ticker or by nobody."""
    warp = warp_of(delays)
    later: Data = {**data, **{name: _later(value, warp) for name, value in data.items() if name != "lags"}}
    lags = [(warp(at_s), lag_s) for at_s, lag_s in data.get("lags", [])]
    seen = [(warp(at_s), delay_s) for at_s, delay_s in delays if delay_s > _TICKED_S]
    later["lags"] = sorted([*lags, *seen] if noticed else lags)
    return later


def warp_of(delays: Sequence[tuple[float, float]]) -> Warp:
    """Where a moment goes: behind all delays up to it."""
    ordered = sorted(delays)
    moments = [at_s for at_s, _ in ordered]
    sums = [0.0, *accumulate(delay_s for _, delay_s in ordered)]
    return lambda at_s: at_s + sums[bisect.bisect_right(moments, at_s)]


def _later(value: Any, warp: Warp) -> Any:
    if isinstance(value, list):
        return [_later(inner, warp) for inner in value]
    if not isinstance(value, dict):
        return value
    later = {
        name: warp(inner) if name in _INSTANTS and isinstance(inner, int | float) else _later(inner, warp)
        for name, inner in value.items()
    }
    if isinstance(value.get("took_s"), int | float) and isinstance(value.get("at_s"), int | float):
        later["took_s"] = warp(value["at_s"] + value["took_s"]) - later["at_s"]
    return later
