"""What stands in the end against what was acknowledged, booking by booking."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.faults.history import Operation, lives

LIVE = frozenset({"pending", "confirmed"})


@dataclass(frozen=True)
class State:
    """`id` is None where an answer that never came would have told it."""

    id: str | None
    status: str
    start: datetime


def wrong_bookings(operations: list[Operation], found: list[dict[str, Any]]) -> Iterator[str]:
    """`found`: all bookings as the Venue API lists them. Each names in its notes the operation that made it."""
    by_origin: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for booking in found:
        by_origin[booking["notes"]].append(booking)
    known = lives(operations)
    for origin in by_origin.keys() - known.keys():
        yield f"{origin}: a booking that nobody asked for"
    for origin, life in known.items():
        yield from (f"{origin}: {fault}" for fault in _faults_of(life, by_origin[origin]))
    yield from wrong_sums(operations, found)


def _faults_of(life: list[Operation], found: list[dict[str, Any]]) -> Iterator[str]:
    made = [booking for booking in found if booking["rescheduledFrom"] is None]
    first = life[0]
    if len(made) > 1 or (not first.unknown and len(made) != int(first.done)):
        yield f"{len(made)} were made, and the answer was {first.answer and first.answer.status}"
        return
    reschedules = [each for each in life if each.what == "reschedule"]
    least, most = (
        sum(each.done for each in reschedules),
        sum(each.done or each.unknown for each in reschedules),
    )
    if found and not least <= len(found) - 1 <= most:
        yield f"{len(found) - 1} reschedules of {least} to {most}"
    last = [booking for booking in found if booking["rescheduledTo"] is None]
    if found and not any(_agrees(state, booking) for state in possible_states(life) for booking in last):
        seen = [(booking["id"], booking["status"], booking["start"]) for booking in last]
        yield f"is {seen} in place of {possible_states(life)}"
    if sum(booking["status"] in LIVE for booking in found) > 1:
        yield "more than one of its bookings lives"


def possible_states(life: list[Operation]) -> list[State]:
    """What the last acknowledged change made of it, and what an unanswered one may have made of it since."""
    states: list[State] = []
    for operation in life:
        before = states[-1] if states else None
        if operation.done:
            states = [_after(operation, before)]
        elif operation.unknown:
            states = [*states, _after(operation, before)]
    return states


def _after(operation: Operation, before: State | None) -> State:
    body = operation.answer.body if operation.answer else {}
    own_id = before.id if before else None
    match operation.what:
        case "book":
            return State(body.get("id") or body.get("bookingId"), "confirmed", operation.start)
        case "hold":
            return State(body.get("id"), "pending", operation.start)
        case "move" | "confirm":
            return State(own_id, "confirmed", operation.start)
        case "reschedule":
            return State(body.get("newBookingId"), "confirmed", operation.start)
        case _:
            return State(own_id, "canceled", operation.start)


def _agrees(state: State, booking: dict[str, Any]) -> bool:
    same = state.id in (None, booking["id"]) and state.start == datetime.fromisoformat(booking["start"])
    # A hold that nobody settled runs out.
    statuses = {"pending", "expired"} if state.status == "pending" else {state.status}
    return same and booking["status"] in statuses


def wrong_sums(operations: list[Operation], found: list[dict[str, Any]]) -> Iterator[str]:
    """A reschedule takes the payments along, so they are looked for in the last of a row."""
    paid = {each.origin: each.paid for each in operations if each.what == "confirm" and each.done}
    maybe = {each.origin for each in operations if each.what == "confirm" and each.unknown}
    for booking in found:
        price, origin = booking["price"], booking["notes"]
        if price["total"] != sum(line["amount"] for line in price["lines"]):
            yield f"{origin}: the lines don't add up to {price['total']}"
        if booking["rescheduledTo"] is None and origin not in maybe:
            if price["paid"] != paid.get(origin, 0):
                yield f"{origin}: {price['paid']} paid, and {paid.get(origin, 0)} acknowledged"
            if booking["status"] == "canceled" and price["refunded"] != price["paid"]:
                yield f"{origin}: canceled, and {price['refunded']} of {price['paid']} refunded"


def wrong_reads(operations: list[Operation]) -> Iterator[str]:
    """Whoever reads a booking that is theirs reads what they were last told."""
    known: dict[str, list[Operation]] = defaultdict(list)
    for operation in operations:
        if operation.what == "read" and operation.done and operation.answer:
            seen, states = operation.answer.body, possible_states(known[operation.origin])
            if not any(_agrees(state, seen) for state in states):
                yield f"{operation.name} read {seen['status']} {seen['start']} in place of {states}"
        elif operation.what not in {"block", "lift", "read"}:
            known[operation.origin].append(operation)
