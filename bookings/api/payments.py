"""The money of a booking in the Venue API."""

from typing import Any, ClassVar

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework.request import Request
from rest_framework.response import Response

from bookingflow.api.elsewhere import Elsewhere
from bookingflow.api.idempotency import mutation
from bookingflow.api.schema import operation
from bookingflow.api.serializers import NoQuery, read_body, read_query
from bookingflow.lib import clock
from bookings import queries, services
from bookings.api.calling_off import after_calling_off
from bookings.api.payment_serializers import (
    ConfirmSerializer,
    PaymentCreateSerializer,
    PaymentSerializer,
    RefundCreateSerializer,
    RefundOfPaymentsSerializer,
    RefundQuoteSerializer,
)
from bookings.api.serializers import BookingSerializer
from bookings.api.venue import NO_SUCH_BOOKING, STATE_REFUSAL, Bookings
from bookings.payments.documents import payment_document, quote_document, refund_document
from bookings.payments.models import Method

PAYMENTS = "Payments"
PAYMENT_OR_BOOKING = PolymorphicProxySerializer(
    component_name="PaymentOrBooking",
    serializers=[PaymentSerializer, BookingSerializer],
    resource_type_field_name=None,
)


class Payments(Bookings):
    """Bookings still, by what was paid for them."""

    scopes: ClassVar = {
        "confirm": "bookings:write",
        "pay": "bookings:write",
        "refund": "bookings:write",
        "quote": "bookings:read",
    }

    @operation(
        "confirmBooking",
        tag=PAYMENTS,
        summary="Confirm a hold that was paid for elsewhere",
        description="While it runs. Less than the deposit is accepted too; the rest stays due.",
        body=ConfirmSerializer,
        answers={200: BookingSerializer},
        errors={**NO_SUCH_BOOKING, 409: f"{STATE_REFUSAL} Only a hold that still runs can be confirmed."},
        keyed=True,
    )
    @mutation
    def confirm(self, request: Request, identifier: str) -> Response | Elsewhere:
        read_query(NoQuery, request)
        booking = queries.find_booking(self.organization, identifier)
        asked = read_body(ConfirmSerializer, request)
        it: dict[str, Any] = {
            "organization": self.organization,
            "actor": self.actor,
            "booking_id": booking.pk,
        }
        return after_calling_off(booking, lambda: self.answer(services.confirm_booking(**it, **asked)))

    @operation(
        "recordPayment",
        tag=PAYMENTS,
        summary="Record money that was taken elsewhere, or begin a card payment",
        description=(
            "Up to what is due; on bookings that are confirmed, completed or a no-show. Answers with the payment. "
            "`method: stripe` begins a card payment of all that is due, or of `amount`, and answers with the booking, "
            "its `payment.clientSecret` there as in a hold."
        ),
        body=PaymentCreateSerializer,
        answers={201: PAYMENT_OR_BOOKING},
        errors={**NO_SUCH_BOOKING, 409: f"{STATE_REFUSAL} Or nothing is due."},
        keyed=True,
    )
    @mutation
    def pay(self, request: Request, identifier: str) -> Response | Elsewhere:
        read_query(NoQuery, request)
        found = queries.find_booking(self.organization, identifier)
        asked = read_body(PaymentCreateSerializer, request)
        it: dict[str, Any] = {"organization": self.organization, "actor": self.actor, "booking_id": found.pk}
        if asked["method"] is Method.STRIPE:
            amount = asked.get("amount_minor")
            return self.begin(
                *services.begin_balance_by_card(**it, amount_minor=amount, attempt=self.attempt)
            )
        booking, payment = services.record_payment(**it, **asked)
        return self.created(payment_document(payment, booking.currency), path_of(booking.pk))

    @operation(
        "refundBooking",
        tag=PAYMENTS,
        summary="Refund any part of what was paid",
        description=(
            "Out of the newest payment first. The booking's total falls by it, in a line of kind `adjustment` with the "
            "reason, so that it never comes due again. What was recorded by hand counts as given back at once."
        ),
        body=RefundCreateSerializer,
        answers={201: RefundOfPaymentsSerializer},
        errors=NO_SUCH_BOOKING,
        keyed=True,
    )
    @mutation
    def refund(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        found = queries.find_booking(self.organization, identifier)
        booking, parts = services.refund_booking(
            organization=self.organization,
            actor=self.actor,
            booking_id=found.pk,
            **read_body(RefundCreateSerializer, request),
        )
        return self.created(refund_document(parts, booking.currency), path_of(booking.pk))

    @operation(
        "quoteRefund",
        tag=PAYMENTS,
        summary="Ask what a cancellation now would refund",
        description="And why, and until when. Changes nothing.",
        answers={200: RefundQuoteSerializer},
        errors={**NO_SUCH_BOOKING, 409: f"{STATE_REFUSAL} It can't be cancelled."},
    )
    def quote(self, request: Request, identifier: str) -> Response:
        read_query(NoQuery, request)
        booking = queries.find_booking(self.organization, identifier)
        return Response(quote_document(services.quote_refund(booking, now=clock.now()), booking))


def path_of(booking_id: object) -> str:
    return f"/api/v1/bookings/{booking_id}"
