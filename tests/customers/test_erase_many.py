"""Erasing who booked thousands of times: in bounded steps, and whoever is killed leaves nothing half erased."""

import base64
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookingflow.lib import json
from bookingflow.organizations.audit import SYSTEM
from bookings.customer_erasure import erase_customer, finish_erasure
from bookings.documents import booking_document
from bookings.models import Booking
from bookings.tasks import finish_erasures
from customers.models import Customer, Erasure
from tests.bookings.stage import priced_room
from tests.builders import make_api_key, make_booking, make_customer, make_staff, slot
from tests.caller import Caller, error_of
from tests.customers.traces import places_of
from tests.processes import run_manage, start_manage, wait_until
from webhooks.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

ADA = {"name": "Ada Zebra", "email": "ada.zebra@example.com"}
WORDS = ["zebra", "okapi"]
# Beside the pieces: locks, the person's row, what is sought, the event, the audit, the mail files.
STATEMENTS, EACH_PIECE, PIECE = 90, 25, 200


def regular(bookings: int) -> Customer:
    """Who came that often, in the past, and was told of each time."""
    room = priced_room()
    ada = make_customer(room.organization, **ADA)
    first = make_booking(room, customer_id=ada.pk, notes="Okapi allergy", start=slot(10))
    Event.objects.filter(subject_type="booking").delete()
    rows, told = [], []
    for number in range(bookings):
        start = slot(10) - timedelta(days=30 + number)
        row = Booking(**{f.attname: getattr(first, f.attname) for f in Booking._meta.concrete_fields})
        row.pk, row.reference = uuid4(), f"BF-{number:06d}"
        row.start, row.end, row.sequence = start, start + timedelta(hours=1), 1
        rows.append(row)
        told.append(_created(row))
    Booking.objects.bulk_create(rows, batch_size=1000)
    Event.objects.bulk_create(told, batch_size=1000)
    Booking.objects.filter(pk=first.pk).update(
        start=slot(10) - timedelta(days=20), end=slot(11) - timedelta(days=20)
    )
    return ada


def _created(row: Booking) -> Event:
    document = booking_document(row, now=row.created_at)
    body = json.dumps({"type": "booking.created", "data": {"booking": document, "sequence": 1}}).decode()
    return Event(
        organization_id=row.organization_id, type="booking.created", subject_type="booking",
        subject_id=str(row.pk), sequence=1, body=body, recorded_at=row.created_at,
    )  # fmt: skip


def erase(ada: Customer) -> None:
    with transaction.atomic():
        erase_customer(organization=ada.organization, actor=SYSTEM, customer_id=ada.pk)


def check_many(bookings: int) -> None:
    ada = regular(bookings)
    with CaptureQueriesContext(connection) as asked:
        erase(ada)
        while not finish_erasure(ada.pk):
            pass
    pieces = 2 * -(-(bookings + 1) // PIECE) + 2
    assert len(asked) <= STATEMENTS + EACH_PIECE * pieces
    assert places_of(WORDS) == set()
    assert Event.objects.filter(type="customer.erased").count() == 1
    assert Event.objects.count() == bookings + 2


def test_more_than_fit_one_request_are_erased_in_few_statements() -> None:
    check_many(250)


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_thousands_are_erased_in_few_statements() -> None:
    check_many(5_000)


def check_killed(ada: Customer, caller: Caller) -> None:
    """Either nothing was done, or the person is gone for every reader and what is left is known."""
    path = f"/api/v1/customers/{ada.pk}"
    begun = Customer.objects.get(pk=ada.pk).erased_at is not None
    shown = {each["customer"]["name"] for each in caller.get("/api/v1/bookings").json()["results"]}
    if not begun:
        assert caller.get(path).json()["email"] == ADA["email"]
        assert (shown, Erasure.objects.count()) == ({ADA["name"]}, 0)
        return
    assert error_of(caller.get(path), 404)
    assert shown == {"Erased"}
    assert Erasure.objects.exists() is bool(places_of(WORDS))
    assert Event.objects.filter(type="customer.erased").count() == 1


def kill_erasing(ada: Customer, caller: Caller, *, begun: bool) -> None:
    with start_manage("erase_customer", str(ada.pk)) as process:
        if begun:
            wait_until(lambda: Erasure.objects.exists() or process.poll() is not None, seconds=60)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    check_killed(ada, caller)


def test_who_is_killed_while_erasing_leaves_it_to_the_next() -> None:
    ada = regular(250)
    caller = Caller(make_api_key(ada.organization)[1])
    kill_erasing(ada, caller, begun=False)
    kill_erasing(ada, caller, begun=True)
    assert finish_erasures() == 0
    assert places_of(WORDS) == set()
    assert run_manage("erase_customer", str(ada.pk)).returncode == 0
    assert not Erasure.objects.exists()


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_whoever_is_killed_at_whatever_moment() -> None:
    ada = regular(2_000)
    caller = Caller(make_api_key(ada.organization)[1])
    for _ in range(8):
        kill_erasing(ada, caller, begun=True)
    assert run_manage("erase_customer", str(ada.pk), timeout=300).returncode == 0
    assert places_of(WORDS) == set()


@pytest.fixture
def mail(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def test_the_admins_own_log_forgets_them(mail: Path) -> None:
    ada, bo = make_customer(**ADA), make_customer()
    for person in (ada, bo):
        LogEntry.objects.create(
            user=make_staff(person.organization),
            content_type=ContentType.objects.get_for_model(Customer),
            object_id=str(person.pk),
            object_repr=person.name,
            action_flag=CHANGE,
            change_message=f"Was told by {person.name}",
        )
    assert places_of(WORDS) >= {"django_admin_log.object_repr", "django_admin_log.change_message"}
    erase(ada)
    assert places_of(WORDS) == set()
    assert LogEntry.objects.get(object_id=str(bo.pk)).object_repr == bo.name


def test_messages_that_are_not_in_plain_letters_go_too(mail: Path) -> None:
    between = "-" * 79 + "\n"
    encoded = base64.encodebytes(b"Dear Ada, we wrote to Ada.Zebra@example.com.\n").decode()
    printable = "we wrote to ada=2Ezebra=40example=2Ecom\n"
    kept = base64.encodebytes(b"Dear Bo, hello.\n").decode()
    parts = [("base64", encoded), ("quoted-printable", printable), ("base64", kept)]
    heads = [f"To: front-desk@example.com\nContent-Transfer-Encoding: {how}\n\n{text}" for how, text in parts]
    (mail / "1.log").write_text("".join(head + between for head in heads))
    erase(make_customer(**ADA))
    left = (mail / "1.log").read_text()
    assert left == heads[2] + between
