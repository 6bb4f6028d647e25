"""The numbers of the probes, and how what they found is told."""

from __future__ import annotations

import contextlib
from typing import Any

from runner.probes import Census, Exchange, History, held_up_s

WIDTH, SEATED, ROOM = 5, 4, 18
MAY_WAIT = 100
LOOKS = 3
PATIENCE = 10.0
REFUSED_ONCE_FREE = 5
"""So many bookings, a tenth of a second apart, may be refused when connections are free again: there may be a pause."""
AT_REST_AFTER_S = 2.5
SERVED_AGAIN_S = 5.0
ACQUIRE_S = 0.4
OPENING_S = 0.6
BUSY_S = 1.0
ROLE_LIMIT = 20

BOOK = "curl -s -m 5 -w ' %{http_code}\\n' -H 'content-type: application/json' $URL/bookings -d"
SESSIONS = (
    'psql "$DB" -c "SELECT pid, state, wait_event_type, query FROM pg_stat_activity WHERE usename LIKE \'kata%\'"'
)
LOCK = "psql \"$DB\" -c 'BEGIN; LOCK TABLE shows' -c 'SELECT pg_sleep(30)' & sleep 1;"


def by_hand(line: str) -> str:
    """A shell line for a service that `prodrill run` started; it says so where its variables are not set."""
    return f': "${{URL:?the service, as prodrill run prints it}}" "${{DB:?its database, likewise}}"; {line}'


def field(exchange: Exchange) -> dict[str, Any]:
    """The answer's JSON object; empty where there is none."""
    with contextlib.suppress(ValueError):
        body = exchange.json()
        return body if isinstance(body, dict) else {}
    return {}


def answer(exchange: Exchange) -> str:
    """What came, for sentences: `503 (busy)`, `no answer (timeout)`."""
    if exchange.outcome != "ok":
        return f"no answer ({exchange.how})"
    word = field(exchange).get("error")
    return f"{exchange.status} ({word})" if word else f"{exchange.status}"


def seen(exchanges: list[Exchange], most: int = 4) -> list[str]:
    """Requests with their answers, as the events that decided."""
    return [
        f"{e.sent_s:.3f} s  {e.method} {e.path.split('/')[1]} ({e.tag}): {answer(e)}"
        + (f" at {e.ended_s:.3f} s" if e.ended_s is not None else "")
        for e in exchanges[:most]
    ]


def session(row: dict[str, Any]) -> str:
    """One session of a census, for people."""
    query = " ".join(str(row.get("query", "")).split())[:60]
    waits = f", waits for {row['wait_event_type']}" if row.get("wait_event_type") == "Lock" else ""
    return f"session {row['pid']}: {row.get('state') or 'starting'}{waits}; its last statement: {query}"


def in_transaction(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sessions inside a transaction, whatever they do there. One that never ran a statement is not yet a session."""
    return [row for row in rows if has_run(row) and _is_in_transaction(row)]


def _is_in_transaction(row: dict[str, Any]) -> bool:
    """An aborted transaction has no age any more, and one in which a statement runs has no name."""
    return row.get("xact_age_s") is not None or str(row["state"]).startswith("idle in transaction")


def has_run(row: dict[str, Any]) -> bool:
    return row.get("query_age_s") is not None


def is_opened(row: dict[str, Any]) -> bool:
    """One that never ran a statement is being opened, or was given up while it was; but neither lasts."""
    return has_run(row) or row["age_s"] > OPENING_S


def opened(census: Census) -> int:
    """Sessions that the service has, not counting those that are only just coming or going."""
    return sum(map(is_opened, census.rows))


def most_lasting(looks: list[Census]) -> list[Census]:
    """The looks in a row through which most sessions were there."""
    return max((looks[n : n + LOOKS] for n in range(max(1, len(looks) - LOOKS + 1))), key=least)


def least(looks: list[Census]) -> int:
    """The sessions that were there in each of these looks."""
    return min(map(opened, looks), default=0)


def is_ours(history: History, tried: list[Exchange], within_s: float) -> bool:
    """Whether what none of these had came too late for a busy machine alone: half of the time was the machine's."""
    if not tried:
        return False
    from_s, to_s = tried[0].sent_s, max(each.over_s for each in tried)
    return held_up_s(history, from_s, to_s) >= within_s / 2


def in_vain(history: History, refused: list[Exchange], given_s: float) -> bool:
    """Whether one of these 503 came after a wait that the machine may have used up, of `given_s` for a connection."""
    return any(
        each.status == 503
        and each.over_s - each.sent_s >= given_s
        and held_up_s(history, each.sent_s, each.over_s) >= given_s / 2
        for each in refused
    )


def is_busy(history: History) -> bool:
    """Whether the verifier was late, or the service slow to answer what needs no connection."""
    slow = [e for e in history.exchanges(path="/healthz") if e.outcome != "ok" or e.latency_ms > BUSY_S * 1000]
    return bool(slow) or history.late_s() > BUSY_S
