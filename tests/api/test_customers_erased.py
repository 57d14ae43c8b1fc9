"""After an erasure nothing of the person stands anywhere, and the figures do."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import transaction

from bookingflow.api import unit_of_work
from bookingflow.lib import clock
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import AuditEntry, Organization
from bookings import customer_erasure
from bookings.customer_erasure import erase_customer, finish_erasure
from bookings.models import Booking
from bookings.services import cancel_booking
from bookings.tasks import finish_erasures
from customers.models import Customer, Erasure
from rooms.models import Room
from tests.builders import make_booking, make_customer, make_room, make_schedule, slot
from tests.caller import Caller, error_of
from tests.customers.traces import places_of
from webhooks.models import Delivery, Event

pytestmark = pytest.mark.django_db(transaction=True)

ADA: dict[str, Any] = {
    "name": "Adaline Zebrowski",
    "email": "Ada.Zebra@Example.com",
    "phone": "+1 212 555 0188",
}
WORDS = ["zebra", "zebrowski", "adaline", "12125550188", "5550188", "okapi", "quagga"]
SAID: dict[str, Any] = {"notes": "Okapi allergy", "metadata": {"loyalty": "quagga-7"}}
CUSTOMERS = "/api/v1/customers"


@pytest.fixture
def room(organization: Organization) -> Room:
    prices = {"currency": "USD", "base": 5_000, "perGuest": 0}
    return make_room(make_schedule(organization), pricing=prices)


@pytest.fixture
def mail(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_FILE_PATH = str(tmp_path)
    line = "-" * 79 + "\n"
    (tmp_path / "1.log").write_text(
        f"To: ada.zebra@example.com\n\nHi\n{line}To: bo@example.com\n\nHi\n{line}"
    )
    (tmp_path / "2.log").write_text(f"To: ada.zebra@example.com\n\nHi\n{line}")
    return tmp_path


def life_of(caller: Caller, room: Room) -> dict[str, Any]:
    """Ada books, pays, moves, gets something back, cancels, and is written about in every free text that there is."""
    start = slot(10).isoformat()
    body = {"room": room.pk, "start": start, "customer": ADA, **SAID}
    booking = dict(caller.post("/api/v1/bookings", body, key="first").json())
    path = f"/api/v1/bookings/{booking['id']}"
    caller.post(f"{path}/payments", {"amount": 5_000, "method": "cash", "note": "Mrs Zebrowski"}, key="paid")
    caller.post(f"{path}/refunds", {"amount": 1_000, "reason": "Zebrowski was late"}, key="back")
    caller.patch(path, {"notes": "Okapi again", "metadata": {"quagga": "1"}}, key="noted")
    caller.patch(f"{CUSTOMERS}/{booking['customer']['id']}", SAID, key="known")
    caller.patch(path, {"start": slot(12).isoformat()}, key="moved")
    assert caller.delete(f"{path}?reason=Zebrowski", key="gone").status_code == 200
    return booking


def echo(organization: Organization) -> None:
    for event in Event.objects.filter(organization=organization):
        Delivery.objects.create(
            organization=organization,
            event=event,
            consumer="echo",
            status="succeeded",
            attempts=[{"at": "2026-01-01T00:00:00Z", "status": 200, "error": None, "response": event.body}],
        )


def erase(customer: Customer) -> None:
    unit_of_work.run(
        lambda: erase_customer(organization=customer.organization, actor=SYSTEM, customer_id=customer.pk)
    )


def test_nothing_of_the_person_stands_in_any_column(
    caller: Caller, organization: Organization, room: Room, mail: Path
) -> None:
    booking = life_of(caller, room)
    echo(organization)
    assert len(places_of(WORDS)) >= 9
    path = f"{CUSTOMERS}/{booking['customer']['id']}"
    before = caller.get(path).json()
    assert caller.delete(path, key="erase").status_code == 204
    assert places_of(WORDS) == set()
    assert not Erasure.objects.exists()
    assert [file.read_text().count("To:") for file in mail.iterdir()] == [1]
    assert error_of(caller.get(path), 404)["code"] == "NOT_FOUND"
    assert before["totalSpent"]["amount"] == sum(
        each.paid_minor - each.refunded_minor for each in Booking.objects.filter(customer=before["id"])
    )


def test_bookings_show_the_erased_customer(caller: Caller, room: Room, mail: Path) -> None:
    booking = life_of(caller, room)
    caller.delete(f"{CUSTOMERS}/{booking['customer']['id']}")
    shown = caller.get(f"/api/v1/bookings/{booking['id']}").json()
    assert shown["customer"] == {"id": None, "name": "Erased", "email": None, "phone": None}
    assert (shown["notes"], shown["metadata"], shown["cancelReason"]) == ("", {}, None)
    assert caller.get("/api/v1/bookings").json()["results"][0]["customer"]["name"] == "Erased"
    assert caller.get("/api/v1/bookings", customer=booking["customer"]["id"]).json()["results"] == []
    assert caller.get(CUSTOMERS).json()["results"] == []


def test_a_retry_still_gets_its_answer_and_books_nothing_again(
    caller: Caller, room: Room, mail: Path
) -> None:
    booking = life_of(caller, room)
    caller.delete(f"{CUSTOMERS}/{booking['customer']['id']}", key="erase")
    body = {"room": room.pk, "start": slot(10).isoformat(), "customer": ADA, **SAID}
    again = caller.post("/api/v1/bookings", body, key="first")
    assert (again.status_code, again["Idempotent-Replayed"]) == (201, "true")
    assert again.json()["id"] == booking["id"]
    assert again.json()["customer"]["name"] == "Erased"
    assert Booking.objects.count() == 1
    replayed = caller.delete(f"{CUSTOMERS}/{booking['customer']['id']}", key="erase")
    assert (replayed.status_code, replayed["Idempotent-Replayed"]) == (204, "true")


def test_a_retry_of_making_or_changing_them_gets_its_answer_without_them(caller: Caller, mail: Path) -> None:
    made = caller.post(CUSTOMERS, ADA, key="made").json()
    path = f"{CUSTOMERS}/{made['id']}"
    caller.put(path, {"notes": "Okapi"}, key="noted")
    caller.delete(path)
    for answer in (
        caller.post(CUSTOMERS, ADA, key="made"),
        caller.put(path, {"notes": "Okapi"}, key="noted"),
    ):
        assert answer["Idempotent-Replayed"] == "true"
        told = answer.json()
        assert (told["id"], told["name"], told["email"], told["notes"]) == (made["id"], "Erased", None, "")


def test_the_event_tells_the_id_alone_and_the_audit_who_did_it(caller: Caller, mail: Path) -> None:
    made = caller.post(CUSTOMERS, ADA).json()
    caller.delete(f"{CUSTOMERS}/{made['id']}")
    event = Event.objects.get(type="customer.erased")
    assert json.loads(event.body)["data"] == {"customer": {"id": made["id"]}, "sequence": 2}
    assert AuditEntry.objects.get(action="customer.erased").actor_kind == "api_key"


def test_it_is_refused_while_bookings_are_upcoming(caller: Caller, room: Room) -> None:
    booking = make_booking(room, customer=ADA)
    path = f"{CUSTOMERS}/{booking.customer_id}"
    error = error_of(caller.delete(path), 409)
    assert error["code"] == "BOOKING_STATE_CONFLICT"
    assert [(each["bookingId"], each["reference"]) for each in error["details"]] == [
        (str(booking.pk), booking.reference)
    ]
    assert caller.get(path).status_code == 200
    clock.shift = slot(12) - clock.now() + timedelta(minutes=1)
    assert caller.delete(path).status_code == 204


def test_what_a_booking_had_before_it_was_given_to_another_goes_too(
    caller: Caller, room: Room, mail: Path
) -> None:
    booking = make_booking(room, customer=ADA, **SAID)
    path = f"/api/v1/bookings/{booking.pk}"
    bo = {"name": "Bo", "email": "bo@example.com"}
    caller.patch(path, {"customer": bo, "notes": "", "metadata": {}}, key="given")
    assert caller.delete(f"{CUSTOMERS}/{booking.customer_id}").status_code == 204
    assert places_of(WORDS) == set()
    assert caller.get(path).json()["customer"]["name"] == "Bo"


def test_the_same_email_is_a_new_person_afterwards(caller: Caller, mail: Path) -> None:
    first = caller.post(CUSTOMERS, ADA).json()
    caller.delete(f"{CUSTOMERS}/{first['id']}")
    second = caller.post(CUSTOMERS, ADA)
    assert second.status_code == 201
    assert second.json()["id"] != first["id"]


def canceled(room: Room, customer: Customer, number: int) -> Booking:
    booking = make_booking(room, customer_id=customer.pk, start=slot(10, days=number + 1), **SAID)
    with transaction.atomic():
        return cancel_booking(organization=room.organization, actor=SYSTEM, booking_id=booking.pk)


def test_who_was_killed_half_way_leaves_what_the_next_goes_on_from(
    room: Room, mail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer_erasure, "FEW", 0)
    monkeypatch.setattr(customer_erasure, "AT_ONCE", 2)
    ada = make_customer(room.organization, **ADA)
    for number in range(5):
        canceled(room, ada, number)
    kill_after(monkeypatch, pieces=3)
    erase(ada)
    assert places_of(WORDS)
    assert Erasure.objects.exists()
    monkeypatch.setattr(unit_of_work, "run", RUN)
    assert finish_erasures() == 0
    assert places_of(WORDS) == set()
    assert not Erasure.objects.exists()


RUN = unit_of_work.run


def kill_after(monkeypatch: pytest.MonkeyPatch, *, pieces: int) -> None:
    left = pieces + 1  # the erasure itself is one

    def run(work: Callable[[], Any]) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyError("killed")
        return RUN(work)

    monkeypatch.setattr(unit_of_work, "run", run)


def test_the_command_erases_and_may_be_run_again(room: Room, mail: Path) -> None:
    ada = make_customer(room.organization, **ADA, **SAID)
    for _ in range(2):
        out = io.StringIO()
        call_command("erase_customer", str(ada.pk), "--json", stdout=out)
        assert json.loads(out.getvalue()) == {"id": str(ada.pk), "finished": True}
    assert places_of(WORDS) == set()
    assert Event.objects.filter(type="customer.erased").count() == 1


def test_a_delivery_on_its_way_is_waited_for(room: Room, organization: Organization, mail: Path) -> None:
    ada = make_customer(organization, **ADA)
    echo(organization)
    lease = {"leased_until": clock.now() + timedelta(minutes=1), "lease": UUID(int=1)}
    Delivery.objects.update(**lease)
    erase(ada)
    assert not finish_erasure(ada.pk)
    event = Event.objects.get(type="customer.created")
    answer = {"at": "2026-01-01T00:00:00Z", "status": 200, "error": None, "response": "Hello Zebrowski"}
    Delivery.objects.filter(event=event).update(attempts=[answer], lease=None, leased_until=None)
    assert finish_erasure(ada.pk)
    assert places_of(WORDS) == set()
