"""Amounts in currencies that Stripe counts otherwise than ISO does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookingflow.lib.money import CURRENCIES
from bookings.models import Refund
from bookings.payments.stripe_amounts import chargeable, from_stripe, to_stripe
from tests.builders import make_api_key, make_organization
from tests.caller import Caller, error_of
from tests.stripe.stage import PRICES, figures, hold, intent_of, room_of, sound, tell_paid, wish, work
from tests.stripe.standin import StandIn


@pytest.mark.parametrize(
    ("currency", "ours", "theirs"),
    [
        ("USD", 1234, 1234),
        ("JPY", 1234, 1234),
        ("KWD", 1230, 1230),
        ("ISK", 1234, 123400),
        ("UGX", 1234, 123400),
        ("MGA", 1200, 12),
        ("TWD", 1234, 1234),
    ],
)
def test_amounts_there_and_back(currency: str, ours: int, theirs: int) -> None:
    assert to_stripe(ours, currency) == theirs
    assert from_stripe(theirs, currency) == ours


@pytest.mark.parametrize(("currency", "most"), [("KWD", 1230), ("MGA", 1200), ("USD", 1234), ("ISK", 1234)])
def test_what_can_be_charged_of_1234(currency: str, most: int) -> None:
    assert chargeable(1234, currency) == most
    if most != 1234:
        with pytest.raises(ValueError, match="minor unit"):
            to_stripe(1234, currency)


@given(st.integers(0, 10**11), st.sampled_from(sorted(CURRENCIES)))
def test_what_can_be_charged_comes_back_as_it_went(amount: int, currency: str) -> None:
    most = chargeable(amount, currency)
    assert 0 <= amount - most < 100
    assert from_stripe(to_stripe(most, currency), currency) == most


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("currency", "asked"), [("JPY", 6000), ("KWD", 6000), ("ISK", 600000)])
def test_a_booking_is_paid_and_refunded_in_it(stripe: StandIn, currency: str, asked: int) -> None:
    organization = make_organization(currency=currency)
    caller = Caller(make_api_key(organization)[1])
    shown = hold(caller, room_of(organization))
    assert shown["payment"]["amount"] == 6000
    assert stripe.intent(intent_of(shown))["amount"] == asked
    tell_paid(stripe, shown)
    assert figures(caller, shown) == (12000, 6000, 0, 6000)
    caller.delete(f"/api/v1/bookings/{shown['id']}")
    work()
    assert [each["amount"] for each in stripe.refunds(intent_of(shown))] == [asked]
    assert figures(caller, shown)[1:3] == (6000, 6000)
    sound()


@pytest.mark.django_db(transaction=True)
def test_three_decimals_are_charged_and_refunded_to_the_last_that_counts(stripe: StandIn) -> None:
    organization = make_organization(currency="KWD")
    caller = Caller(make_api_key(organization)[1])
    shown = hold(caller, room_of(organization, pricing={"base": 12345}))
    assert shown["payment"]["amount"] == 12340
    tell_paid(stripe, shown)
    assert figures(caller, shown) == (12345, 12340, 0, 5)
    for amount in (1235, 11105):
        caller.post(f"/api/v1/bookings/{shown['id']}/refunds", {"amount": amount})
    work()
    assert sorted(each["amount"] for each in stripe.refunds(intent_of(shown))) == [1230, 11110]
    assert {refund.status for refund in Refund.objects.all()} == {"succeeded"}
    sound()


@pytest.mark.django_db(transaction=True)
def test_less_than_can_be_charged_is_refused(stripe: StandIn) -> None:
    organization = make_organization(currency="KWD")
    caller = Caller(make_api_key(organization)[1])
    room = room_of(organization, pricing=PRICES | {"perGuest": 2, "depositPercent": 0})
    error = error_of(caller.post("/api/v1/bookings", wish(room)), 400)
    assert error["details"][0]["field"] == "payment"
