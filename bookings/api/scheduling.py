"""The Booking API: from availability to a booking, in the words of those who build their own booking flow."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from bookingflow.api.conditional import etag_of
from bookingflow.api.days import checked_days
from bookingflow.api.elsewhere import Elsewhere
from bookingflow.api.idempotency import keyed_mutation
from bookingflow.api.schema import operation
from bookingflow.api.serializers import NoQuery, read_body, read_query
from bookingflow.api.views import OrganizationViewSet
from bookingflow.lib import clock, json
from bookingflow.lib.errors import Fault, InvalidRequest
from bookings import queries, services
from bookings.api.calling_off import after_calling_off
from bookings.api.scheduling_serializers import (
    AppointmentCancelledSerializer,
    AppointmentCancelSerializer,
    AppointmentCreateSerializer,
    AppointmentMadeSerializer,
    AppointmentMovedSerializer,
    AppointmentMoveSerializer,
    AppointmentSerializer,
    FreeTimesQuery,
    FreeTimesSerializer,
)
from bookings.api.venue import NO_SUCH_BOOKING, SLOT_REFUSALS, STATE_REFUSAL
from bookings.documents import CANCELLED, RESCHEDULED, appointment_document
from bookings.models import Source
from rooms import slots
from rooms.models import Room
from rooms.queries import find_room

BOOKING_API = "Booking API"
NO_SUCH_ROOM = {404: "BOOKING_TYPE_NOT_FOUND: no such room or username."}


class Availability(OrganizationViewSet):
    scopes: ClassVar = {"list": "schedules:read"}

    @operation(
        "listFreeTimes",
        tag=BOOKING_API,
        summary="List free times",
        description=(
            "Of one room over a range of local days, both included, 62 at most. Each can be booked as it stands."
        ),
        query=FreeTimesQuery,
        answers={200: FreeTimesSerializer},
        errors=NO_SUCH_ROOM,
    )
    def list(self, request: Request) -> Response:
        asked = read_query(FreeTimesQuery, request)
        first, last = checked_days(asked["start_date"], asked["end_date"])
        room = find_room(self.organization, asked["slug"], username=asked["username"])
        minutes = _minutes(room, asked.get("duration"))
        now = clock.from_database(room.read_at)
        found = json.loads(slots.slots_json(room, first=first, last=last, duration=minutes, now=now))
        return Response({"slots": [{"start": slot["start"], "end": slot["end"]} for slot in found]})


class Appointments(OrganizationViewSet):
    scopes: ClassVar = {
        "create": "bookings:write",
        "retrieve": "bookings:read",
        "cancel": "bookings:write",
        "reschedule": "bookings:write",
    }

    @operation(
        "createAppointment",
        tag=BOOKING_API,
        summary="Book a time",
        description=(
            "Confirmed at once: call this when the user has confirmed, or has paid elsewhere. `start` and `end` are "
            "one of the room's free times."
        ),
        body=AppointmentCreateSerializer,
        answers={201: AppointmentMadeSerializer},
        errors={**NO_SUCH_ROOM, **SLOT_REFUSALS},
        needs_key=True,
    )
    @keyed_mutation
    def create(self, request: Request) -> Response:
        read_query(NoQuery, request)
        asked = read_body(AppointmentCreateSerializer, request)
        username = asked.pop("username", None)
        if username is not None:
            asked["room"] = find_room(self.organization, asked["room"], username=username).pk
        person: Any = {name: asked.pop(name) for name in ("name", "email", "phone") if name in asked}
        booking = services.book_room(
            organization=self.organization,
            actor=self.actor,
            source=Source.BOOKING_API,
            customer=person,
            **asked,
        )
        made = {"bookingId": str(booking.pk), "status": booking.status}
        return self.created(made, f"/api/bookings/{booking.pk}")

    @operation(
        "readAppointment",
        tag=BOOKING_API,
        summary="Read a booking",
        description="The `ETag` is the booking's own version, the same as in the Venue API.",
        answers={200: AppointmentSerializer},
        errors=NO_SUCH_BOOKING,
        versioned=True,
    )
    def retrieve(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        booking = queries.find_booking(self.organization, identifier)
        return Response(appointment_document(booking, now=clock.now()), headers={"ETag": etag_of(booking)})

    @operation(
        "cancelAppointment",
        tag=BOOKING_API,
        summary="Cancel a booking",
        description=(
            "Frees its time and refunds by the policy. Cancelling again answers the same and changes nothing."
        ),
        body=AppointmentCancelSerializer,
        answers={200: AppointmentCancelledSerializer},
        errors={**NO_SUCH_BOOKING, 409: STATE_REFUSAL},
        needs_key=True,
    )
    @keyed_mutation
    def cancel(self, request: Request, identifier: str) -> Response | Elsewhere:
        read_query(NoQuery, request)
        booking = queries.find_booking(self.organization, identifier)
        asked = read_body(AppointmentCancelSerializer, request)

        def cancel() -> Response:
            it: dict[str, Any] = {"organization": self.organization, "actor": self.actor}
            services.cancel_booking(**it, booking_id=booking.pk, **asked)
            return Response({"status": CANCELLED})

        return after_calling_off(booking, cancel)

    @operation(
        "rescheduleAppointment",
        tag=BOOKING_API,
        summary="Move a booking to another time",
        description=(
            "At once or not at all: a new booking takes the place of the old one, linked both ways, with its customer, "
            "notes, metadata and payments. The new time may overlap the old one. Of several attempts at once, one wins."
        ),
        body=AppointmentMoveSerializer,
        answers={200: AppointmentMovedSerializer},
        errors={**NO_SUCH_BOOKING, **SLOT_REFUSALS, 409: f"SLOT_NOT_AVAILABLE, or {STATE_REFUSAL}"},
        needs_key=True,
    )
    @keyed_mutation
    def reschedule(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        old = queries.find_booking(self.organization, identifier)
        wanted = read_body(AppointmentMoveSerializer, request)["new_slot"]
        new = services.reschedule_booking(
            organization=self.organization,
            actor=self.actor,
            booking_id=old.pk,
            source=Source.BOOKING_API,
            **wanted,
        )
        return Response({"oldBookingId": str(old.pk), "newBookingId": str(new.pk), "status": RESCHEDULED})


def _minutes(room: Room, asked: int | None) -> int | None:
    """None for the only one that the room has. Raises InvalidRequest for one that it lacks, or that was left out
    where there is a choice to make."""
    several = len(room.durations) > 1
    if asked in room.durations or (asked is None and not several):
        return asked if several else None
    lengths = ", ".join(str(minutes) for minutes in room.durations)
    message = f"This room is booked for {lengths} minutes{': name one' if asked is None else ''}."
    raise InvalidRequest.of(Fault("duration", message, "required" if asked is None else "invalid"))
