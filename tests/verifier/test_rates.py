"""Bounds of rates, against values that are known from elsewhere."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.verifier.rates import Rate, binomial_cdf, upper_bound


@pytest.mark.parametrize(
    ("seen", "of", "bound"),
    [
        (0, 50, 0.0582),
        (0, 300, 0.00994),
        (0, 1, 0.95),
        # qbeta(0.95, x + 1, n - x)
        (1, 10, 0.394163),
        (2, 10, 0.506901),
        (5, 100, 0.102253),
        (9, 10, 0.994884),
        (10, 10, 1.0),
        (0, 0, 1.0),
    ],
)
def test_the_bound_is_that_of_clopper_and_pearson(seen: int, of: int, bound: float) -> None:
    assert upper_bound(seen, of) == pytest.approx(bound, abs=6e-5)


@given(st.integers(1, 5000))
def test_where_none_was_seen_the_rule_of_three_holds(of: int) -> None:
    assert upper_bound(0, of) == pytest.approx(1 - 0.05 ** (1 / of))
    assert upper_bound(0, of) <= 3 / of


@given(st.integers(0, 40), st.integers(1, 200))
def test_the_bound_lies_above_what_was_seen_and_five_percent_lie_beyond_it(seen: int, more: int) -> None:
    of = seen + more
    bound = upper_bound(seen, of)
    assert seen / of < bound <= 1
    assert binomial_cdf(seen, of, bound) == pytest.approx(0.05, abs=1e-6)


def test_the_distribution_is_that_of_counting() -> None:
    counted = sum(math.comb(12, k) * 0.3**k * 0.7 ** (12 - k) for k in range(5))
    assert binomial_cdf(4, 12, 0.3) == pytest.approx(counted)


def test_a_rate_exceeds_a_limit_where_chance_would_hardly_do_it() -> None:
    assert not Rate(1, 20).exceeds(0.05) and not Rate(1, 2).exceeds(0.05) and not Rate(0, 9).exceeds(0.05)
    assert Rate(3, 6).exceeds(0.05) and Rate(12, 100).exceeds(0.05)


def test_a_rate_is_told_with_its_bound() -> None:
    assert Rate(0, 300).text == "0 of 300 (0 %, below 0.99 % at 95 %)"
    assert Rate(0, 0).text == "none judged"
