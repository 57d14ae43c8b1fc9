"""Rooms and schedules in the Venue API."""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from bookingflow.api.authentication import caller_key
from bookingflow.api.days import checked_days
from bookingflow.api.idempotency import mutation
from bookingflow.api.paging import PageQuery, page
from bookingflow.api.schema import operation
from bookingflow.api.serializers import NoQuery, page_of, read_body, read_query
from bookingflow.api.views import OrganizationViewSet
from bookingflow.lib import clock, json
from bookingflow.lib.zones import zone
from rooms import queries, services, slots
from rooms.documents import room_brief, room_document
from rooms.models import Room
from rooms.serializers import (
    AvailabilityOfRoomsSerializer,
    DaysQuery,
    ExplainQuery,
    ExplanationSerializer,
    RoomCreateSerializer,
    RoomDetailSerializer,
    RoomSerializer,
    SlotsQuery,
)

ROOMS, SCHEDULES = "Rooms", "Schedules"
NO_SUCH_ROOM = {404: "BOOKING_TYPE_NOT_FOUND: no room of this organization."}
SIX_DAYS = timedelta(days=6)


class Rooms(OrganizationViewSet):
    scopes: ClassVar = {"list": "rooms:read", "retrieve": "rooms:read", "create": "rooms:write"}

    @operation(
        "listRooms",
        tag=ROOMS,
        summary="List rooms",
        description="All rooms, the inactive ones too, oldest first.",
        query=PageQuery,
        answers={200: page_of(RoomSerializer)},
    )
    def list(self, request: Request) -> Response:
        asked = read_query(PageQuery, request)
        rows = queries.rooms_of(self.organization)
        return Response(page(request, rows, ordering=("id",), show=room_document, **asked))

    @operation(
        "createRoom",
        tag=ROOMS,
        summary="Create a room",
        description="Only `name` and `durations` are needed. Makes a schedule of its own unless `schedule` names one.",
        body=RoomCreateSerializer,
        answers={201: RoomSerializer},
        errors={404: "NOT_FOUND: no such schedule.", 409: "ALREADY_EXISTS: the slug or handle is taken."},
        keyed=True,
    )
    @mutation
    def create(self, request: Request) -> Response:
        read_query(NoQuery, request)
        asked = read_body(RoomCreateSerializer, request)
        room = services.create_room(organization=self.organization, actor=self.actor, **asked)
        return self.created(room_document(room), f"/api/v1/rooms/{room.pk}")

    @operation(
        "readRoom",
        tag=ROOMS,
        summary="Read a room",
        description="With its free slots: of today and six more days in its zone, or of the range asked for.",
        query=DaysQuery,
        answers={200: RoomDetailSerializer},
        errors=NO_SUCH_ROOM,
    )
    def retrieve(self, request: Request, identifier: str) -> Response:
        asked = read_query(DaysQuery, request)
        room = queries.find_room(self.organization, identifier)
        now = clock.from_database(room.read_at)
        first, last = _days(room, now, **asked)
        availability = {
            "startDate": first.isoformat(),
            "endDate": last.isoformat(),
            "slots": json.Fragment(slots.slots_json(room, first=first, last=last, now=now)),
        }
        return Response({**room_document(room), "availability": availability})


def _days(
    room: Room, now: datetime, start_date: date | None = None, end_date: date | None = None
) -> tuple[date, date]:
    first = start_date or now.astimezone(zone(room.schedule.timezone)).date()
    return checked_days(first, end_date or first + SIX_DAYS)


class Schedules(OrganizationViewSet):
    scopes: ClassVar = {"list": "schedules:read", "explain": "schedules:read"}

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
            active = list(queries.rooms_of(self.organization).filter(active=True))
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


def _with_slots(room: Room, found: bytes) -> dict[str, Any]:
    return {
        "room": room_brief(room),
        "schedule": room.schedule_id,
        "timezone": room.schedule.timezone,
        "slots": json.Fragment(found),
    }
