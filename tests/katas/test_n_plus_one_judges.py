"""The judges of `n-plus-one`, over histories made by hand: what each refuses, passes and leaves open."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runner.probes import Exchange, Finding, History, Inputs, Verdict
from tests.katas import kata_module

judges = kata_module("n-plus-one", "judges")
market = kata_module("n-plus-one", "market")

ORDER: dict[str, Any] = {"id": 7, "customer": {"id": 3, "orders": 2}, "lines": [{"position": 1}], "shelf": None}
PAGE: dict[str, Any] = {"orders": [ORDER], "next": None}


class Told:
    """A history put together request by request."""

    def __init__(self, **notes: Any) -> None:
        self.history = History()
        self._expected: dict[str, tuple[int, Any]] = {}
        self.history.note("expected", self._expected)
        for name, value in notes.items():
            self.history.note(name, value)

    def asked(self, tag: str, got: Any = PAGE, wanted: Any = PAGE, status: int | None = 200, path: str = "/p") -> Told:
        """A request, what it was answered, and what should have been; with `status=None` it got no answer."""
        self._expected[judges.asked(tag, path)] = (200, wanted)
        body = got if isinstance(got, bytes) else json.dumps(got).encode()
        outcome, how = ("ok", "") if status else ("unknown", "timeout")
        self.history.add_exchange(Exchange(tag, 1, "GET", path, 0.0, 0.0, outcome, how, status, {}, body))
        return self

    def ran(self, tag: str, calls: int = 9, rows: int = 20, query: str = "SELECT * FROM lines") -> Told:
        """What the database's books said after it."""
        self.history.add_census("statements", [{"query": query, "calls": calls, "rows": rows}], tag)
        return self

    def sent(self, tag: str, bytes_: int = 900, failed: int = 0) -> Told:
        """What was seen on the wire of what the database said."""
        self.history.add_census("wire", [{"bytes": bytes_, "failed": failed}], tag)
        return self

    def ran_nothing(self, tag: str) -> Told:
        self.history.add_census("statements", [], tag)
        return self


def verdict(finding: Finding) -> Verdict:
    return finding.verdict


# -- orders-are-right -------------------------------------------------------------------------------------------------


def test_answers_as_promised_pass_whatever_the_order_of_their_fields() -> None:
    shuffled = {"next": None, "orders": [dict(reversed(ORDER.items()))]}
    assert verdict(judges.answers_are_right(Told().asked("a", shuffled).history)) is Verdict.PASSED


@pytest.mark.parametrize(
    ("got", "said"),
    [
        ({"orders": [{**ORDER, "id": 8}], "next": None}, "orders[0].id is 8 and should be 7"),
        ({"orders": [{**ORDER, "customer": {"id": 3, "orders": "2"}}], "next": None}, "is '2' and should be 2"),
        ({"orders": [{**ORDER, "customer": None}], "next": None}, "orders[0].customer is null"),
        ({"orders": [], "next": None}, "orders has 0 entries and should have 1"),
        ({"orders": [ORDER, ORDER], "next": None}, "orders has 2 entries and should have 1"),
        ({"orders": [ORDER]}, "the answer has no `next`"),
        ({**PAGE, "took": 3}, "`took`"),
        ({"orders": [{**ORDER, "shelf": False}], "next": None}, "shelf is False and should be null"),
        (b"<html>", "not JSON"),
    ],
)
def test_an_answer_that_differs_fails_and_says_where(got: Any, said: str) -> None:
    finding = judges.answers_are_right(Told().asked("a").asked("b", got).history)
    assert finding.verdict is Verdict.FAILED and said in finding.sentence


def test_an_answer_with_another_status_and_no_answer_fail() -> None:
    assert "answered 500, not 200" in judges.answers_are_right(Told().asked("a", status=500).history).sentence
    assert "no answer: timeout" in judges.answers_are_right(Told().asked("a", status=None).history).sentence


# -- queries-do-not-grow ----------------------------------------------------------------------------------------------


def _sizes(calls: int, query: str = "SELECT * FROM lines") -> History:
    told = Told().ran_nothing("the start").asked("1 order").ran("1 order").asked("100 orders")
    return told.ran("100 orders", calls, query=query).history


def test_as_many_statements_as_the_contract_allows_pass_and_one_more_fails() -> None:
    assert verdict(judges.queries_do_not_grow(_sizes(15))) is Verdict.PASSED
    finding = judges.queries_do_not_grow(_sizes(16))
    assert (finding.verdict, finding.value, finding.limit) == (Verdict.FAILED, 16, 15)
    assert (
        finding.sentence.startswith("100 orders took 16 statements") and "SELECT * FROM lines" in finding.decided_by[0]
    )


def test_a_start_that_asks_too_much_fails() -> None:
    told = Told().ran("the start", 16).asked("1 order").ran("1 order")
    assert "the start took 16" in judges.queries_do_not_grow(told.history).sentence


def test_one_statement_of_many_selects_fails_and_one_with_a_long_list_passes() -> None:
    union = " UNION ALL ".join(["select * from lines where order_id = $1"] * 100)
    finding = judges.queries_do_not_grow(_sizes(1, union))
    assert finding.verdict is Verdict.FAILED and finding.value == 100 and "one SELECT for each row" in finding.sentence
    listed = f"SELECT * FROM lines WHERE order_id IN ({', '.join(['$1'] * 300)})"
    assert verdict(judges.queries_do_not_grow(_sizes(9, listed))) is Verdict.PASSED


def test_joins_count_as_selects_do() -> None:
    joined = "SELECT * FROM orders o" + "".join(f" LEFT JOIN makers m{n} ON m{n}.id = ${n}" for n in range(1, 31))
    finding = judges.queries_do_not_grow(_sizes(1, joined))
    assert (finding.verdict, finding.value) == (Verdict.FAILED, 31)


def test_statements_that_failed_count_and_are_named() -> None:
    told = Told().asked("1 order").ran("1 order", 9).sent("1 order", failed=6)
    assert verdict(judges.queries_do_not_grow(told.history)) is Verdict.PASSED
    told = Told().asked("1 order").ran("1 order", 9).sent("1 order", failed=7)
    finding = judges.queries_do_not_grow(told.history)
    assert finding.verdict is Verdict.FAILED and "16 statements, 7 of which failed" in finding.sentence


def test_columns_that_sound_like_it_are_no_selects() -> None:
    assert verdict(judges.queries_do_not_grow(_sizes(1, "SELECT selected, preselect " * 16))) is Verdict.PASSED


def test_few_statements_and_a_wrong_answer_fail() -> None:
    told = Told().asked("1 order", {"orders": [], "next": None}).ran("1 order")
    assert verdict(judges.queries_do_not_grow(told.history)) is Verdict.FAILED


def test_a_database_that_saw_nothing_at_all_proves_nothing() -> None:
    told = Told().ran_nothing("the start").asked("1 order").ran_nothing("1 order")
    assert verdict(judges.queries_do_not_grow(told.history)) is Verdict.INCONCLUSIVE


# -- rows-are-bounded -------------------------------------------------------------------------------------------------


def _rows(rows: int, at_start: int = 0) -> Told:
    told = Told(allowed={"the start": 20, "1 order": 30}, allowed_bytes={"the start": 1000, "1 order": 5000})
    told.ran("the start", 1, at_start).sent("the start")
    return told.asked("1 order").ran("1 order", 9, rows).sent("1 order")


def test_as_many_rows_as_are_allowed_pass_and_one_more_fails() -> None:
    assert verdict(judges.rows_are_bounded(_rows(30).history)) is Verdict.PASSED
    finding = judges.rows_are_bounded(_rows(31).history)
    assert (finding.verdict, finding.value, finding.limit) == (Verdict.FAILED, 31, 30)


def test_rows_fetched_at_the_start_count() -> None:
    finding = judges.rows_are_bounded(_rows(30, at_start=1200).history)
    assert finding.verdict is Verdict.FAILED and "the start fetched 1200 rows" in finding.sentence


def test_as_many_bytes_as_are_allowed_pass_and_one_more_fails_however_few_the_rows() -> None:
    for bytes_, wanted in ((5000, Verdict.PASSED), (5001, Verdict.FAILED)):
        told = Told(allowed={"1 order": 30}, allowed_bytes={"1 order": 5000}).asked("1 order").ran("1 order", 9, 2)
        finding = judges.rows_are_bounded(told.sent("1 order", bytes_).history)
        assert finding.verdict is wanted
    assert (finding.value, finding.limit, finding.unit) == (5001, 5000, "bytes") and "single row" in finding.sentence


def test_what_may_be_sent_grows_with_the_answer() -> None:
    assert judges.bytes_for(None) < judges.bytes_for(ORDER) < judges.bytes_for(PAGE)
    assert judges.rows_for(0) == 20 and judges.rows_for(6) == 32


def test_few_rows_and_a_wrong_answer_fail_and_none_anywhere_prove_nothing() -> None:
    told = (
        Told(allowed={"1 order": 30}, allowed_bytes={"1 order": 5000})
        .asked("1 order", {"orders": [], "next": None})
        .ran("1 order")
    )
    assert verdict(judges.rows_are_bounded(told.history)) is Verdict.FAILED
    told = Told(allowed={"1 order": 30}, allowed_bytes={"1 order": 5000}).asked("1 order").ran_nothing("1 order")
    assert verdict(judges.rows_are_bounded(told.history)) is Verdict.INCONCLUSIVE


# -- changes-are-seen -------------------------------------------------------------------------------------------------


def _seen(held: int = 3) -> Told:
    told = Told(changes=2).asked("before, once").asked("after a payment came in")
    told.history.fault(judges.HELD, held)
    return told


def test_one_stale_answer_fails_and_names_the_change() -> None:
    told = _seen()
    assert verdict(judges.changes_are_seen(told.history)) is Verdict.PASSED
    stale = {"orders": [{**ORDER, "id": 6}], "next": None}
    finding = judges.changes_are_seen(told.asked("after a product was moved", stale).history)
    assert finding.verdict is Verdict.FAILED
    assert "had been committed" in finding.sentence and "after a product was moved" in finding.sentence


def test_an_answer_that_was_wrong_before_any_change_or_none_at_all_is_not_called_stale() -> None:
    wrong = Told(changes=2).asked("before, once", {"orders": [], "next": None})
    none = Told(changes=2).asked("before, once").asked("after a payment came in", status=500)
    for told in (wrong, none):
        finding = judges.changes_are_seen(told.history)
        assert finding.verdict is Verdict.FAILED and "had been committed" not in finding.sentence


def test_what_those_show_that_were_held_is_left_open_and_what_comes_after_the_change_is_not() -> None:
    told = _seen().asked("before a payment came in, while it is read", {"orders": [], "next": None}, wanted=None)
    assert verdict(judges.changes_are_seen(told.history)) is Verdict.PASSED
    stale = {"orders": [{**ORDER, "id": 6}], "next": None}
    finding = judges.changes_are_seen(told.asked("after a payment came in while others were reading it", stale).history)
    assert finding.verdict is Verdict.FAILED and "while others were reading it" in finding.sentence


def test_without_a_reading_that_was_held_fresh_answers_leave_it_open_and_a_stale_one_does_not() -> None:
    told = _seen(held=0)
    assert verdict(judges.changes_are_seen(told.history)) is Verdict.INCONCLUSIVE
    stale = {"orders": [{**ORDER, "id": 6}], "next": None}
    assert verdict(judges.changes_are_seen(told.asked("after a product was moved", stale).history)) is Verdict.FAILED


def test_silence_fails_unless_we_were_late_ourselves() -> None:
    told = _seen().asked("before a product was moved, for no such order", status=None)
    assert verdict(judges.changes_are_seen(told.history)) is Verdict.FAILED
    told.history.add_lag(1.0, 6.0)
    assert verdict(judges.changes_are_seen(told.history)) is Verdict.INCONCLUSIVE


# -- requests-stay-apart ----------------------------------------------------------------------------------------------


def _together(calls: int = 90, got: Any = PAGE, query: str = "SELECT 1", met: int = 20) -> History:
    told = Told().asked("alone")
    told.history.fault(judges.MET, met)
    for shop in range(10):
        told.asked("at once", got if shop == 4 else PAGE, path=f"/shops/{shop}/orders")
    return told.ran("at once", calls, query=query).history


def test_ten_budgets_pass_and_a_statement_more_fails() -> None:
    assert verdict(judges.requests_stay_apart(_together(150))) is Verdict.PASSED
    assert verdict(judges.requests_stay_apart(_together(151))) is Verdict.FAILED
    assert verdict(judges.requests_stay_apart(_together(101, query="SELECT (SELECT (SELECT 1))"))) is Verdict.FAILED


def test_one_answer_that_is_another_shops_fails() -> None:
    other = {"orders": [{**ORDER, "shelf": "3-abc"}], "next": None}
    finding = judges.requests_stay_apart(_together(got=other))
    assert finding.verdict is Verdict.FAILED and "/shops/4/orders" in finding.sentence


def test_ten_right_answers_without_a_statement_prove_nothing() -> None:
    told = Told().asked("at once").ran_nothing("at once")
    assert verdict(judges.requests_stay_apart(told.history)) is Verdict.INCONCLUSIVE


def test_those_that_find_nothing_and_are_not_answered_fail_and_say_how_to_see_it() -> None:
    told = Told().asked("alone").asked(f"{judges.IN_VAIN} a shop that is none", status=None).ran("at once")
    finding = judges.requests_stay_apart(told.history)
    assert finding.verdict is Verdict.FAILED and "no answer" in finding.sentence
    assert finding.reproduce == judges.IN_VAIN_AT_ONCE


def test_those_that_find_nothing_and_never_met_leave_it_open() -> None:
    assert verdict(judges.requests_stay_apart(_together(met=0))) is Verdict.INCONCLUSIVE
    assert verdict(judges.requests_stay_apart(_together(151, met=0))) is Verdict.FAILED


def test_a_kept_history_is_judged_as_the_first_time() -> None:
    for judge, history in (
        (judges.queries_do_not_grow, _sizes(16)),
        (judges.rows_are_bounded, _rows(31).history),
        (judges.requests_stay_apart, _together()),
    ):
        assert judge(History.from_bytes(history.to_bytes())) == judge(history)


# -- the market that answers are computed from ------------------------------------------------------------------------


def _market() -> Any:
    return market.Market(Inputs(5, "test"), orders=150, elsewhere=10)


def test_pages_lead_from_the_newest_order_to_the_oldest_without_a_gap() -> None:
    made = _market()
    shop, seen, before = made.shops[0], [], None
    while True:
        page = made.page(shop, 40, before)
        seen += [order["id"] for order in page["orders"]]
        before = page["next"]
        if before is None:
            break
    assert seen == sorted((row["id"] for row in made.rows["orders"] if row["shop_id"] == shop), reverse=True)
    assert seen[0] == made.odd["newest"] and made.page(made.shops[1], 10) == {"orders": [], "next": None}


def test_a_market_holds_the_orders_that_trip_a_join() -> None:
    made = _market()
    shown = {kind: made.shown(order) for kind, order in made.odd.items()}
    assert shown["nothing in it"]["lines"] == [] and shown["nothing in it"]["totalCents"] == 0
    assert shown["nothing paid"]["paidCents"] == 0 and shown["no customer"]["customer"] is None
    several = shown["several lines, several payments"]
    assert len(several["lines"]) > 2 and len(several["payments"]) == 3
    alike = shown["two payments alike"]["payments"]
    assert alike[0]["cents"] == alike[1]["cents"] and shown["not on a shelf"]["lines"][0]["shelf"] is None
    large = shown["a large sum"]
    assert all(line["quantity"] * line["cents"] > 2**31 > line["cents"] for line in large["lines"])
    assert large["totalCents"] < 2**53 and large["paidCents"] > 2**31
    many = shown["many lines"]
    assert len(many["lines"]) * len(many["payments"]) > judges.rows_for(market.objects(many))
    twice = shown["one product on two lines"]["lines"]
    assert twice[0]["product"] == twice[1]["product"] and len(shown["many lines"]["lines"]) == market.MANY_LINES


def test_every_change_is_in_the_answer_and_what_was_noted_before_stays_as_it_was() -> None:
    made = _market()
    order = made.odd["newest"]
    for table, change in made.changes(order).values():
        before = made.shown(order), made.page(made.shops[0], 10)
        kept = json.dumps(before)
        assert f" {table} " in change()[0][0] and (made.shown(order), made.page(made.shops[0], 10)) != before
        assert json.dumps(before) == kept


def test_a_page_of_large_orders_has_more_products_than_three_lists_of_five_hundred() -> None:
    made = market.Market(Inputs(5, "test"), orders=20, elsewhere=10, large=40)
    page = made.page(made.shops[0], 40, made.behind_large)
    products = {line["product"]["id"] for order in page["orders"] for line in order["lines"]}
    assert len(products) == 40 * market.MANY_LINES > 1500 and page["next"] is None


def test_objects_are_counted_at_every_depth() -> None:
    assert market.objects(PAGE) == 4 and market.objects({"orders": [], "next": None}) == 1
