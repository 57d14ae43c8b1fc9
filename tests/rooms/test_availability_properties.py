"""The engine against a plain reference, on random schedules around changes of clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings

from bookingflow.lib.zones import start_of_day
from rooms.availability import Slot, free_slots, reasons_against, slot_answer, timeline_span
from rooms.slot_rules import Party, Timeline
from tests.rooms.reference import grid_of, is_covered, may_book, open_stretches
from tests.rooms.worlds import DAY, World, worlds

TICK = timedelta(microseconds=1)
thorough = settings(deadline=None, max_examples=50)
long = settings(deadline=None, max_examples=2000)


def listed(world: World, now: datetime | None = None) -> list[Slot]:
    at = world.now if now is None else now
    return free_slots(world.rules, world.timeline(at), at, world.first, world.last, world.party)


def candidates(world: World) -> list[datetime]:
    """Every start on a grid whose local date is asked about."""
    stretches = open_stretches(world.hours, world.overrides, world.tz, world.first - DAY, world.last)
    starts = {start for each in stretches for start in grid_of(each, world.rules.slot_interval, world.tz)}
    return sorted(start for start in starts if world.first <= start.astimezone(world.tz).date() <= world.last)


def assert_plain_list(world: World) -> None:
    stretches = open_stretches(
        world.hours, world.overrides, world.tz, world.first - DAY, world.last + 2 * DAY
    )
    taken = world.taken(world.now)
    lengths = world.rules.durations if world.party.duration is None else (world.party.duration,)
    expected = [
        (start, start + timedelta(minutes=length))
        for start in candidates(world)
        for length in sorted(lengths)
        if is_covered(stretches, start, start + timedelta(minutes=length))
        and may_book(world.rules, taken, world.busy, world.now, start, world.party, length)
    ]
    assert [(slot.start, slot.end) for slot in listed(world)] == expected


@thorough
@given(worlds())
def test_the_list_is_what_the_plain_rules_allow(world: World) -> None:
    assert_plain_list(world)


@pytest.mark.faults
@pytest.mark.timeout(1800)
@long
@given(worlds())
def test_the_list_is_what_the_plain_rules_allow_on_thousands_of_schedules(world: World) -> None:
    assert_plain_list(world)


@thorough
@given(worlds())
def test_a_candidate_is_listed_or_has_reasons_and_never_both(world: World) -> None:
    timeline = world.timeline(world.now)
    starts = {slot.start for slot in listed(world)}
    for start in candidates(world):
        reasons = reasons_against(world.rules, timeline, world.now, start, world.party)
        assert (start in starts) is (reasons == []), (start, reasons)


@thorough
@given(worlds())
def test_a_start_between_the_grids_is_never_bookable(world: World) -> None:
    on_grid = set(candidates(world))
    timeline = world.timeline(world.now)
    for start in [
        start + timedelta(minutes=5) for start in on_grid if start + timedelta(minutes=5) not in on_grid
    ]:
        assert reasons_against(world.rules, timeline, world.now, start, world.party)


@thorough
@given(worlds())
def test_no_slot_with_its_buffers_overlaps_anything_taken_or_blocked(world: World) -> None:
    before = timedelta(minutes=world.rules.buffer_before)
    after = timedelta(minutes=world.rules.buffer_after)
    taken = world.taken(world.now)
    for slot in listed(world):
        joined = [each for each in taken if each.start == slot.start and each.end == slot.end]
        since, until = slot.start - before, slot.end + after
        if joined:
            since, until = joined[0].occupied_start, joined[0].occupied_end
            assert joined[0].mode == "shared" == world.party.mode
            assert joined[0].seats - joined[0].seats_taken == slot.seats_left >= world.party.guests
        for each in taken:
            assert each in joined or until <= each.occupied_start or each.occupied_end <= since
        for busy in world.busy:
            assert busy.start >= busy.end or until <= busy.start or busy.end <= since


@thorough
@given(worlds())
def test_the_span_to_load_holds_all_that_matters(world: World) -> None:
    span = timeline_span(world.rules, world.first, world.last, world.party.duration)
    whole = world.timeline(world.now)
    loaded = Timeline(
        whole.openings,
        [each for each in whole.taken if each.occupied_start < span.end and span.start < each.occupied_end],
        [each for each in whole.busy if each.start < span.end and span.start < each.end],
    )
    question = (world.now, world.first, world.last, world.party)
    assert slot_answer(world.rules, loaded, *question) == slot_answer(world.rules, whole, *question)


@thorough
@given(worlds())
def test_the_openings_around_one_day_suffice_to_explain_a_start_on_it(world: World) -> None:
    whole = world.timeline(world.now)
    for start in candidates(world)[::7]:
        day = start.astimezone(world.tz).date()
        near = [each for each in whole.openings if day - DAY <= each.date <= day + 2 * DAY]
        alone = Timeline(near, whole.taken, whole.busy)
        assert reasons_against(world.rules, alone, world.now, start, world.party) == (
            reasons_against(world.rules, whole, world.now, start, world.party)
        )


def critical_instants(world: World) -> set[datetime]:
    """When something could happen by the clock alone."""
    notice = timedelta(minutes=world.rules.min_notice)
    instants = {start - notice for start in candidates(world)} | set(candidates(world))
    instants |= {claim.expires_at for each in world.sessions for claim in each.claims if claim.expires_at}
    instants |= {start_of_day(world.first + n * DAY, world.tz) for n in range(-4, 6)}
    return {instant + tick for instant in instants for tick in (-TICK, timedelta(0), TICK)}


def assert_standing_answer(world: World) -> None:
    answer = slot_answer(
        world.rules, world.timeline(world.now), world.now, world.first, world.last, world.party
    )
    horizon = answer.valid_until or datetime(2031, 1, 1, tzinfo=UTC)
    assert horizon > world.now
    for now in sorted(instant for instant in critical_instants(world) if world.now < instant < horizon)[:40]:
        assert listed(world, now) == answer.slots, now


@thorough
@given(worlds())
def test_an_answer_stands_until_it_says_it_may_change(world: World) -> None:
    assert_standing_answer(world)


@pytest.mark.faults
@pytest.mark.timeout(1800)
@long
@given(worlds())
def test_an_answer_stands_on_thousands_of_schedules(world: World) -> None:
    assert_standing_answer(world)


@thorough
@given(worlds(holds=False))
def test_without_holds_an_answer_changes_the_very_instant_it_says(world: World) -> None:
    answer = slot_answer(
        world.rules, world.timeline(world.now), world.now, world.first, world.last, world.party
    )
    if answer.valid_until is not None:
        assert listed(world, answer.valid_until) != answer.slots
        assert listed(world, answer.valid_until - TICK) == answer.slots


@thorough
@given(worlds())
def test_a_party_without_a_duration_gets_the_slots_of_every_duration(world: World) -> None:
    question = (world.timeline(world.now), world.now, world.first, world.last)

    def slots(duration: int | None) -> list[Slot]:
        party = Party(duration, world.party.guests, world.party.mode)
        return free_slots(world.rules, *question, party)

    each = [slot for duration in world.rules.durations for slot in slots(duration)]
    assert slots(None) == sorted(each, key=lambda slot: (slot.start, slot.end))
