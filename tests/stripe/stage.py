"""Bookings that are paid for with a card, over the API, and what became of them."""

from datetime import timedelta
from typing import Any

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from bookings import tasks
from bookings.checks import CHECKS
from bookings.models import Booking, Payment
from rooms.models import Room
from tests.bookings.stage import again, stand_at, told
from tests.builders import make_room, make_schedule, slot
from tests.caller import Caller
from tests.stripe.standin import StandIn, event, tell

# 120.00 for four, half of it as a deposit; cheaper in the morning.
PRICES = {
    "perGuest": 3000,
    "depositPercent": 50,
    "adjustments": [{"label": "Morning", "from": "09:00", "to": "10:00", "percent": -50}],
}
POLICY = [{"hoursBefore": 48, "refundPercent": 100}, {"hoursBefore": 24, "refundPercent": 50}]


def room_of(organization: Organization, **overrides: Any) -> Room:
    fields = {"pricing": PRICES, "hold_minutes": 10, "cancellation_policy": POLICY}
    return make_room(make_schedule(organization), **fields | overrides)


def wish(room: Room, **more: Any) -> dict[str, Any]:
    return {
        "room": room.pk,
        "start": slot(12).isoformat(),
        "guests": 4,
        "customer": {"name": "Ada Park", "email": "ada@example.com"},
        "payment": "stripe",
        **more,
    }


def hold(caller: Caller, room: Room, **more: Any) -> dict[str, Any]:
    answer = caller.post("/api/v1/bookings", wish(room, **more))
    assert answer.status_code == 201, answer.content
    shown: dict[str, Any] = answer.json()
    return shown


def paid(caller: Caller, room: Room, stripe: StandIn, **more: Any) -> dict[str, Any]:
    """A hold whose payment Stripe has told of."""
    shown = hold(caller, room, **more)
    tell_paid(stripe, shown)
    return seen(caller, shown)


def tell_paid(stripe: StandIn, shown: dict[str, Any], **more: Any) -> Any:
    """Pays, unless it is paid, and tells."""
    intent = stripe.intent(intent_of(shown))
    if intent["status"] != "succeeded":
        intent = stripe.pay(intent["id"])
    answer = tell(event("payment_intent.succeeded", intent, **more))
    assert answer.status_code == 200, answer.content
    return answer


def intent_of(shown: dict[str, Any]) -> str:
    return str(shown["payment"]["id"])


def seen(caller: Caller, shown: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = caller.get(f"/api/v1/bookings/{shown['id']}").json()
    return found


def figures(caller: Caller, shown: dict[str, Any]) -> tuple[int, int, int, int]:
    """Total, paid, refunded, due."""
    price = seen(caller, shown)["price"]
    return price["total"], price["paid"], price["refunded"], price["due"]


def run_out(shown: dict[str, Any]) -> None:
    booking = row(shown)
    assert booking.hold_expires_at is not None
    stand_at(booking.hold_expires_at + timedelta(seconds=1))


def row(shown: dict[str, Any]) -> Booking:
    return again(Booking.objects.get(pk=shown["id"]))


def payments(shown: dict[str, Any]) -> list[Payment]:
    return list(Payment.objects.filter(booking=shown["id"]).order_by("created_at", "pk"))


def events_of(shown: dict[str, Any]) -> list[str]:
    return [kind for kind, _ in told(row(shown))]


def work() -> None:
    """What the worker does by itself."""
    tasks.expire_holds()
    tasks.card_errands()


def later(**time: float) -> None:
    clock.shift += timedelta(**time)


def sound() -> None:
    """The doctor finds nothing."""
    for check in CHECKS:
        result = check()
        assert result.ok, result
