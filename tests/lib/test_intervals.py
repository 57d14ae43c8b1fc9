from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookingflow.lib.intervals import Interval, merge, overlaps, subtract, within

DAY = datetime(2026, 12, 5, tzinfo=UTC)


def span(start: int, end: int) -> Interval:
    return Interval(DAY + timedelta(minutes=start), DAY + timedelta(minutes=end))


def minutes_of(intervals: list[Interval]) -> set[int]:
    """Minute by minute, the plain way to say which time a list of intervals holds."""
    return {
        minute
        for start, end in intervals
        for minute in range(60)
        if start <= DAY + timedelta(minutes=minute) < end
    }


spans = st.builds(span, st.integers(0, 60), st.integers(0, 60))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (span(0, 10), span(5, 15), True),
        (span(0, 10), span(10, 20), False),
        (span(0, 10), span(2, 3), True),
        (span(0, 10), span(5, 5), False),
        (span(0, 10), span(20, 30), False),
    ],
)
def test_overlap_is_half_open(one: Interval, other: Interval, expected: bool) -> None:
    assert overlaps(one, other) is expected
    assert overlaps(other, one) is expected


def test_what_touches_is_merged_and_what_is_empty_goes() -> None:
    assert merge([span(10, 20), span(0, 10), span(30, 30), span(40, 50)]) == [span(0, 20), span(40, 50)]


def test_a_hole_cuts_an_interval_in_two() -> None:
    assert subtract([span(0, 30)], [span(10, 20)]) == [span(0, 10), span(20, 30)]


def test_within_needs_one_interval_that_holds_it_all() -> None:
    assert within([span(0, 10), span(20, 30)], span(20, 30))
    assert not within([span(0, 10), span(10, 20)], span(5, 15))
    assert within(merge([span(0, 10), span(10, 20)]), span(5, 15))


@settings(deadline=None)
@given(st.lists(spans, max_size=8))
def test_merging_keeps_the_time_and_leaves_gaps_between(intervals: list[Interval]) -> None:
    merged = merge(intervals)
    assert minutes_of(merged) == minutes_of(intervals)
    assert all(before.end < after.start for before, after in pairwise(merged))


@settings(deadline=None)
@given(st.lists(spans, max_size=6), st.lists(spans, max_size=6))
def test_subtracting_leaves_what_is_in_one_and_not_in_the_other(a: list[Interval], b: list[Interval]) -> None:
    left = subtract(a, b)
    assert minutes_of(left) == minutes_of(a) - minutes_of(b)
    assert left == merge(left)
