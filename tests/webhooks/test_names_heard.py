"""Under which names endpoints hear of what the two APIs do, from the call to the receiver."""

from typing import Any

import pytest

from bookingflow.lib.json import instant
from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_room, make_schedule, slot
from tests.caller import Caller
from tests.receiver import Receiver
from webhooks.delivery import drain

pytestmark = pytest.mark.django_db(transaction=True)

BOOKING_API, VENUE_API = "/api/bookings", "/api/v1/bookings"


@pytest.fixture
def booked(caller: Caller, organization: Organization) -> dict[str, Any]:
    room = make_room(make_schedule(organization, handle="the-vault"))
    wanted = {
        "bookingType": room.pk,
        "start": slot(10).isoformat(),
        "end": slot(11).isoformat(),
        "name": "Ada Park",
        "email": "ada@example.com",
    }
    answer = caller.post(BOOKING_API, wanted, key="book")
    assert answer.status_code < 300, answer.content
    drain()
    return dict(answer.json())


def heard(receiver: Receiver, organization: Organization, *subscriptions: list[str]) -> None:
    """An endpoint for each, on a path named for what it subscribes to."""
    for names in subscriptions:
        make_endpoint(organization, url=receiver.url(f"/{'+'.join(names)}"), events=names)


def told(receiver: Receiver) -> dict[str, list[Any]]:
    """Of each endpoint, in no particular order between them."""
    drain()
    found: dict[str, list[Any]] = {}
    for request in receiver.requests():
        found.setdefault(request.path[1:], []).append(request.document)
    return found


def types(found: dict[str, list[Any]]) -> dict[str, list[str]]:
    return {path: [each["type"] for each in documents] for path, documents in found.items()}


def test_a_reschedule_by_the_booking_api_is_one_event_under_one_name_each(
    caller: Caller, organization: Organization, receiver: Receiver, booked: dict[str, Any]
) -> None:
    heard(
        receiver,
        organization,
        ["*"],
        ["booking.updated"],
        ["booking.rescheduled"],
        ["booking.updated", "booking.rescheduled"],
        ["booking.canceled", "booking.cancelled", "booking.created"],
    )
    moved = {"newSlot": {"start": slot(12).isoformat(), "end": slot(13).isoformat()}}
    answer = caller.post(f"{BOOKING_API}/{booked['bookingId']}/reschedule", moved, key="move")
    assert answer.status_code == 200, answer.content
    found = told(receiver)
    assert types(found) == {
        "*": ["booking.rescheduled"],
        "booking.updated": ["booking.updated"],
        "booking.rescheduled": ["booking.rescheduled"],
        "booking.updated+booking.rescheduled": ["booking.rescheduled"],
    }
    whole, alias = found["*"][0], found["booking.updated"][0]
    assert alias["data"] == whole["data"]
    assert alias["data"]["changes"]["start"] == {"from": instant(slot(10)), "to": instant(slot(12))}
    assert alias["id"] != whole["id"]
    assert whole["data"]["oldBookingId"] == booked["bookingId"]
    assert whole["data"]["booking"]["id"] == whole["data"]["newBookingId"] != booked["bookingId"]
    assert whole["data"]["sequence"] == 1


def test_a_move_in_place_is_heard_as_updated_and_as_rescheduled(
    caller: Caller, organization: Organization, receiver: Receiver, booked: dict[str, Any]
) -> None:
    heard(receiver, organization, ["*"], ["booking.updated"], ["booking.rescheduled"])
    caller.put(f"{VENUE_API}/{booked['bookingId']}", {"start": slot(12).isoformat()})
    assert types(told(receiver)) == {
        "*": ["booking.updated", "booking.rescheduled"],
        "booking.updated": ["booking.updated"],
        "booking.rescheduled": ["booking.rescheduled"],
    }


@pytest.mark.parametrize("api", ["booking", "venue"])
def test_a_cancellation_is_heard_in_either_spelling(
    caller: Caller, organization: Organization, receiver: Receiver, booked: dict[str, Any], api: str
) -> None:
    heard(receiver, organization, ["*"], ["booking.cancelled"], ["booking.canceled", "booking.cancelled"])
    if api == "booking":
        answer = caller.post(f"{BOOKING_API}/{booked['bookingId']}/cancel", {}, key="cancel")
    else:
        answer = caller.delete(f"{VENUE_API}/{booked['bookingId']}")
    assert answer.status_code == 200, answer.content
    found = told(receiver)
    assert types(found) | {"booking.canceled+booking.cancelled": []} == {
        "*": ["booking.canceled"],
        "booking.cancelled": ["booking.cancelled"],
        "booking.canceled+booking.cancelled": [],
    }
    both = found["booking.canceled+booking.cancelled"]
    assert sorted(each["type"] for each in both) == ["booking.canceled", "booking.cancelled"]
    alias = found["booking.cancelled"][0]
    assert alias["data"] == found["*"][0]["data"]
    assert alias in both, "one alias for all"


def test_a_hold_makes_no_event(caller: Caller, organization: Organization, receiver: Receiver) -> None:
    room = make_room(make_schedule(organization), pricing={"base": 12000})
    heard(receiver, organization, ["*"])
    wanted = {"room": room.pk, "start": slot(10).isoformat(), "payment": "hold"}
    hold = caller.post(VENUE_API, wanted | {"customer": {"name": "Ada", "email": "ada@example.com"}}).json()
    assert hold["status"] == "pending"
    caller.delete(f"{VENUE_API}/{hold['id']}")
    assert types(told(receiver)) == {"*": ["customer.created"]}
