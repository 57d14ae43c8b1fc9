"""The checkers of the fault run, held against made-up records: what they must find, and what they must not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.faults.check_answers import faulty_answers
from tests.faults.check_bookings import wrong_bookings, wrong_reads
from tests.faults.check_deliveries import Told, faulty_deliveries
from tests.faults.check_times import times_held_twice
from tests.faults.history import Attempt, Operation
from tests.receiver import Request

NOON = datetime(2026, 12, 15, 12, tzinfo=UTC)
SHAPES: dict[str, dict[str, dict[str, Any]]] = {
    "house": {
        "room": {"schedule": 1, "minutes": 30, "after": 0, "seats": None},
        "sibling": {"schedule": 1, "minutes": 30, "after": 10, "seats": None},
        "class": {"schedule": 2, "minutes": 30, "after": 0, "seats": 5},
    }
}


def asked(name: str, what: str = "book", *, at: float = 0.0, origin: str = "", **more: Any) -> Operation:
    """By default acknowledged after a second."""
    body = {"id": f"id-{name}", "holdExpiresAt": more.pop("runs_out", None)}
    attempts = more.pop("attempts", [Attempt(at, 1.0, more.pop("status", 201), {}, more.pop("body", body))])
    facts = {"house": "house", "room": "room", "start": NOON, "guests": 1, "booking": None} | more
    return Operation(
        name=name,
        what=what,
        origin=origin or name,
        at=at,
        method="POST",
        path="/",
        attempts=attempts,
        **facts,
    )


def stands(origin: str, *, status: str = "confirmed", start: datetime = NOON, **more: Any) -> dict[str, Any]:
    price = {"total": 0, "paid": 0, "refunded": 0, "lines": []}
    row = {
        "id": f"id-{origin}",
        "notes": origin,
        "status": status,
        "start": start.isoformat(),
        "price": price,
    }
    return row | {"rescheduledFrom": None, "rescheduledTo": None} | more


def unanswered(at: float = 0.0) -> list[Attempt]:
    return [Attempt(at, 1.0, fault="ConnectionResetError()")]


def held_twice(*operations: Operation) -> list[str]:
    return list(times_held_twice(list(operations), SHAPES))


def wrong(operations: list[Operation], *found: dict[str, Any]) -> list[str]:
    return list(wrong_bookings(operations, list(found)))


def test_one_time_acknowledged_to_two_is_found_in_every_room_of_the_schedule() -> None:
    assert held_twice(asked("a"), asked("b", at=5))
    assert held_twice(asked("a"), asked("b", at=5, room="sibling", start=NOON + timedelta(minutes=15)))
    assert held_twice(asked("a", room="sibling"), asked("b", at=5, start=NOON + timedelta(minutes=30))), (
        "a buffer"
    )
    assert held_twice(asked("a"), asked("b", "block", at=5, guests=0)), "a block"


def test_one_time_after_the_other_is_no_fault() -> None:
    assert not held_twice(asked("a"), asked("b", start=NOON + timedelta(minutes=30)))
    assert not held_twice(asked("a"), asked("stop", "cancel", at=3, origin="a"), asked("b", at=2.5))
    assert not held_twice(asked("a", "hold", runs_out="1970-01-01T00:00:05Z"), asked("b", at=5))
    assert held_twice(asked("a", "hold", runs_out="1970-01-01T00:00:09Z"), asked("b", at=5))
    assert not held_twice(asked("a"), asked("b", at=5, status=409)), "it was refused"
    too_late = asked("c", "confirm", at=6, origin="a", status=409)
    assert not held_twice(asked("a", "hold", runs_out="1970-01-01T00:00:05Z"), too_late, asked("b", at=9))


def test_more_guests_than_seats_are_found() -> None:
    parties = [asked(name, room="class", guests=2) for name in "abc"]
    assert not held_twice(*parties[:2])
    assert held_twice(*parties)


def test_an_acknowledged_booking_must_be_there_once_and_as_it_was_left() -> None:
    assert not wrong([asked("a")], stands("a"))
    assert wrong([asked("a")])
    assert wrong([asked("a")], stands("a"), stands("a", id="another"))
    assert wrong([asked("a")], stands("a", status="canceled"))
    assert wrong([asked("a", status=409)], stands("a"))
    assert wrong([asked("a"), asked("m", "move", origin="a", start=NOON + timedelta(hours=1))], stands("a"))
    assert wrong([], stands("a")), "nobody asked for it"


def test_what_was_never_answered_may_have_happened_or_not() -> None:
    lost = asked("c", "cancel", at=5, origin="a", attempts=unanswered(5))
    assert not wrong([asked("a"), lost], stands("a"))
    assert not wrong([asked("a"), lost], stands("a", status="canceled"))
    assert wrong([asked("a"), lost], stands("a", status="completed"))
    never = asked("a", attempts=unanswered())
    assert not wrong([never])
    assert not wrong([never], stands("a"))
    assert wrong([never], stands("a"), stands("a", id="another"))


def test_money_that_was_taken_must_be_in_the_books() -> None:
    paid = [asked("a", "hold"), asked("p", "confirm", origin="a", booking="id-a", paid=5000)]
    price = {"total": 5000, "paid": 5000, "refunded": 0, "lines": [{"amount": 5000}]}
    assert not wrong(paid, stands("a", price=price))
    assert wrong(paid, stands("a", price=price | {"paid": 0}))
    assert wrong(paid, stands("a", price=price | {"lines": []}))
    ended = [*paid, asked("c", "cancel", origin="a")]
    assert wrong(ended, stands("a", status="canceled", price=price))


def test_a_read_must_show_what_the_reader_was_told() -> None:
    read = asked("r", "read", origin="a", status=200, body=stands("a", status="canceled"))
    assert list(wrong_reads([asked("a"), read]))
    assert not list(wrong_reads([asked("a"), asked("c", "cancel", origin="a"), read]))


@pytest.mark.parametrize(
    ("attempt", "faulty"),
    [
        (Attempt(0, 1, 201, {}, {}), False),
        (Attempt(0, 16, 201, {}, {}), True),
        (Attempt(0, 16, fault="TimeoutError()"), True),
        (Attempt(0, 1, 502, {}, "<html>"), True),
        (
            Attempt(0, 1, 500, {}, {"error": {"code": "INTERNAL_ERROR", "message": "…", "requestId": "…"}}),
            True,
        ),
        (
            Attempt(
                0, 1, 503, {}, {"error": {"code": "SERVICE_UNAVAILABLE", "message": "…", "requestId": "…"}}
            ),
            True,
        ),
        (
            Attempt(
                0, 1, 409, {}, {"error": {"code": "SLOT_NOT_AVAILABLE", "message": "…", "requestId": "…"}}
            ),
            False,
        ),
        (
            Attempt(0, 1, 422, {}, {"error": {"code": "SLOT_UNAVAILABLE", "message": "…", "requestId": "…"}}),
            True,
        ),
    ],
)
def test_an_answer_must_be_in_time_and_in_the_envelope(attempt: Attempt, faulty: bool) -> None:
    assert bool(list(faulty_answers([asked("a", attempts=[attempt])]))) == faulty


def test_one_key_has_one_answer() -> None:
    replayed = {"idempotent-replayed": "true"}
    first, again = Attempt(0, 1, 201, {}, {"id": 1}), Attempt(2, 1, 201, replayed, {"id": 1})
    assert not list(faulty_answers([asked("a", attempts=[first, again])]))
    for other in (Attempt(2, 1, 201, replayed, {"id": 2}), Attempt(2, 1, 201, {}, {"id": 1})):
        assert list(faulty_answers([asked("a", attempts=[first, other])]))


def arrivals(*moments: tuple[str, float, float]) -> Iterator[Request]:
    for event, at, answered_at in moments:
        headers = {"webhook-id": event, "webhook-timestamp": str(int(at))}
        yield Request("/steady", headers, b'{"a":1}', at, answered_at)


@pytest.mark.parametrize(
    ("moments", "faulty"),
    [
        ([("one", 1, 2), ("two", 3, 4)], False),
        ([("one", 1, 2), ("one", 3, 4), ("two", 5, 6)], False),
        ([("one", 1, 2)], True),
        ([("two", 1, 2), ("one", 3, 4)], True),
        ([("one", 1, 3), ("one", 2, 4), ("two", 5, 6)], True),
        ([("one", 1, 2), ("two", 3, 4), ("three", 5, 6)], True),
    ],
    ids=["in-order", "once-more", "one-is-missing", "out-of-order", "in-two-hands", "of-no-log"],
)
def test_every_event_comes_in_order_and_from_one_sender(
    moments: list[tuple[str, float, float]], faulty: bool
) -> None:
    events = [Told("one", "subject", 1, '{"a":1}'), Told("two", "subject", 2, '{"a":1}')]
    assert bool(list(faulty_deliveries(events, list(arrivals(*moments)), 0.0))) == faulty


def test_another_body_and_another_time_are_found() -> None:
    came = list(arrivals(("one", 1, 2)))
    assert list(faulty_deliveries([Told("one", "subject", 1, '{"a":2}')], came, 0.0))
    assert list(faulty_deliveries([Told("one", "subject", 1, '{"a":1}')], came, 4_000.0))
