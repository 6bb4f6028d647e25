"""A series as rows of text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runner.record.finding import Series
from runner.reports.chart import chart_rows, common_top

points = st.lists(st.tuples(st.floats(0, 1e4), st.floats(allow_infinity=False)), max_size=50)


def text_of(series: Series, width: int, height: int) -> list[str]:
    return ["".join(text for text, _ in row) for row in chart_rows(series, width, height)]


def test_the_limit_is_a_labelled_line_at_its_height() -> None:
    series = Series("latency", "ms", ((0.0, 10.0), (1.0, 20.0), (2.0, 200.0)), 100.0, "prompt")
    rows = text_of(series, 60, 10)
    assert rows[0] == "latency (ms)  last 200"
    assert rows[1].startswith(" 200┤") and rows[8].startswith("   0┤")
    assert [index for index, row in enumerate(rows) if "prompt 100 ╌" in row] == [5]


def test_a_limit_above_everything_measured_is_still_on_the_chart() -> None:
    rows = text_of(Series("latency", "ms", ((0.0, 1.0), (9.0, 2.0)), 100.0), 40, 8)
    assert any("limit 100" in row for row in rows) and "9.0 s" in rows[-1]


def test_nothing_measured_says_so() -> None:
    assert text_of(Series("latency", "ms", ()), 40, 8) == ["latency (ms)  nothing measured yet"]


@given(points, st.none() | st.floats(0, 1e6), st.integers(0, 120), st.integers(0, 20))
def test_any_series_fits_its_place(
    series: list[tuple[float, float]], limit: float | None, width: int, height: int
) -> None:
    rows = text_of(Series("s", "u", tuple(sorted(series)), limit, "l"), width, height)
    assert len(rows) <= max(1, height)
    assert all(len(row) <= max(width, 0) for row in rows)


def test_charts_of_one_unit_share_their_scale() -> None:
    low, high = Series("low", "MB", ((0.0, 1.0), (1.0, 1.0))), Series("high", "MB", ((0.0, 1.0), (1.0, 58.0)))
    tops = common_top([low, high, Series("other", "ms", ((0.0, 7.0),)), Series("none", "s", ())])
    assert tops == {"MB": 58.0, "ms": 7.0, "s": 0.0}
    rows = ["".join(text for text, _ in row) for row in chart_rows(low, 60, 10, tops["MB"])]
    assert rows[1].startswith("  58┤") and not any(cell > "⠀" for cell in rows[1][6:])
    assert any(cell > "⠀" for cell in rows[-2][6:])
