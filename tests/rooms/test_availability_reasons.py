"""Every reason by example: a room with a session each hour, New York, hours 10:00 to 22:00."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bookingflow.lib.zones import zone
from rooms.availability import (
    Busy,
    Party,
    Reason,
    ReasonCode,
    RoomRules,
    Taken,
    Timeline,
    free_slots,
    never_on_offer,
    reasons_against,
    timeline_span,
)
from rooms.hours import WEEKDAYS, openings, parse_weekly

NEW_YORK = zone("America/New_York")
DAY = date(2026, 12, 5)
NOON = datetime(2026, 12, 5, 17, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULES = RoomRules(
    room_id=1, active=True, modes=("private",), seats=None, durations=(60,), slot_interval=30, buffer_before=0,
    buffer_after=0, min_notice=0, max_days_ahead=90, guests_min=2, guests_max=6, zone=NEW_YORK,
)  # fmt: skip
SHARED = replace(RULES, modes=("shared",), seats=10, guests_min=1, guests_max=10)
BOTH = replace(SHARED, modes=("private", "shared"))


def session(start: datetime = NOON, minutes: int = 60, **changes: Any) -> Taken:
    end = start + minutes * MINUTE
    plain = Taken(1, "private", start, end, start, end, 1, 1, False, ("BF-7K3Q9D",), None)
    if {"before", "after"} & set(changes):
        changes["occupied_start"] = start - changes.pop("before", 0) * MINUTE
        changes["occupied_end"] = end + changes.pop("after", 0) * MINUTE
    return replace(plain, **changes)


def shared(taken: int, **changes: Any) -> Taken:
    return session(mode="shared", seats=10, seats_taken=taken, **changes)


def against(
    rules: RoomRules = RULES, *, start: datetime = NOON, taken: tuple[Taken, ...] = (), busy: tuple[Busy, ...] = (),
    now: datetime = NOON - timedelta(days=1), duration: int | None = 60, guests: int = 2, mode: str | None = None,
) -> list[Reason]:  # fmt: skip
    weekly = parse_weekly({name: [["10:00", "22:00"]] for name in WEEKDAYS})
    timeline = Timeline(openings(weekly, {}, NEW_YORK, DAY, DAY), taken, busy)
    return reasons_against(rules, timeline, now, start, Party(duration, guests, mode or rules.modes[0]))


def said(*args: Any, **kwargs: Any) -> list[tuple[str, str]]:
    return [(reason.code.value, reason.message) for reason in against(*args, **kwargs)]


def codes(*args: Any, **kwargs: Any) -> list[str]:
    return [reason.code.value for reason in against(*args, **kwargs)]


def test_nothing_is_against_a_free_slot() -> None:
    assert against() == []


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ({"rules": replace(RULES, active=False)}, ("INACTIVE", "This room is not on offer")),
        ({"mode": "shared"}, ("MODE", "This room has no shared sessions")),
        ({"duration": 90}, ("DURATION", "This room is booked for 60 minutes")),
        ({"guests": 1}, ("GUESTS", "This room takes 2 to 6 guests")),
        ({"guests": 7}, ("GUESTS", "This room takes 2 to 6 guests")),
        ({"rules": replace(RULES, guests_min=1, guests_max=1)}, ("GUESTS", "This room takes 1 guest")),
        ({"now": NOON + MINUTE}, ("IN_PAST", "The start has passed")),
        ({"rules": replace(RULES, min_notice=1441)}, ("MIN_NOTICE", "Less than 1441 minutes ahead")),
        ({"now": NOON - timedelta(days=91)}, ("BEYOND_HORIZON", "More than 90 days ahead")),
        ({"start": NOON + 15 * MINUTE}, ("OFF_GRID", "Starts are every 30 minutes from each opening")),
        (
            {"start": NOON + timedelta(seconds=1)},
            ("OFF_GRID", "Starts are every 30 minutes from each opening"),
        ),
        ({"start": NOON - timedelta(hours=3)}, ("OUTSIDE_HOURS", "Not within the open hours")),
        ({"start": NOON + timedelta(hours=9.5)}, ("OUTSIDE_HOURS", "Not within the open hours")),
    ],
)
def test_what_never_was_on_offer(question: dict[str, Any], reason: tuple[str, str]) -> None:
    assert said(**question) == [reason]
    assert never_on_offer(against(**question))


HELD_UNTIL = {"held": True, "hold_expires_at": NOON - timedelta(hours=20)}
BLOCK = Busy(NOON, NOON + timedelta(hours=1), ReasonCode.BLOCKED, "Maintenance")
CALENDAR = Busy(NOON + 30 * MINUTE, NOON + 45 * MINUTE, ReasonCode.CALENDAR_BUSY, "Work")


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ({"taken": (session(),)}, ("BOOKED", "Taken by BF-7K3Q9D")),
        ({"taken": (session(minutes=10),)}, ("BOOKED", "Taken by BF-7K3Q9D")),
        ({"taken": (session(room_id=2),)}, ("BOOKED", "Taken by BF-7K3Q9D")),
        ({"taken": (session(**HELD_UNTIL),)}, ("HELD", "Held for BF-7K3Q9D")),
        (
            {"taken": (session(NOON - 60 * MINUTE, after=15),)},
            ("BUFFER", "Inside the 15 minutes after BF-7K3Q9D"),
        ),
        (
            {"taken": (session(NOON + 60 * MINUTE, before=10),)},
            ("BUFFER", "Inside the 10 minutes before BF-7K3Q9D"),
        ),
        ({"busy": (BLOCK,)}, ("BLOCKED", "Blocked: Maintenance")),
        ({"busy": (replace(BLOCK, label=""),)}, ("BLOCKED", "Blocked")),
        ({"busy": (CALENDAR,)}, ("CALENDAR_BUSY", "Busy in a connected calendar: Work")),
    ],
)
def test_what_is_taken(question: dict[str, Any], reason: tuple[str, str]) -> None:
    assert said(**question) == [reason]
    assert not never_on_offer(against(**question))


def test_the_buffers_of_neighbours_add_up() -> None:
    rules = replace(RULES, buffer_before=10, slot_interval=5)
    earlier = session(NOON - 60 * MINUTE, after=15)
    assert said(rules, start=NOON + 20 * MINUTE, taken=(earlier,)) == [
        ("BUFFER", "Inside the 25 minutes after BF-7K3Q9D")
    ]
    assert against(rules, start=NOON + 25 * MINUTE, taken=(earlier,)) == []


def test_a_buffer_must_be_clear_of_blocks_and_calendars_but_may_reach_beyond_the_hours() -> None:
    rules = replace(RULES, buffer_before=30, buffer_after=30)
    block = replace(BLOCK, start=NOON - 60 * MINUTE, end=NOON - 29 * MINUTE)
    busy = replace(CALENDAR, start=NOON + 89 * MINUTE, end=NOON + 120 * MINUTE, label="")
    assert said(rules, busy=(block, busy)) == [
        ("BLOCKED", "The buffer reaches into a block: Maintenance"),
        ("CALENDAR_BUSY", "The buffer reaches into the busy time of a connected calendar"),
    ]
    for first_or_last in (NOON - timedelta(hours=2), NOON + timedelta(hours=9)):
        assert against(rules, start=first_or_last) == []


def test_touching_is_free() -> None:
    before, after = session(NOON - 60 * MINUTE), session(NOON + 60 * MINUTE)
    assert (
        against(
            taken=(before, after), busy=(replace(BLOCK, start=NOON + 60 * MINUTE, end=NOON + 61 * MINUTE),)
        )
        == []
    )


def test_an_empty_busy_time_is_in_nobodys_way() -> None:
    assert against(busy=(replace(BLOCK, start=NOON + MINUTE, end=NOON + MINUTE),)) == []


def test_a_long_block_counts_although_a_later_one_has_ended() -> None:
    day_long = replace(BLOCK, start=NOON - timedelta(hours=5), end=NOON + timedelta(hours=5), label="Day")
    short = replace(BLOCK, start=NOON - timedelta(hours=2), end=NOON - timedelta(hours=1))
    assert said(busy=(day_long, short)) == [("BLOCKED", "Blocked: Day")]


def test_all_reasons_are_given_what_never_was_on_offer_first() -> None:
    question: dict[str, Any] = {
        "start": NOON + 5 * MINUTE, "guests": 9, "duration": 45, "now": NOON + 10 * MINUTE,
        "taken": (session(), session(NOON + 61 * MINUTE, before=20)), "busy": (CALENDAR,),
    }  # fmt: skip
    assert codes(replace(RULES, active=False), **question) == [
        "INACTIVE", "DURATION", "GUESTS", "IN_PAST", "OFF_GRID", "BOOKED", "BUFFER", "CALENDAR_BUSY",
    ]  # fmt: skip


def test_the_notice_and_the_horizon_include_their_ends() -> None:
    assert against(replace(RULES, min_notice=120), now=NOON - timedelta(hours=2)) == []
    assert codes(
        replace(RULES, min_notice=120), now=NOON - timedelta(hours=2) + timedelta(microseconds=1)
    ) == ["MIN_NOTICE"]
    last_local_day = datetime(2026, 12, 4, 5, tzinfo=UTC)
    assert against(replace(RULES, max_days_ahead=1), now=last_local_day) == []
    assert codes(replace(RULES, max_days_ahead=1), now=last_local_day - timedelta(microseconds=1)) == [
        "BEYOND_HORIZON"
    ]


def test_a_party_joins_a_shared_session_while_seats_are_left() -> None:
    assert against(SHARED, taken=(shared(8),), guests=2) == []
    assert said(SHARED, taken=(shared(8),), guests=3) == [("SEATS", "2 seats left beside BF-7K3Q9D")]
    assert said(SHARED, taken=(shared(10),), guests=1) == [("SEATS", "No seats left beside BF-7K3Q9D")]
    assert not never_on_offer(against(SHARED, taken=(shared(10),), guests=1))


@pytest.mark.parametrize("changes", [{"room_id": 2}, {"start": NOON - 30 * MINUTE}, {"minutes": 90}])
def test_only_the_very_session_can_be_joined(changes: dict[str, Any]) -> None:
    assert codes(SHARED, taken=(shared(1, **changes),), guests=1) == ["BOOKED"]


def test_a_session_keeps_the_mode_that_its_first_booking_gave_it() -> None:
    assert said(BOTH, taken=(shared(1),), mode="private") == [
        ("MODE", "A shared session with BF-7K3Q9D can't be taken privately"),
        ("BOOKED", "Taken by BF-7K3Q9D"),
    ]
    assert codes(BOTH, taken=(session(),), mode="shared") == ["MODE", "BOOKED"]
    assert codes(BOTH, taken=(session(**HELD_UNTIL),), mode="shared") == ["MODE", "HELD"]
    assert not never_on_offer(against(BOTH, taken=(shared(1),), mode="private"))


def test_joining_takes_no_new_time() -> None:
    neighbour = session(NOON + 60 * MINUTE)
    wider = replace(SHARED, buffer_after=30)
    assert against(wider, taken=(shared(1), neighbour), guests=1) == []
    assert codes(wider, taken=(neighbour,), guests=1) == ["BUFFER"]


def test_a_session_off_the_present_grid_can_not_be_joined() -> None:
    assert codes(replace(SHARED, slot_interval=50), taken=(shared(1),), guests=1) == ["OFF_GRID"]


def test_a_block_closes_a_shared_session_to_newcomers() -> None:
    assert codes(SHARED, taken=(shared(1),), busy=(BLOCK,), guests=1) == ["BLOCKED"]


def test_a_new_shared_session_takes_no_more_than_its_seats() -> None:
    assert said(replace(SHARED, seats=4), guests=5) == [("GUESTS", "This room takes 1 to 4 guests")]
    assert against(replace(BOTH, seats=4), guests=5, mode="private") == []


def test_without_a_duration_a_start_is_free_if_any_duration_is() -> None:
    rules = replace(RULES, durations=(60, 30))
    in_the_way = session(NOON + 45 * MINUTE)
    assert against(rules, taken=(in_the_way,), duration=None) == []
    assert codes(rules, taken=(in_the_way,), duration=60) == ["BOOKED"]
    assert codes(rules, taken=(session(),), duration=None) == ["BOOKED"]


def test_without_a_duration_the_session_of_a_longer_one_can_be_joined() -> None:
    rules = replace(SHARED, durations=(30, 60))
    assert against(rules, taken=(shared(1),), duration=None) == []
    assert codes(rules, taken=(shared(1),), duration=30) == ["BOOKED"]


def test_many_bookings_are_named_briefly() -> None:
    names = tuple(f"BF-{letter}" for letter in "ABCDE")
    assert said(taken=(session(references=names),))[0][1] == "Taken by BF-A, BF-B, BF-C and 2 more"
    assert said(taken=(session(references=names[:2]),))[0][1] == "Taken by BF-A and BF-B"
    assert said(taken=(session(references=()),))[0][1] == "Taken by another booking"


def test_several_durations_are_named() -> None:
    assert said(replace(RULES, durations=(90, 30, 60)), duration=45) == [
        ("DURATION", "This room is booked for 30, 60 or 90 minutes")
    ]


def test_a_start_may_come_in_any_zone() -> None:
    assert against(start=NOON.astimezone(NEW_YORK), now=(NOON - timedelta(days=1)).astimezone(NEW_YORK)) == []
    assert codes(start=NOON.astimezone(NEW_YORK), taken=(session(),)) == ["BOOKED"]


@pytest.mark.parametrize("fold", [0, 1])
def test_a_start_in_a_repeated_hour_may_come_in_its_own_zone(fold: int) -> None:
    """Python finds no such time equal to one in another zone."""
    start = datetime(2026, 11, 1, 1, 30, fold=fold, tzinfo=NEW_YORK)
    weekly = parse_weekly({name: [["00:00", "05:00"]] for name in WEEKDAYS})
    found = openings(weekly, {}, NEW_YORK, start.date(), start.date())
    now = datetime(2026, 10, 30, tzinfo=UTC)
    assert reasons_against(RULES, Timeline(found, (), ()), now, start, Party(60, 2, "private")) == []


def test_the_span_to_load_has_room_for_any_buffer() -> None:
    span = timeline_span(RULES, DAY, DAY, 90)
    midnight = NOON - timedelta(hours=12)
    assert span.start <= midnight - timedelta(hours=24)
    assert span.end >= midnight + timedelta(hours=24) + 90 * MINUTE + timedelta(hours=24)


def seats(rules: RoomRules, *taken: Taken, mode: str = "private") -> set[int]:
    weekly = parse_weekly({name: [["12:00", "13:00"]] for name in WEEKDAYS})
    timeline = Timeline(openings(weekly, {}, NEW_YORK, DAY, DAY), taken, ())
    found = free_slots(rules, timeline, NOON - timedelta(days=1), DAY, DAY, Party(60, 2, mode))
    return {slot.seats_left for slot in found}


def test_seats_left_are_the_guests_that_still_fit() -> None:
    assert seats(RULES) == {6}
    assert seats(SHARED, mode="shared") == {10}
    assert seats(SHARED, shared(7), mode="shared") == {3}
    assert seats(SHARED, shared(9), mode="shared") == set()
    assert seats(replace(BOTH, guests_max=5)) == {5}
    assert seats(replace(BOTH, guests_max=5), mode="shared") == {10}


def test_a_start_that_two_openings_share_is_listed_once() -> None:
    weekly = parse_weekly({"fri": [["22:00", "02:00"]], "sat": [["00:00", "03:00"]]})
    timeline = Timeline(openings(weekly, {}, NEW_YORK, DAY, DAY), (), ())
    found = free_slots(
        replace(RULES, slot_interval=60),
        timeline,
        NOON - timedelta(days=2),
        DAY,
        DAY,
        Party(60, 2, "private"),
    )
    assert [slot.start.astimezone(NEW_YORK).hour for slot in found] == [0, 1, 2]
