"""At no moment did two clients both know that the same time was theirs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from tests.faults.history import Holding, Operation, block_holdings, booking_holdings, ends, overlap

Shapes = dict[str, dict[str, dict[str, Any]]]  # of each house the rooms by name


def times_held_twice(operations: list[Operation], shapes: Shapes) -> Iterator[str]:
    by_schedule: dict[int, list[Holding]] = defaultdict(list)
    for holding in booking_holdings(operations):
        by_schedule[shapes[holding.house][holding.room]["schedule"]].append(holding)
    blocks: dict[int, list[Holding]] = defaultdict(list)
    for block in block_holdings(operations):
        blocks[shapes[block.house][block.room]["schedule"]].append(block)
    for schedule, holdings in by_schedule.items():
        if shapes[holdings[0].house][holdings[0].room]["seats"]:
            yield from _oversold(holdings, shapes)
        else:
            yield from _taken_twice(sorted(holdings + blocks[schedule], key=lambda each: each.start), shapes)


def _taken_twice(holdings: list[Holding], shapes: Shapes) -> Iterator[str]:
    for number, one in enumerate(holdings):
        end = ends(one, shapes[one.house][one.room])
        for other in holdings[number + 1 :]:
            if other.start >= end:
                break
            both_blocks = not one.guests and not other.guests
            if one.origin != other.origin and not both_blocks and overlap(one, other):
                yield f"{one.origin} and {other.origin} both held {one.house} {one.room} {other.start}"


def _oversold(holdings: list[Holding], shapes: Shapes) -> Iterator[str]:
    sessions: dict[Any, list[Holding]] = defaultdict(list)
    for holding in holdings:
        sessions[holding.house, holding.room, holding.start].append(holding)
    for (house, room, start), those in sessions.items():
        seats = shapes[house][room]["seats"]
        if (guests := _most_at_once(those)) > seats:
            yield f"{guests} guests had the {seats} seats of {house} {room} {start}"


def _most_at_once(holdings: Iterable[Holding]) -> int:
    return max(
        sum(other.guests for other in holdings if other.since <= one.since < other.until) for one in holdings
    )
