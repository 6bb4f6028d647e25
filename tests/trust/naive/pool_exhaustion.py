"""Failures must not use up the pool."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import psycopg
import pytest

from tests.trust.naive.plain import Later, Service


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as db:
        db.execute("INSERT INTO shows (id, title, on_sale) VALUES (1, 'Hamlet', true), (2, 'Closed', false)")
        db.execute("INSERT INTO seats SELECT s, 'A' || n FROM generate_series(1, 2) s, generate_series(1, 80) n")
    service = Service(DATABASE_URL=os.environ["DATABASE_URL"], POOL_MAX="5", POOL_ACQUIRE_TIMEOUT_MS="500")
    yield service
    service.stop()


def book(service: Service, seat: str, show: int = 1, customer: str = "ada") -> int:
    answer = service.ask("POST", "/bookings", {"showId": show, "seats": [seat], "customer": customer})
    return answer.status


def test_bookings_work_after_twenty_refusals(service: Service) -> None:
    for number in range(20):
        assert book(service, "Z99") in (404, 422)
        assert book(service, f"A{number + 1}", show=2) == 422
    began = time.time()
    assert book(service, "A1", customer="first") == 201
    assert time.time() - began < 0.5


def test_no_connection_is_left_in_a_transaction(service: Service) -> None:
    time.sleep(0.5)
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as db:
        left = db.execute("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'").fetchone()
    assert left == (0,)


def test_a_full_pool_is_told_in_a_second(service: Service) -> None:
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"]) as box_office:
        box_office.execute("SELECT * FROM shows WHERE id = 1 FOR UPDATE")
        held = [Later(lambda n=n: book(service, f"A{n}", customer=f"c{n}")) for n in range(40, 45)]  # type: ignore[misc]
        time.sleep(0.3)
        answer = service.ask("GET", "/shows/1")
        assert answer.status == 503 and answer.seconds < 1
        box_office.rollback()
    assert [each.result() for each in held] == [201] * 5
