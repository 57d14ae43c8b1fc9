"""Stripe: the only module that imports its client. Speaks minor units as we count them, and raises our own errors.

Nothing here may be called inside a database transaction. Every call that changes something carries a key made of our
row's id, so that after a crash or a lost answer the same call is the same change.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import stripe
import structlog
from django.conf import settings
from django.db import connection

from bookingflow.lib import json
from bookingflow.lib.errors import DomainError, Fault, InvalidRequest, ServiceUnavailable
from bookings.models import Booking, Payment, Refund
from bookings.payments.stripe_amounts import from_stripe, to_stripe

API_VERSION = "2026-10-28.endive"
CONNECT_SECONDS, ANSWER_SECONDS = 3.05, 10
TRIES_AGAIN = 1
TOLERANCE_SECONDS = 300
# In the metadata of what we make there: whose it is.
OUR_PAYMENT, OUR_REFUND = "bookingflow_payment", "bookingflow_refund"

log = structlog.get_logger(__name__)
logging.getLogger("stripe").setLevel(logging.WARNING)  # else it tells of every call
T = TypeVar("T")


class StripeProblem(Exception):
    def told(self) -> DomainError:
        """For who asked us to begin a payment. What Stripe says of our request is for the log."""
        raise NotImplementedError


class StripeAway(StripeProblem):
    """Out of reach, too slow, or out of order: whether it did what was asked isn't known."""

    def told(self) -> ServiceUnavailable:
        return ServiceUnavailable("The payment service is out of reach. Try again shortly.")


class StripeRefused(StripeProblem):
    """It was understood, and won't be done. `code` and `message` are Stripe's own."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message

    def told(self) -> InvalidRequest:
        sentence = SENTENCES.get(self.code, "The payment service does not accept this payment.")
        return InvalidRequest.of(Fault("payment", sentence, "not_accepted"))


SENTENCES = {
    "amount_too_small": "The amount is below what a card can be charged.",
    "amount_too_large": "The amount is above what a card can be charged.",
}


@dataclass(frozen=True, slots=True)
class Intent:
    """A PaymentIntent. `received_minor` counts once it has succeeded."""

    id: str
    status: str
    received_minor: int
    currency: str
    client_secret: str = ""
    failure: str = ""
    our_payment: str = ""


@dataclass(frozen=True, slots=True)
class RefundSeen:
    """A refund as it stands at Stripe; `status`: pending, requires_action, succeeded, failed or canceled."""

    id: str
    status: str
    amount_minor: int
    intent: str
    failure: str = ""
    our_refund: str = ""


def is_set_up() -> bool:
    return bool(settings.STRIPE_SECRET_KEY)


def begin_intent(payment: Payment, booking: Booking) -> Intent:
    """The same one however often this is called. Raises StripeAway, StripeRefused."""
    params: dict[str, Any] = {
        "amount": to_stripe(payment.amount_minor, booking.currency),
        "currency": booking.currency.lower(),
        "automatic_payment_methods": {"enabled": True},
        "description": f"Booking {booking.reference}",
        "metadata": {
            OUR_PAYMENT: str(payment.pk),
            "booking": str(booking.pk),
            "reference": booking.reference,
        },
    }
    options = _options(payment.stripe_account, f"begin-{payment.pk}")
    made = _asked(lambda client: client.v1.payment_intents.create(params, options))  # type: ignore[arg-type]
    return read_intent(_plain(made))


def find_intent(payment: Payment) -> Intent:
    """Raises StripeAway, StripeRefused."""
    options = _options(payment.stripe_account)
    found = _asked(lambda client: client.v1.payment_intents.retrieve(payment.stripe_id, None, options))
    return read_intent(_plain(found))


def cancel_intent(payment: Payment) -> Intent:
    """As it stands then: cancelled, unless it was paid or is being paid. Raises StripeAway, StripeRefused."""
    # A refusal is kept under its key, and may be right no longer when it is asked again.
    options = _options(payment.stripe_account, f"cancel-{payment.pk}-{payment.looks}")
    try:
        ended = _asked(lambda client: client.v1.payment_intents.cancel(payment.stripe_id, None, options))
    except StripeRefused:
        return find_intent(payment)
    return read_intent(_plain(ended))


def send_refund(refund: Refund, currency: str) -> RefundSeen:
    """Once, however often this is called. Raises StripeAway, StripeRefused."""
    payment = refund.payment
    params: dict[str, Any] = {
        "payment_intent": payment.stripe_id,
        "amount": to_stripe(refund.sent_minor, currency),
        "metadata": {OUR_REFUND: str(refund.pk)},
    }
    options = _options(payment.stripe_account, f"refund-{refund.pk}")
    made = _asked(lambda client: client.v1.refunds.create(params, options))  # type: ignore[arg-type]
    return read_refund(_plain(made))


def refunds_of(payment: Payment) -> list[RefundSeen]:
    """All of them, whoever made them. Raises StripeAway, StripeRefused."""
    options = _options(payment.stripe_account)
    params: dict[str, Any] = {"payment_intent": payment.stripe_id, "limit": 100}
    listed = _asked(lambda client: list(client.v1.refunds.list(params, options).auto_paging_iter()))  # type: ignore[arg-type]
    return [read_refund(_plain(each)) for each in listed]


def events_since(since: datetime, *, kind: str, account: str) -> list[dict[str, Any]]:
    """What Stripe would have told by its webhook, of thirty days at most; `kind` may be `refund.*`. The oldest first.
    Raises StripeAway, StripeRefused."""
    options = _options(account)
    params: dict[str, Any] = {"type": kind, "created": {"gte": int(since.timestamp())}, "limit": 100}
    listed = _asked(lambda client: list(client.v1.events.list(params, options).auto_paging_iter()))  # type: ignore[arg-type]
    named = {"account": account} if account else {}
    return [_plain(each) | named for each in reversed(listed)]


def verified_event(payload: bytes, signature: str, secrets: Iterable[str]) -> dict[str, Any] | None:
    """The event, where any of the secrets signed it within five minutes; else None."""
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(payload, signature, secret, TOLERANCE_SECONDS)
            event = json.loads(payload)
        except (stripe.SignatureVerificationError, ValueError):
            continue
        return event if isinstance(event, dict) else None
    return None


def read_intent(shown: Mapping[str, Any]) -> Intent:
    """A PaymentIntent as an event or an answer shows it."""
    currency = str(shown["currency"]).upper()
    received = shown.get("amount_received") or (shown["amount"] if shown["status"] == "succeeded" else 0)
    return Intent(
        id=shown["id"],
        status=shown["status"],
        received_minor=from_stripe(received, currency),
        currency=currency,
        client_secret=shown.get("client_secret") or "",
        failure=str((shown.get("last_payment_error") or {}).get("message") or "")[:500],
        our_payment=str((shown.get("metadata") or {}).get(OUR_PAYMENT) or ""),
    )


def read_refund(shown: Mapping[str, Any]) -> RefundSeen:
    """A Refund as an event or an answer shows it."""
    return RefundSeen(
        id=shown["id"],
        status=shown.get("status") or "pending",
        amount_minor=from_stripe(shown["amount"], str(shown["currency"]).upper()),
        intent=id_of(shown.get("payment_intent")),
        failure=str(shown.get("failure_reason") or "")[:500],
        our_refund=str((shown.get("metadata") or {}).get(OUR_REFUND) or ""),
    )


def uuid_or_none(text: str) -> UUID | None:
    """What stands in metadata may be anybody's."""
    try:
        return UUID(text)
    except ValueError:
        return None


def id_of(named: Any) -> str:
    """Where an object may stand in the place of its id."""
    return str((named.get("id") if isinstance(named, Mapping) else named) or "")


def _options(account: str, key: str = "") -> Any:
    options = {"idempotency_key": f"bookingflow-{key}"} if key else {}
    return options | ({"stripe_account": account} if account else {})


def _asked(call: Callable[[stripe.StripeClient], T]) -> T:
    if connection.in_atomic_block and not _in_test(connection):
        raise RuntimeError("Stripe is never asked inside a transaction")
    try:
        return call(_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE))
    except (stripe.InvalidRequestError, stripe.CardError) as fault:
        log.warning("stripe_refused", code=fault.code, status=fault.http_status, request=fault.request_id)
        raise StripeRefused(fault.code or "", (fault.user_message or "")[:500]) from fault
    except (stripe.AuthenticationError, stripe.PermissionError) as fault:
        log.error("stripe_key_refused", status=fault.http_status, request=fault.request_id)
        raise StripeAway("Stripe does not accept this installation's key.") from fault
    except stripe.StripeError as fault:
        log.warning("stripe_out_of_reach", error=type(fault).__name__, status=fault.http_status)
        raise StripeAway(type(fault).__name__) from fault


def _in_test(database: Any) -> bool:
    """Django's own tests stand in a transaction that isn't the product's."""
    return all(getattr(block, "_from_testcase", False) for block in database.atomic_blocks)


@cache
def _client(key: str, base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={"api": base},
        max_network_retries=TRIES_AGAIN,
        http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, ANSWER_SECONDS)),
    )


def _plain(shown: Any) -> dict[str, Any]:
    plain: dict[str, Any] = shown.to_dict()
    return plain
