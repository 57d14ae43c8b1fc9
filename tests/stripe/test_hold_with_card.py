"""A hold that waits for a card: what is asked of Stripe, what is answered, and what happens when Stripe isn't there."""

from typing import Any

import pytest

from bookingflow.organizations.models import Organization
from bookings.models import Booking, Payment
from tests.bookings.stage import told
from tests.builders import make_room, make_schedule, slot
from tests.caller import Caller, error_of
from tests.stripe.stage import work
from tests.stripe.standin import PUBLISHABLE_KEY, StandIn, event, tell

pytestmark = pytest.mark.django_db(transaction=True)

PRICES = {"perGuest": 3000, "depositPercent": 50}


def wish(organization: Organization, **more: Any) -> dict[str, Any]:
    room = make_room(make_schedule(organization), pricing=more.pop("pricing", PRICES), hold_minutes=10)
    return {
        "room": room.pk,
        "start": slot().isoformat(),
        "guests": 4,
        "customer": {"name": "Ada Park", "email": "ada@example.com"},
        "payment": "stripe",
        **more,
    }


def test_it_holds_the_slot_and_answers_with_what_pays_the_deposit(
    organization: Organization, caller: Caller, stripe: StandIn
) -> None:
    answer = caller.post("/api/v1/bookings", wish(organization))
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    payment = dict(shown["payment"])
    assert shown["status"] == "pending"
    assert shown["holdExpiresAt"]
    secret = payment.pop("clientSecret")
    assert payment == {
        "provider": "stripe",
        "id": payment["id"],
        "publishableKey": PUBLISHABLE_KEY,
        "stripeAccount": None,
        "amount": 6000,
        "currency": "USD",
        "status": "pending",
    }
    made = stripe.intent(payment["id"])
    assert (made["amount"], made["currency"], made["client_secret"]) == (6000, "usd", secret)


def test_what_is_right_for_stripe_is_sent(
    organization: Organization, caller: Caller, stripe: StandIn
) -> None:
    shown = caller.post("/api/v1/bookings", wish(organization)).json()
    call = stripe.calls(path="/v1/payment_intents")[-1]
    payment = Payment.objects.get()
    assert call["sent"] == {
        "amount": "6000",
        "currency": "usd",
        "automatic_payment_methods[enabled]": "true",
        "description": f"Booking {shown['reference']}",
        "metadata[bookingflow_payment]": str(payment.pk),
        "metadata[booking]": shown["id"],
        "metadata[reference]": shown["reference"],
    }
    assert call["key"] == f"bookingflow-begin-{payment.pk}"
    assert call["version"] == "2026-10-28.endive"
    assert call["account"] is None


def test_the_secret_is_in_no_read_and_no_list(
    organization: Organization, caller: Caller, stripe: StandIn
) -> None:
    shown = caller.post("/api/v1/bookings", wish(organization)).json()
    without = {name: value for name, value in shown["payment"].items() if name != "clientSecret"}
    assert caller.get(f"/api/v1/bookings/{shown['id']}").json()["payment"] == without
    assert caller.get("/api/v1/bookings").json()["results"][0]["payment"] == without


def test_paid_it_is_confirmed_and_told_of_in_order(
    organization: Organization, caller: Caller, stripe: StandIn
) -> None:
    shown = caller.post("/api/v1/bookings", wish(organization)).json()
    paid = stripe.pay(shown["payment"]["id"])
    assert tell(event("payment_intent.succeeded", paid)).status_code == 200
    after = caller.get(f"/api/v1/bookings/{shown['id']}").json()
    assert (after["status"], after["price"]["paid"], after["price"]["due"]) == ("confirmed", 6000, 6000)
    assert after["payment"]["status"] == "succeeded"
    (first, paid_), (second, created) = told(Booking.objects.get())
    assert (first, second) == ("payment.succeeded", "booking.created")
    assert paid_["payment"]["stripeId"] == shown["payment"]["id"]
    assert "clientSecret" not in str(created)


def test_without_a_key_of_stripes_it_is_refused_in_words(
    organization: Organization, caller: Caller, settings: Any
) -> None:
    settings.STRIPE_SECRET_KEY = ""
    error = error_of(caller.post("/api/v1/bookings", wish(organization)), 400)
    assert error["code"] == "INVALID_REQUEST"
    assert "Card payments are not set up" in error["message"]


def test_a_price_of_nothing_is_confirmed_without_stripe(
    organization: Organization, caller: Caller, stripe: StandIn
) -> None:
    before = len(stripe.calls())
    shown = caller.post("/api/v1/bookings", wish(organization, pricing={"base": 0})).json()
    assert (shown["status"], shown["payment"]) == ("confirmed", None)
    assert len(stripe.calls()) == before


def test_out_of_reach_the_hold_is_given_back_and_a_retry_begins_anew(
    organization: Organization, caller: Caller, stripe: StandIn
) -> None:
    body = wish(organization)
    stripe.mood(fail=1)
    answer = caller.post("/api/v1/bookings", body, key="once")
    assert error_of(answer, 503)["code"] == "SERVICE_UNAVAILABLE"
    assert int(answer["Retry-After"]) > 0
    assert caller.get("/api/v1/bookings", status="pending,confirmed").json()["results"] == []
    again = caller.post("/api/v1/bookings", body, key="once")
    assert again.status_code == 201, again.content
    assert "Idempotent-Replayed" not in again
    assert caller.get("/api/v1/bookings", status="pending").json()["results"][0]["id"] == again.json()["id"]


def test_a_lost_answer_is_asked_for_again_and_is_the_same_payment(
    organization: Organization, caller: Caller, stripe: StandIn
) -> None:
    stripe.mood(lose=1)
    answer = caller.post("/api/v1/bookings", wish(organization))
    assert answer.status_code == 201, answer.content
    payment = Payment.objects.get()
    keys = {
        call["key"] for call in stripe.calls(path="/v1/payment_intents") if str(payment.pk) in call["key"]
    }
    assert len(keys) == 1


def test_the_same_key_gives_the_first_answer_again_secret_included(
    organization: Organization, caller: Caller, stripe: StandIn
) -> None:
    body = wish(organization)
    first = caller.post("/api/v1/bookings", body, key="k")
    second = caller.post("/api/v1/bookings", body, key="k")
    assert second["Idempotent-Replayed"] == "true"
    assert first.json() == second.json()
    assert Booking.objects.count() == 1


def test_with_an_account_of_its_own_it_is_charged_there(
    organization: Organization, caller: Caller, stripe: StandIn
) -> None:
    Organization.objects.update(stripe_account="acct_1PgafT")
    shown = caller.post("/api/v1/bookings", wish(organization)).json()
    assert shown["payment"]["stripeAccount"] == "acct_1PgafT"
    assert stripe.calls(path="/v1/payment_intents")[-1]["account"] == "acct_1PgafT"


def test_what_stripe_will_not_charge_is_told_and_held_no_longer(
    organization: Organization, caller: Caller, stripe: StandIn
) -> None:
    body = wish(organization)
    stripe.mood(refuse=2)
    error = error_of(caller.post("/api/v1/bookings", body, key="small"), 400)
    assert error["details"][0]["message"] == "The amount is below what a card can be charged."
    assert caller.post("/api/v1/bookings", body, key="small")["Idempotent-Replayed"] == "true"
    work()
    assert Payment.objects.get().status == "canceled"
    assert caller.post("/api/v1/bookings", body | {"payment": "none"}).status_code == 201
