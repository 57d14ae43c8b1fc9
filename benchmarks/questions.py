"""Requests as they go over the line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from urllib.parse import urlencode

from bookingflow.lib import json
from bookings.models import Booking

DAY = timedelta(days=1)
# Days of which each may be the first one asked for, within a room's horizon.
FIRSTS = 300


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose key it is."""

    key: str

    def get(self, path: str, query: Mapping[str, object] | None = None) -> bytes:
        target = f"{path}?{urlencode(query)}" if query else path
        return f"GET {target} HTTP/1.1\r\n{self._headers}\r\n".encode()

    def post(self, path: str, document: object, *, idempotency_key: str) -> bytes:
        body = json.dumps(document)
        head = (
            f"POST {path} HTTP/1.1\r\n{self._headers}Idempotency-Key: {idempotency_key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    @property
    def _headers(self) -> str:
        return f"Host: 127.0.0.1\r\nAuthorization: Bearer {self.key}\r\nAccept: application/json\r\n"


def slots(asker: Asker, room: int, days: int) -> bytes:
    """The same at each call."""
    return _slots(asker, room, 60, days, 1)


def other_slots(asker: Asker, rooms: Sequence[int], days: int) -> Iterator[bytes]:
    """Never the same twice: other first days, then parties, then rooms."""
    for room in rooms:
        for guests in (1, 2):
            for ahead in range(FIRSTS):
                yield _slots(asker, room, ahead, days, guests)


def _slots(asker: Asker, room: int, ahead: int, days: int, guests: int) -> bytes:
    first = datetime.now(UTC).date() + ahead * DAY
    query = {"room": room, "startDate": first, "endDate": first + (days - 1) * DAY, "guests": guests}
    return asker.get("/api/v1/schedules", query)


def new_bookings(asker: Asker, rooms: Sequence[int], *, name: str) -> Iterator[bytes]:
    """Without end, each for a slot of its own, an hour long; every other one is by a new guest."""
    for number in count():
        hour, room = divmod(number, len(rooms))
        yield booking(
            asker, rooms[room], hour, name=name, guest=number // 2, idempotency_key=f"{name}-{number}"
        )


def rivals(asker: Asker, room: int, number: int, *, hour: int) -> list[bytes]:
    """So many who want one slot."""
    return [
        booking(asker, room, hour, name=f"rival-{hour}", guest=each, idempotency_key=f"{hour}-{each}")
        for each in range(number)
    ]


def booking(asker: Asker, room: int, hour: int, *, name: str, guest: int, idempotency_key: str) -> bytes:
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + 10 * DAY
    customer = {"name": f"Guest {guest}", "email": f"guest-{name}-{guest}@example.com"}
    document = {"room": room, "start": (begin + timedelta(hours=hour)).isoformat(), "customer": customer}
    return asker.post("/api/v1/bookings", document, idempotency_key=idempotency_key)


def reads(asker: Asker, midst: Booking, rooms: Sequence[int], today: date) -> dict[str, Iterator[bytes]]:
    """Each kind of read, of a venue with these rooms, whose booking in the middle is `midst`."""
    assert midst.customer  # noqa: S101
    half_way, since = midst.start.date(), datetime.now(UTC) - DAY
    filters: dict[str, dict[str, object]] = {
        "nothing": {},
        "date": {"date": today},
        "dateFrom": {"dateFrom": today, "ordering": "start"},
        "a month": {"dateFrom": half_way, "dateTo": half_way + 30 * DAY},
        "room": {"room": midst.room.slug},
        "schedule": {"schedule": midst.room.schedule.handle},
        "status": {"status": "completed"},
        "customer": {"customer": midst.customer_id},
        "email": {"email": midst.customer.email},
        "reference": {"reference": midst.reference},
        "source": {"source": "api"},
        "updatedSince": {"updatedSince": since.isoformat(), "ordering": "updatedAt"},
        "search": {"search": midst.customer.name},
    }
    asked = {f"bookings, by {name}": asker.get("/api/v1/bookings", each) for name, each in filters.items()}
    asked |= {
        "one booking": asker.get(f"/api/v1/bookings/{midst.pk}"),
        "customers": asker.get("/api/v1/customers"),
        "rooms": asker.get("/api/v1/rooms"),
        "catalog": asker.get("/api/v1/catalog", {"orgId": midst.organization.slug}),
        "slots of 30 days, warm": slots(asker, midst.room_id, 30),
    }
    same = {name: always(request) for name, request in asked.items()}
    return same | {"slots of 30 days, cold": other_slots(asker, rooms, 30)}


def always(request: bytes) -> Iterator[bytes]:
    while True:
        yield request


def some(requests: Iterator[bytes], number: int) -> list[bytes]:
    return list(islice(requests, number))
