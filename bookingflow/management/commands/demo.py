"""`manage.py demo`."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from bookingflow.demo.descriptions import Venue
from bookingflow.demo.loading import load_demo
from bookingflow.demo.planned import PlannedBooking
from bookingflow.lib import commands


class Command(commands.Command):
    help = (
        "Loads the demo venues with their rooms and bookings, and shows how to get in. What is loaded already stays "
        "as it is: the same logins and API keys, kept in demo.json in the data folder."
    )

    def answer(self, **options: Any) -> dict[str, Any]:
        return {"organizations": load_demo(Path(settings.DATA_DIR), watch=self._watch)}

    def told(self, document: Any) -> str:
        return "\n\n".join(_told(venue) for venue in document["organizations"])

    def _watch(self, venue: Venue, planned: Sequence[PlannedBooking]) -> Iterable[PlannedBooking]:
        return self.progress(planned, of=len(planned), noun=f"bookings of {venue.name}")


def _told(venue: dict[str, Any]) -> str:
    rooms = ", ".join(f"{room['name']} ({room['id']})" for room in venue["rooms"])
    logins = [
        f"  {'Login' if not number else '':9}{person['email']}  password {person['password']}  ({person['role']})"
        for number, person in enumerate(venue["staff"])
    ]
    return "\n".join(
        [
            f"{venue['name']} ({venue['slug']})",
            f"  Rooms    {rooms}",
            *logins,
            f"  API key  {venue['apiKey']}",
        ]
    )
