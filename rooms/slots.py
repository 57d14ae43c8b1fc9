"""Slot lists with prices, as finished JSON, from an exact cache (docs/decisions/0006-availability-cache.md).

The caller read room, schedule (with its version) and clock in one query. An entry is used where the version, the
question and the rules are the same and the clock can't have changed the answer; so nothing is ever invalidated.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from redis import Redis

from bookingflow.lib import json
from bookingflow.lib.errors import Fault, InvalidRequest
from bookingflow.lib.intervals import Interval
from bookingflow.lib.redis import RedisAway, ask
from bookingflow.lib.zones import TZDATA_VERSION
from rooms import queries
from rooms.availability import ENGINE_VERSION, Party, SlotAnswer, slot_answer, timeline_span
from rooms.models import Room, Schedule
from rooms.pricing import Totals, parse_pricing
from rooms.slot_rules import RoomRules, Slot
from rooms.timelines import load_timelines

# Rises with the form of an entry or of what is in it.
FORM = 1
KEPT_AT_MOST = timedelta(hours=1)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)
_NEVER = 2**63 - 1
# When it was computed, and from when on the clock may change it; microseconds since 1970.
_HEADER = struct.Struct(">qq")


@dataclass(frozen=True, slots=True)
class Question:
    """Local days, both included. What is None is the room's own: fewest guests, any duration, default mode."""

    first: date
    last: date
    guests: int | None = None
    duration: int | None = None
    mode: str | None = None

    def party(self, room: Room) -> Party:
        return Party(
            duration=self.duration,
            guests=room.guests_min if self.guests is None else self.guests,
            mode=room.default_mode if self.mode is None else self.mode,
        )

    def key(self, room: Room) -> str:
        party, currency = self.party(room), room.organization.currency
        rules = f"{FORM}:{ENGINE_VERSION}:{TZDATA_VERSION}:{room.schedule.version}:{room.pk}:{currency}"
        return f"slots:{rules}:{self.first}:{self.last}:{party.guests}:{party.duration}:{party.mode}"


def slots_json(
    room: Room,
    *,
    first: date,
    last: date,
    guests: int | None = None,
    duration: int | None = None,
    mode: str | None = None,
    now: datetime,
) -> bytes:
    """A JSON array of one room's slots; what would be refused in booking isn't there.

    Raises InvalidRequest for a duration that the room lacks.
    """
    if duration is not None and duration not in room.durations:
        lengths = ", ".join(str(minutes) for minutes in room.durations)
        raise InvalidRequest.of(Fault("durationMinutes", f"This room is booked for {lengths} minutes."))
    return slot_lists([room], Question(first, last, guests, duration, mode), now=now)[room.pk]


def slot_lists(rooms: Sequence[Room], question: Question, *, now: datetime) -> dict[int, bytes]:
    """A JSON array for each room, by its id; an empty one where a room lacks what is asked for.

    One look into Redis for all, and one statement for all schedules of which something wasn't found.
    """
    keys = {room.pk: question.key(room) for room in rooms}
    found = _kept(keys, now) if keys else {}
    missing = [room for room in rooms if room.pk not in found]
    return {**found, **_computed(missing, question, keys, now)} if missing else found


def _computed(
    rooms: Sequence[Room], question: Question, keys: Mapping[int, str], now: datetime
) -> dict[int, bytes]:
    rules = {room.pk: queries.room_rules(room) for room in rooms}
    readings = load_timelines(_windows(rooms, rules, question), now=now)
    lists, entries = {}, {}
    for room in rooms:
        version, timeline = readings[room.schedule_id]
        party = question.party(room)
        answer = slot_answer(rules[room.pk], timeline, now, question.first, question.last, party)
        lists[room.pk] = _rendered(room, rules[room.pk], answer.slots, party.guests)
        if version == room.schedule.version:
            entries[keys[room.pk]] = _entry(lists[room.pk], answer, now)
    _keep(entries)
    return lists


def _windows(
    rooms: Iterable[Room], rules: Mapping[int, RoomRules], question: Question
) -> list[tuple[Schedule, Interval]]:
    """What has to be read of each schedule for all of its rooms: longer slots reach further."""
    windows: dict[int, tuple[Schedule, Interval]] = {}
    for room in rooms:
        span = timeline_span(rules[room.pk], question.first, question.last, question.duration)
        _, longest = windows.get(room.schedule_id, (room.schedule, span))
        windows[room.schedule_id] = room.schedule, max(longest, span, key=lambda window: window.end)
    return list(windows.values())


def _rendered(room: Room, rules: RoomRules, slots: Sequence[Slot], guests: int) -> bytes:
    currency = room.organization.currency
    total = Totals(parse_pricing(room.pricing, currency), guests)
    return json.dumps_utc(
        [
            {
                "start": slot.start,
                "end": slot.end,
                "seatsLeft": slot.seats_left,
                "price": {
                    "currency": currency,
                    "total": total.at(slot.start, rules.zone, (slot.end - slot.start) // _MINUTE),
                },
            }
            for slot in slots
        ]
    )


def _entry(body: bytes, answer: SlotAnswer, now: datetime) -> bytes:
    until = _NEVER if answer.valid_until is None else _ticks(answer.valid_until)
    return _HEADER.pack(_ticks(now), until) + body


def _kept(keys: Mapping[int, str], now: datetime) -> dict[int, bytes]:
    """What Redis has that is right at this instant."""
    try:
        entries = ask(lambda redis: redis.mget(list(keys.values())))
    except RedisAway:
        return {}
    at = _ticks(now)
    return {
        room_id: entry[_HEADER.size :]
        for room_id, entry in zip(keys, entries, strict=True)
        if isinstance(entry, bytes) and _holds(entry, at)
    }


def _holds(entry: bytes, at: int) -> bool:
    if len(entry) < _HEADER.size:
        return False
    computed_at, valid_until = _HEADER.unpack_from(entry)
    return bool(computed_at <= at < valid_until)


def _keep(entries: Mapping[str, bytes]) -> None:
    """In one round trip. Losing it costs a computation, no more."""

    def write(redis: Redis) -> None:
        pipeline = redis.pipeline(transaction=False)
        for key, entry in entries.items():
            pipeline.set(key, entry, ex=KEPT_AT_MOST)
        pipeline.execute()

    if entries:
        with suppress(RedisAway):
            ask(write)


def _ticks(moment: datetime) -> int:
    return (moment - _EPOCH) // _TICK
