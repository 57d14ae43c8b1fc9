"""What the outbox tells of rooms and schedules. The subject's `sequence` is counted up before an event is built."""

from collections.abc import Mapping
from typing import Any

from rooms.documents import Document, block_document, room_document, schedule_document
from rooms.models import Block, Room, Schedule
from webhooks.outbox import Draft

Changes = Mapping[str, Mapping[str, Any]]


def changes_between(before: Document, after: Document) -> dict[str, dict[str, Any]]:
    """`{"name": {"from": …, "to": …}}` for every key that differs, but for the time of the change itself."""
    return {
        key: {"from": before[key], "to": value}
        for key, value in after.items()
        if before[key] != value and key != "updatedAt"
    }


def for_audit(changes: Changes) -> dict[str, list[Any]]:
    return {name: [change["from"], change["to"]] for name, change in changes.items()}


def room_created(room: Room) -> Draft:
    return _of_room(room, "room.created", {})


def room_updated(room: Room, changes: Changes) -> Draft:
    return _of_room(room, "room.updated", {"changes": changes})


def schedule_updated(schedule: Schedule, changes: Changes) -> Draft:
    return _of_schedule(schedule, "schedule.updated", {"changes": changes})


def schedule_blocked(schedule: Schedule, block: Block) -> Draft:
    return _of_schedule(schedule, "schedule.blocked", {"block": block_document(block)})


def schedule_unblocked(schedule: Schedule, block: Block) -> Draft:
    return _of_schedule(schedule, "schedule.unblocked", {"block": block_document(block)})


def _of_room(room: Room, event_type: str, more: Mapping[str, Any]) -> Draft:
    return Draft(
        type=event_type,
        subject_type="room",
        subject_id=str(room.pk),
        sequence=room.sequence,
        data={"room": room_document(room), **more},
    )


def _of_schedule(schedule: Schedule, event_type: str, more: Mapping[str, Any]) -> Draft:
    return Draft(
        type=event_type,
        subject_type="schedule",
        subject_id=str(schedule.pk),
        sequence=schedule.sequence,
        data={"schedule": schedule_document(schedule), **more},
    )
