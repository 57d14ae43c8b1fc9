"""All of the demo venues."""

from bookingflow.demo.clara_finch import CLARA_FINCH
from bookingflow.demo.hidamari import HIDAMARI
from bookingflow.demo.north_pier import NORTH_PIER

VENUES = (NORTH_PIER, CLARA_FINCH, HIDAMARI)
