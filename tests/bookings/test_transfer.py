"""Out of an organization and into the same or another one: what arrives is what left, and all of it or nothing."""

import io
import json as standard_json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from bookingflow import doctor
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Organization
from bookings import services
from bookings.models import Booking
from bookings.payments.models import Method, Payment
from bookings.services import import_booking
from bookings.transfer import files
from customers.models import Customer
from rooms.models import Claim, Mode, Room, Session
from tests.builders import (
    make_block,
    make_booking,
    make_customer,
    make_organization,
    make_room,
    make_schedule,
    slot,
)
from tests.processes import one_document
from webhooks.models import Event

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://evil.example","x")'
PRICES = {"base": 5000, "taxes": [{"label": "VAT", "percent": 20}], "depositPercent": 50}


@pytest.fixture
def north() -> Room:
    """A room with prices, in an organization that has one of each kind of booking."""
    room = _room(make_organization(slug="north"))
    by = {"organization": room.organization, "actor": SYSTEM}
    _past(room, -9, "completed", notes=FORMULA, metadata={"=a": "+b"})
    _past(room, -8, "no_show")
    _past(room, -7, "canceled", canceled_at=slot(days=-8), cancel_reason="Ill\nand tired")
    with transaction.atomic():
        paid = make_booking(room, start=slot(days=3))
        services.record_payment(**by, booking_id=paid.pk, amount_minor=6000, method=Method.CASH, note="Till")
        services.refund_booking(**by, booking_id=paid.pk, amount_minor=1000, reason="Sorry")
        services.cancel_booking(**by, booking_id=paid.pk, reason="Rain")
        moved = make_booking(room, start=slot(days=5))
        services.record_payment(**by, booking_id=moved.pk, amount_minor=2000, method=Method.VOUCHER)
        services.record_payment(**by, booking_id=moved.pk, amount_minor=2000, method=Method.CASH)
        services.refund_booking(**by, booking_id=moved.pk, amount_minor=3000, reason="Out of both")
        services.reschedule_booking(**by, booking_id=moved.pk, start=slot(days=6), end=slot(11, days=6))
        make_booking(room, start=slot(days=8), hold=True)
        for guests in (2, 3):
            make_booking(room, start=slot(days=9), mode=Mode.SHARED, guests=guests)
    return room


def _room(organization: Organization) -> Room:
    return make_room(
        make_schedule(organization), slug="vault", pricing=PRICES, modes=[Mode.PRIVATE, Mode.SHARED], seats=6
    )


def _past(room: Room, days: int, status: str, **fields: Any) -> Booking:
    person = {"name": f"@Guest {days}", "email": f"past{days}@example.com", "phone": "+1 212"}
    known = {"room": room.pk, "start": slot(days=days), "status": status, "customer": person}
    with transaction.atomic():
        return import_booking(organization=room.organization, actor=SYSTEM, **known, **fields)


def exported(slug: str, *arguments: str) -> str:
    out = io.StringIO(newline="")
    call_command("export_bookings", f"--organization={slug}", *arguments, stdout=out)
    return out.getvalue()


def documents(slug: str, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = standard_json.loads(exported(slug, "--json", *arguments))
    return found


def imported(path: Path, slug: str, *arguments: str) -> Any:
    out, err = io.StringIO(), io.StringIO()
    call_command(
        "import_bookings", str(path), f"--organization={slug}", "--json", *arguments, stdout=out, stderr=err
    )
    return one_document(out.getvalue())


def refused(path: Path, slug: str = "south") -> list[tuple[int, str]]:
    """Line and field of each fault."""
    out, err = io.StringIO(), io.StringIO()
    before = Booking.objects.count()
    with pytest.raises(CommandError) as failure:
        call_command("import_bookings", str(path), f"--organization={slug}", "--json", stdout=out, stderr=err)
    assert (failure.value.returncode, Booking.objects.count()) == (1, before)
    details = one_document(out.getvalue())["error"].get("details", [])
    assert all(f"line {each['line']}: " in err.getvalue() for each in details)
    return [(each["line"], each["field"]) for each in details]


def file_of(path: Path, rows: Iterable[dict[str, Any]], form: str = "json") -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        files.write(rows, out, form=form)
    return path


def row(**fields: Any) -> dict[str, Any]:
    return {
        "room": {"slug": "vault"},
        "start": told(slot(days=30)),
        "durationMinutes": 60,
        "customer": {"name": "Ada", "email": "ada@example.com"},
    } | fields


def told(instant: datetime) -> str:
    return instant.isoformat()


def comparable(found: list[dict[str, Any]]) -> dict[str, Any]:
    """By reference, without what belongs to where it is."""
    kept = {}
    for document in found:
        elsewhere = {"id": None, "source": None, "room": document["room"]["slug"]}
        elsewhere["rescheduledFrom"] = bool(document["rescheduledFrom"])
        kept[document["reference"]] = document | elsewhere
    return kept


def all_is_well() -> bool:
    results = map(doctor.result_of, doctor.CHECKS)
    return [result.message for result in results if not result.ok] == []


@pytest.mark.parametrize("form", files.FORMATS)
def test_another_organization_gets_it_all(north: Room, tmp_path: Path, form: str) -> None:
    south = _room(make_organization(slug="south"))
    path = tmp_path / "bookings"
    path.write_bytes(exported("north", f"--format={form}").encode())
    events = Event.objects.count()
    assert imported(path, "south") == {"rows": 8, "imported": 8, "customers": 7, "dryRun": False}
    assert comparable(documents("south")) == comparable(documents("north"))
    assert Event.objects.count() == events
    assert Claim.objects.filter(session__room=south).count() == 5
    assert Session.objects.get(room=south, mode=Mode.SHARED).seats_taken == 5
    assert all_is_well()


def test_what_was_lost_comes_back_with_its_ids(north: Room, tmp_path: Path) -> None:
    before = documents("north")
    path = file_of(tmp_path / "bookings.json", before)
    Payment.objects.all().delete()
    Claim.objects.all().delete()
    Session.objects.all().delete()
    Booking.objects.update(rescheduled_from=None)
    Booking.objects.all().delete()
    Customer.objects.all().delete()
    Event.objects.all().delete()
    assert imported(path, "north")["imported"] == len(before)
    after = [document | {"source": None} for document in documents("north")]
    assert after == [document | {"source": None} for document in before]
    assert all_is_well()


def test_the_same_file_twice_is_refused_row_by_row(north: Room, tmp_path: Path) -> None:
    _room(make_organization(slug="south"))
    path = file_of(tmp_path / "bookings.csv", documents("north"), "csv")
    lines = [2, 3, 4, 6, 7, 8, 9, 10]  # a reason of two lines stands on the fourth
    assert refused(path, "north") == [(line, "id") for line in lines]
    imported(path, "south")
    assert refused(path, "south") == [(line, "id") for line in lines]


def test_a_dry_run_leaves_nothing(north: Room, tmp_path: Path) -> None:
    room = _room(make_organization(slug="south"))
    path = file_of(tmp_path / "bookings.json", documents("north"))
    assert imported(path, "south", "--dry-run") == {"rows": 8, "imported": 0, "customers": 0, "dryRun": True}
    assert not room.organization.customers.exists()
    assert imported(path, "south")["imported"] == 8


def test_days_narrow_an_export_to_local_starts(north: Room) -> None:
    day = slot(days=3).date().isoformat()
    assert [each["start"] for each in documents("north", f"--from={day}", f"--to={day}")] == [
        f"{day}T10:00:00Z"
    ]
    assert len(documents("north", f"--to={slot(days=0).date()}")) == 3


def test_no_cell_of_an_export_runs_as_a_formula(north: Room) -> None:
    text = exported("north")
    assert f"'{FORMULA}".replace('"', '""') in text
    assert ",@Guest" not in text
    assert ",+1 212" not in text


def test_each_bad_row_is_named_and_none_is_taken(tmp_path: Path) -> None:
    make_block(_room(make_organization(slug="south")).schedule, start=slot(days=31), end=slot(12, days=31))
    rows = [
        row(),
        row(room={"slug": "attic"}),
        row(start="tomorrow"),
        row(guests=0, mode="secret", status="pending"),
        row(start=told(slot(10, 30, days=30))),
        row(start=told(slot(days=31))),
        row(customer={"name": "Bo", "email": "bo"}),
        row(status="completed"),
        row(start=told(slot(days=40)), price={"currency": "EUR", "total": 5, "lines": []}),
    ]
    assert refused(file_of(tmp_path / "bookings.json", rows)) == [
        (3, "room"), (4, "start"), (5, "guests"), (6, "start"), (7, "start"), (8, "customer.email"),
        (9, "status"), (10, "price.currency"), (10, "price.lines"),
    ]  # fmt: skip


MONEY = {"amount": 5000, "method": "cash", "createdAt": "2026-01-01T00:00:00Z"}
BACK = {"amount": 100, "purpose": "by_hand", "lowers": 100, "createdAt": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"payments": [MONEY], "price": {"paid": 1}}, "price.paid"),
        ({"payments": [MONEY | {"method": "shells"}]}, "payments.0.method"),
        ({"payments": [MONEY | {"amount": 0}]}, "payments.0.amount"),
        ({"payments": [MONEY | {"refunds": [BACK | {"amount": 6000, "lowers": 0}]}]}, "payments.0.refunds"),
        ({"payments": [MONEY | {"refunds": [BACK]}]}, "price.lines"),
        ({"payments": [MONEY | {"refunds": [BACK | {"purpose": "cancellation", "lowers": 0}]}]}, "payments"),
        ({"payments": [MONEY | {"createdAt": None}]}, "payments.0.createdAt"),
        ({"metadata": {"a": 1}}, "metadata"),
        ({"metadata": {"a": "\x00"}}, "metadata"),
        ({"notes": "\ud800"}, "notes"),
        ({"id": "7"}, "id"),
        ({"reference": "BF-1"}, "reference"),
        ({"cancellationPolicy": [{"hoursBefore": -1, "refundPercent": 5}]}, "cancellationPolicy.0.hoursBefore"),
        ({"color": "red"}, "color"),
    ],
)  # fmt: skip
def test_what_the_books_could_not_have_come_to_is_refused(
    tmp_path: Path, fields: dict[str, Any], at: str
) -> None:
    _room(make_organization(slug="south"))
    path = tmp_path / "bookings.json"
    path.write_text(standard_json.dumps([row(**fields)]))
    assert refused(path) == [(1, at)]


def test_a_reference_that_is_taken_gives_way_and_a_known_email_is_the_same_person(tmp_path: Path) -> None:
    room = _room(make_organization(slug="south"))
    ada = make_customer(room.organization, name="Ada Park", email="ada@example.com")
    other = make_booking(room)
    rows = [row(reference=other.reference, customer={"name": "Ada", "email": "ADA@example.com"})]
    assert imported(file_of(tmp_path / "bookings.json", rows), "south")["customers"] == 0
    new = Booking.objects.get(start=slot(days=30))
    assert new.reference != other.reference
    assert (new.customer, ada.bookings.count()) == (ada, 1)


def test_a_card_payment_arrives_as_money_taken_elsewhere(tmp_path: Path) -> None:
    _room(make_organization(slug="south"))
    imported(file_of(tmp_path / "bookings.json", [row(payments=[MONEY | {"method": "stripe"}])]), "south")
    payment = Payment.objects.get()
    assert (payment.provider, payment.method, payment.note) == ("offline", "other", "Card, online")


def test_bookings_of_somebody_erased_come_without_a_person(tmp_path: Path) -> None:
    room = _room(make_organization(slug="south"))
    nobody = {"name": "Erased", "email": None, "phone": None}
    imported(file_of(tmp_path / "bookings.json", [row(customer=nobody)]), "south")
    assert Booking.objects.get().customer is None
    assert documents("south")[0]["customer"] == nobody
    assert not room.organization.customers.exists()


def test_rows_of_many_batches_share_sessions_and_meet_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bookings.services.bring_in_many.AT_ONCE", 2)
    room = _room(make_organization(slug="south"))
    shared = make_booking(room, start=slot(days=30), mode=Mode.SHARED, guests=1)
    rows = [row(mode="shared", guests=1, customer=_guest(number)) for number in range(5)]
    rows += [
        row(start=told(slot(days=32) + timedelta(hours=number)), customer=_guest(number))
        for number in range(5)
    ]
    assert imported(file_of(tmp_path / "bookings.json", rows), "south")["imported"] == 10
    assert Session.objects.get(claims__holder_id=shared.pk).seats_taken == 6
    again = [row(mode="shared", guests=1, customer=_guest(9))]
    assert refused(file_of(tmp_path / "again.json", again)) == [(2, "start")]
    assert all_is_well()


def _guest(number: int) -> dict[str, str]:
    return {"name": f"Guest {number}", "email": f"guest-{number}@example.com"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("export_bookings",),
        ("export_bookings", "--organization=a", "--from=2026-13-01"),
        ("export_bookings", "--organization=a", "--from=2026-12-02", "--to=2026-12-01"),
        ("export_bookings", "--organization=a", "--format=xml"),
        ("export_bookings", "--organization=a", "--format=csv", "--json"),
        ("import_bookings", "--organization=a"),
        ("import_bookings", "a.csv"),
    ],
)
def test_misuse_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=r"^(Error: |--)"):
        call_command(*arguments)


def test_a_file_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    make_organization(slug="south")
    assert refused(tmp_path / "nowhere.csv") == []
