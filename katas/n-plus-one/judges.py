"""What the probes of `n-plus-one` find: pure functions over a history.

Nothing here is about time: answers are compared, statements and rows counted.
"""

from __future__ import annotations

import json
import re
from typing import Any

from runner.probes import Census, Exchange, Finding, History, Measure, failed, inconclusive, may_be_our_lateness, passed

STATEMENTS, SELECTS = 15, 30
ROWS_AN_OBJECT, ROWS_BESIDE = 2, 20
BYTES_A_BYTE, BYTES_BESIDE = 6, 20_000
CALLERS = 10
HELD, MET = "readings held", "requests that met"
BEFORE, IN_VAIN = "before", "at once for"
"""How requests are tagged that come before a change, and those that find nothing."""
HANGS_S, SLOW_S = 10.0, 5.0
"""How long an answer to a crowd is waited for, and how much of that has to be the service's own."""
_SELECT = re.compile(r"\b(?:select|join)\b", re.IGNORECASE)

_NAMES = "  # URL and DATABASE as `prodrill run n-plus-one` names them"
_BOOKS = 'psql "$DATABASE" -c "SELECT calls, rows, query FROM pg_stat_statements ORDER BY {} DESC LIMIT 9"'
_PAGE = 'curl -s "$URL/shops/1/orders?limit=100" > page.json; '
COUNT_CALLS, COUNT_ROWS = (_PAGE + _BOOKS.format(by) + _NAMES for by in ("calls", "rows"))
_RENAME = 'psql "$DATABASE" -c "UPDATE makers SET name = name || \'!\'"; '
_REFUSED = 'curl -s "$URL/shops/1/orders?limit=0"; '
CHANGE = _PAGE + _REFUSED + _RENAME + _PAGE.replace("page", "again") + "diff page.json again.json" + _NAMES
AT_ONCE = 'for shop in 1 3 4; do curl -s "$URL/shops/$shop/orders?limit=2" & done; wait' + _NAMES
IN_VAIN_AT_ONCE = (
    'for n in $(seq 20); do curl -sm 9 "$URL/shops/1/orders/99999$n" & done; wait; curl -sm 9 "$URL/shops/1/orders"'
    + _NAMES
)


def asked(tag: str, path: str) -> str:
    """The name under which the notes keep what is expected of a request."""
    return f"{tag}: {path}"


# -- answers ----------------------------------------------------------------------------------------------------------


def difference(wanted: Any, got: Any, at: str = "the answer") -> str:
    """Where two JSON values first differ, in words; empty where they are equal."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for name in wanted:
            if name not in got:
                return f"{at} has no `{name}`"
            if text := difference(wanted[name], got[name], f"{at}.{name}".removeprefix("the answer.")):
                return text
        extra = [name for name in got if name not in wanted]
        return f"{at} has `{extra[0]}`, of which the contract knows nothing" if extra else ""
    if isinstance(wanted, list) and isinstance(got, list):
        for index, (one, other) in enumerate(zip(wanted, got, strict=False)):
            if text := difference(one, other, f"{at}[{index}]"):
                return text
        return "" if len(wanted) == len(got) else f"{at} has {len(got)} entries and should have {len(wanted)}"
    same = type(wanted) is type(got) and wanted == got
    return "" if same else f"{at} is {_short(got)} and should be {_short(wanted)}"


def _short(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else "null" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def wrong_with(history: History, exchange: Exchange) -> str:
    """What is wrong with an answer, empty where nothing is; what was expected is in the notes, by tag."""
    status, answer = history.notes["expected"][asked(exchange.tag, exchange.path)]
    line = f"{exchange.method} {exchange.path} ({exchange.tag})"
    if exchange.outcome != "ok":
        return f"{line} got no answer: {exchange.how}"
    if exchange.status != status:
        return f"{line} was answered {exchange.status}, not {status}"
    if status != 200 or answer is None:
        return ""
    try:
        text = difference(answer, exchange.json())
    except ValueError:
        text = "the answer is not JSON"
    return f"{line}: {text}" if text else ""


def wrong_answers(history: History) -> list[str]:
    return [text for exchange in history.exchanges() if (text := wrong_with(history, exchange))]


def not_right(wrong: list[str], reproduce: str = 'curl -s "$URL/shops/1/orders?limit=10"') -> Finding:
    """A failure for answers that should have been right however they were fetched."""
    evidence: dict[str, Any] = {"value": len(wrong), "limit": 0, "unit": "wrong answers", "decided_by": wrong[:6]}
    return failed(f"{wrong[0]}.", reproduce=reproduce, **evidence)


def answers_are_right(history: History) -> Finding:
    wrong = wrong_answers(history)
    if wrong:
        return not_right(wrong)
    count = len(history.exchanges())
    return passed(f"All {count} answers were what the database holds.", value=0, limit=0, unit="wrong answers")


def may_be_late(history: History, exchange: Exchange) -> bool:
    """Whether a request that was given up might have been answered by a machine that is less busy."""
    return exchange.how == "timeout" and may_be_our_lateness(
        history, exchange.sent_s, exchange.sent_s + HANGS_S, SLOW_S
    )


def in_time(history: History) -> list[Exchange]:
    """Those whose end, or lack of one, is the service's own."""
    return [exchange for exchange in history.exchanges() if not may_be_late(history, exchange)]


TOO_BUSY = "Requests were not answered, by a machine that was too busy for the service to be blamed."


def changes_are_seen(history: History) -> Finding:
    """A safety claim: one stale answer is enough."""
    told = in_time(history)
    unrelated = [exchange for exchange in told if exchange.tag.startswith(BEFORE) or not exchange.ok]
    if wrong := [text for exchange in unrelated if (text := wrong_with(history, exchange))]:
        return not_right(wrong)
    if wrong := [text for exchange in told if (text := wrong_with(history, exchange))]:
        return failed(
            f"What had been committed before the request came was not in its answer. {wrong[0]}.",
            value=len(wrong),
            limit=0,
            unit="stale answers",
            decided_by=wrong[:6],
            reproduce=CHANGE,
        )
    if len(told) < len(history.exchanges()):
        return inconclusive(TOO_BUSY)
    if not history.faults.get(HELD):
        return inconclusive("No reading was held in its midst, so it stays open whether others share one that began.")
    count = history.notes["changes"]
    return passed(f"Each of {count} changes was in the next answer.", value=0, limit=0, unit="stale answers")


# -- statements and rows ----------------------------------------------------------------------------------------------


def rows_for(count: int) -> int:
    """How many rows may be fetched for an answer of so many JSON objects."""
    return ROWS_AN_OBJECT * count + ROWS_BESIDE


def bytes_for(answer: Any) -> int:
    """How many bytes the database may send for an answer, None where nothing is asked."""
    return BYTES_A_BYTE * (len(json.dumps(answer)) if answer else 0) + BYTES_BESIDE


def counted(history: History, census: Census) -> tuple[int, int, int]:
    """Statements, with those that failed, `SELECT`s and `JOIN`s in their texts, and rows they returned."""
    calls = sum(row["calls"] for row in census.rows)
    selects = sum(row["calls"] * len(_SELECT.findall(row["query"])) for row in census.rows)
    return calls + _on_the_wire(history, census.tag, "failed"), selects, sum(row["rows"] for row in census.rows)


def _on_the_wire(history: History, tag: str, what: str) -> int:
    """`bytes` that the database sent, or statements that `failed`."""
    return sum(int(row[what]) for census in history.censuses("wire", tag) for row in census.rows)


def _censuses(history: History) -> dict[str, Census]:
    return {census.tag: census for census in history.censuses("statements")}


def _top(census: Census, by: str) -> list[str]:
    """The statements that cost most, as lines of evidence; those that failed are not among them."""
    rows = sorted(census.rows, key=lambda row: -row[by])[:4]
    return [f"{row[by]} {by}: {' '.join(row['query'].split())[:110]}" for row in rows]


def _nothing_was_asked(history: History) -> bool:
    return not any(census.rows for census in history.censuses("statements"))


def _failures(history: History, tag: str) -> str:
    failures = _on_the_wire(history, tag, "failed")
    return f", {failures} of which failed" if failures else ""


NOTHING = "The database saw no statement of this service, so nothing can be said about their number."


def took_too_many(history: History) -> bool:
    """Whether a request did, so far."""
    seen = [counted(history, census) for census in _censuses(history).values()]
    return any(statements > STATEMENTS or selects > SELECTS for statements, selects, _ in seen)


def queries_do_not_grow(history: History) -> Finding:
    seen = {tag: counted(history, census) for tag, census in _censuses(history).items()}
    most = max(seen, key=lambda tag: seen[tag][0])
    table = ", ".join(f"{tag}: {seen[tag][0]}" for tag in seen)
    evidence: dict[str, Any] = {"value": seen[most][0], "limit": STATEMENTS, "unit": "statements"}
    if seen[most][0] > STATEMENTS:
        return failed(
            f"{most} took {seen[most][0]} statements{_failures(history, most)}; the contract allows {STATEMENTS} "
            f"however much is shown. {table}.",
            decided_by=_top(_censuses(history)[most], "calls"),
            reproduce=COUNT_CALLS,
            **evidence,
        )
    wordy = max(seen, key=lambda tag: seen[tag][1])
    if seen[wordy][1] > SELECTS:
        return failed(
            f"{wordy} took {seen[wordy][0]} statements with {seen[wordy][1]} SELECTs and JOINs in them; the contract "
            f"allows {SELECTS}. A statement that is put together from one SELECT for each row grows as the rows do.",
            decided_by=_top(_censuses(history)[wordy], "calls"),
            reproduce=COUNT_CALLS,
            value=seen[wordy][1],
            limit=SELECTS,
            unit="SELECTs and JOINs",
        )
    if wrong := wrong_answers(history):
        return not_right(wrong)
    if _nothing_was_asked(history):
        return inconclusive(NOTHING)
    return passed(f"No request took more than {seen[most][0]} statements. {table}.", **evidence)


def rows_are_bounded(history: History) -> Finding:
    censuses, allowed = _censuses(history), history.notes["allowed"]
    rows = {tag: counted(history, censuses[tag])[2] for tag in allowed}
    worst = max(allowed, key=lambda tag: rows[tag] / allowed[tag])
    table = ", ".join(f"{tag}: {rows[tag]} of {allowed[tag]}" for tag in allowed)
    evidence: dict[str, Any] = {"value": rows[worst], "limit": allowed[worst], "unit": "rows"}
    if rows[worst] > allowed[worst]:
        return failed(
            f"{worst} fetched {rows[worst]} rows, and {allowed[worst]} are allowed for what it shows. {table}.",
            decided_by=_top(censuses[worst], "rows"),
            reproduce=COUNT_ROWS,
            **evidence,
        )
    if (heavy := _too_many_bytes(history)) is not None:
        return heavy
    if wrong := wrong_answers(history):
        return not_right(wrong)
    if _nothing_was_asked(history):
        return inconclusive(NOTHING)
    return passed(f"Every request fetched what it shows. {table}.", also=[_heaviest(history)[1]], **evidence)


def _heaviest(history: History) -> tuple[str, Measure]:
    """What came nearest to the bytes that it may, or went beyond."""
    allowed = history.notes["allowed_bytes"]
    sent = {tag: _on_the_wire(history, tag, "bytes") for tag in allowed}
    worst = max(allowed, key=lambda tag: sent[tag] / allowed[tag])
    return worst, Measure(sent[worst], allowed[worst], "bytes")


def _too_many_bytes(history: History) -> Finding | None:
    worst, bytes_ = _heaviest(history)
    if bytes_.value <= bytes_.limit:
        return None
    return failed(
        f"For {worst} the database sent {bytes_.value:,.0f} bytes, and {bytes_.limit:,.0f} are allowed for what it "
        "shows: a whole table is one even where it comes as a single row.",
        value=bytes_.value, limit=bytes_.limit, unit="bytes", decided_by=_top(_censuses(history)[worst], "calls"),
        reproduce=COUNT_ROWS,
    )  # fmt: skip


def requests_stay_apart(history: History) -> Finding:
    told = in_time(history)
    if wrong := [text for exchange in told if (text := wrong_with(history, exchange))]:
        return not_right(wrong, IN_VAIN_AT_ONCE if IN_VAIN in wrong[0] else AT_ONCE)
    seen = {tag: counted(history, census) for tag, census in _censuses(history).items()}
    most = max(seen, key=lambda tag: seen[tag][0])
    statements, selects, _ = seen[most]
    evidence: dict[str, Any] = {"value": statements, "limit": STATEMENTS * CALLERS, "unit": "statements"}
    if statements > STATEMENTS * CALLERS or selects > SELECTS * CALLERS:
        return failed(
            f"{CALLERS} requests at once took {statements} statements with {selects} SELECTs and JOINs; the contract "
            f"allows {STATEMENTS * CALLERS} and {SELECTS * CALLERS}.",
            decided_by=_top(_censuses(history)[most], "calls"),
            reproduce=AT_ONCE,
            **evidence,
        )
    if len(told) < len(history.exchanges()):
        return inconclusive(TOO_BUSY)
    if _nothing_was_asked(history):
        return inconclusive(NOTHING)
    if not history.faults.get(MET):
        return inconclusive(
            "No requests that find nothing were seen to meet, so it stays open whether they block others."
        )
    return passed(
        f"{CALLERS} requests at once: every answer its own shop's, {statements} statements in all.", **evidence
    )
