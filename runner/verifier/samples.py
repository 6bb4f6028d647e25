"""Samples that a script prints: `{"series": "loop delay", "t": 0.25, "ms": 312}`, one JSON object a line.

`t` is in seconds; the one further number is the value, and its key the unit. `limit` may be there as well.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

from runner.record.events import LineLogged, SampleTaken


def sample_in(line: LineLogged) -> SampleTaken | None:
    """The sample that the line is, or None where it is an ordinary line."""
    if not line.text.lstrip().startswith("{"):
        return None
    try:
        data: Any = msgspec.json.decode(line.text)
    except msgspec.DecodeError:
        return None
    return _sample(data, line.at_s) if isinstance(data, dict) else None


def _sample(data: dict[str, Any], at_s: float) -> SampleTaken | None:
    rest = dict(data)
    series, t_s, limit = rest.pop("series", None), rest.pop("t", None), rest.pop("limit", None)
    if not isinstance(series, str) or not _is_number(t_s) or len(rest) != 1:
        return None
    unit, value = rest.popitem()
    if not _is_number(value) or not (limit is None or _is_number(limit)):
        return None
    return SampleTaken(at_s, "", series, unit, float(t_s), float(value), None if limit is None else float(limit))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
