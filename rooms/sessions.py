"""The only writer of taken time.

Whoever takes or moves time locks the schedules concerned first, with `lock_schedules`, and only then reads the
clock, the rooms and the time: what was read before may have changed while waiting. Every function refuses to run
outside a transaction. A claim that ran out is void from that instant: it counts for nothing, and is swept away
where it lies in the way, since the exclusion constraint sees rows and no clock.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Q

from bookingflow.lib.transactions import require_transaction
from rooms.locking import Locked, lock_schedules, room_as_locked, touch
from rooms.models import Claim, Mode, Room, Session
from rooms.places import COUNTING_GUESTS, Place, about_end, objections, read_around, refuse
from rooms.timelines import Reading

__all__ = [
    "Locked", "claim", "clear", "keep", "lock_schedules", "move", "new_session", "release", "room_as_locked",
    "sweep_expired", "take", "touch",
]  # fmt: skip


def claim(
    *,
    room: Room,
    start: datetime,
    duration: int,
    mode: str,
    guests: int,
    holder_id: UUID,
    holder_ref: str,
    now: datetime,
    end: datetime | None = None,
    expires_at: datetime | None = None,
) -> Session:
    """Take a slot that is on offer: a session of its own, or seats in a shared one. `duration` is in minutes.

    Raises SlotUnavailable where it never was on offer, also where `end` disagrees; SlotNotAvailable where it is
    taken. Both list all reasons. With `expires_at` it is a hold, void from that instant.
    """
    require_transaction()
    place = Place(room, start, duration, mode, guests)
    reading = read_around(place, now)
    refuse([*about_end(place, end), *objections(place, reading, now)])
    session = _settle(place, reading, now)
    _add_claim(session, place.seats, holder_id, holder_ref, expires_at)
    return session


def take(
    *,
    room: Room,
    start: datetime,
    duration: int,
    mode: str,
    guests: int,
    holder_id: UUID,
    holder_ref: str,
    now: datetime,
    expires_at: datetime | None = None,
) -> Session:
    """As `claim`, for what was agreed on elsewhere or before (imports, late payments): only what is taken counts.

    A void claim of the same holder gives way. Raises SlotNotAvailable.
    """
    place = Place(room, start, duration, mode, guests)
    _drop([holder_id], void_at=now)
    reading = read_around(place, now)
    refuse([reason for reason in objections(place, reading, now) if reason.taken])
    session = _settle(place, reading, now)
    _add_claim(session, place.seats, holder_id, holder_ref, expires_at)
    return session


def keep(*, holder_id: UUID, now: datetime) -> bool:
    """Make a hold firm. False where there is nothing to keep: it ran out, or was released."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, {"holder": holder_id, "now": now})
        return bool(cursor.rowcount)


def release(*, holder_id: UUID) -> None:
    """Give back what the holder has, if anything; a session goes with its last claim."""
    _drop([holder_id])


def move(
    *,
    holder_id: UUID,
    room: Room,
    start: datetime,
    duration: int,
    mode: str,
    guests: int,
    now: datetime,
    end: datetime | None = None,
    new_holder: tuple[UUID, str] | None = None,
) -> Session:
    """Go to another time, room, mode or number of guests, at once or not at all; the schedules of both are locked.

    The party's own old time doesn't count. Where it stays at its place, only guests and seats are checked: other
    hours or a block since then don't touch what is taken. `new_holder` is (id, reference) of who has it from now
    on. Raises as `claim` does, and Claim.DoesNotExist where the holder has no live claim.
    """
    require_transaction()
    live = Claim.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now))
    own = live.select_related("session").get(holder_id=holder_id)
    place = Place(room, start, duration, mode, guests)
    reading = read_around(place, now, without_holder=holder_id)
    against = objections(place, reading, now)
    if place.is_of(own.session):
        against = [reason for reason in against if reason.code in COUNTING_GUESTS]
    refuse([*about_end(place, end), *against])
    return _resettle(own, place, reading, now, new_holder or (holder_id, own.holder_ref))


def clear(holder_ids: Sequence[UUID], *, now: datetime) -> None:
    """Take out of the way what of these holders ran out."""
    _drop(holder_ids, void_at=now)


def new_session(place: Place) -> Session:
    """Not stored yet, with the party that begins it."""
    return Session(**_fields(place))


def sweep_expired(*, now: datetime, limit: int) -> list[UUID]:
    """Release claims that ran out, the oldest first, and give their holders. Locks their schedules itself."""
    require_transaction()
    void = Claim.objects.filter(expires_at__lte=now).order_by("expires_at", "pk")
    found = list(void.values_list("holder_id", "session__schedule_id")[:limit])
    lock_schedules(schedule_id for _, schedule_id in found)
    return _drop([holder_id for holder_id, _ in found], void_at=now)


def _settle(place: Place, reading: Reading, now: datetime) -> Session:
    _drop(reading.void_holders, void_at=now)
    return _join(place, reading) or _begin(place)


def _add_claim(
    session: Session, seats: int, holder_id: UUID, holder_ref: str, expires_at: datetime | None
) -> None:
    Claim.objects.create(
        session=session, holder_id=holder_id, holder_ref=holder_ref, seats=seats, expires_at=expires_at
    )
    touch([session.schedule_id])


def _resettle(own: Claim, place: Place, reading: Reading, now: datetime, holder: tuple[UUID, str]) -> Session:
    """A session that is the party's alone is moved as it stands: to insert before deleting would be refused."""
    _drop(reading.void_holders, void_at=now)
    old, old_schedule_id = own.session, own.session.schedule_id
    alone = not Claim.objects.filter(session=old).exclude(pk=own.pk).exists()
    session = _join(place, reading, own) or (_shift(old, place) if alone else _begin(place))
    holder_id, holder_ref = holder
    Claim.objects.filter(pk=own.pk).update(
        session=session, seats=place.seats, holder_id=holder_id, holder_ref=holder_ref
    )
    if session.pk != old.pk:
        _leave(old, own.seats, alone=alone)
    touch([old_schedule_id, session.schedule_id])
    return session


def _join(place: Place, reading: Reading, own: Claim | None = None) -> Session | None:
    """Counts up what is in the row, so that the check there would see where somebody had forgotten the lock."""
    found = reading.shared_session(place.room, place.start, place.end) if place.mode == Mode.SHARED else None
    if found is None:
        return None
    session_id, taken = found
    had = own.seats if own and own.session_id == session_id else 0
    Session.objects.filter(pk=session_id).update(seats_taken=F("seats_taken") + place.seats - had)
    occupied = DateTimeTZRange(taken.occupied_start, taken.occupied_end)
    seats = {"seats": taken.seats, "seats_taken": taken.seats_taken + place.seats}
    return Session(pk=session_id, **_fields(place) | {"occupied": occupied} | seats)


def _begin(place: Place) -> Session:
    session = new_session(place)
    session.save(force_insert=True)
    return session


def _shift(session: Session, place: Place) -> Session:
    """Where the slot stays the same, so do the buffers that held when it was taken."""
    fields = _fields(place)
    if place.is_of(session):
        fields["occupied"] = session.occupied
    for name, value in fields.items():
        setattr(session, name, value)
    session.save(update_fields=list(fields))
    return session


def _leave(session: Session, seats: int, *, alone: bool) -> None:
    rows = Session.objects.filter(pk=session.pk)
    if alone:
        rows.delete()
    else:
        rows.update(seats_taken=F("seats_taken") - seats)


def _fields(place: Place) -> dict[str, Any]:
    return {
        "organization_id": place.room.organization_id,
        "schedule": place.room.schedule,
        "room": place.room,
        "mode": place.mode,
        "start": place.start,
        "end": place.end,
        "occupied": place.occupied,
        "seats": place.capacity,
        "seats_taken": place.seats,
    }


def _drop(holder_ids: Sequence[UUID], *, void_at: datetime | None = None) -> list[UUID]:
    """Release what these hold, or only what of it ran out by `void_at`. Gives the holders of what was released."""
    require_transaction()
    if not holder_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_DROP, {"holders": list(holder_ids), "void_at": void_at})
        return [row[0] for row in cursor.fetchall()]


_KEEP = """
    WITH kept AS (
        UPDATE rooms_claim SET expires_at = NULL
        WHERE holder_id = %(holder)s AND (expires_at IS NULL OR expires_at > %(now)s)
        RETURNING session_id
    )
    UPDATE rooms_schedule SET version = gen_random_uuid()
    FROM kept JOIN rooms_session ON rooms_session.id = kept.session_id
    WHERE rooms_schedule.id = rooms_session.schedule_id
"""

# Within one statement no part sees what another writes, so the seats that are freed are handed on by the claims.
_DROP = """
    WITH gone AS (
        DELETE FROM rooms_claim
        WHERE holder_id = ANY(%(holders)s) AND (%(void_at)s IS NULL OR expires_at <= %(void_at)s)
        RETURNING holder_id, session_id, seats
    ), freed AS (
        SELECT session_id, sum(seats) AS seats FROM gone GROUP BY session_id
    ), ended AS (
        DELETE FROM rooms_session USING freed
        WHERE id = freed.session_id AND seats_taken = freed.seats
        RETURNING schedule_id
    ), emptier AS (
        UPDATE rooms_session SET seats_taken = seats_taken - freed.seats FROM freed
        WHERE id = freed.session_id AND seats_taken > freed.seats
        RETURNING schedule_id
    ), touched AS (
        UPDATE rooms_schedule SET version = gen_random_uuid()
        WHERE id IN (SELECT schedule_id FROM ended UNION SELECT schedule_id FROM emptier)
    )
    SELECT holder_id FROM gone
"""
