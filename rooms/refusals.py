"""The sentence for each reason why a time isn't on offer."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from rooms.slot_rules import SHARED, Busy, Party, Reason, ReasonCode, RoomRules, Taken

_NAMED = 3


def about_party(rules: RoomRules, party: Party) -> list[Reason]:
    """What is wrong with the request at any time."""
    reasons = []
    if not rules.active:
        reasons.append(Reason(ReasonCode.INACTIVE, "This room is not on offer"))
    if party.mode not in rules.modes:
        reasons.append(Reason(ReasonCode.MODE, f"This room has no {party.mode} sessions"))
    if party.duration is not None and party.duration not in rules.durations:
        lengths = _listed([str(minutes) for minutes in sorted(rules.durations)], "or")
        reasons.append(Reason(ReasonCode.DURATION, f"This room is booked for {lengths} minutes"))
    most = rules.most_guests(party.mode)
    if not rules.guests_min <= party.guests <= most:
        span = f"{most}" if rules.guests_min >= most else f"{rules.guests_min} to {most}"
        reasons.append(Reason(ReasonCode.GUESTS, f"This room takes {span} guest{'' if span == '1' else 's'}"))
    return reasons


def about_clock(code: ReasonCode, rules: RoomRules) -> Reason:
    match code:
        case ReasonCode.IN_PAST:
            return Reason(code, "The start has passed")
        case ReasonCode.MIN_NOTICE:
            return Reason(code, f"Less than {length(rules.min_notice)} ahead")
        case _:
            return Reason(code, f"More than {length(rules.max_days_ahead * 24 * 60)} ahead")


def about_place(code: ReasonCode, rules: RoomRules) -> Reason:
    if code is ReasonCode.OFF_GRID:
        return Reason(code, f"Starts are every {length(rules.slot_interval)} from each opening")
    return Reason(code, "Not within the open hours")


def about_session(code: ReasonCode, taken: Taken, rules: RoomRules, start: datetime) -> Reason:
    names = _names(taken.references)
    match code:
        case ReasonCode.HELD:
            message = f"Held for {names}"
        case ReasonCode.BUFFER:
            message = _buffer(taken, rules, start)
        case ReasonCode.SEATS:
            left = taken.seats - taken.seats_taken
            message = f"{left or 'No'} seat{'' if left == 1 else 's'} left beside {names}"
        case ReasonCode.MODE if taken.mode == SHARED:
            message = f"A shared session with {names} can't be taken privately"
        case ReasonCode.MODE:
            message = f"A private session of {names} can't be joined"
        case _:
            message = f"Taken by {names}"
    return Reason(code, message, taken=True)


def about_busy(busy: Busy, start: datetime, end: datetime) -> Reason:
    name = f": {busy.label}" if busy.label else ""
    only_buffer = busy.end <= start or end <= busy.start
    if busy.code is ReasonCode.BLOCKED:
        message = f"The buffer reaches into a block{name}" if only_buffer else f"Blocked{name}"
    else:
        where = "The buffer reaches into the busy time of" if only_buffer else "Busy in"
        message = f"{where} a connected calendar{name}"
    return Reason(busy.code, message, taken=True)


def length(minutes: int) -> str:
    """`90 minutes`, `2 hours`, `1 day`: in the largest unit that divides it."""
    for unit, size in (("day", 24 * 60), ("hour", 60)):
        if minutes and minutes % size == 0:
            return f"{minutes // size} {unit}{'' if minutes == size else 's'}"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


def _buffer(taken: Taken, rules: RoomRules, start: datetime) -> str:
    """Between neighbours the buffers of both add up."""
    if taken.end <= start:
        own, other, side = rules.buffer_before, taken.occupied_end - taken.end, "after"
    else:
        own, other, side = rules.buffer_after, taken.start - taken.occupied_start, "before"
    return f"Inside the {length(own + int(other.total_seconds()) // 60)} {side} {_names(taken.references)}"


def _names(references: Sequence[str]) -> str:
    if not references:
        return "another booking"
    more = len(references) - _NAMED
    return _listed([*references[:_NAMED], f"{more} more"] if more > 0 else references, "and")


def _listed(words: Iterable[str], conjunction: str) -> str:
    *most, last = words
    return f"{', '.join(most)} {conjunction} {last}" if most else last
