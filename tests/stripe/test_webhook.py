"""What Stripe tells: only what it signed, once each, in any order, and only of the account that it concerns."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from bookingflow.organizations.models import Organization
from bookings.models import Payment, Refund, StripeEvent
from rooms.models import Room
from tests.caller import Caller
from tests.stripe.stage import (
    events_of,
    figures,
    hold,
    intent_of,
    paid,
    payments,
    room_of,
    row,
    seen,
    sound,
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


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({}, 200),
        ({"secret": "whsec_second"}, 200),
        ({"secret": "whsec_wrong"}, 400),
        ({"at": -200}, 200),
        ({"at": -301}, 400),
    ],
)
def test_only_what_is_signed_in_time_counts(
    caller: Caller, room: Room, stripe: StandIn, settings: Any, how: dict[str, Any], status: int
) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_first", "whsec_second"]
    shown = hold(caller, room)
    told = event("payment_intent.succeeded", stripe.pay(intent_of(shown)))
    signed = {**how, "at": time.time() + how["at"]} if "at" in how else how
    assert tell(told, **signed).status_code == status
    assert seen(caller, shown)["status"] == ("confirmed" if status == 200 else "pending")


def test_without_a_secret_nothing_is_believed(
    caller: Caller, room: Room, stripe: StandIn, settings: Any
) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = []
    assert tell(event("payment_intent.succeeded", {})).status_code == 400


def test_each_event_counts_once(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = hold(caller, room)
    told = event("payment_intent.succeeded", stripe.pay(intent_of(shown)))
    assert [tell(told).status_code for _ in range(3)] == [200, 200, 200]
    assert figures(caller, shown) == (12000, 6000, 0, 6000)
    assert events_of(shown) == ["payment.succeeded", "booking.created"]
    assert StripeEvent.objects.count() == 1


def test_another_event_of_the_same_payment_changes_nothing(
    caller: Caller, room: Room, stripe: StandIn
) -> None:
    shown = paid(caller, room, stripe)
    intent = stripe.intent(intent_of(shown))
    tell(event("payment_intent.succeeded", intent))
    tell(event("payment_intent.payment_failed", intent | {"status": "requires_payment_method"}))
    tell(event("payment_intent.canceled", intent | {"status": "canceled"}))
    assert seen(caller, shown)["status"] == "confirmed"
    assert events_of(shown) == ["payment.succeeded", "booking.created"]


def test_a_declined_card_is_told_of_and_another_may_follow(
    caller: Caller, room: Room, stripe: StandIn
) -> None:
    shown = hold(caller, room)
    intent = stripe.intent(intent_of(shown))
    error = {"last_payment_error": {"code": "card_declined", "message": "Your card was declined."}}
    tell(event("payment_intent.payment_failed", intent | error))
    assert (seen(caller, shown)["status"], seen(caller, shown)["payment"]["status"]) == ("pending", "failed")
    assert payments(shown)[0].failure == "Your card was declined."
    tell(event("payment_intent.succeeded", stripe.pay(intent_of(shown))))
    assert seen(caller, shown)["status"] == "confirmed"
    assert events_of(shown) == ["payment.failed", "payment.succeeded", "booking.created"]


@pytest.mark.parametrize(("ours", "theirs"), [("", "acct_1"), ("acct_1", None), ("acct_1", "acct_2")])
def test_an_event_of_another_account_changes_nothing(
    caller: Caller, room: Room, stripe: StandIn, ours: str, theirs: str | None
) -> None:
    Organization.objects.update(stripe_account=ours)
    shown = hold(caller, room)
    told = event("payment_intent.succeeded", stripe.pay(intent_of(shown)))
    answer = tell(told | ({"account": theirs} if theirs else {}))
    assert answer.status_code == 200
    assert seen(caller, shown)["status"] == "pending"
    assert tell(told | ({"account": ours} if ours else {})).status_code == 200
    assert seen(caller, shown)["status"] == "confirmed"


def test_what_is_not_ours_and_what_we_do_not_know_is_passed_over(stripe: StandIn) -> None:
    intent = {"id": "pi_x", "status": "succeeded", "amount": 1, "currency": "usd"}
    assert tell(event("payment_intent.succeeded", intent)).status_code == 200
    assert tell(event("customer.created", {"id": "cus_1"})).status_code == 200


@pytest.mark.parametrize(
    "odd",
    [
        {"id": 1},
        {"data": None},
        {"data": {"object": {}}},
        {"type": ["payment_intent.succeeded"]},
        {"data": {"object": {"id": "pi_\0"}}},
    ],
    ids=["no text", "no data", "no id", "no type", "no character"],
)
def test_what_is_signed_and_no_event_is_refused(stripe: StandIn, odd: dict[str, Any]) -> None:
    assert tell(event("payment_intent.succeeded", {"status": "succeeded"}) | odd).status_code == 400


def test_what_was_received_counts_not_what_was_asked(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = hold(caller, room)
    intent = stripe.pay(intent_of(shown)) | {"amount_received": 5000}
    tell(event("payment_intent.succeeded", intent))
    assert figures(caller, shown) == (12000, 5000, 0, 7000)
    Payment.objects.filter(booking=shown["id"]).get(amount_minor=5000)


def test_a_refund_in_the_dashboard_is_taken_over(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    refund = stripe.refund(intent_of(shown), 2000)
    tell(event("refund.created", refund | {"status": "pending"}))
    assert figures(caller, shown) == (10000, 6000, 2000, 6000)
    for kind in ("refund.updated", "charge.refund.updated", "refund.created"):
        tell(event(kind, refund))
    assert figures(caller, shown) == (10000, 6000, 2000, 6000)
    assert events_of(shown)[2:] == ["refund.succeeded"]
    assert seen(caller, shown)["price"]["lines"][-1]["amount"] == -2000


@pytest.mark.parametrize("listed", [True, False])
def test_so_it_is_where_only_the_charge_is_told(
    caller: Caller, room: Room, stripe: StandIn, listed: bool
) -> None:
    shown = paid(caller, room, stripe)
    refund = stripe.refund(intent_of(shown), 2000)
    charge = {"id": refund["charge"] or "ch_1", "payment_intent": intent_of(shown), "amount_refunded": 2000}
    tell(event("charge.refunded", charge | ({"refunds": {"data": [refund]}} if listed else {})))
    tell(event("refund.updated", refund))
    assert figures(caller, shown) == (10000, 6000, 2000, 6000)
    assert Refund.objects.get().stripe_id == refund["id"]


def test_a_charge_of_which_stripe_shows_no_refund_yet(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    charge = {"id": "ch_1", "payment_intent": intent_of(shown), "amount_refunded": 2000}
    tell(event("charge.refunded", charge))
    tell(event("charge.refunded", charge))
    assert figures(caller, shown) == (10000, 6000, 2000, 6000)
    refund = stripe.refund(intent_of(shown), 2000)
    tell(event("refund.updated", refund))
    assert Refund.objects.get().stripe_id == refund["id"]
    assert figures(caller, shown) == (10000, 6000, 2000, 6000)


def test_a_refund_told_before_its_payment(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = hold(caller, room)
    stripe.pay(intent_of(shown))
    tell(event("refund.created", stripe.refund(intent_of(shown), 2000)))
    assert figures(caller, shown) == (10000, 6000, 2000, 6000)
    assert events_of(shown) == ["payment.succeeded", "booking.created", "refund.succeeded"]


def test_a_refund_that_fails_goes_out_of_the_sum_again(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    caller.delete(f"/api/v1/bookings/{shown['id']}")
    work()
    (refund,) = stripe.refunds(intent_of(shown))
    failed = refund | {"status": "failed", "failure_reason": "lost_or_stolen_card"}
    tell(event("refund.failed", failed))
    tell(event("refund.updated", refund))  # late, and older
    after = seen(caller, shown)
    assert (after["status"], after["refund"]["status"], after["price"]["refunded"]) == (
        "canceled",
        "failed",
        0,
    )
    assert events_of(shown)[-2:] == ["refund.succeeded", "refund.failed"]
    assert Refund.objects.get().failure == "lost_or_stolen_card"


def test_a_dispute_is_written_down_in_whatever_order(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    dispute = {"id": "dp_1", "payment_intent": intent_of(shown), "charge": "ch_1"}
    now = int(time.time())
    tell(event("charge.dispute.closed", dispute | {"status": "lost"}, created=now))
    tell(event("charge.dispute.created", dispute | {"status": "needs_response"}, created=now - 60))
    assert payments(shown)[0].dispute_status == "lost"
    assert row(shown).status == "confirmed"
    assert figures(caller, shown) == (12000, 6000, 0, 6000)
