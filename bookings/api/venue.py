"""Bookings in the Venue API."""

from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from bookingflow.api.authentication import caller_key
from bookingflow.api.conditional import IfMatch, etag_of
from bookingflow.api.elsewhere import Elsewhere
from bookingflow.api.idempotency import attempt_of, mutation
from bookingflow.api.paging import page
from bookingflow.api.schema import operation, put_and_patch
from bookingflow.api.serializers import NoQuery, NothingSerializer, page_of, read_body, read_query
from bookingflow.api.views import OrganizationViewSet
from bookingflow.lib import clock
from bookingflow.organizations.scopes import covers
from bookings import queries, services
from bookings.api.calling_off import after_calling_off
from bookings.api.serializers import BookingCreateSerializer, BookingListQuery, BookingSerializer, CancelQuery
from bookings.documents import booking_document, manage_url
from bookings.models import Booking, Payment, Source
from bookings.payments import errands, stripe

BOOKINGS = "Bookings"
NO_SUCH_BOOKING_OR_ROOM = {
    404: "BOOKING_NOT_FOUND: no booking of this organization. BOOKING_TYPE_NOT_FOUND: no such room."
}
NO_SUCH_BOOKING = {404: "BOOKING_NOT_FOUND: no booking of this organization."}
SLOT_REFUSALS = {
    409: "SLOT_NOT_AVAILABLE: the time is taken.",
    422: "SLOT_UNAVAILABLE: the time was never on offer; `details` lists every reason.",
}
STATE_REFUSAL = "BOOKING_STATE_CONFLICT: the booking's state doesn't allow it."


class Bookings(OrganizationViewSet):
    scopes: ClassVar = {
        "list": "bookings:read",
        "retrieve": "bookings:read",
        "create": "bookings:write",
        "update": "bookings:write",
        "partial_update": "bookings:write",
        "destroy": "bookings:write",
    }

    @operation(
        "listBookings",
        tag=BOOKINGS,
        summary="List bookings",
        description=(
            "Latest start first, unless `ordering` says otherwise. Filters narrow together; what is well-formed and "
            "isn't there filters to nothing. A hold reads `expired` from the instant that it runs out."
        ),
        query=BookingListQuery,
        answers={200: page_of(BookingSerializer)},
    )
    def list(self, request: Request) -> Response:
        asked = read_query(BookingListQuery, request)
        limit, cursor, ordering = asked.pop("limit"), asked.pop("cursor", None), asked.pop("ordering")
        now = clock.from_database(caller_key(request).read_at)
        rows = queries.filtered_bookings(self.organization, now=now, **asked)
        return Response(
            page(
                request,
                rows,
                ordering=queries.ORDERINGS[ordering],
                limit=limit,
                cursor=cursor,
                show=partial(self.shown, now=now),
                along=queries.listed_bookings(self.organization),
            )
        )

    @operation(
        "createBooking",
        tag=BOOKINGS,
        summary="Create a booking",
        description=(
            "`payment: none` confirms at once, with the total due at the venue; `hold` keeps the time as `pending` "
            "for the room's `holdMinutes`; `stripe` does so too, and begins a card payment of the deposit, or of the "
            "total where there is none. Once Stripe says that the money is there the booking is confirmed."
        ),
        body=BookingCreateSerializer,
        answers={201: BookingSerializer},
        errors={404: "BOOKING_TYPE_NOT_FOUND: no such room.", **SLOT_REFUSALS},
        keyed=True,
    )
    @mutation
    def create(self, request: Request) -> Response | Elsewhere:
        read_query(NoQuery, request)
        asked = read_body(BookingCreateSerializer, request)
        wanted: dict[str, Any] = {
            "organization": self.organization,
            "actor": self.actor,
            "source": Source.API,
        }
        match asked.pop("payment"):
            case "stripe":
                booking, payment = services.hold_for_card(attempt=self.attempt, **wanted, **asked)
                return self.begin(booking, payment) if payment else self.made(booking)
            case payment:
                return self.made(services.book_room(hold=payment == "hold", **wanted, **asked))

    @property
    def attempt(self) -> services.Attempt | None:
        found = attempt_of(self.request)
        return services.Attempt(*found) if found else None

    def begin(self, booking: Booking, payment: Payment) -> Elsewhere:
        """The answer that begins a card payment. Should Stripe not be there, what was held for it is free again."""
        it: dict[str, Any] = {
            "organization": self.organization,
            "actor": self.actor,
            "payment_id": payment.pk,
        }

        def begun(intent: stripe.Intent) -> Response:
            booking, _ = services.card_payment_begun(**it, stripe_id=intent.id)
            answer = self.made(booking)
            answer.data["payment"]["clientSecret"] = intent.client_secret
            return answer

        return Elsewhere(
            ask=lambda: errands.begin(payment, booking),
            then=begun,
            otherwise=lambda: services.give_back_begun(**it),
        )

    def made(self, booking: Booking) -> Response:
        answer = self.answer(booking, now=booking.created_at)
        answer.status_code, answer["Location"] = 201, f"/api/v1/bookings/{booking.pk}"
        return answer

    @operation(
        "readBooking",
        tag=BOOKINGS,
        summary="Read a booking",
        description=(
            "By id or reference, in any case. The `ETag` is the booking's own version: what its customer is called, or "
            "that a hold has run out, doesn't count."
        ),
        answers={200: BookingSerializer},
        errors=NO_SUCH_BOOKING,
    )
    def retrieve(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        return self.answer(queries.find_booking(self.organization, identifier))

    _put, _patch = put_and_patch(
        "Booking",
        tag=BOOKINGS,
        summary="Move or change a booking",
        description=(
            "Changes the fields that are sent: time, room, duration, guests, notes, metadata, customer, or `status` to "
            "`completed` or `no_show` once it has begun. What was read can be edited and sent back whole."
        ),
        answer=BookingSerializer,
        errors={**NO_SUCH_BOOKING_OR_ROOM, **SLOT_REFUSALS, 409: f"SLOT_NOT_AVAILABLE, or {STATE_REFUSAL}"},
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
        booking = queries.find_booking(self.organization, identifier)
        changes = read_body(BookingSerializer, request, shown=self.shown(booking))
        changed = services.change_booking(
            organization=self.organization,
            actor=self.actor,
            booking_id=booking.pk,
            if_match=if_match.check,
            **changes,
        )
        return self.answer(changed)

    @operation(
        "cancelBooking",
        tag=BOOKINGS,
        summary="Cancel a booking",
        description=(
            "Frees its time and gives back what `refund` says; the answer's `refund` tells what became of it. A hold "
            "is freed likewise. Cancelling again answers the same and changes nothing."
        ),
        query=CancelQuery,
        body=NothingSerializer,
        answers={200: BookingSerializer},
        errors={**NO_SUCH_BOOKING, 409: STATE_REFUSAL},
        keyed=True,
        conditional=True,
    )
    @mutation
    def destroy(self, request: Request, identifier: str) -> Response | Elsewhere:
        asked = read_query(CancelQuery, request)
        read_body(NothingSerializer, request)
        booking = queries.find_booking(self.organization, identifier)
        return after_calling_off(booking, lambda: self._cancel(request, booking, asked))

    def _cancel(self, request: Request, booking: Booking, asked: dict[str, Any]) -> Response:
        if_match = IfMatch(request)
        canceled = services.cancel_booking(
            organization=self.organization,
            actor=self.actor,
            booking_id=booking.pk,
            if_match=if_match.check,
            **asked,
        )
        return self.answer(canceled)

    def answer(self, booking: Booking, now: datetime | None = None) -> Response:
        """With its `ETag`."""
        return Response(self.shown(booking, now), headers={"ETag": etag_of(booking)})

    def shown(self, booking: Booking, now: datetime | None = None) -> dict[str, Any]:
        """With the customer's link for keys that may do what its bearer may."""
        writes = covers(caller_key(self.request).scopes, "bookings:write")
        link = manage_url(booking) if writes else None
        return booking_document(booking, now=now or clock.now(), manage_url=link)
