"""When the clock alone changes a slot list, by example: a room open 12:00 to 14:00 in New York, two slots a day."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from rooms.availability import Busy, Party, ReasonCode, RoomRules, SlotAnswer, Taken, Timeline, slot_answer
from rooms.hours import WEEKDAYS, openings, parse_weekly
from tests.rooms.test_availability_reasons import (
    BLOCK,
    DAY,
    MINUTE,
    NEW_YORK,
    NOON,
    RULES,
    SHARED,
    session,
    shared,
)

HOURLY = replace(RULES, slot_interval=60)
SHARED_HOURLY = replace(SHARED, slot_interval=60)
TOMORROW_ONLY = replace(HOURLY, max_days_ahead=1)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
NOW = NOON - 20 * HOUR
MIDNIGHT = NOON - 12 * HOUR


def answer(
    rules: RoomRules = HOURLY, *taken: Taken, now: datetime = NOW, busy: tuple[Busy, ...] = (), last: date = DAY,
    guests: int = 2, mode: str | None = None,
) -> SlotAnswer:  # fmt: skip
    weekly = parse_weekly({name: [["12:00", "14:00"]] for name in WEEKDAYS})
    timeline = Timeline(openings(weekly, {}, NEW_YORK, DAY, last), taken, busy)
    return slot_answer(rules, timeline, now, DAY, last, Party(60, guests, mode or rules.modes[0]))


def hours_listed(*args: Any, **kwargs: Any) -> list[int]:
    return [(slot.start - NOON) // HOUR for slot in answer(*args, **kwargs).slots]


def held(until: datetime, start: datetime = NOON, **changes: Any) -> Taken:
    return session(start, held=True, hold_expires_at=until, **changes)


def test_an_answer_ends_when_its_first_slot_has_begun() -> None:
    assert answer().valid_until == NOON + TICK
    assert answer(now=NOON).valid_until == NOON + TICK
    assert answer(now=NOON + TICK).valid_until == NOON + HOUR + TICK


def test_an_answer_ends_when_its_first_slot_is_within_the_notice() -> None:
    assert answer(replace(HOURLY, min_notice=90)).valid_until == NOON - 90 * MINUTE + TICK


@pytest.mark.parametrize("nothing", [{"guests": 9}, {"mode": "shared"}, {"now": NOON + 5 * HOUR}])
def test_what_no_clock_can_change_stands_for_ever(nothing: dict[str, Any]) -> None:
    assert answer(**nothing) == SlotAnswer([], None)


def test_a_taken_slot_never_comes_back_by_itself() -> None:
    assert answer(HOURLY, session(), session(NOON + HOUR)) == SlotAnswer([], None)
    assert answer(HOURLY, session()).valid_until == NOON + HOUR + TICK


def test_a_hold_that_runs_out_gives_its_slot_back() -> None:
    assert answer(HOURLY, held(NOW + 7 * MINUTE)).valid_until == NOW + 7 * MINUTE
    assert hours_listed(HOURLY, held(NOW + 7 * MINUTE)) == [1]


def test_a_hold_that_outlives_its_slots_start_changes_nothing() -> None:
    assert answer(HOURLY, held(NOON + TICK)).valid_until == NOON + HOUR + TICK
    assert answer(HOURLY, held(NOON + 2 * HOUR), held(NOON + 3 * HOUR, NOON + HOUR)).valid_until is None
    assert answer(HOURLY, held(NOON), session(NOON + HOUR)).valid_until == NOON


def test_a_slot_in_the_way_of_two_holds_waits_for_the_later() -> None:
    both = (
        held(NOW + 9 * MINUTE, NOON - HOUR, after=30),
        held(NOW + 5 * MINUTE, NOON + 30 * MINUTE, minutes=30),
    )
    assert answer(HOURLY, *both, session(NOON + HOUR)).valid_until == NOW + 9 * MINUTE


def test_a_hold_that_lies_on_a_block_as_well_brings_nothing_back() -> None:
    assert answer(HOURLY, held(NOW + 7 * MINUTE), busy=(BLOCK,)).valid_until == NOON + HOUR + TICK


def test_a_shared_session_with_a_firm_party_stays_in_the_way_of_others() -> None:
    partly_firm = shared(3, hold_expires_at=NOW + 7 * MINUTE)
    assert answer(HOURLY, partly_firm).valid_until == NOON + HOUR + TICK


def test_seats_that_a_hold_gives_back_change_the_answer() -> None:
    partly_firm = shared(3, hold_expires_at=NOW + 7 * MINUTE)
    assert hours_listed(SHARED_HOURLY, partly_firm) == [0, 1]
    assert answer(SHARED_HOURLY, partly_firm).valid_until == NOW + 7 * MINUTE
    full = shared(10, hold_expires_at=NOW + 7 * MINUTE)
    assert hours_listed(SHARED_HOURLY, full) == [1]
    assert answer(SHARED_HOURLY, full).valid_until == NOW + 7 * MINUTE
    assert answer(SHARED_HOURLY, shared(10)).valid_until == NOON + HOUR + TICK


def test_the_buffers_of_a_joined_session_count_and_go_with_it() -> None:
    """They are longer than the room's now, and reach a block that the room's own wouldn't."""
    block = Busy(NOON - 2 * HOUR, NOON - 30 * MINUTE, ReasonCode.BLOCKED, "")
    firm = shared(3, before=60)
    assert hours_listed(SHARED_HOURLY, firm, busy=(block,)) == [1]
    assert answer(SHARED_HOURLY, firm, busy=(block,)).valid_until == NOON + HOUR + TICK
    only_held = replace(firm, held=True, hold_expires_at=NOW + 7 * MINUTE)
    assert hours_listed(SHARED_HOURLY, only_held, busy=(block,)) == [1]
    assert answer(SHARED_HOURLY, only_held, busy=(block,)).valid_until == NOW + 7 * MINUTE
    assert hours_listed(SHARED_HOURLY, busy=(block,)) == [0, 1]


def test_a_day_comes_within_the_horizon_at_local_midnight() -> None:
    two_days_before = MIDNIGHT - 30 * HOUR
    assert answer(TOMORROW_ONLY, now=two_days_before) == SlotAnswer([], MIDNIGHT - 24 * HOUR)
    assert answer(TOMORROW_ONLY, last=DAY + timedelta(days=1)).valid_until == MIDNIGHT


def test_a_new_day_on_which_nothing_is_free_changes_nothing() -> None:
    tomorrow = NOON + 24 * HOUR
    full = (session(tomorrow, minutes=120),)
    assert answer(TOMORROW_ONLY, *full, last=DAY + timedelta(days=1)).valid_until == NOON + TICK


def test_a_new_day_that_is_held_waits_for_both() -> None:
    tomorrow, last = NOON + 24 * HOUR, DAY + timedelta(days=1)
    taken = (session(NOON, minutes=120),)
    earlier = held(MIDNIGHT - HOUR, tomorrow, minutes=120)
    assert answer(TOMORROW_ONLY, *taken, earlier, last=last).valid_until == MIDNIGHT
    later = held(MIDNIGHT + HOUR, tomorrow, minutes=120)
    assert answer(TOMORROW_ONLY, *taken, later, last=last).valid_until == MIDNIGHT + HOUR


def test_a_day_that_is_too_near_once_it_is_near_enough_never_counts() -> None:
    assert answer(replace(TOMORROW_ONLY, min_notice=3 * 1440), now=NOON - 100 * HOUR) == SlotAnswer([], None)
