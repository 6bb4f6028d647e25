"""Checkouts must be retried, carefully."""

from __future__ import annotations

import itertools
import json
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.trust.naive.plain import Fake, Later, Service

FAST = {"PAYMENTS_BASE_DELAY_MS": "100", "PAYMENTS_TIMEOUT_MS": "1000", "CHECKOUT_DEADLINE_MS": "4000"}


@contextmanager
def checkout(statuses: Sequence[int]) -> Iterator[tuple[Service, Fake]]:
    """A service whose provider answers each order with these, one after the other, the last one for ever."""
    seen: dict[str, int] = {}

    def handle(method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        sent = json.loads(body or b"{}")
        number = seen.get(sent.get("order", ""), 0)
        seen[sent.get("order", "")] = number + 1
        status = statuses[min(number, len(statuses) - 1)]
        return status, {**sent, "id": "ch_1", "status": "captured"} if status == 201 else {"error": "no"}

    fake = Fake(handle)
    service = Service(PAYMENTS_URL=fake.url, PAYMENTS_MAX_ATTEMPTS="4", **FAST)
    try:
        yield service, fake
    finally:
        service.stop()
        fake.stop()


def pay(service: Service, order: str) -> Any:
    body = {"orderId": order, "items": [{"sku": "BK-1041", "quantity": 1}], "card": "tok_1"}
    return service.ask("POST", "/checkout", body)


def test_a_transient_failure_is_retried_with_the_same_key() -> None:
    with checkout([503, 201]) as (service, provider):
        assert pay(service, "o-1").status == 201
        keys = [headers.get("idempotency-key") for _, _, _, headers in provider.calls]
        assert len(keys) == 2 and len(set(keys)) == 1 and keys[0]


def test_a_declined_card_is_not_retried() -> None:
    with checkout([402]) as (service, provider):
        assert pay(service, "o-1").status == 402
        assert len(provider.calls) == 1


def test_an_outage_is_given_up_in_time_and_with_a_few_attempts() -> None:
    with checkout([503]) as (service, provider):
        answer = pay(service, "o-1")
        assert answer.status == 503 and answer.seconds < 4.2
        assert 2 <= len(provider.calls) <= 4


def test_retries_do_not_come_all_at_once() -> None:
    with checkout([503, 201]) as (service, provider):
        paid = [Later(lambda n=n: pay(service, f"o-{n}")) for n in range(10)]  # type: ignore[misc]
        assert [each.result().status for each in paid] == [201] * 10
        retries = sorted(at for at, *_ in provider.calls)[10:]
        gaps = [later - early for early, later in itertools.pairwise(retries)]
        assert statistics.pstdev(retries) > 0.02 and max(gaps) > 0.005
