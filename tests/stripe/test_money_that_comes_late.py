"""Money that arrives after the hold ran out, was given up or paid otherwise: the slot or the money, never neither."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from bookingflow.organizations.models import Organization
from rooms.models import Room, Schedule
from tests.api.appointments import cancel
from tests.caller import Caller, error_of
from tests.stripe.stage import (
    events_of,
    figures,
    hold,
    intent_of,
    paid,
    payments,
    room_of,
    run_out,
    seen,
    sound,
    tell_paid,
    wish,
    work,
)
from tests.stripe.standin import StandIn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _sound() -> Iterator[None]:
    yield
    sound()


@pytest.fixture
def room(organization: Organization) -> Room:
    return room_of(organization)


def test_it_takes_its_slot_again_where_that_is_free(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = hold(caller, room)
    run_out(shown)
    assert seen(caller, shown)["status"] == "expired"
    tell_paid(stripe, shown)
    assert seen(caller, shown)["status"] == "confirmed"
    assert events_of(shown) == ["payment.succeeded", "booking.created"]


def test_so_it_does_once_the_sweep_has_come_by(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = hold(caller, room)
    stripe.pay(intent_of(shown))
    run_out(shown)
    work()  # cancelling it at Stripe finds it paid
    assert seen(caller, shown)["status"] == "confirmed"
    tell_paid(stripe, shown)
    assert events_of(shown) == ["payment.succeeded", "booking.created"]
    error_of(caller.post("/api/v1/bookings", wish(room, payment="none")), 409)


@pytest.mark.parametrize(
    "rules",
    [{"min_notice_minutes": 525_600}, {"durations": [45]}, {"max_days_ahead": 1}, {"active": False}],
    ids=["notice", "grid", "horizon", "inactive"],
)
def test_the_rules_do_not_matter_then(
    caller: Caller, room: Room, stripe: StandIn, rules: dict[str, object]
) -> None:
    shown = hold(caller, room)
    run_out(shown)
    Room.objects.update(**rules)
    Schedule.objects.update(hours={}, version=uuid4())
    tell_paid(stripe, shown)
    assert seen(caller, shown)["status"] == "confirmed"


def test_it_goes_back_where_the_time_was_blocked_meanwhile(
    caller: Caller, room: Room, stripe: StandIn
) -> None:
    shown = hold(caller, room)
    run_out(shown)
    block = {"all": True, "start": shown["start"], "end": shown["end"]}
    assert caller.post("/api/v1/schedules/block", block).status_code == 201
    tell_paid(stripe, shown)
    work()
    assert seen(caller, shown)["status"] == "expired"
    assert [refund["amount"] for refund in stripe.refunds(intent_of(shown))] == [6000]


@pytest.mark.parametrize(("others", "status"), [(2, "confirmed"), (3, "expired")])
def test_in_a_shared_session_the_seats_decide(
    organization: Organization, caller: Caller, stripe: StandIn, others: int, status: str
) -> None:
    room = room_of(organization, modes=["shared"], seats=6)
    shown = hold(caller, room)
    run_out(shown)
    more = caller.post("/api/v1/bookings", wish(room, payment="none", guests=others))
    assert more.status_code == 201, more.content
    tell_paid(stripe, shown)
    assert seen(caller, shown)["status"] == status
    assert figures(caller, shown)[2] == (0 if status == "confirmed" else 6000)


def test_it_goes_back_whole_where_the_slot_was_sold(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = hold(caller, room)
    run_out(shown)
    other = caller.post("/api/v1/bookings", wish(room, payment="none"))
    assert other.status_code == 201, other.content
    tell_paid(stripe, shown)
    assert seen(caller, shown)["status"] == "expired"
    assert figures(caller, shown) == (12000, 6000, 6000, 0)
    work()
    assert [refund["amount"] for refund in stripe.refunds(intent_of(shown))] == [6000]
    assert events_of(shown) == ["payment.succeeded", "refund.succeeded"]
    assert seen(caller, other.json())["status"] == "confirmed"


def test_a_hold_that_ran_out_is_cancelled_at_stripe(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = hold(caller, room)
    run_out(shown)
    work()
    assert stripe.intent(intent_of(shown))["status"] == "canceled"
    assert payments(shown)[0].status == "canceled"
    assert seen(caller, shown)["payment"] is None
    assert events_of(shown) == []


@pytest.mark.parametrize("surface", ["Venue API", "Booking API"])
def test_giving_a_hold_up_cancels_at_stripe_first(
    caller: Caller, room: Room, stripe: StandIn, surface: str
) -> None:
    shown = hold(caller, room)
    if surface == "Venue API":
        caller.delete(f"/api/v1/bookings/{shown['id']}")
    else:
        cancel(caller, shown["id"])
    assert seen(caller, shown)["status"] == "canceled"
    assert stripe.intent(intent_of(shown))["status"] == "canceled"
    assert events_of(shown) == []


def test_given_up_when_it_was_paid_already_it_counts_as_paid_and_is_refunded_by_policy(
    caller: Caller, room: Room, stripe: StandIn
) -> None:
    shown = hold(caller, room)
    stripe.pay(intent_of(shown))
    gone = caller.delete(f"/api/v1/bookings/{shown['id']}").json()
    assert (gone["status"], gone["refund"]["amount"], gone["refund"]["status"]) == (
        "canceled",
        6000,
        "pending",
    )
    work()
    assert seen(caller, shown)["refund"]["status"] == "succeeded"
    assert events_of(shown) == [
        "payment.succeeded",
        "booking.created",
        "booking.canceled",
        "refund.succeeded",
    ]


def test_given_up_while_stripe_is_away_money_that_comes_goes_back(
    caller: Caller, room: Room, stripe: StandIn
) -> None:
    shown = hold(caller, room)
    stripe.mood(fail=5)
    assert caller.delete(f"/api/v1/bookings/{shown['id']}").json()["status"] == "canceled"
    tell_paid(stripe, shown)
    assert figures(caller, shown) == (12000, 6000, 6000, 0)
    stripe.mood()
    work()
    assert events_of(shown) == ["payment.succeeded", "refund.succeeded"]


def test_cash_instead_cancels_at_stripe_first(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = hold(caller, room)
    answer = caller.post(f"/api/v1/bookings/{shown['id']}/confirm", {"paid": 12000, "method": "cash"})
    assert (answer.status_code, answer.json()["payment"]["method"]) == (200, "cash")
    assert stripe.intent(intent_of(shown))["status"] == "canceled"


def test_cash_that_would_be_refused_leaves_the_card_payment_alone(
    caller: Caller, room: Room, stripe: StandIn
) -> None:
    shown = hold(caller, room)
    path = f"/api/v1/bookings/{shown['id']}/confirm"
    error_of(caller.post(path, {"paid": 12001, "method": "cash"}), 400)
    assert stripe.intent(intent_of(shown))["status"] == "requires_payment_method"


def test_card_money_that_crosses_cash_goes_back(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = hold(caller, room)
    stripe.mood(fail=5)
    path = f"/api/v1/bookings/{shown['id']}/confirm"
    assert caller.post(path, {"paid": 6000, "method": "cash"}).status_code == 200
    stripe.mood()
    tell_paid(stripe, shown)
    work()
    assert [refund["amount"] for refund in stripe.refunds(intent_of(shown))] == [6000]
    assert figures(caller, shown) == (12000, 12000, 6000, 6000)


def test_a_balance_paid_twice_goes_back_once(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    path = f"/api/v1/bookings/{shown['id']}/payments"
    begun = caller.post(path, {"method": "stripe"}).json()
    assert (begun["payment"]["amount"], begun["payment"]["status"]) == (6000, "pending")
    assert begun["payment"]["clientSecret"]
    assert caller.post(path, {"method": "cash", "amount": 1000}).status_code == 201
    tell_paid(stripe, begun)
    work()
    assert figures(caller, shown) == (12000, 13000, 1000, 0)
    assert [refund["amount"] for refund in stripe.refunds(intent_of(begun))] == [1000]
    error = error_of(caller.post(path, {"method": "stripe"}), 409)
    assert error["code"] == "BOOKING_STATE_CONFLICT"


def test_another_balance_in_place_of_one_not_paid(caller: Caller, room: Room, stripe: StandIn) -> None:
    shown = paid(caller, room, stripe)
    path = f"/api/v1/bookings/{shown['id']}/payments"
    first = caller.post(path, {"method": "stripe"}).json()
    second = caller.post(path, {"method": "stripe", "amount": 2000}).json()
    work()
    assert stripe.intent(intent_of(first))["status"] == "canceled"
    tell_paid(stripe, second)
    assert figures(caller, shown) == (12000, 8000, 0, 4000)
    error_of(caller.post(path, {"method": "stripe", "amount": 4001}), 400)
