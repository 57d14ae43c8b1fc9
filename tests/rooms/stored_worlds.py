"""Random schedules as rows: what `tests.rooms.worlds` thinks up, written to the database."""

from typing import Any
from uuid import uuid4

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from rooms.models import Block, Claim, DateOverride, Room, Schedule, Session
from rooms.slot_rules import ReasonCode, RoomRules
from tests.builders import make_room, make_schedule
from tests.rooms import worlds
from tests.rooms.worlds import World


def store(world: World) -> Room:
    """The world's room. Its calendars' busy times are left out: only blocks are rows here."""
    schedule = make_schedule(timezone=world.tz.key, hours=dict(world.hours))
    DateOverride.objects.bulk_create(
        DateOverride(schedule=schedule, date=day, hours=hours) for day, hours in world.overrides.items()
    )
    Block.objects.bulk_create(
        Block(organization=schedule.organization, schedule=schedule, start=busy.start, end=busy.end)
        for busy in world.busy
        if busy.code is ReasonCode.BLOCKED and busy.start < busy.end
    )
    room = make_room(schedule, **_fields(world.rules))
    other = make_room(schedule)
    for session in world.sessions:
        _store_session(session, schedule, room if session.room_id == worlds.ROOM else other)
    return room


def _fields(rules: RoomRules) -> dict[str, Any]:
    return {
        "active": rules.active,
        "modes": list(rules.modes),
        "seats": rules.seats,
        "durations": list(rules.durations),
        "slot_interval_minutes": rules.slot_interval,
        "buffer_before_minutes": rules.buffer_before,
        "buffer_after_minutes": rules.buffer_after,
        "min_notice_minutes": rules.min_notice,
        "max_days_ahead": rules.max_days_ahead,
        "guests_min": rules.guests_min,
        "guests_max": rules.guests_max,
    }


def _store_session(session: worlds.Session, schedule: Schedule, room: Room) -> None:
    row = Session.objects.create(
        organization=schedule.organization,
        schedule=schedule,
        room=room,
        mode=session.mode,
        start=session.start,
        end=session.end,
        occupied=DateTimeTZRange(session.start - session.before, session.end + session.after),
        seats=session.seats,
        seats_taken=sum(claim.seats for claim in session.claims),
    )
    Claim.objects.bulk_create(
        Claim(
            session=row,
            holder_id=uuid4(),
            holder_ref="BF-7K3Q9D",
            seats=claim.seats,
            expires_at=claim.expires_at,
        )
        for claim in session.claims
    )
