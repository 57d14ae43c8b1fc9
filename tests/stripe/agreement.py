"""What Stripe and the books have to agree in, once all has been reconciled, whatever went before."""

from django.db.models import Count, QuerySet

from bookingflow.organizations.models import Organization
from bookings.lifecycle import Status
from bookings.models import Booking, Payment, Refund
from bookings.payments.ledger import left_to_refund
from bookings.payments.models import OPEN, RefundStatus
from tests.stripe.standin import StandIn

# A booking that was cancelled for one of these reasons keeps nothing.
ALL_GOES_BACK = ("full", "The payment could not be begun")


def all_agrees(stripe: StandIn, organization: Organization) -> None:
    for payment in Payment.objects.filter(booking__organization=organization, provider="stripe"):
        _payment_agrees(stripe, payment)
    for booking in Booking.objects.filter(organization=organization):
        _state_says_so(booking)


def each_was_done_once(organization: Organization) -> None:
    """What one request asked for bears the request's key."""
    live = Booking.objects.filter(organization=organization, status__in=["pending", "confirmed"])
    cash = Payment.objects.filter(booking__organization=organization, provider="offline")
    refunds = Refund.objects.filter(payment__booking__organization=organization)
    assert not _twice(live, "notes")
    assert not _twice(cash, "note")
    assert not _twice(refunds.filter(reason__startswith="asked-"), "reason", "act_id")


def _twice(rows: QuerySet[Booking] | QuerySet[Payment] | QuerySet[Refund], name: str, of: str = "pk") -> bool:
    counted = rows.exclude(**{name: ""}).order_by().values(name).annotate(times=Count(of, distinct=True))
    return counted.filter(times__gt=1).exists()


def _payment_agrees(stripe: StandIn, payment: Payment) -> None:
    there = stripe.intent(payment.stripe_id) if payment.stripe_id else {"status": "canceled"}
    assert (payment.status == "succeeded") == (there["status"] == "succeeded"), (payment.status, there)
    assert payment.status not in OPEN or not payment.given_up
    if payment.status == "succeeded":
        assert payment.left_minor == left_at(stripe, payment.stripe_id)
        assert payment.reserved_minor == 0


def _state_says_so(booking: Booking) -> None:
    kept = left_to_refund(booking)
    assert kept >= 0
    if Refund.objects.filter(payment__booking=booking, status=RefundStatus.FAILED).exists():
        return  # staff has to see to it
    assert kept <= booking.total_minor, (kept, booking.total_minor, booking.status)
    if booking.status == Status.EXPIRED or booking.cancel_reason in ALL_GOES_BACK:
        assert kept == 0, (kept, booking.status, booking.cancel_reason)


def left_at(stripe: StandIn, intent: str) -> int:
    there = stripe.intent(intent)
    if there["status"] != "succeeded":
        return 0
    return int(there["amount"]) - sum(refund["amount"] for refund in stripe.refunds(intent))
