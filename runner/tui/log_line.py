"""One line that a service printed: which stream, how grave, and how it reads where it is JSON."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct
from textual.content import Content

from runner.tui.safe import safe_line

LEVELS = ("trace", "debug", "info", "warn", "error", "fatal")
"""From the least to the gravest."""
_STYLES = {"warn": "$text-warning", "error": "$text-error", "fatal": "$text-error bold", "debug": "dim", "trace": "dim"}
_NAMES = {"warning": "warn", "err": "error", "critical": "fatal", "information": "info", "notice": "info"}
_LEVEL_KEYS = ("level", "severity", "lvl")
_TIME_KEYS = ("time", "timestamp", "ts", "@timestamp", "t")
_TEXT_KEYS = ("msg", "message", "event")
_LONGEST_JSON = 16_000
_PLAIN_LEVEL = re.compile(r"\b(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\b")


class LogLine(Struct, frozen=True):
    """`at_s` is seconds since the run began; `text` is safe to show; `replica` printed it, where there are several."""

    at_s: float
    stream: str
    text: str
    replica: str = ""


class Reading(Struct, frozen=True):
    """A line taken apart. `level` is one of `LEVELS` or empty; `rest` is what else a JSON line said, as `key=value`."""

    time: str
    level: str
    text: str
    rest: str = ""

    @property
    def plain(self) -> str:
        return " ".join(part for part in (self.time, self.level and f"{self.level:<5}", self.text, self.rest) if part)


@lru_cache(maxsize=4_096)
def reading_of(line: LogLine) -> Reading:
    """`{"time":…,"level":30,"msg":"up","port":3000}` → its time of day, `info`, `up`, `port=3000`."""
    fields = _fields(line.text)
    if fields is None:
        found = _PLAIN_LEVEL.search(line.text[:200])
        return Reading("", _level(found[1]) if found else "", line.text)
    time = _time(_take(fields, _TIME_KEYS))
    level = _level(_take(fields, _LEVEL_KEYS))
    text = _take(fields, _TEXT_KEYS)
    rest = "  ".join(f"{key}={_value(value)}" for key, value in fields.items())
    return Reading(safe_line(time, 40), level, safe_line(_value(text) if text is not None else ""), safe_line(rest))


def line_content(line: LogLine) -> Content:
    """The line as one row: `!` before what came on stderr, the level as a word, the pairs of a JSON line dimmed."""
    reading = reading_of(line)
    style = _STYLES.get(reading.level, "")
    mark = ("! ", "$text-warning") if line.stream == "stderr" else ("  ", "")
    parts: list[tuple[str, str]] = [mark]
    if line.replica:
        parts.append((f"{safe_line(line.replica, 40)} | ", "$text-secondary"))
    if reading.text is line.text:  # no JSON: as it was printed
        parts.append((line.text, style))
        return Content.assemble(*parts)
    if reading.time:
        parts.append((reading.time + " ", "dim"))
    if reading.level:
        parts.append((f"{reading.level:<5} ", style or "$text-primary"))
    parts += [(reading.text + "  ", style), (reading.rest, "dim")]
    return Content.assemble(*parts)


def _fields(text: str) -> dict[str, Any] | None:
    if not text.startswith("{") or len(text) > _LONGEST_JSON:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found else None


def _take(fields: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((fields.pop(key) for key in keys if key in fields), None)


def _level(value: Any) -> str:
    """Words in any case, and pino's numbers from 10 to 60."""
    if isinstance(value, int) and not isinstance(value, bool):
        return LEVELS[value // 10 - 1] if 10 <= value < 70 else ""
    name = str(value).lower() if value is not None else ""
    return _NAMES.get(name, name if name in LEVELS else "")


def _time(value: Any) -> str:
    """The time of day of an ISO time or of seconds or milliseconds since 1970; anything else as it is."""
    if value is None:
        return ""
    try:
        if isinstance(value, int | float):
            moment = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        else:
            moment = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return _value(value)
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
