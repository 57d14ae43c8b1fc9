"""Which bookings a demo venue has: drawn from a seed, so the same for the same venue, day and free slots."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from random import Random

from bookingflow.demo.descriptions import Venue
from bookingflow.demo.planned import Offer, PlannedBooking, Way
from bookingflow.lib.intervals import Interval, overlaps
from bookingflow.lib.zones import wall
from bookings.lifecycle import Status
from bookings.models import Source
from customers.services import Person
from rooms.availability import Slot
from rooms.models import Mode

# One in so many is cancelled, or was a no-show: counted, so that there are some whatever the day.
CANCELED_EVERY, NO_SHOW_EVERY = 11, 14
REMARKS_PERCENT = 35
# What is over for so short a time nobody has marked yet.
UNMARKED_FOR = timedelta(hours=5)
LEADS_DAYS = (0.2, 0.5, 1, 1, 2, 2, 3, 4, 5, 7, 9, 12, 16, 24)
SOURCES = (Source.WEB, Source.WEB, Source.WEB, Source.BOOKING_API, Source.API, Source.ADMIN)
FAVOURED_AT_PEAK = 3.0
BUSIER_WEEKDAYS = (4, 5, 6)


def plan_bookings(
    venue: Venue, offers: Sequence[Offer], *, today: date, now: datetime
) -> list[PlannedBooking]:
    """`today` is the venue's local day at `now`."""
    planner = _Planner(venue, today, now)
    planned = [booking for day, slots in _days(offers) for booking in planner.of_day(day, slots)]
    return planner.with_other_ways(planned)


def _days(offers: Sequence[Offer]) -> Iterator[tuple[date, list[tuple[Offer, list[Slot]]]]]:
    """Each local day with the offers that have slots on it."""
    by_day: dict[date, list[tuple[Offer, list[Slot]]]] = {}
    for offer in offers:
        for day, slots in groupby(offer.slots, key=lambda slot: wall(slot.start, offer.rules.zone).date()):
            by_day.setdefault(day, []).append((offer, list(slots)))
    yield from sorted(by_day.items(), key=lambda entry: entry[0])


class _Planner:
    def __init__(self, venue: Venue, today: date, now: datetime) -> None:
        self._venue = venue
        self._today = today
        self._now = now
        self._random = Random(f"{venue.slug} {today}")  # noqa: S311  a demo, the same every time
        self._taken: dict[int, list[Interval]] = {}
        self._number = 0

    def of_day(self, day: date, offers: Iterable[tuple[Offer, list[Slot]]]) -> Iterator[PlannedBooking]:
        for offer, slots in offers:
            wanted = self._wanted(day, offer)
            for slot in sorted(slots, key=lambda slot: self._rank(offer, slot), reverse=True):
                if wanted and self._is_free(offer, slot):
                    wanted -= 1
                    yield from self._session(offer, slot)

    def with_other_ways(self, planned: Sequence[PlannedBooking]) -> list[PlannedBooking]:
        """A few that are held, moved or rescheduled, so that there is one of everything."""
        ways = iter((Way.HELD, Way.MOVED, Way.RESCHEDULED, Way.MOVED))
        found = list(planned)
        for position in range(2, len(found), 3):
            booking = found[position]
            if booking.way is not Way.BOOKED or booking.status is not Status.CONFIRMED:
                continue
            way = next(ways, None)
            if way is None:
                break
            found[position] = self._by(way, booking)
        return found

    def _by(self, way: Way, booking: PlannedBooking) -> PlannedBooking:
        if way is Way.HELD:
            return replace(booking, way=way)
        first = self._other_slot(booking)
        return replace(booking, way=way, first_slot=first) if first else booking

    def _other_slot(self, booking: PlannedBooking) -> Slot | None:
        """A later one of the same length, free for as long as it takes to leave it again."""
        for slot in booking.offer.slots:
            later = slot.start > booking.slot.start + timedelta(days=1)
            if later and _length(slot) == _length(booking.slot) and self._is_free(booking.offer, slot):
                return slot
        return None

    def _wanted(self, day: date, offer: Offer) -> int:
        """How many bookings or sessions the day deserves."""
        demand = offer.demand.weekend if day.weekday() in BUSIER_WEEKDAYS else offer.demand.weekday
        wanted = demand * _share_booked((day - self._today).days)
        return int(wanted) + (self._random.random() < wanted % 1)

    def _rank(self, offer: Offer, slot: Slot) -> float:
        """Drawn so that a slot at the peak comes first that much more often."""
        first, last = self._venue.peak
        at_peak = first <= wall(slot.start, offer.rules.zone).hour <= last
        return float(self._random.random() ** (1 / (FAVOURED_AT_PEAK if at_peak else 1.0)))

    def _is_free(self, offer: Offer, slot: Slot) -> bool:
        wanted = _occupied(offer, slot)
        return not any(overlaps(wanted, taken) for taken in self._taken.get(offer.schedule_id, ()))

    def _session(self, offer: Offer, slot: Slot) -> Iterator[PlannedBooking]:
        mode, sizes = self._parties(offer)
        who = self._random.sample(self._venue.guests, len(sizes))
        bookings = [
            self._booking(offer, slot, mode, guests, person)
            for guests, person in zip(sizes, who, strict=True)
        ]
        if any(booking.status is not Status.CANCELED for booking in bookings):
            self._taken.setdefault(offer.schedule_id, []).append(_occupied(offer, slot))
        yield from bookings

    def _parties(self, offer: Offer) -> tuple[str, list[int]]:
        """Mode, and the number of guests in each party; together no more than there are seats."""
        demand, modes = offer.demand, offer.rules.modes
        private = Mode.PRIVATE in modes and self._random.random() < demand.private_share
        if private or Mode.SHARED not in modes:
            return Mode.PRIVATE.value, [self._random.choice(demand.sizes)]
        sizes: list[int] = []
        for _ in range(self._random.randint(*demand.parties)):
            size = self._random.choice(demand.sizes)
            if sum(sizes) + size <= offer.rules.session_seats:
                sizes.append(size)
        return Mode.SHARED.value, sizes

    def _booking(self, offer: Offer, slot: Slot, mode: str, guests: int, person: Person) -> PlannedBooking:
        status = self._status(slot)
        lead = timedelta(days=self._random.choice(LEADS_DAYS) * self._random.uniform(0.7, 1.3))
        booked_at = (min(slot.start, self._now) - lead).replace(microsecond=0)
        canceled_at = booked_at + lead * self._random.uniform(0.1, 0.9)
        canceled = status is Status.CANCELED
        notes, metadata = self._remark()
        return PlannedBooking(
            offer=offer,
            slot=slot,
            mode=mode,
            guests=guests,
            person=person,
            status=status,
            booked_at=booked_at,
            canceled_at=canceled_at.replace(microsecond=0) if canceled else None,
            cancel_reason=self._random.choice(self._venue.excuses) if canceled else None,
            notes=notes,
            metadata=metadata,
            source=self._random.choice(SOURCES),
            way=Way.BOOKED if self._can_be_booked(offer, slot) else Way.BROUGHT_IN,
        )

    def _status(self, slot: Slot) -> Status:
        self._number += 1
        if self._number % CANCELED_EVERY == 0:
            return Status.CANCELED
        if slot.end > self._now - UNMARKED_FOR:
            return Status.CONFIRMED
        return Status.NO_SHOW if self._number % NO_SHOW_EVERY == 0 else Status.COMPLETED

    def _remark(self) -> tuple[str, Mapping[str, str]]:
        drawn = self._random.choice(self._venue.remarks)
        return drawn if self._random.random() * 100 < REMARKS_PERCENT else ("", {})

    def _can_be_booked(self, offer: Offer, slot: Slot) -> bool:
        """With an hour to spare, for the clock goes on while the venue is loaded."""
        spare = timedelta(minutes=offer.rules.min_notice, hours=1)
        return slot.start > self._now + spare


def _share_booked(days_ahead: int) -> float:
    """Of a day's demand: the coming days are full, those further away are still to fill up."""
    return 1.0 if days_ahead < 0 else max(0.15, 1.3 - days_ahead / 14)


def _occupied(offer: Offer, slot: Slot) -> Interval:
    before, after = (
        timedelta(minutes=minutes) for minutes in (offer.rules.buffer_before, offer.rules.buffer_after)
    )
    return Interval(slot.start - before, slot.end + after)


def _length(slot: Slot) -> timedelta:
    return slot.end - slot.start
