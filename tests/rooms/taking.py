"""Taking time in tests, at a fixed now: eight in the morning of Monday, 7 January 2030, UTC."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from rooms import sessions
from rooms.models import Claim, Room, Session

NOW = datetime(2030, 1, 7, 8, tzinfo=UTC)


def at(hour: int, minute: int = 0, *, day: int = 7) -> datetime:
    return NOW.replace(day=day, hour=hour, minute=minute)


def claim(room: Room, start: datetime, **overrides: Any) -> UUID:
    """Lock and claim as a booking does; gives the holder."""
    return _take(sessions.claim, room, start, overrides)


def take(room: Room, start: datetime, **overrides: Any) -> UUID:
    return _take(sessions.take, room, start, overrides)


def _take(function: Any, room: Room, start: datetime, overrides: dict[str, Any]) -> UUID:
    arguments = {"holder_id": uuid4(), "holder_ref": "BF-7K3Q9D", "now": NOW} | party(room) | overrides
    sessions.lock_schedules([room.schedule_id])
    function(room=room, start=start, **arguments)
    return UUID(str(arguments["holder_id"]))


def move(holder_id: UUID, room: Room, start: datetime, **overrides: Any) -> Session:
    old = Claim.objects.get(holder_id=holder_id).session.schedule_id
    sessions.lock_schedules([old, room.schedule_id])
    arguments = {"now": NOW} | party(room) | overrides
    return sessions.move(holder_id=holder_id, room=room, start=start, **arguments)


def party(room: Room) -> dict[str, Any]:
    """The smallest party, in the room's default mode and first duration."""
    return {"duration": room.durations[0], "mode": room.default_mode, "guests": room.guests_min}


def session_of(holder_id: UUID) -> Session:
    return Claim.objects.select_related("session").get(holder_id=holder_id).session


def starts(room: Room) -> list[datetime]:
    """Of all sessions on the room's schedule, void ones too."""
    return list(
        Session.objects.filter(schedule=room.schedule).order_by("start").values_list("start", flat=True)
    )


def codes(refusal: Any) -> list[str]:
    """Of the reasons in a refusal that pytest caught."""
    return [detail["code"] for detail in refusal.value.details]
