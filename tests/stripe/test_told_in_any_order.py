"""What Stripe tells before our own call was answered, or never tells at all: payment and booking don't drift apart."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction

from bookingflow.organizations.models import Organization
from bookings.models import Payment
from bookings.payments import stripe as client
from rooms.models import Room
from tests.builders import make_api_key
from tests.caller import Caller
from tests.processes import wait_until
from tests.stripe.stage import (
    events_of,
    hold,
    intent_of,
    later,
    payments,
    room_of,
    seen,
    sound,
    tell_paid,
    wish,
    work,
)
from tests.stripe.standin import StandIn, event, tell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _sound() -> Iterator[None]:
    yield
    sound()


@pytest.fixture
def room(organization: Organization) -> Room:
    return room_of(organization)


def test_a_payment_told_before_its_intent_was_answered(
    organization: Organization, room: Room, stripe: StandIn
) -> None:
    caller = Caller(make_api_key(organization)[1])

    def begin() -> dict[str, Any]:
        try:
            return hold(caller, room)
        finally:
            connections.close_all()

    stripe.mood(hold=1, only="/v1/payment_intents")
    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(begin)
        intent = made_for(stripe, waited_for())
        tell_paid(stripe, {"payment": {"id": intent}})
        stripe.mood()
        shown = begun.result(60)
    assert (shown["status"], intent_of(shown)) == ("confirmed", intent)
    assert events_of(shown) == ["payment.succeeded", "booking.created"]
    assert payments(shown)[0].look_at is None


def waited_for() -> Payment:
    wait_until(Payment.objects.exists, seconds=60)
    return Payment.objects.get()


def made_for(stripe: StandIn, payment: Payment) -> str:
    """The intent's id, as nobody was told yet."""
    found: list[str] = []

    def made() -> bool:
        # The stand-in lists the oldest first, those of other tests among them.
        intents = stripe.ask("GET", "/v1/payment_intents?limit=100000")["data"]
        found[:] = [
            each["id"] for each in intents if each["metadata"].get(client.OUR_PAYMENT) == str(payment.pk)
        ]
        return bool(found)

    wait_until(made, seconds=60)
    return found[0]


def test_a_payment_whose_webhook_was_lost_is_asked_about(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = hold(caller, room)
    stripe.pay(intent_of(shown))
    later(seconds=31)
    work()
    assert seen(caller, shown)["status"] == "confirmed"
    assert events_of(shown) == ["payment.succeeded", "booking.created"]


def test_a_declined_card_told_twice_is_told_on_once(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = hold(caller, room)
    failed = event("payment_intent.payment_failed", stripe.intent(intent_of(shown)))
    for _ in range(3):
        assert tell(failed).status_code == 200
    assert events_of(shown) == ["payment.failed"]


def test_an_old_failure_told_after_the_success_changes_nothing(
    caller: Caller, room: Room, stripe: StandIn
) -> None:
    shown = hold(caller, room)
    failed = event("payment_intent.payment_failed", stripe.intent(intent_of(shown)))
    tell_paid(stripe, shown)
    assert tell(failed).status_code == 200
    assert events_of(shown) == ["payment.succeeded", "booking.created"]


def test_a_checkout_that_is_left_and_begun_again_pays_once(
    caller: Caller, room: Room, stripe: StandIn
) -> None:
    left = hold(caller, room)
    later(minutes=11)
    again = hold(caller, room)
    tell_paid(stripe, again)
    work()
    assert stripe.intent(intent_of(left))["status"] == "canceled"
    assert [seen(caller, each)["status"] for each in (left, again)] == ["expired", "confirmed"]
    assert [payment.status for payment in payments(left) + payments(again)] == ["canceled", "succeeded"]


def test_a_hold_goes_on_with_the_account_that_it_began_with(
    caller: Caller, room: Room, stripe: StandIn
) -> None:
    Organization.objects.update(stripe_account="acct_1")
    shown = hold(caller, room)
    Organization.objects.update(stripe_account="acct_2")
    tell_paid(stripe, shown, account="acct_1")
    caller.delete(f"/api/v1/bookings/{shown['id']}")
    work()
    sent = stripe.calls(path="/v1/refunds")[-1]
    assert (sent["sent"]["payment_intent"], sent["account"]) == (intent_of(shown), "acct_1")


def test_stripe_is_never_asked_inside_a_transaction(caller: Caller, room: Room, stripe: StandIn) -> None:
    payment = payments(hold(caller, room))[0]
    with transaction.atomic(), pytest.raises(RuntimeError, match="never asked inside"):
        client.find_intent(payment)


@pytest.mark.parametrize(("refund", "sent"), [("none", []), ("policy", [6000]), ("full", [6000])])
def test_a_cancellation_gives_back_what_was_asked_for_and_no_more(
    caller: Caller, room: Room, stripe: StandIn, refund: str, sent: list[int]
) -> None:
    shown = hold(caller, room)
    tell_paid(stripe, shown)
    caller.delete(f"/api/v1/bookings/{shown['id']}?refund={refund}")
    work()
    assert [each["amount"] for each in stripe.refunds(intent_of(shown))] == sent
    assert seen(caller, shown)["refund"]["status"] == ("succeeded" if sent else "not_needed")


def test_who_was_refused_is_charged_nothing(caller: Caller, room: Room, stripe: StandIn) -> None:
    hold(caller, room)
    before = len(stripe.calls(path="/v1/payment_intents"))
    assert caller.post("/api/v1/bookings", wish(room)).status_code == 409
    assert len(stripe.calls(path="/v1/payment_intents")) == before
    assert Payment.objects.count() == 1
