"""Making, changing and closing rooms."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Unpack

from bookingflow.lib import clock
from bookingflow.lib.errors import BookingStateConflict, Fault, InvalidRequest
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Act, Actor, record_acts
from bookingflow.organizations.models import Organization
from rooms import events, queries, sessions
from rooms.documents import claim_document, room_document
from rooms.models import Room, Schedule
from rooms.services.naming import insert_room, saving_slug
from rooms.services.room_rules import RoomFields, assign, complete
from rooms.services.schedule_rules import ScheduleFields
from rooms.services.schedules import draft_schedule, insert_schedule, schedule_created
from webhooks import outbox

NEVER_WRITTEN = {"id", "organization", "schedule", "booking_type", "created_at"}


class NewRoom(RoomFields, total=False):
    """`duration_minutes` stands for `durations` of one. `schedule`, an id or handle, names an existing one; a new
    one takes `handle`, `timezone` and `hours`."""

    duration_minutes: int
    schedule: int | str
    handle: str
    timezone: str
    hours: dict[str, Any]


def create_room(*, organization: Organization, actor: Actor, **fields: Unpack[NewRoom]) -> Room:
    """Needs `name` and `durations`; the rest has defaults. Makes a schedule of its own unless one is named.

    Raises InvalidRequest naming every fault, NotFound where the schedule isn't there, AlreadyExists where the
    slug or handle asked for is taken; names that weren't asked for get a number instead.
    """
    require_transaction()
    room, faults = _draft_room(organization, fields)
    acts = []
    if "schedule" in fields:
        faults += [
            Fault(name, "This is for a new schedule.")
            for name in ("handle", "timezone", "hours")
            if name in fields
        ]
        _refuse(faults)
        room.schedule, now = _locked(organization, fields["schedule"])
    else:
        schedule, _, further = draft_schedule(organization, _schedule_fields(room.name, fields))
        _refuse([*faults, *(fault for fault in further if fault not in faults)])
        now = clock.now()
        insert_schedule(schedule, wanted_handle=fields.get("handle"), at=now)
        room.schedule = schedule
        acts.append(schedule_created(schedule))
    room.created_at = room.updated_at = now
    room.sequence = 1
    insert_room(room)
    sessions.touch([room.schedule.pk])
    outbox.record([events.room_created(room)], organization_id=organization.pk, at=now)
    created = {"name": [None, room.name], "slug": [None, room.slug], "schedule": [None, room.schedule.pk]}
    acts.append(Act("room.created", "room", str(room.pk), created))
    record_acts(acts, organization_id=organization.pk, actor=actor)
    return room


def _draft_room(organization: Organization, fields: NewRoom) -> tuple[Room, list[Fault]]:
    durations = list(fields.get("durations", []))
    one = fields.get("duration_minutes")
    faults = []
    if one is not None and durations not in ([], [one]):
        faults.append(Fault("durationMinutes", "This doesn't agree with durations."))
    given: RoomFields = {**_room_fields(fields), "durations": durations or [one] if one else durations}
    room = Room(organization=organization)
    return room, [*assign(room, complete(given)), *faults]


def _room_fields(fields: NewRoom) -> RoomFields:
    known = RoomFields.__annotations__
    return {name: value for name, value in fields.items() if name in known}  # type: ignore[return-value]


def _schedule_fields(name: str, fields: NewRoom) -> ScheduleFields:
    known = ("handle", "timezone", "hours")
    return {"name": name, **{key: fields[key] for key in known if key in fields}}  # type: ignore[typeddict-item, literal-required]


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise InvalidRequest.of(*faults)


def _locked(organization: Organization, identifier: int | str) -> tuple[Schedule, datetime]:
    """The schedule as it is once its lock is had."""
    found = queries.find_schedule(organization, identifier)
    now = sessions.lock_schedules([found.pk]).now
    return queries.find_schedule(organization, found.pk), now


def update_room(
    *,
    organization: Organization,
    actor: Actor,
    room: Room,
    if_match: Callable[[Room], None] | None = None,
    **fields: Unpack[RoomFields],
) -> Room:
    """Change what is given. Sessions already taken keep their times, buffers and seats.

    `if_match` is called with the room as it is under the lock, before anything else; what it raises refuses the
    change. What changes nothing leaves no event, no audit and the version as it is. Raises InvalidRequest naming
    every fault, AlreadyExists where the slug is taken, BookingStateConflict where a room with upcoming bookings is
    to be closed.
    """
    require_transaction()
    now = sessions.lock_schedules([room.schedule_id]).now
    current = queries.find_room(organization, room.pk)
    if if_match is not None:
        if_match(current)
    before = room_document(current)
    _refuse(assign(current, fields))
    changes = events.changes_between(before, room_document(current))
    if not changes:
        return current
    if "active" in changes and not current.active:
        _refuse_upcoming(current, now)
    current.sequence += 1
    current.updated_at = now
    saving_slug(current, lambda: current.save(update_fields=_written()))
    sessions.touch([current.schedule_id])
    outbox.record([events.room_updated(current, changes)], organization_id=organization.pk, at=now)
    act = Act("room.updated", "room", str(current.pk), events.for_audit(changes))
    record_acts([act], organization_id=organization.pk, actor=actor)
    return current


def _written() -> list[str]:
    return [field.name for field in Room._meta.concrete_fields if field.name not in NEVER_WRITTEN]


def deactivate_room(
    *,
    organization: Organization,
    actor: Actor,
    room: Room,
    if_match: Callable[[Room], None] | None = None,
) -> Room:
    """Take a room off offer; it can still be read and keeps its slug. Closed already: nothing happens.

    Raises BookingStateConflict, listing them, while there are upcoming bookings.
    """
    return update_room(organization=organization, actor=actor, room=room, if_match=if_match, active=False)


def _refuse_upcoming(room: Room, now: datetime) -> None:
    upcoming = queries.upcoming_claims(room=room, now=now)
    if upcoming:
        raise BookingStateConflict(
            "This room has upcoming bookings.", [claim_document(claim) for claim in upcoming]
        )
