"""What Stripe is asked on our account: to carry out refunds, to cancel what is wanted no more, and what became of the
rest. Each errand is claimed for a while, run with no transaction open, and its answer written in one of its own; so a
worker that dies loses nothing, and two at once do no harm.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from django.db.models import F, Q

from bookingflow.api import unit_of_work
from bookingflow.lib import clock
from bookingflow.organizations.audit import SYSTEM
from bookings import services
from bookings.models import Booking, Payment, Refund
from bookings.payments import stripe
from bookings.payments.models import OPEN, Provider, RefundStatus
from bookings.payments.stripe import Intent, RefundSeen, StripeAway, StripeRefused

AT_ONCE = 20
# Longer than one call with its second try takes.
LEASE = timedelta(seconds=60)
SOONEST, LATEST = timedelta(seconds=5), timedelta(hours=1)
# Stripe forgets a key after a day: what was made under it is never asked for anew after this.
KEY_LASTS = timedelta(hours=20)
# A refund that can't be handed to Stripe for this long is the staff's to look at.
PATIENCE = timedelta(days=7)
# What stays open for long is asked about less and less often.
LATEST_LOOK = timedelta(hours=6)

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass
class Sent:
    """What came of sending refunds. Those that wait could not be sent, and are tried again later."""

    succeeded: int = 0
    pending: int = 0
    failed: int = 0
    waiting: int = 0


def send_refunds(*, limit: int = AT_ONCE) -> Sent:
    """Those that are due, the oldest first."""
    sent = Sent()
    for refund in _claimed(_claim_refund, limit):
        ended = carry_out(refund)
        became = "waiting" if ended is None else ended.status
        setattr(sent, became, getattr(sent, became) + 1)
    return sent


def carry_out(refund: Refund) -> Refund | None:
    """Send it, or find out what became of it. None where Stripe was out of reach."""
    booking = refund.payment.booking
    try:
        found = _found(refund)
        if found is None and refund.stripe_id:
            return _put_off(refund, StripeAway("it isn't among the payment's refunds"))
        found = found or stripe.send_refund(refund, booking.currency)
    except StripeAway as fault:
        return _put_off(refund, fault)
    except StripeRefused as fault:
        return _refused(refund, fault)
    return record(refund.payment, found, look_at=_later(refund.looks, LATEST_LOOK))


def look_after_payments(*, limit: int = AT_ONCE) -> None:
    """Cancel those that are wanted no more, and ask about those that have stayed open."""
    for payment in _claimed(_claim_payment, limit):
        try:
            ended = look_after(payment)
        except (StripeAway, StripeRefused) as fault:
            log.warning("card_payment_not_settled", payment=str(payment.pk), error=str(fault))
            ended = None
        if ended is None or ended.status in OPEN:
            _look_later(payment)


def look_after(payment: Payment) -> Payment | None:
    """Raises StripeAway, StripeRefused."""
    if not payment.stripe_id:
        return _never_answered(payment)
    intent = stripe.cancel_intent(payment) if payment.given_up else stripe.find_intent(payment)
    return settle(payment, intent)


def begin(payment: Payment, booking: Booking) -> Intent:
    """Raises what whoever wants to pay is told: ServiceUnavailable, InvalidRequest."""
    try:
        return stripe.begin_intent(payment, booking)
    except stripe.StripeProblem as fault:
        raise fault.told() from fault


def call_off(payment: Payment) -> None:
    """Cancel at Stripe what is about to be given up; where it was paid meanwhile, it counts as paid. Out of reach, it
    is left to the sweep."""
    payment = Payment.objects.select_related("booking__organization").get(pk=payment.pk)
    try:
        settle(payment, stripe.cancel_intent(payment))
    except (StripeAway, StripeRefused) as fault:
        log.warning("card_payment_not_canceled", payment=str(payment.pk), error=str(fault))


def settle(payment: Payment, intent: Intent) -> Payment | None:
    """Write down what Stripe says of it. None where it says nothing that matters here."""
    outcome = outcome_of(payment, intent)
    return None if outcome is None else unit_of_work.run(outcome)


def outcome_of(payment: Payment, intent: Intent) -> Callable[[], Payment] | None:
    """What to write down, in a transaction of the caller's."""
    of_it = {**known(payment), "stripe_id": intent.id}
    match intent.status:
        case "succeeded" if intent.currency != payment.booking.currency:
            log.error("card_payment_in_another_currency", payment=str(payment.pk), currency=intent.currency)
        case "succeeded":
            return partial(services.card_payment_succeeded, **of_it, received_minor=intent.received_minor)
        case "canceled":
            return partial(services.card_payment_canceled, **of_it)
    return None


def record(payment: Payment, seen: RefundSeen, *, look_at: datetime | None = None) -> Refund | None:
    """Write down what Stripe says of a refund."""
    return unit_of_work.run(sighting_of(payment, seen, look_at=look_at))


def sighting_of(
    payment: Payment, seen: RefundSeen, *, look_at: datetime | None = None
) -> Callable[[], Refund | None]:
    """What to write down, in a transaction of the caller's. `look_at`: when to ask again, where it is on its way."""
    on_its_way = seen.status not in services.REFUNDS_END
    return partial(
        services.card_refund_seen,
        **known(payment),
        stripe_id=seen.id,
        amount_minor=seen.amount_minor,
        status=seen.status,
        refund_id=stripe.uuid_or_none(seen.our_refund),
        failure=seen.failure,
        look_at=(look_at or _later(0, LATEST_LOOK)) if on_its_way else None,
    )


def reconcile(payment: Payment) -> bool:
    """All that Stripe knows of it, refunds included; whether that was news. Raises StripeAway, StripeRefused."""
    before = _standing(payment)
    if payment.stripe_id:
        wanted_no_more = payment.given_up and payment.status in OPEN
        intent = stripe.cancel_intent(payment) if wanted_no_more else stripe.find_intent(payment)
        settle(payment, intent)
        if intent.status == "succeeded":
            for seen in stripe.refunds_of(payment):
                record(payment, seen)
    elif payment.given_up and payment.status in OPEN:
        look_after(payment)
    return _standing(payment) != before


def _standing(payment: Payment) -> object:
    return Payment.objects.values_list("status", "refunded_minor", "reserved_minor").get(pk=payment.pk)


def payments_to_reconcile(since: datetime | None) -> Iterator[Payment]:
    """What has stayed open, its refunds included; with `since` all that was begun from then on too."""
    rows = Payment.objects.filter(provider=Provider.STRIPE).select_related("booking__organization")
    wanted = Q(status__in=OPEN) | Q(refunds__status=RefundStatus.PENDING)
    if since is not None:
        wanted |= Q(created_at__gte=since)
    return rows.filter(wanted).distinct().order_by("created_at", "pk").iterator(chunk_size=200)


def make_refunds_due() -> int:
    """Whatever they wait for: they are tried again now. How many there are."""
    waiting = Refund.objects.filter(status=RefundStatus.PENDING, payment__provider=Provider.STRIPE)
    return waiting.update(look_at=clock.now())


def _claimed(claim: Callable[[], T | None], limit: int) -> Iterator[T]:
    """One by one, so that none waits under a lease for those before it."""
    for _ in range(limit):
        row = unit_of_work.run(claim)
        if row is None:
            return
        yield row


def _claim_refund() -> Refund | None:
    now = clock.now()
    due = Refund.objects.filter(look_at__lte=now, status=RefundStatus.PENDING).order_by("look_at", "pk")
    refund = due.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    if refund is None:
        return None
    Refund.objects.filter(pk=refund.pk).update(look_at=now + LEASE, looks=F("looks") + 1)
    return Refund.objects.select_related("payment__booking__organization").get(pk=refund.pk)


def _claim_payment() -> Payment | None:
    now = clock.now()
    due = Payment.objects.filter(look_at__lte=now).order_by("look_at", "pk")
    payment = due.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
    if payment is None:
        return None
    Payment.objects.filter(pk=payment.pk).update(look_at=now + LEASE, looks=F("looks") + 1)
    return Payment.objects.select_related("booking__organization").get(pk=payment.pk)


def _found(refund: Refund) -> RefundSeen | None:
    """Where it was tried before: what that has left at Stripe, for its answer may have been lost."""
    if refund.looks <= 1 and not refund.stripe_id:
        return None
    for seen in stripe.refunds_of(refund.payment):
        if seen.id == refund.stripe_id or seen.our_refund == str(refund.pk):
            return seen
    return None


def _refused(refund: Refund, fault: StripeRefused) -> Refund | None:
    """Mostly since it was refunded at Stripe itself: then that is what became of it. Where Stripe won't tell either,
    there is nothing to wait for."""
    try:
        for seen in stripe.refunds_of(refund.payment):
            record(refund.payment, seen)
    except stripe.StripeProblem as another:
        if isinstance(another, StripeAway) or refund.stripe_id:
            return _put_off(refund, another)
    now = Refund.objects.filter(pk=refund.pk).first()
    if now is None or now.stripe_id or now.sent_minor != refund.sent_minor:
        return now
    return _fail(refund, fault.message)


def _put_off(refund: Refund, fault: Exception) -> Refund | None:
    now = clock.now()
    if now - refund.created_at > PATIENCE and not refund.stripe_id:
        return _fail(refund, str(fault))
    Refund.objects.filter(pk=refund.pk, status=RefundStatus.PENDING).update(
        look_at=_later(refund.looks, LATEST), failure=str(fault)[:500]
    )
    return None


def _fail(refund: Refund, failure: str) -> Refund | None:
    return unit_of_work.run(
        partial(
            services.card_refund_refused,
            **known(refund.payment),
            refund_id=refund.pk,
            failure=failure,
        )
    )


def _never_answered(payment: Payment) -> Payment | None:
    """Nobody was given what is needed to pay it. What Stripe may have made is found by asking the same again, and
    cancelled."""
    unit_of_work.run(partial(services.give_back_begun, **known(payment)))
    nothing_there = partial(services.card_payment_canceled, **known(payment))
    if clock.now() - payment.created_at > KEY_LASTS:
        return unit_of_work.run(nothing_there)
    try:
        payment.stripe_id = stripe.begin_intent(payment, payment.booking).id
    except StripeRefused:
        return unit_of_work.run(nothing_there)
    return settle(payment, stripe.cancel_intent(payment))


def known(payment: Payment) -> dict[str, Any]:
    return {"organization": payment.booking.organization, "actor": SYSTEM, "payment_id": payment.pk}


def _look_later(payment: Payment) -> None:
    open_still = Payment.objects.filter(pk=payment.pk, status__in=OPEN)
    open_still.update(look_at=_later(payment.looks, LATEST_LOOK))


def _later(tries: int, most: timedelta) -> datetime:
    return clock.now() + min(SOONEST * (1 << min(tries, 20)), most)
