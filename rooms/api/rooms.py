"""Rooms in the Venue API."""

from datetime import date, datetime, timedelta
from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from bookingflow.api.conditional import IfMatch, etag_of
from bookingflow.api.days import checked_days
from bookingflow.api.idempotency import mutation
from bookingflow.api.paging import page
from bookingflow.api.schema import operation, put_and_patch
from bookingflow.api.serializers import NoQuery, NothingSerializer, page_of, read_body, read_query
from bookingflow.api.views import OrganizationViewSet
from bookingflow.lib import clock, json
from bookingflow.lib.zones import zone
from rooms import queries, services, slots
from rooms.documents import room_document
from rooms.models import Room
from rooms.schedule_serializers import DaysQuery
from rooms.serializers import (
    RoomChangeSerializer,
    RoomCreateSerializer,
    RoomDetailSerializer,
    RoomListQuery,
    RoomSerializer,
)

ROOMS = "Rooms"
NO_SUCH_ROOM = {404: "BOOKING_TYPE_NOT_FOUND: no room of this organization."}
UPCOMING = "BOOKING_STATE_CONFLICT: the room has upcoming bookings; `details` lists them."
SIX_DAYS = timedelta(days=6)


class Rooms(OrganizationViewSet):
    scopes: ClassVar = {
        "list": "rooms:read",
        "retrieve": "rooms:read",
        "create": "rooms:write",
        "update": "rooms:write",
        "partial_update": "rooms:write",
        "destroy": "rooms:write",
    }

    @operation(
        "listRooms",
        tag=ROOMS,
        summary="List rooms",
        description="All rooms, the inactive ones too, oldest first.",
        query=RoomListQuery,
        answers={200: page_of(RoomSerializer)},
    )
    def list(self, request: Request) -> Response:
        asked = read_query(RoomListQuery, request)
        limit, cursor = asked.pop("limit"), asked.pop("cursor", None)
        rows = queries.filtered_rooms(self.organization, **asked)
        return Response(page(request, rows, ordering=("id",), limit=limit, cursor=cursor, show=room_document))

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
        headers = {"Location": f"/api/v1/rooms/{room.pk}", "ETag": etag_of(room)}
        return Response(room_document(room), status=201, headers=headers)

    @operation(
        "readRoom",
        tag=ROOMS,
        summary="Read a room",
        description=(
            "With its free slots: of today and six more days in its zone, or of the range asked for, 62 days at most. "
            "The `ETag` is the room's own version: the slots don't count."
        ),
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
        return Response(
            {**room_document(room), "availability": availability}, headers={"ETag": etag_of(room)}
        )

    _put, _patch = put_and_patch(
        "Room",
        tag=ROOMS,
        summary="Change a room",
        description=(
            "Changes the fields that are sent and leaves the others; `pricing`, `durations`, `modes` and "
            "`cancellationPolicy` are replaced whole. What was read can be edited and sent back. Sessions already "
            'taken keep their time, buffers, seats and price. `{"active": false}` is refused like a deletion while '
            "there are upcoming bookings."
        ),
        body=RoomChangeSerializer,
        answer=RoomSerializer,
        errors={**NO_SUCH_ROOM, 409: f"ALREADY_EXISTS: the slug is taken. {UPCOMING}"},
        conditional=True,
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
        if_match = IfMatch(request)
        room = queries.find_room(self.organization, identifier)
        changes = read_body(RoomChangeSerializer, request, shown=room_document(room))
        changed = services.update_room(
            organization=self.organization, actor=self.actor, room=room, if_match=if_match.check, **changes
        )
        return Response(room_document(changed), headers={"ETag": etag_of(changed)})

    @operation(
        "deleteRoom",
        tag=ROOMS,
        summary="Deactivate a room",
        description=(
            "Takes it off offer. It can still be read, keeps its slug, and comes back with `active: true`. "
            "Doing so again changes nothing."
        ),
        body=NothingSerializer,
        answers={204: None},
        errors={**NO_SUCH_ROOM, 409: UPCOMING},
        keyed=True,
        conditional=True,
    )
    @mutation
    def destroy(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        read_body(NothingSerializer, request)
        if_match = IfMatch(request)
        room = queries.find_room(self.organization, identifier)
        services.deactivate_room(
            organization=self.organization, actor=self.actor, room=room, if_match=if_match.check
        )
        return Response(status=204)


def _days(
    room: Room, now: datetime, start_date: date | None = None, end_date: date | None = None
) -> tuple[date, date]:
    first = start_date or now.astimezone(zone(room.schedule.timezone)).date()
    return checked_days(first, end_date or first + SIX_DAYS)
