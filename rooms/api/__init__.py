"""Rooms, schedules, blocks and the catalog in the Venue API."""

from rooms.api.blocks import Blocks
from rooms.api.catalog import Catalog
from rooms.api.rooms import Rooms
from rooms.api.schedules import Schedules

__all__ = ["Blocks", "Catalog", "Rooms", "Schedules"]
