"""What is kept of the vitals beside a probe's evidence."""

from __future__ import annotations

from runner.probes.kept_vitals import KeptVitals
from runner.record.events import VitalsSampled
from runner.record.finding import MOST_POINTS, thinned


def sample(at_s: float, delay_ms: float, rss_mib: float = 64.0) -> VitalsSampled:
    return VitalsSampled(at_s, delay_ms, 0.5, int(rss_mib * 2**20), 0, 3, 0.1)


def test_a_probe_keeps_the_vitals_since_it_began_in_its_own_seconds() -> None:
    kept = KeptVitals()
    kept.take(sample(1.0, 900.0))
    kept.begin(10.0)
    kept.take(sample(10.5, 12.346, 80.0))
    delay, memory = kept.series(256)
    assert (delay.name, delay.unit, delay.points) == ("event-loop delay", "ms", ((0.5, 12.35),))
    assert (memory.unit, memory.points, memory.limit) == ("MiB", ((0.5, 80.0),), 256.0)


def test_a_service_that_told_nothing_has_no_vitals() -> None:
    assert KeptVitals().series(256) == ()


def test_thinning_keeps_every_peak_within_the_points_it_stands_for() -> None:
    points = [(float(t), 1000.0 if t == 777 else 1.0) for t in range(5 * MOST_POINTS)]
    kept = thinned(points)
    assert len(kept) == MOST_POINTS and (777.0, 1000.0) in kept
    assert thinned(points[:3]) == tuple(points[:3]) and thinned([]) == ()
