"""A card of what was measured of a kata: the words for each side, and the metric to alert on from its debrief."""

from __future__ import annotations

from typing import Protocol

from runner.catalog.debriefs import load_debrief, metric_to_alert_on
from runner.catalog.kata import Kata
from runner.record.report import Report
from runner.reports.card.card import Card, Side, make_card


class Measured(Protocol):
    """One side as the learner's store knows it; without an `attempt` it is what was recorded with the kata."""

    @property
    def report(self) -> Report: ...
    @property
    def attempt(self) -> int | None: ...
    @property
    def what(self) -> str: ...


def card_of(kata: Kata, before: Measured, after: Measured) -> Card:
    """Raises the kinds of `BadFile` where the debrief cannot be read."""
    return make_card(kata.spec.title, _side(before), _side(after), metric_to_alert_on(load_debrief(kata)))


def _side(measured: Measured) -> Side:
    title = "the broken service" if measured.what == "broken" else "your fix"
    origin = "recorded with the kata" if measured.attempt is None else f"attempt {measured.attempt}"
    return Side(measured.report, title, origin, elsewhere=measured.attempt is None)
