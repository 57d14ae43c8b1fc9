"""Every event, to the letter: what a walk through the API records is what stands in golden/, one file per type.

Ids, references and instants differ each time: they are numbered in the order in which they appear, so it is also
seen which of them are the same. A file that is missing is written, and the test fails for somebody to look at it.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from bookingflow.lib import clock
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Organization
from bookings import services
from bookings.models import Booking
from bookings.payments.models import Method, Payment, PaymentStatus, Provider, RefundStatus
from rooms.models import Room
from tests.builders import make_room, make_schedule, slot
from tests.caller import Caller
from tests.payments.stage import paid_by_card, refund, settle
from tests.processes import ROOT
from webhooks.event_types import EVENT_TYPES
from webhooks.models import Event

pytestmark = pytest.mark.django_db

GOLDEN = ROOT / "tests" / "webhooks" / "golden"
API = "/api/v1"
VARYING = re.compile(
    r'"(?P<instant>\d{4}-\d\d-\d\dT[\d:.]+Z)"|"(?P<uuid>[0-9a-f]{8}-[0-9a-f-]{27})"|"(?P<event>evt_[0-9a-f]{32})"'
    r'|"(?P<reference>BF-\w{6})"|"(?P<type>bt-[0-9a-f]{8})"'
)
ADA = {"name": "Ada Park", "email": "ada@example.com", "phone": "+1 212 555 0100"}


class Walk:
    """North Pier's day: what its own systems do over HTTP."""

    def __init__(self, caller: Caller, room: Room) -> None:
        self.caller, self.room = caller, room

    def did(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = self.caller.send(method, f"{API}{path}", body)
        assert answer.status_code < 300, answer.content
        return dict(answer.json()) if answer.content else {}

    def book(self, hour: int = 10) -> dict[str, Any]:
        wanted = {"room": self.room.pk, "start": slot(hour).isoformat(), "guests": 4, "customer": ADA}
        return self.did("POST", "/bookings", wanted)

    def pay(self, booking: dict[str, Any]) -> None:
        self.did("POST", f"/bookings/{booking['id']}/payments", {"amount": 12000, "method": "cash"})

    def card(self) -> dict[str, Any]:
        """A hold with a card payment begun: the arguments with which Stripe's word on it is passed on."""
        wanted = {"room": self.room.pk, "start": slot(10).isoformat(), "guests": 4, "customer": ADA}
        hold = self.did("POST", "/bookings", wanted | {"payment": "hold"})
        payment = Payment.objects.create(
            booking_id=hold["id"],
            provider=Provider.STRIPE,
            method=Method.STRIPE,
            status=PaymentStatus.PENDING,
            amount_minor=6000,
            created_at=clock.now(),
            stripe_id="pi_3Q8",
        )
        return {"organization": self.room.organization, "actor": SYSTEM, "payment_id": payment.pk}

    def by_card(self, booking: dict[str, Any], ended: RefundStatus) -> None:
        row = Booking.objects.get(pk=booking["id"])
        paid_by_card(row, 12000)
        (part,) = refund(Booking.objects.get(pk=row.pk), 5000, "Rain")
        settle(part, ended)

    def block(self) -> dict[str, Any]:
        start, end = slot(10, days=20).isoformat(), slot(12, days=20).isoformat()
        wanted = {"room": self.room.pk, "start": start, "end": end, "reason": "Repairs"}
        return self.did("POST", "/schedules/block", wanted)


@pytest.fixture
def walk(caller: Caller, organization: Organization) -> Walk:
    schedule = make_schedule(organization, handle="the-vault", name="The Vault")
    room = make_room(
        schedule,
        slug="the-vault",
        name="The Vault",
        pricing={"perGuest": 3000, "depositPercent": 50},
        cancellation_policy=[{"hoursBefore": 48, "refundPercent": 100}],
    )
    return Walk(caller, room)


def marked(walk: Walk, status: str) -> None:
    booking = walk.book()
    clock.shift = slot(11) - clock.now()
    walk.did("PUT", f"/bookings/{booking['id']}", {"status": status})


def moved(walk: Walk) -> None:
    walk.did("PUT", f"/bookings/{walk.book()['id']}", {"start": slot(14).isoformat()})


def canceled(walk: Walk) -> None:
    booking = walk.book()
    walk.pay(booking)
    walk.did("DELETE", f"/bookings/{booking['id']}?reason=Flu")


def lifted(walk: Walk) -> None:
    walk.did("DELETE", f"/schedules/blocks/{walk.block()['id']}")


def reopened(walk: Walk) -> None:
    walk.did("PUT", f"/schedules/{walk.room.schedule_id}", {"hours": {"mon": [["10:00", "22:00"]]}})


def with_customer(walk: Walk, method: str, body: Any = None) -> None:
    customer = walk.did("POST", "/customers", ADA)
    walk.did(method, f"/customers/{customer['id']}", body)


WALKS: dict[str, Callable[[Walk], Any]] = {
    "booking.created": lambda walk: walk.book(),
    "booking.updated": lambda walk: walk.did("PUT", f"/bookings/{walk.book()['id']}", {"guests": 5}),
    "booking.rescheduled": moved,
    "booking.canceled": canceled,
    "booking.completed": lambda walk: marked(walk, "completed"),
    "booking.no_show": lambda walk: marked(walk, "no_show"),
    "payment.succeeded": lambda walk: services.card_payment_succeeded(**walk.card(), received_minor=6000),
    "payment.failed": lambda walk: services.card_payment_failed(**walk.card(), failure="Declined"),
    "payment.recorded": lambda walk: walk.pay(walk.book()),
    "refund.succeeded": lambda walk: walk.by_card(walk.book(), RefundStatus.SUCCEEDED),
    "refund.failed": lambda walk: walk.by_card(walk.book(), RefundStatus.FAILED),
    "room.created": lambda walk: walk.did("POST", "/rooms", {"name": "The Cellar", "durations": [60, 90]}),
    "room.updated": lambda walk: walk.did("PUT", f"/rooms/{walk.room.pk}", {"name": "The Safe"}),
    "schedule.updated": reopened,
    "schedule.blocked": lambda walk: walk.block(),
    "schedule.unblocked": lifted,
    "customer.created": lambda walk: walk.did("POST", "/customers", ADA),
    "customer.updated": lambda walk: with_customer(walk, "PUT", {"notes": "VIP"}),
    "customer.erased": lambda walk: with_customer(walk, "DELETE"),
}


def test_every_type_has_its_walk() -> None:
    assert WALKS.keys() == EVENT_TYPES


@pytest.mark.parametrize("name", sorted(WALKS))
def test_what_is_recorded_is_what_was_agreed(walk: Walk, name: str) -> None:
    WALKS[name](walk)
    (event,) = Event.objects.filter(type=name)
    given, file = numbered(event.body, walk.room), GOLDEN / f"{name}.json"
    if not file.exists():
        file.write_text(json.dumps(given, indent=1, ensure_ascii=False) + "\n")
        pytest.fail(f"{file.name} is new: look at it.")
    assert given == json.loads(file.read_text())


def numbered(body: str, room: Room) -> Any:
    """The body with what varies named for its kind and numbered; a room's and a schedule's numbers likewise."""
    known: dict[str, str] = {}
    counts: dict[str, int] = {}

    def named(found: re.Match[str]) -> str:
        kind = str(found.lastgroup)
        if found[0] not in known:
            counts[kind] = counts.get(kind, 0) + 1
            known[found[0]] = f'"{kind} {counts[kind]}"'
        return known[found[0]]

    document = json.loads(VARYING.sub(named, body))
    return without_numbers(document)


def without_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_number(key, each) for key, each in value.items()}
    return [without_numbers(each) for each in value] if isinstance(value, list) else value


def without_number(key: str, value: Any) -> Any:
    if key in ("id", "schedule") and isinstance(value, int):
        return "number"
    if key == "rooms":
        return ["number"] * len(value)
    if key == "bookingUrl":
        return "url"
    return without_numbers(value)
