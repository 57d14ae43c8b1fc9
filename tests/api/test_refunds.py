"""POST /bookings/{id}/refunds and DELETE with a refund: money that goes back."""

from typing import Any

import pytest

from bookings import services
from bookings.models import Booking, Refund
from tests.api.money import booking, figures, path_of, pay, price, refund
from tests.bookings.stage import by, told, written
from tests.caller import Caller, error_of

__all__ = ["booking"]
pytestmark = pytest.mark.django_db


def test_a_refund_answers_with_itself_and_lowers_the_total_by_a_line_with_its_reason(
    caller: Caller, booking: Booking
) -> None:
    pay(caller, booking, 12000)
    answer = refund(caller, booking, 2000, reason="The lights went out")
    assert (answer.status_code, answer["Location"]) == (201, path_of(booking))
    shown = answer.json()
    row = Refund.objects.get()
    assert shown == {
        "id": str(row.pk),
        "amount": 2000,
        "currency": "USD",
        "status": "succeeded",
        "reason": "The lights went out",
        "createdAt": shown["createdAt"],
    }
    assert figures(caller, booking) == (10000, 12000, 2000, 0)
    line = price(caller, booking)["lines"][-1]
    assert (line["kind"], line["label"], line["amount"]) == ("adjustment", "The lights went out", -2000)


def test_it_never_comes_due_again(caller: Caller, booking: Booking) -> None:
    pay(caller, booking, 6000)
    refund(caller, booking, 6000)
    assert figures(caller, booking) == (6000, 6000, 6000, 6000)
    assert pay(caller, booking, 6000).status_code == 201
    assert figures(caller, booking) == (6000, 12000, 6000, 0)
    assert price(caller, booking)["deposit"] == 6000


def test_more_than_is_left_is_refused(caller: Caller, booking: Booking) -> None:
    error = error_of(refund(caller, booking, 1), 400)
    assert error["details"][0]["field"] == "amount"
    pay(caller, booking, 5000)
    refund(caller, booking, 3000)
    error = error_of(refund(caller, booking, 2001), 400)
    assert "20.00 USD is left of what was paid" in error["message"]
    assert refund(caller, booking, 2000).status_code == 201
    assert figures(caller, booking) == (7000, 5000, 5000, 7000)


def test_a_refund_over_several_payments_is_one_answer_and_an_event_for_each(
    caller: Caller, booking: Booking
) -> None:
    first = pay(caller, booking, 5000).json()
    second = pay(caller, booking, 4000).json()
    shown = refund(caller, booking, 6000, reason="Sorry").json()
    assert (shown["amount"], shown["status"]) == (6000, "succeeded")
    parts = {str(each.payment_id): each.amount_minor for each in Refund.objects.all()}
    assert parts == {second["id"]: 4000, first["id"]: 2000}
    events = [data["refund"] for event, data in told(booking) if event == "refund.succeeded"]
    assert [each["amount"] for each in events] == [4000, 2000]
    assert events[0]["id"] == shown["id"]
    assert figures(caller, booking) == (6000, 9000, 6000, 3000)
    line = price(caller, booking)["lines"][-1]
    assert (line["label"], line["amount"]) == ("Sorry", -6000)
    refund(caller, booking, 500, reason="Again")
    services.change_booking(**by(booking), guests=5)
    assert [each["amount"] for each in price(caller, booking)["lines"]][-2:] == [-6000, -500]


BAD = [
    ({}, {"amount"}),
    ({"amount": 0}, {"amount"}),
    ({"amount": None}, {"amount"}),
    ({"amount": "5"}, {"amount"}),
    ({"amount": 10**20}, {"amount"}),
    ({"amount": 5, "reason": 5}, {"reason"}),
    ({"amount": 5, "reason": "x" * 501}, {"reason"}),
    ({"amount": 5, "note": "no"}, {"note"}),
]


@pytest.mark.parametrize(("body", "fields"), BAD)
def test_bad_input_is_named(caller: Caller, booking: Booking, body: dict[str, Any], fields: set[str]) -> None:
    pay(caller, booking, 12000)
    error = error_of(caller.post(path_of(booking, "refunds"), body), 400)
    assert {each["field"] for each in error["details"]} == fields
    assert figures(caller, booking) == (12000, 12000, 0, 0)


def test_one_key_refunds_once(caller: Caller, booking: Booking) -> None:
    pay(caller, booking, 12000)
    answers = [caller.post(path_of(booking, "refunds"), {"amount": 2000}, key="sorry-1") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert figures(caller, booking) == (10000, 12000, 2000, 0)


def test_the_reason_may_be_personal_and_stays_out_of_the_audit(caller: Caller, booking: Booking) -> None:
    pay(caller, booking, 12000)
    refund(caller, booking, 2000, reason="Ada fell ill")
    services.change_booking(**by(booking), guests=5)
    assert "Ada" not in str(written(booking))
    assert written(booking)[2] == (
        "refund.succeeded",
        {"amount": [None, 2000], "purpose": [None, "by_hand"]},
    )
    assert written(booking)[-1][1]["price"][1]["total"] == 13000
