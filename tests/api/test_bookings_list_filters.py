"""The filters of the list of bookings: each alone, together, and what they refuse."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookingflow.lib import clock
from bookingflow.lib.json import instant
from bookingflow.organizations.models import Organization
from bookings.models import Booking, Source
from bookings.queries import MANY_PEOPLE
from customers.models import Customer
from customers.search import vector
from tests.bookings.stage import priced_room, stand_at
from tests.builders import make_booking, make_customer, make_room, make_schedule, slot
from tests.caller import Caller, error_of

PATH = "/api/v1/bookings"
ADA: dict[str, Any] = {"name": "Ada Park", "email": "ada@example.com", "phone": "+1 212 555 0100"}


def found(caller: Caller, **query: Any) -> set[str]:
    answer = caller.get(PATH, **query)
    assert answer.status_code == 200, answer.content
    return {row["reference"] for row in answer.json()["results"]}


@pytest.fixture
def ada(organization: Organization) -> Booking:
    room = make_room(make_schedule(organization, handle="north-wall"), slug="the-vault")
    return make_booking(room, customer=ADA, start=slot(10))


@pytest.fixture
def ben(organization: Organization) -> Booking:
    room = make_room(make_schedule(organization, handle="south-wall"), slug="the-crypt")
    ben = {"name": "Ben Ada", "email": "ben@example.com"}
    return make_booking(room, customer=ben, start=slot(11), source=Source.WEB)


def test_each_name_of_a_room_schedule_or_customer_finds_its_bookings(
    caller: Caller, ada: Booking, ben: Booking
) -> None:
    room = ada.room
    for name, values in {
        "room": [room.pk, room.booking_type, room.slug],
        "schedule": [room.schedule_id, "north-wall"],
        "customer": [ada.customer_id],
        "email": ["ada@example.com", "ADA@Example.com"],
        "reference": [ada.reference, ada.reference.lower()],
        "source": ["api"],
    }.items():
        for value in values:
            assert found(caller, **{name: value}) == {ada.reference}, (name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("room", "999999"), ("room", "bt-00000000"), ("room", "no-such-room"), ("schedule", "no-such-wall"),
        ("schedule", "9223372036854775807"), ("customer", "6f1c2a10-0000-4000-8000-000000000000"),
        ("email", "nobody@example.com"), ("reference", "BF-222222"), ("reference", "BF-0OZZZZ"),
        ("source", "import"),
        ("status", "no_show,completed"), ("search", "zebra"), ("updatedSince", "9999-12-31T23:59:59Z"),
    ],
)  # fmt: skip
def test_what_is_well_formed_and_not_there_finds_nothing(
    caller: Caller, ada: Booking, name: str, value: str
) -> None:
    assert found(caller, **{name: value}) == set()


@pytest.mark.parametrize("name", ["room", "schedule", "customer", "email", "reference", "search"])
def test_anothers_names_find_nothing(stranger: Caller, ada: Booking, name: str) -> None:
    room = ada.room
    values = {
        "room": [room.pk, room.slug, room.booking_type],
        "schedule": [room.schedule_id, "north-wall"],
        "customer": [ada.customer_id],
        "email": [ADA["email"]],
        "reference": [ada.reference],
        "search": ["Ada", ada.reference],
    }
    for value in values[name]:
        assert found(stranger, **{name: value}) == set()


@pytest.mark.parametrize("text", ["ada p", "ADA@EX", "+1 212", "{reference}", "{letters}", "{few}"])
def test_search_finds_by_what_a_name_email_phone_or_reference_begins_with(
    caller: Caller, ada: Booking, ben: Booking, text: str
) -> None:
    Booking.objects.filter(pk=ben.pk).update(
        reference="BF-222222" if ada.reference[3] != "2" else "BF-333333"
    )
    asked = text.format(reference=ada.reference.lower(), letters=ada.reference[3:], few=ada.reference[:5])
    assert found(caller, search=asked) == {ada.reference}


def test_a_search_finds_on_where_very_many_are_called_so(
    caller: Caller, organization: Organization, ada: Booking, ben: Booking
) -> None:
    words = vector(organization.pk, {"park"})
    Customer.objects.bulk_create(
        Customer(organization=organization, name="Park", email=f"{number}@example.org", words=words)
        for number in range(MANY_PEOPLE)
    )
    assert found(caller, search="park") == {ada.reference}
    assert found(caller, search="park", room=ben.room.slug) == set()
    Customer.objects.filter(pk=ada.customer_id).update(words="")
    assert found(caller, search="park") == set()


def test_one_letter_finds_the_references_that_begin_with_it(
    caller: Caller, ada: Booking, ben: Booking
) -> None:
    Booking.objects.filter(pk=ada.pk).update(reference="BF-777777")
    Booking.objects.filter(pk=ben.pk).update(reference="BF-999999")
    assert found(caller, search="7") == found(caller, search="bf-7") == {"BF-777777"}
    assert found(caller, search="bf-") == {"BF-777777", "BF-999999"}
    assert found(caller, search="p") == {"BF-777777"}


def test_a_percent_sign_in_a_search_is_no_wildcard(caller: Caller, ada: Booking) -> None:
    assert found(caller, search="%") == found(caller, search="_da") == set()


def test_filters_narrow_together(caller: Caller, ada: Booking, ben: Booking) -> None:
    day = ada.start.date()
    both = {"dateFrom": day, "dateTo": day, "status": "confirmed,canceled"}
    assert found(caller, **both) == {ada.reference, ben.reference}
    assert found(caller, **both, room="the-vault", email="ada@example.com", search="ada") == {ada.reference}
    assert found(caller, **both, room="the-vault", source="web") == set()
    assert found(caller, date=day, dateFrom=day + timedelta(days=1)) == set()


def test_snake_case_names_are_understood(caller: Caller, ada: Booking) -> None:
    assert found(caller, date_from=ada.start.date(), updated_since=instant(ada.updated_at)) == {ada.reference}


def test_days_are_local_to_each_bookings_own_schedule(caller: Caller, organization: Organization) -> None:
    """Ten in the evening in UTC is the next day in Auckland, and the same in New York."""
    hours = {
        "hours": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    }
    late = {
        name: make_booking(make_room(make_schedule(organization, timezone=name, **hours)), start=slot(22))
        for name in ("Pacific/Auckland", "America/New_York")
    }
    here, there = late["America/New_York"].reference, late["Pacific/Auckland"].reference
    day = slot(22).date()
    after = day + timedelta(days=1)
    assert found(caller, date=day) == found(caller, dateTo=day) == {here}
    assert found(caller, date=after) == found(caller, dateFrom=after) == {there}
    assert found(caller, dateFrom=day, dateTo=after) == {here, there}
    assert found(caller, dateFrom=day) == found(caller, dateTo=after) == {here, there}


def test_a_day_that_a_clock_shortens_has_its_own_length(caller: Caller, organization: Organization) -> None:
    """On 14 March 2027 New York's day has 23 hours: it ends at four in the morning in UTC."""
    room = make_room(make_schedule(organization, timezone="America/New_York"))
    made = make_booking(room, start=slot(15))
    for start, expected in (("2027-03-15T03:59:00Z", {made.reference}), ("2027-03-15T04:00:00Z", set())):
        Booking.objects.filter(pk=made.pk).update(start=start, end="2027-03-15T06:00:00Z")
        assert found(caller, date="2027-03-14") == expected


@pytest.mark.parametrize("day", ["1970-01-01", "2199-12-31"])
def test_the_ends_of_the_calendar_are_days_as_others(caller: Caller, ada: Booking, day: str) -> None:
    assert found(caller, date=day) == set()
    assert found(caller, dateFrom=day) | found(caller, dateTo=day) == {ada.reference}


def test_updated_since_counts_the_instant_itself(caller: Caller, ada: Booking) -> None:
    assert found(caller, updatedSince=instant(ada.updated_at)) == {ada.reference}
    assert found(caller, updatedSince=instant(ada.updated_at + timedelta(microseconds=1))) == set()


def test_a_hold_reads_expired_from_the_instant_that_it_runs_out(
    caller: Caller, organization: Organization
) -> None:
    hold = make_booking(priced_room(make_schedule(organization)), hold=True)
    assert found(caller, status="pending") == {hold.reference}
    assert found(caller, status="expired") == set()
    stand_at(hold.hold_expires_at)
    assert found(caller, status="pending") == set()
    assert found(caller, status="expired") == found(caller, status="pending,expired") == {hold.reference}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, "") for name in ("date", "dateFrom", "dateTo", "room", "schedule", "status", "customer", "email",
            "reference", "source", "updatedSince", "search", "ordering", "limit", "cursor")),
        ("date", "2026-02-30"), ("date", "0001-01-01"), ("dateFrom", "9999-12-31"), ("dateTo", "tomorrow"),
        ("date", "2026-12-05T00:00:00Z"), ("status", "pending,"), ("status", "cancelled"), ("status", "Pending"),
        ("customer", "ada"), ("email", "ada"), ("reference", "BF-7K3Q9"), ("reference", "7"), ("source", "pos"),
        ("updatedSince", "2026-12-05T00:00:00"), ("updatedSince", "0001-01-01T00:00:00+14:00"),
        ("room", "The Vault"), ("schedule", "-" * 101), ("search", "x" * 201), ("search", " "), ("ordering", "name"),
        ("ordering", "start,createdAt"), ("limit", "0"), ("limit", "201"), ("limit", "1.5"), ("limit", "9" * 400),
        ("colour", "red"),
    ],
)  # fmt: skip
def test_empty_invalid_and_unknown_filters_are_400(caller: Caller, name: str, value: str) -> None:
    error = error_of(caller.get(PATH, **{name: value}), 400)
    assert error["code"] == "INVALID_REQUEST"
    assert [detail["field"] for detail in error["details"]] == [name]


def test_all_faults_are_told_at_once(caller: Caller) -> None:
    error = error_of(caller.get(PATH, date="x", source="y", ordering="z"), 400)
    assert {detail["field"] for detail in error["details"]} == {"date", "source", "ordering"}


def test_a_range_that_is_turned_round_is_400(caller: Caller) -> None:
    error = error_of(caller.get(PATH, dateFrom="2026-12-06", dateTo="2026-12-05"), 400)
    assert [detail["field"] for detail in error["details"]] == ["dateTo"]


def test_a_filter_sent_twice_or_in_both_spellings_is_400(caller: Caller) -> None:
    for query in ("date=2026-12-05&date=2026-12-06", "dateFrom=2026-12-05&date_from=2026-12-05"):
        assert error_of(caller.get(f"{PATH}?{query}"), 400)["code"] == "INVALID_REQUEST"


def test_every_filter_together_costs_four_queries(caller: Caller, ada: Booking, ben: Booking) -> None:
    make_customer(ada.organization)
    caller.get("/api/v1/me")  # notes the key's use, once a minute
    query = {
        "dateFrom": ada.start.date(), "room": "the-vault", "schedule": "north-wall", "status": "confirmed,expired",
        "customer": ada.customer_id, "email": ADA["email"], "reference": ada.reference, "source": "api",
        "updatedSince": instant(clock.now() - timedelta(days=1)), "search": "ada", "ordering": "-updatedAt",
    }  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        assert found(caller, **query) == {ada.reference}
    assert len(queries) == 4, [each["sql"] for each in queries]
