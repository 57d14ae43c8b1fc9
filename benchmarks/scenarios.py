"""The venue that is asked: open day and night, an hour at a time, with prices that take some computing."""

from dataclasses import dataclass

from django.db import transaction

from bookingflow.organizations import services as organizations
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Organization
from bookingflow.organizations.scopes import PRESETS
from rooms import services as rooms

ALL_DAY = [["00:00", "24:00"]]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Venue:
    """Each room on a schedule of its own."""

    key: str
    rooms: list[int]

    @property
    def room(self) -> int:
        return self.rooms[0]


def make_venue(*, number: int = 1) -> Venue:
    """With so many rooms."""
    with transaction.atomic():
        organization = organizations.create_organization(
            name="Bench",
            slug="bench",
            timezone="Europe/London",
            currency="GBP",
            plan="business",
            actor=SYSTEM,
        )
        made = [_room(organization, each) for each in range(number)]
        return Venue(make_key(organization), made)


def make_key(organization: Organization) -> str:
    with transaction.atomic():
        _, key = organizations.create_api_key(
            organization=organization, name="bench", scopes=PRESETS["read-write"], actor=SYSTEM
        )
    return key


def _room(organization: Organization, number: int) -> int:
    room = rooms.create_room(
        organization=organization,
        actor=SYSTEM,
        name=f"Studio {number}",
        durations=[60],
        guests={"min": 1, "max": 6},
        max_days_ahead=730,
        hours=dict.fromkeys(WEEKDAYS, ALL_DAY),
        pricing={"perGuest": 3000, "tiers": [{"minGuests": 4, "perGuest": 2500}]},
    )
    return room.pk
