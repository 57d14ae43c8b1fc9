"""Schedules and their slots in the Venue API."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from bookingflow.api.authentication import caller_key
from bookingflow.api.days import checked_days
from bookingflow.api.idempotency import mutation
from bookingflow.api.schema import operation, put_and_patch
from bookingflow.api.serializers import NoQuery, read_body, read_query
from bookingflow.api.views import OrganizationViewSet
from bookingflow.lib import clock, json
from rooms import queries, services, slots
from rooms.api.rooms import NO_SUCH_ROOM
from rooms.documents import room_brief, schedule_document
from rooms.models import Room
from rooms.schedule_serializers import (
    AvailabilityOfRoomsSerializer,
    ExplainQuery,
    ExplanationSerializer,
    ScheduleSerializer,
    SlotsQuery,
)

SCHEDULES = "Schedules"
NO_SUCH_SCHEDULE = {404: "NOT_FOUND: no schedule of this organization."}


class Schedules(OrganizationViewSet):
    scopes: ClassVar = {
        "list": "schedules:read",
        "explain": "schedules:read",
        "retrieve": "schedules:read",
        "update": "schedules:write",
        "partial_update": "schedules:write",
    }

    @operation(
        "listSlots",
        tag=SCHEDULES,
        summary="List free slots",
        description=(
            "Over a range of local days, both included, 62 at most: of all active rooms, or of one. A slot is listed "
            "if and only if booking it now, for these guests, would succeed."
        ),
        query=SlotsQuery,
        answers={200: AvailabilityOfRoomsSerializer},
        errors=NO_SUCH_ROOM,
    )
    def list(self, request: Request) -> Response:
        asked = read_query(SlotsQuery, request)
        first, last = checked_days(asked["start_date"], asked["end_date"])
        guests, duration, mode = asked.get("guests"), asked.get("duration_minutes"), asked.get("mode")
        if "room" in asked:
            room = queries.find_room(self.organization, asked["room"])
            now = clock.from_database(room.read_at)
            found = slots.slots_json(
                room, first=first, last=last, guests=guests, duration=duration, mode=mode, now=now
            )
            rooms = [_with_slots(room, found)]
        else:
            now = clock.from_database(caller_key(request).read_at)
            active = list(queries.filtered_rooms(self.organization, active=True))
            lists = slots.slot_lists(active, slots.Question(first, last, guests, duration, mode), now=now)
            rooms = [_with_slots(room, lists[room.pk]) for room in active]
        return Response({"startDate": first.isoformat(), "endDate": last.isoformat(), "rooms": rooms})

    @operation(
        "explainSlot",
        tag=SCHEDULES,
        summary="Explain a time",
        description="Why a time is on offer or isn't: all reasons that apply. Agrees with the slots and with booking.",
        query=ExplainQuery,
        answers={200: ExplanationSerializer},
        errors=NO_SUCH_ROOM,
    )
    def explain(self, request: Request) -> Response:
        asked = read_query(ExplainQuery, request)
        room = queries.find_room(self.organization, asked.pop("room"))
        reasons = services.explain(room=room, now=clock.from_database(room.read_at), **asked)
        told = [{"code": reason.code, "message": reason.message} for reason in reasons]
        return Response({"bookable": not told, "reasons": told})

    @operation(
        "readSchedule",
        tag=SCHEDULES,
        summary="Read a schedule",
        description="By id or handle: its weekly hours, the dates with other hours, and the rooms on it.",
        answers={200: ScheduleSerializer},
        errors=NO_SUCH_SCHEDULE,
    )
    def retrieve(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        return Response(schedule_document(queries.find_schedule(self.organization, identifier)))

    _put, _patch = put_and_patch(
        "Schedule",
        tag=SCHEDULES,
        summary="Change a schedule",
        description=(
            "Changes the fields that are sent and leaves the others; `hours` and `overrides` replace what was there: a "
            "day left out of `hours` is closed. What was read can be edited and sent back. Bookings already made stay "
            "as they are."
        ),
        answer=ScheduleSerializer,
        errors={**NO_SUCH_SCHEDULE, 409: "ALREADY_EXISTS: the handle is taken."},
    )

    @_put
    @mutation
    def update(self, request: Request, identifier: str) -> Response:
        return self._change(request, identifier)

    @_patch
    @mutation
    def partial_update(self, request: Request, identifier: str) -> Response:
        return self._change(request, identifier)

    def _change(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        schedule = queries.find_schedule(self.organization, identifier)
        changes = read_body(ScheduleSerializer, request, shown=schedule_document(schedule))
        changed = services.update_schedule(
            organization=self.organization, actor=self.actor, schedule=schedule, **changes
        )
        return Response(schedule_document(changed))


def _with_slots(room: Room, found: bytes) -> dict[str, Any]:
    return {
        "room": room_brief(room),
        "schedule": room.schedule_id,
        "timezone": room.schedule.timezone,
        "slots": json.Fragment(found),
    }
