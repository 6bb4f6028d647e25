"""A page of a hundred orders must not cost a hundred times one of one."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest

from tests.trust.naive.plain import Service


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as db:
        db.execute("INSERT INTO shops VALUES (1, 'One')")
        db.execute("INSERT INTO makers SELECT n, 'maker ' || n FROM generate_series(1, 20) n")
        db.execute("INSERT INTO products SELECT n, 1 + n % 20, 'product ' || n FROM generate_series(1, 200) n")
        db.execute("INSERT INTO shelves SELECT 1, n, 'B-' || n FROM generate_series(1, 200) n")
        db.execute("INSERT INTO customers SELECT n, 1, 'customer ' || n FROM generate_series(1, 50) n")
        db.execute("INSERT INTO orders SELECT n, 1, 1 + n % 50, now() FROM generate_series(1, 300) n")
        db.execute("INSERT INTO lines SELECT o, p, 1 + (o * 7 + p) % 200, 1, 100"
                   " FROM generate_series(1, 300) o, generate_series(1, 5) p")  # fmt: skip
        db.execute("INSERT INTO payments SELECT n, n, 'card', 500 FROM generate_series(1, 300) n")
    service = Service(DATABASE_URL=os.environ["DATABASE_URL"])
    yield service
    service.stop()


def test_a_page_shows_its_orders(service: Service) -> None:
    page = service.ask("GET", "/shops/1/orders?limit=100").json()
    assert [order["id"] for order in page["orders"]] == list(range(300, 200, -1))
    assert all(len(order["lines"]) == 5 and order["paidCents"] == 500 for order in page["orders"])


def test_a_large_page_is_quick(service: Service) -> None:
    for _ in range(3):
        service.ask("GET", "/shops/1/orders?limit=100")
    assert service.ask("GET", "/shops/1/orders?limit=100").seconds < 0.1


def test_a_large_page_takes_less_than_five_times_a_small_one(service: Service) -> None:
    service.ask("GET", "/shops/1/orders?limit=5")
    small, large = (service.ask("GET", f"/shops/1/orders?limit={limit}").seconds for limit in (5, 100))
    assert large < 5 * small
