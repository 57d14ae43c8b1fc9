"""What is told of bookings, to the letter."""

import json
from datetime import datetime
from typing import Any

import pytest

from bookingflow.lib.json import instant
from bookings import services
from bookings.documents import manage_url
from bookings.models import Booking
from bookings.services import change_booking
from customers.models import Customer
from rooms.models import Room
from tests.bookings.stage import again, by, document, stand_at, told
from tests.builders import make_booking, make_organization, make_room, make_schedule, slot
from webhooks.models import Event

pytestmark = pytest.mark.django_db


def vault() -> Room:
    schedule = make_schedule(make_organization(currency="EUR"), timezone="Etc/GMT-1")
    return make_room(
        schedule,
        name="The Vault",
        slug="the-vault",
        booking_type="bt-63bb1a53",
        pricing={"perGuest": 3000, "depositPercent": 50},
        cancellation_policy=[{"hoursBefore": 48, "refundPercent": 100}],
    )


def booked(**overrides: Any) -> Booking:
    ada = {"name": "Ada Park", "email": "ada@example.com", "phone": "+1 212 555 0100"}
    fields = {"customer": ada, "guests": 4, "notes": "Cake", "metadata": {"till": "2"}}
    return make_booking(vault(), **fields | overrides)


def shown(booking: Booking, **differing: Any) -> dict[str, Any]:
    """A confirmed booking of the Vault, as the API shows it."""
    customer = Customer.objects.get()
    whole = {
        "id": str(booking.pk),
        "reference": booking.reference,
        "status": "confirmed",
        "room": {
            "id": booking.room_id,
            "bookingType": "bt-63bb1a53",
            "slug": "the-vault",
            "name": "The Vault",
        },
        "start": instant(slot(10)),
        "end": instant(slot(11)),
        "timezone": "Etc/GMT-1",
        "durationMinutes": 60,
        "mode": "private",
        "guests": 4,
        "customer": {
            "id": str(customer.pk),
            "name": "Ada Park",
            "email": "ada@example.com",
            "phone": "+1 212 555 0100",
        },
        "price": {
            "currency": "EUR",
            "total": 12000,
            "deposit": 6000,
            "paid": 0,
            "refunded": 0,
            "due": 12000,
            "lines": [
                {
                    "kind": "guests",
                    "label": "4 guests",
                    "quantity": 4,
                    "unitAmount": 3000,
                    "amount": 12000,
                }
            ],
        },
        "payment": None,
        "refund": None,
        "cancellationPolicy": [{"hoursBefore": 48, "refundPercent": 100}],
        "notes": "Cake",
        "metadata": {"till": "2"},
        "source": "api",
        "holdExpiresAt": None,
        "canceledAt": None,
        "cancelReason": None,
        "rescheduledFrom": None,
        "rescheduledTo": None,
        "createdAt": instant(booking.created_at),
        "updatedAt": instant(again(booking).updated_at),
    }
    assert differing.keys() <= whole.keys()
    return whole | differing


def test_booking_created() -> None:
    booking = booked()
    assert told(booking) == [("booking.created", {"booking": shown(booking), "sequence": 1})]


def test_the_document_is_the_same_with_a_link_only_where_it_is_asked_for() -> None:
    booking = booked()
    assert document(booking) == shown(booking)
    assert "/manage/" in manage_url(booking)
    assert "manage" not in Event.objects.get(type="booking.created").body


def test_booking_created_of_a_confirmed_hold() -> None:
    hold = booked(hold=True)
    services.confirm_booking(**by(hold))
    assert told(hold) == [("booking.created", {"booking": shown(hold), "sequence": 1})]


def test_booking_updated() -> None:
    booking = booked()
    price = shown(booking)["price"]
    line = {"kind": "guests", "label": "5 guests", "quantity": 5, "unitAmount": 3000, "amount": 15000}
    dearer = {**price, "total": 15000, "deposit": 7500, "due": 15000, "lines": [line]}
    change_booking(**by(booking), guests=5, notes="No cake")
    wishes = {"guests": (4, 5), "price": (price, dearer), "notes": ("Cake", "No cake")}
    changes = {name: {"from": was, "to": to} for name, (was, to) in wishes.items()}
    after = shown(booking, guests=5, notes="No cake", price=dearer)
    assert told(booking)[1:] == [("booking.updated", {"booking": after, "changes": changes, "sequence": 2})]


def test_booking_rescheduled_in_place_beside_booking_updated() -> None:
    booking = booked()
    change_booking(**by(booking), start=slot(12))
    times = {"start": instant(slot(12)), "end": instant(slot(13))}
    was = {"start": instant(slot(10)), "end": instant(slot(11))}
    changes = {name: {"from": was[name], "to": to} for name, to in times.items()}
    after = shown(booking, **times)
    ids = {"oldBookingId": str(booking.pk), "newBookingId": str(booking.pk)}
    assert told(booking)[1:] == [
        ("booking.updated", {"booking": after, "changes": changes, "sequence": 2}),
        ("booking.rescheduled", {"booking": after, **ids, "sequence": 3}),
    ]


def test_booking_rescheduled_to_a_new_booking() -> None:
    old = booked()
    new = services.reschedule_booking(**by(old), start=slot(12), end=slot(13))
    times = {"start": instant(slot(12)), "end": instant(slot(13))}
    after = shown(new, **times, source="booking_api", rescheduledFrom=str(old.pk))
    was = {"start": instant(slot(10)), "end": instant(slot(11))}
    changes = {name: {"from": was[name], "to": to} for name, to in times.items()}
    ids = {"oldBookingId": str(old.pk), "newBookingId": str(new.pk)}
    assert told(new) == [
        ("booking.rescheduled", {"booking": after, "changes": changes, **ids, "sequence": 1})
    ]


def test_booking_canceled() -> None:
    booking = booked()
    canceled = services.cancel_booking(**by(booking), reason="Rain")
    refund = {"amount": 0, "currency": "EUR", "status": "not_needed"}
    after = shown(
        booking,
        status="canceled",
        canceledAt=at(canceled.canceled_at),
        cancelReason="Rain",
        refund=refund,
    )
    after["price"]["due"] = 0
    assert told(booking)[1:] == [("booking.canceled", {"booking": after, "refund": refund, "sequence": 2})]


@pytest.mark.parametrize("status", ["completed", "no_show"])
def test_booking_completed_and_no_show(status: str) -> None:
    booking = booked()
    stand_at(booking.start)
    change_booking(**by(booking), status=status)
    after = shown(booking, status=status)
    assert told(booking)[1:] == [(f"booking.{status}", {"booking": after, "sequence": 2})]


def test_the_envelope_carries_the_instant_of_the_change() -> None:
    booking = booked()
    envelope = json.loads(Event.objects.get(type="booking.created").body)
    assert set(envelope) == {"id", "type", "apiVersion", "timestamp", "organization", "data"}
    assert envelope["timestamp"] == envelope["data"]["booking"]["createdAt"]
    assert envelope["organization"] == str(booking.organization_id)


def test_a_bookings_link_stays_the_same_and_is_no_other_bookings() -> None:
    one, other = make_booking(), make_booking()
    assert manage_url(one) == manage_url(again(one))
    assert len({manage_url(one), manage_url(other)}) == 2


def at(moment: datetime | None) -> str:
    assert moment is not None
    return instant(moment)
