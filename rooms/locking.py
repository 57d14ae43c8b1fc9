"""Locking schedules: whoever writes a schedule's time, hours or rooms has its row's lock first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.functions import RandomUUID
from django.db import connection

from bookingflow.lib import clock
from bookingflow.lib.transactions import require_transaction
from rooms.models import Room, Schedule
from rooms.queries import find_room


@dataclass(frozen=True, slots=True)
class Locked:
    """`now` is the database's clock after the last lock was had; `versions` are the schedules' by their ids."""

    now: datetime
    versions: Mapping[int, UUID]


def lock_schedules(schedule_ids: Iterable[int]) -> Locked:
    """Lock them in the order of their ids, in one statement, until the transaction ends.

    Before anything else is locked. Waits for as long as the connection's `lock_timeout` allows.
    """
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(set(schedule_ids))])
        rows = cursor.fetchall()
    now = clock.from_database(max(row[2] for row in rows)) if rows else clock.now()
    return Locked(now, {row[0]: row[1] for row in rows})


def room_as_locked(room: Room, locked: Locked) -> Room:
    """The room and its schedule as they are now that they are locked; asks only where they changed since read."""
    if locked.versions[room.schedule_id] == room.schedule.version:
        return room
    return find_room(room.organization, room.pk)


def touch(schedule_ids: Iterable[int]) -> None:
    """Give the schedules a new version: what was computed of their time before is no longer found."""
    require_transaction()
    Schedule.objects.filter(pk__in=set(schedule_ids)).update(version=RandomUUID())


# The clock is read row by row, each time after that row's lock is had.
_LOCK = """
    WITH locked AS MATERIALIZED (
        SELECT id, version FROM rooms_schedule WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
    )
    SELECT id, version, clock_timestamp() FROM locked
"""
