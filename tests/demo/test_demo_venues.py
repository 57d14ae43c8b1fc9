"""What there is once the demo venues are loaded. Loaded once for all of these tests."""

import json
import stat
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import authenticate
from django.test import TestCase
from django.test.client import RequestFactory

from bookingflow import doctor
from bookingflow.demo.loading import load_demo
from bookingflow.lib import clock
from bookingflow.organizations.models import ApiKey, AuditEntry, Membership, Organization, Plan, User
from bookings.models import Booking, Refund, Source
from bookings.queries import filtered_bookings, status_at
from customers.models import Customer
from rooms.models import Block, DateOverride, Mode, Room, Schedule
from rooms.queries import find_room
from rooms.slots import slots_json
from tests.caller import Caller
from tests.demo.venues import quietly
from webhooks.models import Event

COUNTED = (
    Organization, User, Membership, ApiKey, AuditEntry, Schedule, Room, Block, DateOverride, Customer, Booking, Event,
)  # fmt: skip


def counts() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in COUNTED}


class DemoVenues(TestCase):
    data_dir: Path
    documents: list[dict[str, Any]]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.data_dir = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="bookingflow-demo-")))
        cls.documents = load_demo(cls.data_dir, watch=quietly)

    def organizations(self) -> list[tuple[dict[str, Any], Organization]]:
        return [(each, Organization.objects.get(slug=each["slug"])) for each in self.documents]

    def test_each_has_its_name_staff_key_and_rooms(self) -> None:
        for document in self.documents:
            assert list(document) == ["slug", "name", "staff", "apiKey", "rooms"]
            assert {tuple(person) for person in document["staff"]} == {("email", "password", "role")}
            assert {tuple(room) for room in document["rooms"]} == {("id", "bookingType", "slug", "name")}
            assert document["staff"][0]["role"] == "owner"
        assert [len(document["rooms"]) for document in self.documents] == [4, 3, 3]

    def test_they_are_on_three_continents_in_three_currencies_and_on_the_business_plan(self) -> None:
        shown = [(each.timezone, each.currency, each.plan) for _, each in self.organizations()]
        assert shown == [
            ("America/New_York", "USD", Plan.BUSINESS),
            ("Europe/London", "GBP", Plan.BUSINESS),
            ("Asia/Tokyo", "JPY", Plan.BUSINESS),
        ]

    def test_each_key_opens_its_own_organization(self) -> None:
        for document in self.documents:
            answer = Caller(document["apiKey"]).get("/api/v1/me")
            assert answer.status_code == 200
            body = json.loads(answer.content)
            assert body["organization"]["slug"] == document["slug"]
            assert "bookings:write" in body["key"]["scopes"]

    def test_everybody_can_sign_in(self) -> None:
        request = RequestFactory().post("/admin/login/")
        for document in self.documents:
            for person in document["staff"]:
                user = authenticate(request, username=person["email"], password=person["password"])
                assert user is not None
                assert user.is_staff

    def test_the_file_says_the_same_and_is_the_owners_alone(self) -> None:
        path = self.data_dir / "demo.json"
        assert json.loads(path.read_text(encoding="utf-8")) == {"organizations": self.documents}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [each.name for each in self.data_dir.iterdir()] == ["demo.json"]

    def test_loading_again_adds_nothing_and_says_the_same(self) -> None:
        before = counts()
        assert load_demo(self.data_dir, watch=quietly) == self.documents
        assert counts() == before

    def test_loading_again_on_another_day_adds_nothing_either(self) -> None:
        before = counts()
        clock.shift = timedelta(days=9)
        assert load_demo(self.data_dir, watch=quietly) == self.documents
        assert counts() == before

    def test_there_are_bookings_in_every_state(self) -> None:
        now = clock.now()
        states = Counter(status_at(booking, now).value for booking in Booking.objects.all())
        assert {"completed", "confirmed", "canceled", "no_show", "pending"} <= set(states)
        assert 150 <= sum(states.values()) <= 280
        assert states["completed"] > states["no_show"]

    def test_the_next_seven_days_are_neither_empty_nor_full(self) -> None:
        now = clock.now()
        for document, organization in self.organizations():
            coming = filtered_bookings(organization, now=now, status=["confirmed"])
            assert coming.filter(start__gt=now, start__lt=now + timedelta(days=7)).exists()
            first = now.date() + timedelta(days=1)
            for shown in document["rooms"]:
                room = find_room(organization, shown["id"])
                free = slots_json(room, first=first, last=first + timedelta(days=7), now=now)
                assert json.loads(free), shown["name"]

    def test_what_is_over_came_without_events_and_what_is_booked_with_them(self) -> None:
        told = set(Event.objects.filter(subject_type="booking").values_list("subject_id", flat=True))
        for booking in Booking.objects.filter(start__lt=clock.now()):
            assert booking.source == Source.IMPORT
        for booking in Booking.objects.exclude(status="pending"):
            brought_in = booking.source == Source.IMPORT
            ended_by_reschedule = booking.cancel_reason == "rescheduled"
            assert ended_by_reschedule or (str(booking.pk) in told) is not brought_in

    def test_past_bookings_were_paid_and_cancelled_ones_got_their_deposit_back(self) -> None:
        over = Booking.objects.filter(source=Source.IMPORT, total_minor__gt=0)
        assert over.filter(status="completed").exists()
        for booking in over:
            kept = booking.paid_minor - booking.refunded_minor
            wanted = {"completed": booking.total_minor, "canceled": 0}.get(
                booking.status, booking.deposit_minor
            )
            assert kept == wanted, booking
        assert Refund.objects.exists()

    def test_some_were_moved_and_some_rescheduled(self) -> None:
        types = set(Event.objects.values_list("type", flat=True))
        assert {"booking.created", "booking.updated", "booking.rescheduled", "booking.canceled"} <= types
        assert Booking.objects.filter(rescheduled_from__isnull=False).exists()

    def test_parties_share_sessions_of_ten_seats_in_a_currency_without_decimals(self) -> None:
        shared = Booking.objects.filter(mode=Mode.SHARED)
        sessions = Counter(shared.exclude(status="canceled").values_list("room_id", "start"))
        assert max(sessions.values()) > 1
        assert Room.objects.filter(seats=10).count() == 2
        assert set(shared.values_list("currency", flat=True)) == {"JPY"}

    def test_one_is_open_past_midnight(self) -> None:
        late = Schedule.objects.get(handle="north-pier-midnight-ferry")
        assert late.hours["fri"] == late.hours["sat"] == [["18:00", "02:00"]]

    def test_it_is_told_by_whom_all_of_it_was_made(self) -> None:
        for _, organization in self.organizations():
            assert set(organization.audit_entries.values_list("actor_label", flat=True)) == {"Demo venues"}

    def test_the_doctor_finds_nothing_wrong(self) -> None:
        results = [doctor.result_of(check) for check in doctor.CHECKS]
        assert [result for result in results if not result.ok] == []
        assert not Event.objects.filter(position=None, alias_of=None).exists()
