"""Erasing a person: at once from their row, and piece by piece from everywhere else that their data stands.

What is left to do is seen from what is there, so each piece may be done any number of times, and whoever is killed
leaves an `Erasure` from which the next goes on. The row and the bookings stay, for the figures.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Q, QuerySet

from bookingflow.api import unit_of_work
from bookingflow.api.stored_answers import answers_of, rewrite_answers
from bookingflow.lib import clock, crypto
from bookingflow.lib.errors import BookingStateConflict, NotFound
from bookingflow.lib.json import instant
from bookingflow.lib.mail_files import forget_messages
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Actor, record_acts
from bookingflow.organizations.models import Organization
from bookings.lifecycle import Status
from bookings.models import Booking, Payment, Refund
from bookings.queries import with_status
from customers import events
from customers.models import Customer, Erasure
from customers.queries import locked_customer
from customers.redaction import ENDED_BY_RESCHEDULE, NAME, Traces, redacted
from customers.services import customer_act, set_found_by
from webhooks import outbox
from webhooks.redaction import events_mentioning, on_their_way, redact_events

PURPOSE = "erasure"
AT_ONCE = 200
# What is cleared within the request itself; more than this is left to the worker.
FEW = 200
FEW_ANSWERS = 1_000
IN_REQUEST_SECONDS = 2.0
T = TypeVar("T")
Run = Callable[[Callable[[], None]], None]


def erase_customer(*, organization: Organization, actor: Actor, customer_id: UUID | str) -> Customer:
    """Gone for every reader with the commit; what may still stand elsewhere goes right after it, or by the worker.

    Raises NotFound, and BookingStateConflict while there are upcoming bookings, which `details` lists.
    """
    require_transaction()
    customer = locked_customer(organization, customer_id)
    _refuse_upcoming(customer)
    erasure = _begin(customer)
    outbox.record([events.customer_erased(customer)], organization_id=organization.pk, at=erasure.begun_at)
    record_acts([customer_act("customer.erased", customer)], organization_id=organization.pk, actor=actor)
    if customer.bookings.count() <= FEW and len(answers_of(organization.pk)) <= FEW_ANSWERS:
        _clear_rows(customer, run=lambda work: work())
    transaction.on_commit(lambda: _go_on(customer.pk), robust=True)
    return customer


def finish_erasure(customer_id: UUID, *, until: float = float("inf")) -> bool:
    """The rest, in short transactions; until a time of `time.monotonic`. Whether nothing is left to do."""
    erasure = Erasure.objects.select_related("customer").filter(pk=customer_id).first()
    if erasure is None:
        return True

    def run(work: Callable[[], None]) -> None:
        if time.monotonic() > until:
            raise TimeoutError
        unit_of_work.run(work)

    try:
        done = _clear_rows(erasure.customer, run=run)
    except TimeoutError:
        return False
    forget_messages(Path(settings.EMAIL_FILE_PATH), _sought(erasure))
    if done:
        erasure.delete()
    return done


def open_erasures() -> list[UUID]:
    return list(Erasure.objects.order_by("begun_at").values_list("pk", flat=True))


def erasable(customer_id: str) -> Customer:
    """Of any organization, erased or not. Raises NotFound."""
    try:
        return Customer.objects.select_related("organization").get(pk=UUID(customer_id))
    except (ValueError, Customer.DoesNotExist):
        raise NotFound("There is no such customer.") from None


def _refuse_upcoming(customer: Customer) -> None:
    now = clock.now()
    live = with_status([Status.PENDING, Status.CONFIRMED], now)
    upcoming = Booking.objects.filter(live, customer=customer, end__gt=now).order_by("start", "pk")
    details = [
        {
            "bookingId": str(each.pk),
            "reference": each.reference,
            "start": instant(each.start),
            "end": instant(each.end),
        }
        for each in upcoming
    ]
    if details:
        raise BookingStateConflict("The customer has upcoming bookings.", details)


def _begin(customer: Customer) -> Erasure:
    now = clock.now()
    sought = crypto.encrypt((customer.email or "").encode(), purpose=PURPOSE, keys=_keys())
    customer.name, customer.email, customer.phone, customer.notes = NAME, None, "", ""
    customer.metadata = {}
    customer.erased_at = customer.updated_at = now
    customer.sequence += 1
    set_found_by(customer)
    customer.words = ""
    customer.save()
    return Erasure.objects.create(customer=customer, sought=sought, begun_at=now)


def _go_on(customer_id: UUID) -> None:
    finish_erasure(customer_id, until=time.monotonic() + IN_REQUEST_SECONDS)


def _clear_rows(customer: Customer, *, run: Run) -> bool:
    """Whether all is clear: an event that somebody is just sending may bring one more answer. Documents go first:
    they are known by texts that the bookings' own rows still have."""
    traces = _traces(customer)
    rewrite = partial(redacted, traces=traces)
    told = events_mentioning(customer.organization_id, str(customer.pk))
    for ids in _pieces(told):
        run(partial(redact_events, ids, rewrite))
    mentioning = {traces.customer_id, *traces.money_ids}
    for kept in _pieces(answers_of(customer.organization_id)):
        run(partial(rewrite_answers, kept, mentioning, rewrite))
    run(partial(_clear_admin_log, customer))
    for keys in _pieces(list(_spoken(customer).values_list("pk", flat=True))):
        run(partial(_clear_bookings, keys, rewrite))
    return not on_their_way(told, now=clock.now())


def _traces(customer: Customer) -> Traces:
    """The ids are those that documents of the last 30 days may name."""
    since = clock.now() - timedelta(days=31)
    payments = Payment.objects.filter(booking__customer=customer)
    refunds = Refund.objects.filter(payment__booking__customer=customer)
    ids = {*payments.filter(created_at__gt=since).exclude(note="").values_list("pk", flat=True)}
    for own, act in refunds.filter(created_at__gt=since).values_list("pk", "act_id"):
        ids |= {own, act}
    reasons = set(refunds.filter(lowers_minor__gt=0).exclude(reason="").values_list("reason", flat=True))
    return Traces(str(customer.pk), frozenset(map(str, ids)), frozenset(reasons))


def _spoken(customer: Customer) -> QuerySet[Booking]:
    """Their bookings on which anybody said anything."""
    payments = Payment.objects.filter(booking__customer=customer).exclude(note="")
    refunds = Refund.objects.filter(payment__booking__customer=customer, purpose="by_hand").exclude(reason="")
    said = Q(cancel_reason__isnull=False) & ~Q(cancel_reason=ENDED_BY_RESCHEDULE)
    said |= ~Q(notes="") | ~Q(metadata={})
    said |= Q(pk__in=payments.values("booking")) | Q(pk__in=refunds.values("payment__booking"))
    return Booking.objects.filter(said, customer=customer).order_by("pk")


def _clear_bookings(keys: Sequence[UUID], rewrite: Callable[[Any], Any]) -> None:
    bookings = Booking.objects.filter(pk__in=keys)
    relabelled = []
    for booking in bookings.order_by("pk").select_for_update(no_key=True):
        lines = rewrite(booking.price_lines)
        if lines != booking.price_lines:
            booking.price_lines = lines
            relabelled.append(booking)
    Booking.objects.bulk_update(relabelled, ["price_lines"])
    bookings.exclude(cancel_reason=ENDED_BY_RESCHEDULE).update(cancel_reason=None)
    bookings.update(notes="", metadata={}, updated_at=clock.now())
    Payment.objects.filter(booking__in=keys).exclude(note="").update(note="")
    by_hand = Refund.objects.filter(payment__booking__in=keys, purpose="by_hand")
    by_hand.exclude(reason="").update(reason="")


def _clear_admin_log(customer: Customer) -> None:
    """Empty as a rule: the audit is kept instead."""
    own = LogEntry.objects.filter(
        content_type__app_label="customers", content_type__model="customer", object_id=str(customer.pk)
    )
    own.update(object_repr=NAME, change_message="")


def _sought(erasure: Erasure) -> str:
    return crypto.decrypt(bytes(erasure.sought), purpose=PURPOSE, keys=_keys()).decode()


def _keys() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _pieces(whole: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(whole), AT_ONCE):
        yield whole[start : start + AT_ONCE]
