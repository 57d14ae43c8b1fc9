"""Demo venues in a folder of their own, and one without bookings, which is loaded in no time."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from bookingflow.demo.clara_finch import CLARA_FINCH
from bookingflow.demo.descriptions import Venue
from bookingflow.demo.keeping import Document
from bookingflow.demo.loading import load_demo
from bookingflow.demo.planned import PlannedBooking

BARE = replace(CLARA_FINCH, timetables=())


def quietly(venue: Venue, planned: Sequence[PlannedBooking]) -> Iterable[PlannedBooking]:
    return planned


def load(data_dir: Path, *venues: Venue) -> list[Document]:
    return load_demo(data_dir, watch=quietly, venues=venues)
