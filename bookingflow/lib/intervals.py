"""Stretches of time, half-open: the start belongs to them, the end doesn't."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple


class Interval(NamedTuple):
    start: datetime
    end: datetime


def overlaps(one: Interval, other: Interval) -> bool:
    """Touching is no overlap, and an empty interval overlaps nothing."""
    return max(one.start, other.start) < min(one.end, other.end)


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time in ascending, disjoint intervals: what touches becomes one, what is empty goes."""
    merged: list[Interval] = []
    for start, end in sorted(interval for interval in intervals if interval.start < interval.end):
        if merged and start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, end))
        else:
            merged.append(Interval(start, end))
    return merged


def subtract(intervals: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """What of `intervals` lies in none of `taken`; ascending and disjoint."""
    left: list[Interval] = []
    holes = merge(taken)
    for interval in merge(intervals):
        free_from = interval.start
        for hole in holes:
            if overlaps(hole, Interval(free_from, interval.end)):
                if free_from < hole.start:
                    left.append(Interval(free_from, hole.start))
                free_from = hole.end
        if free_from < interval.end:
            left.append(Interval(free_from, interval.end))
    return left


def within(covering: Sequence[Interval], interval: Interval) -> bool:
    """Whether one of `covering` holds all of `interval`. Merge them first where touching ones are one."""
    return any(cover.start <= interval.start and interval.end <= cover.end for cover in covering)
