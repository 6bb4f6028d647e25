"""Delay alone never turns a pass into a fail: every criterion of every kata, from real histories of accepted fixes."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.record.finding import Verdict
from tests.trust.delaying import KATAS, Data, delayed, instants, judge, load, recorded, warp_of

EVERY = list(recorded())
_UNSEEN_S = 0.1
"""What no criterion may mind although nobody noticed it."""

every_criterion = pytest.mark.parametrize(("slug", "criterion"), EVERY, ids=lambda part: str(part))
relaxed = settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def kept() -> dict[tuple[str, str], Data]:
    return {(slug, criterion): load(slug, criterion) for slug, criterion in EVERY}


def test_every_criterion_of_every_kata_has_a_history_here() -> None:
    known = {(slug, criterion.id) for slug, kata in KATAS.items() for criterion in kata.criteria}
    assert set(EVERY) == known


@every_criterion
def test_each_history_passes_as_it_was_recorded(slug: str, criterion: str, kept: dict[tuple[str, str], Data]) -> None:
    finding = judge(slug, kept[slug, criterion])
    assert finding.verdict is Verdict.PASSED, finding.sentence


@every_criterion
@relaxed
@given(data=st.data())
def test_a_delay_at_every_event_fails_nothing(
    slug: str, criterion: str, kept: dict[tuple[str, str], Data], data: st.DataObject
) -> None:
    history = kept[slug, criterion]
    longest_s = data.draw(st.sampled_from([0.004, 0.02, 0.1, 0.5, 0.9, 3.0]), label="longest_s")
    share = data.draw(st.sampled_from([0.005, 0.02, 0.1, 1.0]), label="share of events delayed")
    chance = Random(data.draw(st.integers(0, 2**32), label="seed"))
    moments = sorted(set(instants(history)))
    delays = [(at_s, chance.uniform(0.0, longest_s)) for at_s in moments if chance.random() < share]
    finding = judge(slug, delayed(history, delays))
    assert finding.verdict in (Verdict.PASSED, Verdict.INCONCLUSIVE), finding


@every_criterion
@relaxed
@given(data=st.data())
def test_a_machine_that_stands_still_now_and_then_fails_nothing(
    slug: str, criterion: str, kept: dict[tuple[str, str], Data], data: st.DataObject
) -> None:
    history = kept[slug, criterion]
    last_s = max(instants(history))
    stalls = data.draw(st.lists(st.tuples(st.floats(0.0, last_s), st.floats(0.003, 2.0)), min_size=1, max_size=8))
    finding = judge(slug, delayed(history, stalls))
    assert finding.verdict in (Verdict.PASSED, Verdict.INCONCLUSIVE), finding


@every_criterion
@relaxed
@given(data=st.data())
def test_one_short_delay_that_nobody_noticed_fails_nothing(
    slug: str, criterion: str, kept: dict[tuple[str, str], Data], data: st.DataObject
) -> None:
    history = kept[slug, criterion]
    at_s = data.draw(st.sampled_from(sorted(set(instants(history)))))
    finding = judge(slug, delayed(history, [(at_s, _UNSEEN_S)], noticed=False))
    assert finding.verdict in (Verdict.PASSED, Verdict.INCONCLUSIVE), finding


@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0, 2)), max_size=9), st.floats(0, 10), st.floats(0, 10))
def test_delays_keep_the_order_and_shorten_no_gap(
    delays: list[tuple[float, float]], one_s: float, other_s: float
) -> None:
    warp, (early_s, late_s) = warp_of(delays), sorted((one_s, other_s))
    assert warp(late_s) - warp(early_s) >= late_s - early_s - 1e-9
