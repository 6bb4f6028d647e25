"""SIGTERM must not lose orders."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.trust.naive.plain import Fake, Later, Service

ORDER = {"reference": "web-1", "sku": "AB-1234", "quantity": 1}


@pytest.fixture
def warehouse() -> Iterator[Fake]:
    def handle(method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        if method == "POST" and path == "/reservations":
            time.sleep(1)
            return 201, {"reservationId": "r-1"}
        return 200, {}

    fake = Fake(handle)
    yield fake
    fake.stop()


@pytest.fixture
def service(warehouse: Fake) -> Iterator[Service]:
    service = Service(WAREHOUSE_URL=warehouse.url, SHUTDOWN_GRACE_MS="5000", CONFIRM_CONCURRENCY="2")
    yield service
    service.stop()


def test_an_order_in_flight_is_finished_and_confirmed(service: Service, warehouse: Fake) -> None:
    order = Later(lambda: service.ask("POST", "/orders", ORDER))
    time.sleep(0.3)
    service.process.send_signal(signal.SIGTERM)
    assert order.result().status == 201
    assert service.process.wait(timeout=5) in (0, -signal.SIGTERM)
    assert any(path.endswith("/confirm") for _, _, path, _ in warehouse.calls)


def test_no_new_order_is_taken_after_sigterm(service: Service) -> None:
    order = Later(lambda: service.ask("POST", "/orders", ORDER))
    time.sleep(0.3)
    service.process.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    assert service.ask("GET", "/readyz").status != 200
    assert service.ask("POST", "/orders", {**ORDER, "reference": "web-2"}).status in (0, 503)
    order.result()


def test_it_exits_at_once_when_idle(service: Service) -> None:
    service.ask("POST", "/orders", ORDER)
    time.sleep(0.2)
    began = time.time()
    service.process.send_signal(signal.SIGTERM)
    service.process.wait(timeout=5)
    assert time.time() - began < 0.5
