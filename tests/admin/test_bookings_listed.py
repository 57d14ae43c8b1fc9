"""The list of bookings: what they are now, found by person, reference, status, room and local day."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from bookings.models import Booking
from rooms.models import Room
from tests.admin.browser import text_of
from tests.builders import make_booking, make_room, make_schedule, slot

pytestmark = pytest.mark.django_db

LIST = reverse("admin:bookings_booking_changelist")
ADA = {"name": "Ada Park", "email": "ada@example.com"}


@pytest.fixture
def room(organization: Organization) -> Room:
    schedule = make_schedule(organization, timezone="America/New_York", hours={"mon": [["00:00", "24:00"]]})
    for day in ("tue", "wed", "thu", "fri", "sat", "sun"):
        schedule.hours[day] = [["00:00", "24:00"]]
    schedule.save()
    return make_room(schedule, pricing={"base": 1000})


def listed(client: Client, **query: Any) -> list[Booking]:
    page = client.get(LIST, query)
    assert page.status_code == 200
    return list(page.context["cl"].result_list)


def shown(booking: Booking) -> str:
    return reverse("admin:bookings_booking_change", args=[booking.pk])


def test_times_are_told_on_the_wall_of_the_schedule(owner: Client, room: Room) -> None:
    booking = make_booking(room, start=slot(3))
    local = slot(3) - timedelta(hours=4 if "EDT" in text_of(owner.get(LIST)) else 5)
    assert f"{local:%H:%M}–{local + timedelta(hours=1):%H:%M} E" in text_of(owner.get(LIST))
    assert booking.reference in text_of(owner.get(shown(booking)))


@pytest.mark.parametrize("term", ["Ada", "park", "ADA@exa", " ada park "])
def test_one_is_found_by_its_customer(term: str, owner: Client, room: Room) -> None:
    booking = make_booking(room, customer=ADA)
    make_booking(room, start=slot(12), customer={"name": "Bo", "email": "bo@example.com"})
    assert listed(owner, q=term) == [booking]


def test_one_is_found_by_its_reference_in_any_case(owner: Client, room: Room) -> None:
    booking = make_booking(room)
    make_booking(room, start=slot(12))
    assert listed(owner, q=f" {booking.reference.lower()} ") == [booking]
    assert listed(owner, q="BF-222222") == []


def test_a_hold_that_ran_out_reads_expired_everywhere(owner: Client, room: Room) -> None:
    hold = make_booking(room, hold=True)
    assert listed(owner, status="pending") == [hold]
    clock.shift = timedelta(minutes=11)
    assert "Expired" in text_of(owner.get(LIST))
    assert "Expired" in text_of(owner.get(shown(hold)))
    assert (listed(owner, status="pending"), listed(owner, status="expired")) == ([], [hold])


def test_one_is_found_by_its_room_and_by_its_customers_page(owner: Client, room: Room) -> None:
    booking, other = make_booking(room), make_room(make_schedule(room.organization))
    make_booking(other)
    assert listed(owner, room=room.pk) == [booking]
    assert listed(owner, customer=str(booking.customer_id)) == [booking]


def test_a_day_is_the_schedules_own(owner: Client, room: Room) -> None:
    late = make_booking(room, start=slot(3, days=8))
    next_day = make_booking(room, start=slot(9, days=8))
    days = [(slot(0, days=ahead)).date().isoformat() for ahead in (7, 8)]
    assert listed(owner, day_from=days[0], day_to=days[0]) == [late]
    assert listed(owner, day_from=days[1], day_to=days[1]) == [next_day]
    assert listed(owner, day_to=days[0]) == [late]
    assert listed(owner, day_from=days[0]) == [next_day, late]


def test_what_is_over_is_told_from_what_is_to_come(owner: Client, room: Room) -> None:
    booking = make_booking(room)
    assert (listed(owner, when="upcoming"), listed(owner, when="past")) == ([booking], [])
    clock.shift = timedelta(days=9)
    assert (listed(owner, when="upcoming"), listed(owner, when="past")) == ([], [booking])


def test_what_was_paid_and_is_due_is_told(owner: Client, room: Room) -> None:
    booking = make_booking(room)
    assert "0.00 USD paid, 0.00 USD refunded, 10.00 USD due" in text_of(owner.get(shown(booking)))


def test_a_page_leads_to_room_customer_audit_events_and_session(owner: Client, room: Room) -> None:
    booking = make_booking(room, customer=ADA)
    page = owner.get(shown(booking)).content.decode()
    for link in ("rooms/room", "customers/customer", "auditentry", "webhooks/event", "rooms/session"):
        assert f"/admin/{link}" in page or f"/{link}/" in page
    trail = owner.get(reverse("admin:bookings_booking_history", args=[booking.pk]), follow=True)
    (entry,) = trail.context["cl"].result_list
    assert (entry.action, entry.subject_id) == ("booking.created", str(booking.pk))
    sessions = reverse("admin:rooms_session_changelist")
    (session,) = owner.get(sessions, {"holder": str(booking.pk)}).context["cl"].result_list
    assert session.claims.get().holder_id == booking.pk
    assert owner.get(sessions, {"q": booking.reference}).context["cl"].result_list[0] == session


def test_an_empty_list_says_why(owner: Client, room: Room) -> None:
    assert "Bookings made over the API appear here at once" in text_of(owner.get(LIST))
    assert "Nothing matches" in text_of(owner.get(LIST, {"q": "nobody"}))
    assert "Nothing matches" in text_of(owner.get(LIST, {"status": "no_show"}))


def test_what_customers_wrote_is_text(owner: Client, room: Room) -> None:
    booking = make_booking(
        room, customer={"name": "<script>alert(1)</script>", "email": "x@example.com"}, notes="<b>Bold</b>"
    )
    for path in (LIST, shown(booking), reverse("admin:customers_customer_changelist")):
        page = owner.get(path).content.decode()
        assert "<script>alert(1)" not in page
        assert "<b>Bold" not in page
