"""A demo venue's schedules and rooms, made through the services, and the slots that they have then."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bookingflow.demo.descriptions import Closure, RoomPlan, Timetable, Venue
from bookingflow.demo.planned import Offer
from bookingflow.lib.zones import first_instant, start_of_day, zone
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization
from rooms.availability import Party, free_slots
from rooms.models import Room, Schedule
from rooms.queries import load_timeline, room_rules
from rooms.services import block_time, create_room, create_schedule
from rooms.services.schedule_rules import Override

PAST_DAYS = 21
COMING_DAYS = 18
_DAY = timedelta(days=1)


def build_rooms(venue: Venue, organization: Organization, *, actor: Actor, today: date) -> list[Offer]:
    """In the order in which the venue names them."""
    offers = []
    for timetable in venue.timetables:
        schedule = _schedule(timetable, organization, actor, today)
        offers += list(_offers(timetable, schedule, actor, today))
    return offers


def _schedule(timetable: Timetable, organization: Organization, actor: Actor, today: date) -> Schedule:
    schedule = create_schedule(
        organization=organization,
        actor=actor,
        name=timetable.name,
        handle=timetable.handle,
        hours=timetable.hours,
        overrides=_overrides(timetable, today),
    )
    for closure in timetable.closures:
        start, end = _stretch(closure, schedule, today)
        block_time(
            organization=organization,
            actor=actor,
            schedule=schedule.pk,
            start=start,
            end=end,
            reason=closure.reason,
        )
    return schedule


def _overrides(timetable: Timetable, today: date) -> list[Override]:
    """Where two rules meet on one day, the last one counts."""
    by_day = {other.day(today): other for other in timetable.other_hours}
    return [
        {"date": day, "hours": other.hours, "reason": other.reason} for day, other in sorted(by_day.items())
    ]


def _stretch(closure: Closure, schedule: Schedule, today: date) -> tuple[datetime, datetime]:
    tz, first = zone(schedule.timezone), closure.day(today)
    if closure.hours is None:
        return start_of_day(first, tz), start_of_day(first + closure.days * _DAY, tz)
    since, until = (datetime.combine(first, time.fromisoformat(clock)) for clock in closure.hours)
    return first_instant(since, tz), first_instant(until, tz)


def _offers(timetable: Timetable, schedule: Schedule, actor: Actor, today: date) -> Iterator[Offer]:
    for plan in timetable.rooms:
        room = create_room(
            organization=schedule.organization, actor=actor, schedule=schedule.pk, **plan.fields
        )
        yield _offer(plan, room, today)


def _offer(plan: RoomPlan, room: Room, today: date) -> Offer:
    """Asked as of long ago and without bounds, so that the past and the next hours have slots as well."""
    first, last = today - PAST_DAYS * _DAY, today + COMING_DAYS * _DAY
    rules = room_rules(room)
    long_ago = start_of_day(first - _DAY, rules.zone)
    timeline = load_timeline(
        schedule=room.schedule,
        window_start=long_ago,
        window_end=start_of_day(last + 3 * _DAY, rules.zone),
        now=long_ago,
    )
    unbounded = replace(rules, min_notice=0, max_days_ahead=2 * (PAST_DAYS + COMING_DAYS))
    party = Party(None, room.guests_min, room.default_mode)
    slots = free_slots(unbounded, timeline, long_ago, first, last, party)
    return Offer(room.pk, room.schedule_id, plan.demand, rules, slots)
