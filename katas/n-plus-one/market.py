"""A market of shops: the rows a probe puts into the database, and the answers that the contract promises for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from runner.probes import Inputs, Postgres

Row = dict[str, Any]
Answer = dict[str, Any]
Statement = tuple[str, Any]
Change = Callable[[], list[Statement]]
"""Makes a change here, and returns the statements that make it in the database."""

TABLES = ("shops", "makers", "products", "shelves", "customers", "orders", "lines", "payments")
KEYS = {"shelves": ("shop_id", "product_id"), "lines": ("order_id", "position")}
MAKERS, PRODUCTS, IN_RANGE, SOLD, REGULARS, CUSTOMERS = 240, 1200, 220, 70, 4, 110
MANY_LINES, MANY_PAYMENTS = 40, range(10, 15)
PRICE, PAID, LARGE = (50, 20_000), (100, 90_000), (1_100_000_000, 2_000_000_000)
"""Of cents, from and to. An `integer` holds a large one, and not twice as many; a float holds all sums exactly."""
METHODS = ("card", "transfer", "voucher")


class Market:
    """What the database holds. `shops[0]` has `orders` orders, `shops[1]` none, and the others `elsewhere` each.

    Its newest order is a regular customer's, and some of its newest ten are out of the ordinary; `odd` names them.
    Its oldest, with ids lower than `behind_large`, are `large` orders of forty products each, no two of them alike.
    """

    def __init__(
        self,
        inputs: Inputs,
        *,
        shops: int = 4,
        orders: int = 480,
        elsewhere: int = 60,
        large: int = 0,
        first_shop: int | None = None,
    ) -> None:
        self._inputs = inputs
        self.rows: dict[str, list[Row]] = {table: [] for table in TABLES}
        self._last: dict[str, int] = {} if first_shop is None else {"shops": first_shop - 1}
        self._indexes: dict[tuple[str, str], tuple[int, dict[Any, list[Row]]]] = {}
        self.odd: dict[str, int] = {}
        makers = [self._add("makers", name=self._name("maker")) for _ in range(MAKERS)]
        for _ in range(PRODUCTS):
            self._add("products", maker_id=inputs.choice(makers)["id"], name=self._name("product"))
        self._range = inputs.sample(self.rows["products"], IN_RANGE)
        self.shops: list[int] = [self._open(number) for number in range(shops)]
        self.behind_large = self._take_large_orders(large)
        self._take_orders([orders if n == 0 else 0 if n == 1 else elsewhere for n in range(shops)])

    # -- filling it --------------------------------------------------------------------------------------------------

    def _add(self, table: str, **values: Any) -> Row:
        """A row with the next id, which is not the next number."""
        step = self._inputs.randint(1, 4) if table != "shops" else 1
        self._last[table] = self._last.get(table, self._inputs.randint(100, 5000)) + step
        row = {"id": self._last[table], **values}
        self.rows[table].append(row)
        return row

    def _name(self, kind: str) -> str:
        return f"{kind} {self._inputs.token(self._inputs.randint(4, 9))}"

    def _open(self, number: int) -> int:
        """A shop with shelves for the range, a few products left out, and customers."""
        shop: int = self._add("shops", name=self._name("shop"))["id"]
        for product in self._inputs.sample(self._range, IN_RANGE - 20):
            label = f"{number}-{self._inputs.token(5)}"
            self.rows["shelves"].append({"shop_id": shop, "product_id": product["id"], "label": label})
        for _ in range(CUSTOMERS):
            self._add("customers", shop_id=shop, name=self._name("customer"))
        return shop

    def _take_orders(self, counts: list[int]) -> None:
        """Orders of all shops, mixed in time; the last ones are those of `shops[0]` that are out of the ordinary."""
        takers = [shop for shop, count in zip(self.shops, counts, strict=True) for _ in range(count)]
        self._inputs.shuffle(takers)
        for shop in takers[: len(takers) // 2]:
            self.order(shop)
        self.odd["many lines"] = self.order(
            self.shops[0], lines=MANY_LINES, payments=self._inputs.choice(MANY_PAYMENTS)
        )
        for shop in takers[len(takers) // 2 :]:
            self.order(shop)
        self._odd_orders()

    def _odd_orders(self) -> None:
        """Ten orders of `shops[0]` in random order, and a regular's ordinary one on top."""
        shop, randint = self.shops[0], self._inputs.randint
        twice = self._inputs.choice(self._range)
        kinds: dict[str, dict[str, Any]] = {
            "nothing in it": {"lines": 0},
            "nothing paid": {"payments": 0},
            "empty and unpaid": {"lines": 0, "payments": 0},
            "no customer": {"guest": True},
            "several lines, several payments": {"lines": randint(3, 5), "payments": 3},
            "two payments alike": {"payments": 2, "cents": randint(100, 9000)},
            "a large sum": {"lines": randint(1, 2), "payments": 2, "large": True},
            "one product on two lines": {"products": [twice, twice]},
            "not on a shelf": {"products": [self._homeless(shop)]},
            "ordinary": {},
        }
        for kind in self._inputs.sample(sorted(kinds), len(kinds)):
            self.odd[kind] = self.order(shop, **kinds[kind])
        shelved = [product for product in self._range[:SOLD] if self._is_shelved(product, shop)]
        self.odd["newest"] = self.order(
            shop, customer=self._regulars(shop)[0], products=self._inputs.sample(shelved, randint(1, 2))
        )

    def _take_large_orders(self, count: int) -> int:
        shop, makers, last = self.shops[0], self.rows["makers"], 0
        for _ in range(count):
            products = [
                self._add("products", maker_id=self._inputs.choice(makers)["id"], name=self._name("product"))
                for _ in range(MANY_LINES)
            ]
            for product in products[1:]:
                label = self._inputs.token(7)
                self.rows["shelves"].append({"shop_id": shop, "product_id": product["id"], "label": label})
            last = self.order(shop, products=products)
        return last + 1

    def _homeless(self, shop: int) -> Row:
        return self._inputs.choice([product for product in self._range if not self._is_shelved(product, shop)])

    def _is_shelved(self, product: Row, shop: int) -> bool:
        return bool(self._all("shelves", product_id=product["id"], shop_id=shop))

    def _regulars(self, shop: int) -> list[int]:
        return self._customers(shop)[:REGULARS]

    def _customers(self, shop: int) -> list[int]:
        return [row["id"] for row in self.rows["customers"] if row["shop_id"] == shop]

    def order(
        self,
        shop: int,
        *,
        lines: int | None = None,
        payments: int | None = None,
        guest: bool = False,
        customer: int | None = None,
        products: list[Row] | None = None,
        cents: int | None = None,
        large: bool = False,
    ) -> int:
        """A new order, newer than all others: half of them are regulars', one in twelve is nobody's."""
        inputs = self._inputs
        regular = inputs.random() < 0.5
        who = customer or inputs.choice(self._regulars(shop) if regular else self._customers(shop))
        guest = guest or (customer is None and inputs.random() < 1 / 12)
        at = datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(milliseconds=len(self.rows["orders"]) * 61_007)
        order: int = self._add(
            "orders", shop_id=shop, customer_id=None if guest else who, placed_at=at.isoformat(timespec="milliseconds")
        )["id"]
        count = inputs.choice((1, 2, 2, 3, 4)) if lines is None else lines
        for position, product in enumerate(products or inputs.choices(self._range[:SOLD], k=count), start=1):
            line = {"order_id": order, "position": position, "product_id": product["id"]}
            pieces, price = (inputs.randint(2, 9), LARGE) if large else (inputs.randint(1, 9), PRICE)
            self.rows["lines"].append({**line, "quantity": pieces, "cents": inputs.randint(*price)})
        for _ in range(inputs.choice((0, 1, 1, 2)) if payments is None else payments):
            amount = cents or inputs.randint(*(LARGE if large else PAID))
            self._add("payments", order_id=order, method=inputs.choice(METHODS), cents=amount)
        return order

    # -- the database ------------------------------------------------------------------------------------------------

    async def put(self, postgres: Postgres) -> None:
        """All rows into an empty database, in no order that an answer could rely on."""
        for table in TABLES:
            rows = self._inputs.sample(self.rows[table], len(self.rows[table]))
            await postgres.execute(*inserting(table, rows))
        await postgres.execute("ANALYZE")

    def changes(self, order_id: int) -> dict[str, tuple[str, Change]]:
        """What somebody else may do to an order and to what it shows, by name, shuffled: a table, and the change."""
        order = self.find("orders", id=order_id)
        line = self.find("lines", order_id=order_id)
        product = self.find("products", id=line["product_id"])
        maker = self.find("makers", id=product["maker_id"])
        customer = self.find("customers", id=order["customer_id"])
        shelf = self.find("shelves", product_id=product["id"], shop_id=order["shop_id"])

        def rename(table: str, row: Row) -> Change:
            return lambda: self._update(table, row, "name", self._name(table))

        def pay() -> Row:
            return self._add("payments", order_id=order_id, method="card", cents=self._inputs.randint(100, 9000))

        changes: dict[str, tuple[str, Change]] = {
            "a customer was renamed": ("customers", rename("customers", customer)),
            "a product was renamed": ("products", rename("products", product)),
            "a maker was renamed": ("makers", rename("makers", maker)),
            "a product was moved": ("shelves", lambda: self._update("shelves", shelf, "label", self._name("9"))),
            "a quantity was corrected": (
                "lines",
                lambda: self._update("lines", line, "quantity", line["quantity"] + 10),
            ),
            "a payment came in": ("payments", lambda: self._insert(pay)),
            "an order came in": (
                "orders",
                lambda: self._insert(lambda: self.order(order["shop_id"], customer=customer["id"])),
            ),
        }
        return {name: changes[name] for name in self._inputs.sample(sorted(changes), len(changes))}

    def _update(self, table: str, row: Row, column: str, value: Any) -> list[Statement]:
        row[column] = value
        key = " AND ".join(f"{name} = {row[name]}" for name in KEYS.get(table, ("id",)))
        return [(f"UPDATE {table} SET {column} = $1 WHERE {key}", value)]

    def _insert(self, add: Callable[[], Any]) -> list[Statement]:
        counts = {table: len(rows) for table, rows in self.rows.items()}
        add()
        return [inserting(table, rows[counts[table] :]) for table, rows in self.rows.items() if rows[counts[table] :]]

    # -- the answers -------------------------------------------------------------------------------------------------

    def page(self, shop: int, limit: int, before: int | None = None) -> Answer:
        """What `GET /shops/<shop>/orders?limit=&before=` answers."""
        ids = [row["id"] for row in self.rows["orders"] if row["shop_id"] == shop and row["id"] < (before or 2**31)]
        newest = sorted(ids, reverse=True)
        shown = [self.shown(order) for order in newest[:limit]]
        return {"orders": shown, "next": newest[limit - 1] if len(newest) > limit else None}

    def shown(self, order_id: int) -> Answer:
        """What `GET /shops/<its shop>/orders/<order_id>` answers."""
        order = self.find("orders", id=order_id)
        lines = sorted(self._all("lines", order_id=order_id), key=lambda row: row["position"])
        payments = sorted(self._all("payments", order_id=order_id), key=lambda row: row["id"])
        return {
            "id": order_id,
            "placedAt": order["placed_at"].replace("+00:00", "Z"),
            "customer": self._customer(order["customer_id"]),
            "lines": [self._line(line, order["shop_id"]) for line in lines],
            "payments": [{"id": row["id"], "method": row["method"], "cents": row["cents"]} for row in payments],
            "totalCents": sum(line["quantity"] * line["cents"] for line in lines),
            "paidCents": sum(row["cents"] for row in payments),
        }

    def _customer(self, customer_id: int | None) -> Answer | None:
        if customer_id is None:
            return None
        orders = len(self._all("orders", customer_id=customer_id))
        return {"id": customer_id, "name": self.find("customers", id=customer_id)["name"], "orders": orders}

    def _line(self, line: Row, shop: int) -> Answer:
        product = self.find("products", id=line["product_id"])
        maker = self.find("makers", id=product["maker_id"])
        shelves = self._all("shelves", product_id=product["id"], shop_id=shop)
        return {
            **{name: line[name] for name in ("position", "quantity", "cents")},
            "product": {"id": product["id"], "name": product["name"], "maker": dict(maker)},
            "shelf": shelves[0]["label"] if shelves else None,
        }

    def find(self, table: str, **values: Any) -> Row:
        return self._all(table, **values)[0]

    def _all(self, table: str, **values: Any) -> list[Row]:
        name, *others = values
        found = self._index(table, name).get(values[name], [])
        return [row for row in found if all(row[other] == values[other] for other in others)]

    def _index(self, table: str, column: str) -> dict[Any, list[Row]]:
        """The rows by one column, whose values never change, made anew when rows were added."""
        count, index = self._indexes.get((table, column), (-1, {}))
        if count != len(self.rows[table]):
            index = {}
            for row in self.rows[table]:
                index.setdefault(row[column], []).append(row)
            self._indexes[table, column] = (len(self.rows[table]), index)
        return index


def inserting(table: str, rows: list[Row]) -> Statement:
    return f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, $1::json)", json.dumps(rows)


def objects(answer: Any) -> int:
    """How many JSON objects there are in an answer."""
    if isinstance(answer, dict):
        return 1 + sum(objects(value) for value in answer.values())
    return sum(objects(each) for each in answer) if isinstance(answer, list) else 0
