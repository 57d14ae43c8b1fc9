"""Cancelling and rescheduling in the Booking API, and what each state is called there."""

from datetime import timedelta

import pytest

from bookingflow.organizations.models import Organization
from bookings.lifecycle import Status
from bookings.models import Booking
from rooms.models import Room
from tests.api.appointments import BOOKINGS, book, cancel, read, reschedule, time
from tests.api.money import pay
from tests.bookings.stage import booking_in, types_told
from tests.builders import make_booking, make_room, make_schedule, slot
from tests.caller import Caller, error_of


@pytest.fixture
def room(organization: Organization) -> Room:
    schedule = make_schedule(organization, handle="clara-finch")
    return make_room(schedule, slug="trial-lesson", slot_interval_minutes=30, pricing={"base": 5000})


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.CANCELED}))
def test_states_are_called_as_in_the_venue_api(caller: Caller, room: Room, status: Status) -> None:
    assert read(caller, booking_in(status, room).pk)["status"] == status


def test_a_cancelled_booking_reads_cancelled_and_its_time_is_free(caller: Caller, room: Room) -> None:
    identifier = book(caller, room)
    answer = cancel(caller, identifier, {"reason": "Ill"})
    assert (answer.status_code, answer.json()) == (200, {"status": "cancelled"})
    assert read(caller, identifier)["status"] == "cancelled"
    assert caller.get(f"/api/v1/bookings/{identifier}").json()["cancelReason"] == "Ill"
    assert book(caller, room)


def test_cancelling_again_answers_the_same_and_nothing_more_happens(
    caller: Caller, organization: Organization, room: Room
) -> None:
    identifier = book(caller, room)
    cancel(caller, identifier, {"reason": "Ill"})
    before, told = caller.get(f"/api/v1/bookings/{identifier}").json(), types_told(organization)
    again = cancel(caller, identifier, {"reason": "Well again"})
    assert (again.status_code, again.json()) == (200, {"status": "cancelled"})
    assert caller.get(f"/api/v1/bookings/{identifier}").json() == before
    assert types_told(organization) == told


@pytest.mark.parametrize("body", [b"", b"{}", b' { "reason" : "" } '])
def test_a_reason_may_be_left_out(caller: Caller, room: Room, body: bytes) -> None:
    answer = caller.post(f"{BOOKINGS}/{book(caller, room)}/cancel", body, key="order-1")
    assert answer.json() == {"status": "cancelled"}


def test_a_hold_can_be_given_up(caller: Caller, room: Room) -> None:
    assert cancel(caller, make_booking(room, hold=True).pk).json() == {"status": "cancelled"}


@pytest.mark.parametrize("body", [{"reason": 7}, {"reason": "x" * 501}, {"refund": "full"}, {"newSlot": {}}])
def test_what_a_cancellation_cant_carry_is_400(caller: Caller, room: Room, body: dict[str, object]) -> None:
    identifier = book(caller, room)
    assert error_of(cancel(caller, identifier, body), 400)["code"] == "INVALID_REQUEST"
    assert read(caller, identifier)["status"] == "confirmed"


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW, Status.EXPIRED])
def test_what_ended_otherwise_cant_be_cancelled(caller: Caller, room: Room, status: Status) -> None:
    booking = booking_in(status, room)
    assert error_of(cancel(caller, booking.pk), 409)["code"] == "BOOKING_STATE_CONFLICT"


def test_refunds_follow_the_policy(caller: Caller, room: Room) -> None:
    policy = [{"hoursBefore": 24, "refundPercent": 50}]
    Room.objects.update(cancellation_policy=policy)
    identifier = book(caller, room)
    pay(caller, Booking.objects.get(pk=identifier), 5000)
    cancel(caller, identifier)
    refund = caller.get(f"/api/v1/bookings/{identifier}").json()["refund"]
    assert refund == {"amount": 2500, "currency": "USD", "status": "succeeded"}


def test_a_new_booking_takes_the_place_of_the_old_one(caller: Caller, room: Room) -> None:
    old = book(caller, room, notes="By the window")
    answer = reschedule(caller, old, slot(12))
    assert answer.status_code == 200
    moved = answer.json()
    assert list(moved) == ["oldBookingId", "newBookingId", "status"]
    assert (moved["oldBookingId"], moved["status"]) == (old, "rescheduled")
    before, after = read(caller, old), read(caller, moved["newBookingId"])
    assert (before["status"], before["rescheduledTo"]) == ("rescheduled", moved["newBookingId"])
    assert (after["status"], after["rescheduledFrom"], after["notes"]) == ("confirmed", old, "By the window")
    assert after["startUtc"] == f"{slot():%Y-%m-%d}T12:00:00Z"
    assert before["startUtc"] == f"{slot():%Y-%m-%d}T10:00:00Z"


def test_in_the_venue_api_the_old_one_reads_canceled(caller: Caller, room: Room) -> None:
    old = book(caller, room)
    new = reschedule(caller, old, slot(12)).json()["newBookingId"]
    shown = caller.get(f"/api/v1/bookings/{old}").json()
    assert (shown["status"], shown["cancelReason"], shown["rescheduledTo"]) == (
        "canceled",
        "rescheduled",
        new,
    )


def test_money_goes_along_and_a_rise_comes_due(caller: Caller, room: Room) -> None:
    evening = {"label": "Evening", "from": "12:00", "to": "17:00", "percent": 20}
    Room.objects.update(pricing={"base": 5000, "adjustments": [evening]})
    old = book(caller, room)
    pay(caller, Booking.objects.get(pk=old), 5000)
    new = reschedule(caller, old, slot(12)).json()["newBookingId"]
    price = caller.get(f"/api/v1/bookings/{new}").json()["price"]
    assert {name: price[name] for name in ("total", "paid", "due")} == {
        "total": 6000,
        "paid": 5000,
        "due": 1000,
    }
    assert caller.get(f"/api/v1/bookings/{old}").json()["price"]["paid"] == 0


def test_the_new_time_may_overlap_the_old_one(caller: Caller, room: Room) -> None:
    old = book(caller, room, slot(10))
    assert reschedule(caller, old, slot(10, 30)).status_code == 200


def test_what_cant_be_had_leaves_the_old_booking_untouched(
    caller: Caller, organization: Organization, room: Room
) -> None:
    old = book(caller, room)
    make_booking(room, start=slot(12))
    before, told = caller.get(f"/api/v1/bookings/{old}").json(), types_told(organization)
    for start, status, code in (
        (slot(12), 409, "SLOT_NOT_AVAILABLE"),
        (slot(3), 422, "SLOT_UNAVAILABLE"),
        (slot(10), 422, "SLOT_UNAVAILABLE"),
        (slot(14, 10), 422, "SLOT_UNAVAILABLE"),
    ):
        assert error_of(reschedule(caller, old, start), status)["code"] == code
    backwards = reschedule(caller, old, slot(14), end=slot(14) - timedelta(hours=1))
    assert error_of(backwards, 422)["code"] == "SLOT_UNAVAILABLE"
    assert caller.get(f"/api/v1/bookings/{old}").json() == before
    assert types_told(organization) == told


@pytest.mark.parametrize("end", ["cancel", "reschedule"])
def test_what_ended_so_can_be_moved_by_no_way(caller: Caller, room: Room, end: str) -> None:
    old = book(caller, room)
    ended = cancel(caller, old) if end == "cancel" else reschedule(caller, old, slot(12))
    assert ended.status_code == 200
    assert error_of(reschedule(caller, old, slot(14)), 409)["code"] == "BOOKING_STATE_CONFLICT"
    if end == "reschedule":
        assert error_of(cancel(caller, old), 409)["code"] == "BOOKING_STATE_CONFLICT"
        assert read(caller, old)["status"] == "rescheduled"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"newSlot"}),
        ({"newSlot": {}}, {"newSlot.start", "newSlot.end"}),
        ({"newSlot": {"start": "2026-12-05T10:00:00", "end": 7}}, {"newSlot.start", "newSlot.end"}),
        ({"newSlot": {"start": 1, "end": 1, "room": 2}}, {"newSlot.start", "newSlot.end", "newSlot.room"}),
        ({"newSlot": None, "start": "2026-12-05T10:00:00Z"}, {"newSlot", "start"}),
    ],
    ids=["nothing", "empty", "ill-formed", "more", "null"],
)  # fmt: skip
def test_a_new_slot_that_is_none_is_400(
    caller: Caller, room: Room, body: dict[str, object], fields: set[str]
) -> None:
    answer = caller.post(f"{BOOKINGS}/{book(caller, room)}/reschedule", body, key="order-1")
    assert {detail["field"] for detail in error_of(answer, 400)["details"]} == fields


def test_snake_case_is_understood(caller: Caller, room: Room) -> None:
    path = f"{BOOKINGS}/{book(caller, room)}/reschedule"
    answer = caller.post(path, {"new_slot": time(slot(12))}, key="order-1")
    assert answer.status_code == 200
