"""What Stripe tells by its webhook: each event acted on once, in whatever order they come."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from django.db import DataError

from bookingflow.api import unit_of_work
from bookingflow.lib import clock
from bookingflow.lib.insertion import inserted
from bookings import services
from bookings.models import Payment, StripeEvent
from bookings.payments import errands, stripe
from bookings.payments.models import OPEN, Provider
from bookings.payments.stripe import RefundSeen
from bookings.payments.stripe_amounts import from_stripe

Event = Mapping[str, Any]
Effect = Callable[[], object]

log = structlog.get_logger(__name__)


class NotUnderstood(Exception):
    """Signed, and yet not as Stripe shows its events."""


def take_in(event: Event) -> bool:
    """A verified event; whether anything was done about it. Raises StripeAway where it can't be understood without
    asking Stripe: it will be told again; NotUnderstood.

    What concerns nothing of ours is passed over, for the account may serve other purposes too.
    """
    try:
        effects = _effects_of(event)
    except (AttributeError, KeyError, TypeError, ValueError, DataError) as fault:
        raise NotUnderstood from fault
    return bool(effects) and unit_of_work.run(lambda: _once(event, effects))


def _effects_of(event: Event) -> list[Effect]:
    reader = READERS.get(event["type"])
    if reader is None or StripeEvent.objects.filter(pk=event["id"]).exists():
        return []
    shown = event["data"]["object"]
    payment = _payment_of(event["type"], shown)
    if payment is None:
        log.info("stripe_event_of_others", id=event["id"], type=event["type"])
        return []
    if (event.get("account") or "") != payment.stripe_account:
        log.warning("stripe_event_of_wrong_account", id=event["id"], account=event.get("account"))
        return []
    return list(reader(payment, shown, event))


def forget_events(*, before: datetime) -> int:
    """Stripe tells of nothing again after so long."""
    return StripeEvent.objects.filter(received_at__lt=before).delete()[0]


def _once(event: Event, effects: list[Effect]) -> bool:
    row = StripeEvent(
        pk=event["id"], type=event["type"], account=event.get("account") or "", received_at=clock.now()
    )
    if not inserted(row, unless="bookings_stripeevent_pkey"):
        return False
    for effect in effects:
        effect()
    return True


def _payment_of(event_type: str, shown: Mapping[str, Any]) -> Payment | None:
    card = Payment.objects.filter(provider=Provider.STRIPE).select_related("booking__organization")
    of_intent = event_type.startswith("payment_intent.")
    intent = shown["id"] if of_intent else stripe.id_of(shown.get("payment_intent"))
    found = card.filter(stripe_id=intent).first() if intent else None
    if found is None and of_intent:  # told before our own call was answered
        ours = stripe.uuid_or_none(stripe.read_intent(shown).our_payment)
        found = card.filter(pk=ours, stripe_id="").first() if ours is not None else None
    return found


def _ended(payment: Payment, shown: Mapping[str, Any], event: Event) -> Iterator[Effect]:
    if outcome := errands.outcome_of(payment, stripe.read_intent(shown)):
        yield outcome


def _failed(payment: Payment, shown: Mapping[str, Any], event: Event) -> Iterator[Effect]:
    intent = stripe.read_intent(shown)
    yield partial(
        services.card_payment_failed, **errands.known(payment), failure=intent.failure, stripe_id=intent.id
    )


def _refunded(payment: Payment, shown: Mapping[str, Any], event: Event) -> Iterator[Effect]:
    """Of a charge: which refunds it had stands in it with older versions of the API alone."""
    yield from _paid_before(payment)
    listed = (shown.get("refunds") or {}).get("data")
    seen = [stripe.read_refund(each) for each in listed] if listed else stripe.refunds_of(payment)
    yield from (errands.sighting_of(payment, each) for each in seen)
    total = from_stripe(shown.get("amount_refunded") or 0, payment.booking.currency)
    lacking = total - sum(each.amount_minor for each in seen if each.status not in {"failed", "canceled"})
    if lacking > 0:
        nameless = RefundSeen(
            f"{shown['id']}{services.NAMELESS}{total}", "succeeded", lacking, payment.stripe_id
        )
        yield errands.sighting_of(payment, nameless)


def _refund_told(payment: Payment, shown: Mapping[str, Any], event: Event) -> Iterator[Effect]:
    yield from _paid_before(payment)
    yield errands.sighting_of(payment, stripe.read_refund(shown))


def _disputed(payment: Payment, shown: Mapping[str, Any], event: Event) -> Iterator[Effect]:
    yield partial(
        services.card_payment_disputed,
        **errands.known(payment),
        dispute_id=shown["id"],
        status=shown["status"],
        at=datetime.fromtimestamp(event["created"], UTC),
    )


def _paid_before(payment: Payment) -> Iterator[Effect]:
    """What was refunded had been paid, though that may not have been told yet."""
    if payment.status in OPEN:
        yield from filter(None, [errands.outcome_of(payment, stripe.find_intent(payment))])


READERS: Mapping[str, Callable[[Payment, Mapping[str, Any], Event], Iterator[Effect]]] = {
    "payment_intent.succeeded": _ended,
    "payment_intent.canceled": _ended,
    "payment_intent.payment_failed": _failed,
    "charge.refunded": _refunded,
    "charge.refund.updated": _refund_told,
    "refund.created": _refund_told,
    "refund.updated": _refund_told,
    "refund.failed": _refund_told,
    "charge.dispute.created": _disputed,
    "charge.dispute.updated": _disputed,
    "charge.dispute.closed": _disputed,
    "charge.dispute.funds_withdrawn": _disputed,
    "charge.dispute.funds_reinstated": _disputed,
}
