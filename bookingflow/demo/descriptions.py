"""What a demo venue is described by. Nothing here knows of the database or the clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr

from bookingflow.demo.days import DayRule
from bookingflow.lib.names import slug_from
from customers.services import Person
from rooms.services.room_rules import RoomFields

DOMAINS = ("example.com", "example.org", "example.net")


@dataclass(frozen=True, slots=True)
class StaffMember:
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class Demand:
    """How many private bookings or shared sessions a day has on average (the weekend begins on Friday), and of what
    size the parties are.

    `parties` is the least and most number of parties in a shared session; `private_share` how many of the bookings
    are private where a room has both modes.
    """

    weekday: float
    weekend: float
    sizes: Sequence[int]
    parties: tuple[int, int] = (1, 1)
    private_share: float = 1.0


@dataclass(frozen=True, slots=True)
class RoomPlan:
    fields: RoomFields
    demand: Demand


@dataclass(frozen=True, slots=True)
class OtherHours:
    """Closed, unless `hours` says otherwise."""

    day: DayRule
    reason: str
    hours: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Closure:
    """A block: from one time of a local day to another, or for whole days."""

    day: DayRule
    reason: str
    hours: tuple[str, str] | None = None
    days: int = 1


@dataclass(frozen=True, slots=True)
class Timetable:
    """A schedule with its rooms."""

    name: str
    handle: str
    hours: Mapping[str, Sequence[Sequence[str]]]
    rooms: Sequence[RoomPlan]
    other_hours: Sequence[OtherHours] = ()
    closures: Sequence[Closure] = ()


@dataclass(frozen=True, slots=True)
class Venue:
    """`peak` are the hours of the day, first and last, that people like best.

    `remarks` are notes and metadata that some bookings carry; `excuses` are reasons of cancellations.
    """

    slug: str
    name: str
    timezone: str
    currency: str
    staff: Sequence[StaffMember]
    timetables: Sequence[Timetable]
    guests: Sequence[Person]
    peak: tuple[int, int]
    remarks: Sequence[tuple[str, Mapping[str, str]]] = field(default=())
    excuses: Sequence[str] = field(default=())


def people(names: str, *, phone: str) -> tuple[Person, ...]:
    """One person a line: `Ada Park`, or `佐藤 葵 <aoi.sato@example.com>` where a name gives no address.

    Every fourth has no telephone; the others have `phone` with a number of their own in it, two digits.
    """
    lines = [line.strip() for line in names.strip().splitlines()]
    return tuple(_person(line, number, phone) for number, line in enumerate(lines, start=10))


def _person(line: str, number: int, phone: str) -> Person:
    name, address = parseaddr(line) if "<" in line else (line, "")
    email = address or f"{slug_from(name).replace('-', '.')}@{DOMAINS[number % len(DOMAINS)]}"
    return {"name": name, "email": email, "phone": phone.format(number) if number % 4 else ""}
