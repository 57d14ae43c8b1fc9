"""Rooms are saved by their services: with an event and the audit, or not at all."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Organization
from rooms.models import Room, Schedule
from rooms.services import create_room
from tests.admin.browser import changed, errors_of, fields_of, save, text_of
from tests.admin.conftest import signed_in
from tests.admin.traces import audited, told
from tests.builders import make_booking, make_organization, make_room, make_schedule, make_staff, slot

pytestmark = pytest.mark.django_db

PRICING = {
    "base": 2000,
    "perGuest": 3500,
    "tiers": [{"minGuests": 4, "perGuest": 3000}],
    "durations": [{"minutes": 90, "base": 4000}],
    "adjustments": [
        {"label": "Weekend", "weekdays": ["fri", "sat"], "from": "17:00", "to": "24:00", "percent": 12.5},
        {"label": "Early", "to": "12:00", "amount": -500},
    ],
    "taxes": [{"label": "Sales tax", "percent": 8.875, "included": False}],
    "depositPercent": 50,
}
POLICY = [{"hoursBefore": 48, "refundPercent": 100}, {"hoursBefore": 24, "refundPercent": 50}]
ADD = reverse("admin:rooms_room_add")


def the_vault(organization: Organization) -> Room:
    with transaction.atomic():
        return create_room(
            organization=organization,
            actor=SYSTEM,
            name="The Vault",
            description="Sixty minutes.\n\nA safe. ",
            durations=[60, 90],
            guests={"min": 2, "max": 6},
            pricing=PRICING,
            cancellation_policy=POLICY,
        )


def page_of(room: Room) -> str:
    return reverse("admin:rooms_room_change", args=[room.pk])


def test_what_is_saved_unchanged_changes_nothing(owner: Client, organization: Organization) -> None:
    room = the_vault(organization)
    before, version = Room.objects.values().get(), Schedule.objects.get().version
    assert save(owner, page_of(room), "room_form").status_code == 302
    assert Room.objects.values().get() == before
    assert (audited(organization), told(organization)) == ([], ["room.created"])
    assert Schedule.objects.get().version == version


def test_a_change_is_the_services_with_event_and_audit(owner: Client, organization: Organization) -> None:
    room = the_vault(organization)
    version = Schedule.objects.get().version
    answer = save(owner, page_of(room), "room_form", name="The Safe", buffer_after_minutes="15")
    assert answer.status_code == 302
    room.refresh_from_db()
    assert (room.name, room.buffer_after_minutes, room.sequence) == ("The Safe", 15, 2)
    assert audited(organization) == [("room.updated", "staff", "olga@example.com")]
    assert told(organization) == ["room.created", "room.updated"]
    assert Schedule.objects.get().version != version


def test_prices_and_policy_are_edited_in_rows(owner: Client, organization: Organization) -> None:
    room = the_vault(organization)
    rows = {
        "guest_price": "40.50",
        "tiers-0-min_guests": "",
        "tiers-0-per_guest": "",
        "taxes-TOTAL_FORMS": "3",
        "taxes-2-label": "City tax",
        "taxes-2-percent": "1.25",
        "taxes-2-included": "included",
        "cancellation-1-refund_percent": "25",
    }
    assert save(owner, page_of(room), "room_form", **rows).status_code == 302
    room.refresh_from_db()
    city = {"label": "City tax", "percent": 1.25, "included": True}
    assert room.pricing == {**PRICING, "perGuest": 4050, "tiers": [], "taxes": [*PRICING["taxes"], city]}
    assert room.cancellation_policy == [POLICY[0], {"hoursBefore": 24, "refundPercent": 25}]


def test_a_new_room_gets_a_schedule_of_its_own(owner: Client, organization: Organization) -> None:
    answer = save(owner, ADD, "room_form", name="The Vault", durations="60, 90")
    room = Room.objects.select_related("schedule").get()
    assert answer.status_code == 302
    assert (room.slug, room.durations, room.slot_interval_minutes) == ("the-vault", [60, 90], 60)
    assert (room.organization, room.schedule.timezone) == (organization, "America/New_York")
    assert [action for action, *_ in audited(organization)] == ["schedule.created", "room.created"]
    assert told(organization) == ["room.created"]


def test_a_new_room_may_share_a_schedule(owner: Client, organization: Organization) -> None:
    schedule = make_schedule(organization)
    shared = {"modes": ["shared"], "seats": "8"}
    assert save(owner, ADD, "room_form", name="Yoga", schedule=str(schedule.pk), **shared).status_code == 302
    room = Room.objects.get()
    assert (room.schedule, room.modes, room.seats, room.guests_max) == (schedule, ["shared"], 8, 8)


def test_a_room_of_one_organization_never_gets_anothers_schedule(
    owner: Client, organization: Organization, south_quay: Organization
) -> None:
    foreign = make_schedule(south_quay)
    refused = save(owner, ADD, "room_form", name="Yoga", schedule=str(foreign.pk))
    assert "schedule" in errors_of(refused)
    refused = save(owner, ADD, "room_form", name="Yoga", organization=str(south_quay.pk))
    assert "organization" in errors_of(refused)
    assert not Room.objects.exists()


def test_who_manages_two_organizations_chooses_and_may_not_mix(
    organization: Organization, south_quay: Organization
) -> None:
    manager = make_staff(organization)
    make_staff(south_quay, email=manager.email)
    client, schedule = signed_in(manager), make_schedule(organization)
    mixed = save(
        client, ADD, "room_form", name="Y", organization=str(south_quay.pk), schedule=str(schedule.pk)
    )
    assert errors_of(mixed) == {"schedule": ["This schedule isn't one of South Quay."]}
    assert save(client, ADD, "room_form", name="Y", organization=str(south_quay.pk)).status_code == 302
    assert Room.objects.get().organization == south_quay


def test_a_slug_that_is_taken_is_said_at_the_slug(owner: Client, organization: Organization) -> None:
    room, other = the_vault(organization), make_room(make_schedule(organization))
    refused = save(owner, page_of(room), "room_form", slug=other.slug, name="Another")
    assert errors_of(refused) == {"slug": [f"The slug “{other.slug}” is taken."]}
    room.refresh_from_db()
    assert (room.name, audited(organization), told(organization)) == ("The Vault", [], ["room.created"])


def test_a_room_with_upcoming_bookings_stays_on_offer(owner: Client, organization: Organization) -> None:
    room = make_room(make_schedule(organization))
    booking = make_booking(room, start=slot(10))
    refused = save(owner, page_of(room), "room_form", active=None)
    (said,) = errors_of(refused)["active"]
    assert "This room has upcoming bookings" in said
    assert booking.reference in said
    assert reverse("admin:bookings_booking_change", args=[booking.pk]) in refused.content.decode()
    assert Room.objects.get().active


def test_a_room_without_any_is_taken_off_offer(owner: Client, organization: Organization) -> None:
    room = the_vault(organization)
    assert save(owner, page_of(room), "room_form", active=None).status_code == 302
    assert not Room.objects.get().active
    assert [action for action, *_ in audited(organization)] == ["room.updated"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " "}),
        ("slug", {"slug": "block"}),
        ("image_url", {"image_url": "ftp://x"}),
        ("modes", {"modes": None}),
        ("seats", {"modes": ["shared"]}),
        ("durations", {"durations": "3"}),
        ("durations", {"durations": ""}),
        ("durations", {"durations": "an hour"}),
        ("slot_interval_minutes", {"slot_interval_minutes": "1"}),
        ("buffer_before_minutes", {"buffer_before_minutes": "1441"}),
        ("min_notice_minutes", {"min_notice_minutes": "-1"}),
        ("max_days_ahead", {"max_days_ahead": "9" * 30}),
        ("guests_min", {"guests_min": "0"}),
        ("guests_max", {"guests_max": "1"}),
        ("hold_minutes", {"hold_minutes": ""}),
        ("base_price", {"base_price": "1e10"}),
        ("base_price", {"base_price": "1E+999999999"}),
        ("guest_price", {"guest_price": "35.005"}),
        ("deposit_percent", {"deposit_percent": "101"}),
        ("tiers", {"tiers-0-min_guests": "0"}),
        ("tiers", {"tiers-0-per_guest": ""}),
        ("tiers", {"tiers-0-per_guest": "30.001"}),
        ("tiers", {"tiers-TOTAL_FORMS": "x"}),
        ("duration_prices", {"duration_prices-0-minutes": "2"}),
        ("adjustments", {"adjustments-0-amount": "5"}),
        ("adjustments", {"adjustments-0-since": "5pm"}),
        ("adjustments", {"adjustments-1-weekdays": ["someday"]}),
        ("taxes", {"taxes-0-percent": "1000"}),
        ("cancellation", {"cancellation-1-hours_before": "48"}),
        ("description", {"description": "\x00"}),
    ],
)
def test_every_fault_is_said_at_its_field_and_nothing_is_kept(
    field: str, changes: dict[str, object], owner: Client, organization: Organization
) -> None:
    room = the_vault(organization)
    refused = save(owner, page_of(room), "room_form", **{"max_days_ahead": "45", **changes})
    assert list(errors_of(refused)) == [field]
    assert Room.objects.get().max_days_ahead == 90
    assert audited(organization) == []


def test_all_faults_are_said_at_once_and_rows_by_their_number(
    owner: Client, organization: Organization
) -> None:
    room = the_vault(organization)
    wrong = {"seats": "4", "hold_minutes": "0", "adjustments-1-percent": "3", "name": "Kept in the form"}
    refused = save(owner, page_of(room), "room_form", **wrong)
    assert errors_of(refused) == {
        "seats": ["Only a room with shared sessions has seats."],
        "hold_minutes": ["Must be between 1 and 1,440."],
        "adjustments": ["Row 2: An adjustment has either a percent or an amount."],
    }
    assert fields_of(refused, "room_form")["name"] == ["Kept in the form"]


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    owner: Client, organization: Organization
) -> None:
    room = the_vault(organization)
    opened = fields_of(owner.get(page_of(room)), "room_form")
    assert save(owner, page_of(room), "room_form", name="The Safe").status_code == 302
    refused = owner.post(page_of(room), changed(opened, {"description": "Mine"}))
    assert "Somebody changed this while you were editing" in text_of(refused)
    assert Room.objects.get().name == "The Safe"
    assert len(audited(organization)) == 1


def test_a_price_without_decimals_stays_without(organization: Organization) -> None:
    studio = make_organization(currency="JPY", timezone="Asia/Tokyo")
    client = signed_in(make_staff(studio))
    assert "base_price" in errors_of(save(client, ADD, "room_form", name="Wheel", base_price="10.5"))
    assert save(client, ADD, "room_form", name="Wheel", base_price="6500").status_code == 302
    assert Room.objects.get().pricing["base"] == 6500
