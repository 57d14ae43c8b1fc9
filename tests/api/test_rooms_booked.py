"""What a room's fields do to slots, prices and bookings, seen over HTTP."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bookingflow.organizations.models import Organization
from rooms.models import Room, Schedule
from tests.builders import make_room, make_schedule, slot
from tests.caller import Caller, error_of

DAY = str(slot().date())


@pytest.fixture
def schedule(organization: Organization) -> Schedule:
    return make_schedule(organization)


def book(caller: Caller, room: Room, start: datetime, status: int = 201, **more: Any) -> dict[str, Any]:
    customer = {"name": "Ada", "email": "ada@example.com"}
    body = {"room": room.pk, "start": start.isoformat(), "customer": customer, **more}
    answer = caller.post("/api/v1/bookings", body)
    assert answer.status_code == status, answer.content
    return dict(answer.json() if status == 201 else error_of(answer, status))


def slots(caller: Caller, room: Room, **query: Any) -> dict[str, dict[str, Any]]:
    answer = caller.get("/api/v1/schedules", startDate=DAY, endDate=DAY, room=room.pk, **query)
    return {found["start"][11:16]: found for found in answer.json()["rooms"][0]["slots"]}


def test_the_grid_goes_on_from_each_opening(caller: Caller, organization: Organization) -> None:
    hours = {
        day: [["09:00", "11:00"], ["13:30", "16:00"]]
        for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    }
    room = make_room(make_schedule(organization, hours=hours), slot_interval_minutes=45)
    assert list(slots(caller, room)) == ["09:00", "09:45", "13:30", "14:15", "15:00"]
    assert book(caller, room, slot(9, 30), 422)["details"][0]["code"] == "OFF_GRID"


def test_buffers_of_neighbours_add_up_and_may_reach_beyond_the_hours(
    caller: Caller, schedule: Schedule
) -> None:
    room = make_room(schedule, slot_interval_minutes=5, buffer_before_minutes=10, buffer_after_minutes=15)
    book(caller, room, slot(12))
    found = list(slots(caller, room))
    assert (found[0], found[-1]) == ("09:00", "16:00")
    assert [start for start in found if "10:30" <= start <= "13:30"] == ["10:30", "10:35", "13:25", "13:30"]
    assert book(caller, room, slot(13, 20), 409)["code"] == "SLOT_NOT_AVAILABLE"
    assert book(caller, room, slot(13, 25))


def test_rooms_on_one_schedule_take_each_others_time(caller: Caller, schedule: Schedule) -> None:
    room, other = make_room(schedule), make_room(schedule)
    book(caller, room, slot(10))
    assert "10:00" not in slots(caller, other)
    assert book(caller, other, slot(10), 409)["code"] == "SLOT_NOT_AVAILABLE"


def test_parties_share_a_session_until_its_seats_are_taken(caller: Caller, schedule: Schedule) -> None:
    room = make_room(schedule, modes=["shared"], seats=5, guests_max=4)
    assert book(caller, room, slot(10), guests=3)["mode"] == "shared"
    assert slots(caller, room)["10:00"]["seatsLeft"] == 2
    assert "10:00" not in slots(caller, room, guests=3)
    assert book(caller, room, slot(10), 409, guests=3)["code"] == "SLOT_NOT_AVAILABLE"
    book(caller, room, slot(10), guests=2)
    assert "10:00" not in slots(caller, room)


def test_the_first_booking_decides_what_a_session_of_both_modes_is(
    caller: Caller, schedule: Schedule
) -> None:
    room = make_room(schedule, modes=["private", "shared"], seats=6)
    assert book(caller, room, slot(10))["mode"] == "private"
    assert book(caller, room, slot(11), mode="shared")["mode"] == "shared"
    assert "10:00" not in slots(caller, room, mode="shared")
    assert "11:00" not in slots(caller, room)
    assert slots(caller, room, mode="shared")["11:00"]["seatsLeft"] == 5
    assert book(caller, room, slot(11), 409)["code"] == "SLOT_NOT_AVAILABLE"


def test_a_price_is_base_guests_by_tier_adjustments_and_taxes(caller: Caller, schedule: Schedule) -> None:
    pricing = {
        "base": 1000,
        "perGuest": 3500,
        "tiers": [{"minGuests": 4, "perGuest": 3000}],
        "durations": [{"minutes": 90, "base": 4000}],
        "adjustments": [{"label": "Afternoon", "from": "12:00", "percent": 12.5}],
        "taxes": [{"label": "VAT", "percent": 10, "included": False}],
        "depositPercent": 50,
    }
    room = make_room(schedule)
    room.durations = [60, 90]
    room.save()
    caller.put(f"/api/v1/rooms/{room.pk}", {"pricing": pricing})
    assert slots(caller, room, guests=2, durationMinutes=60)["09:00"]["price"]["total"] == 8800
    assert slots(caller, room, guests=4, durationMinutes=60)["09:00"]["price"]["total"] == 14300
    assert slots(caller, room, guests=4, durationMinutes=90)["12:00"]["price"]["total"] == 19800
    price = book(caller, room, slot(12), guests=4, durationMinutes=90)["price"]
    assert (price["total"], price["deposit"], price["due"]) == (19800, 9900, 19800)
    assert [(line["kind"], line["amount"]) for line in price["lines"]] == [
        ("base", 4000), ("guests", 12000), ("adjustment", 2000), ("tax", 1800),
    ]  # fmt: skip


def test_later_prices_and_policies_dont_touch_what_is_booked(caller: Caller, schedule: Schedule) -> None:
    room = make_room(schedule, pricing={"perGuest": 3500})
    booking = book(caller, room, slot(10))
    change = {"pricing": {"base": 9}, "cancellationPolicy": [{"hoursBefore": 1, "refundPercent": 1}]}
    assert caller.put(f"/api/v1/rooms/{room.pk}", change).status_code == 200
    read = caller.get(f"/api/v1/bookings/{booking['id']}").json()
    assert (read["price"], read["cancellationPolicy"]) == (booking["price"], [])


def test_notice_and_horizon(caller: Caller, schedule: Schedule) -> None:
    room = make_room(schedule, min_notice_minutes=8 * 24 * 60)
    assert not slots(caller, room)
    caller.put(f"/api/v1/rooms/{room.pk}", {"minNoticeMinutes": 0, "maxDaysAhead": 7})
    assert slots(caller, room)
    book(caller, room, slot(10) + timedelta(days=1), 422)
    caller.put(f"/api/v1/rooms/{room.pk}", {"maxDaysAhead": 6})
    assert not slots(caller, room)
