"""What can be done to rooms and schedules. Each needs the caller's open transaction, and writes event and audit."""

from rooms.services.blocks import Blocked, block_time, lift_block
from rooms.services.explain import explain
from rooms.services.rooms import create_room, deactivate_room, update_room
from rooms.services.schedules import create_schedule, update_schedule

__all__ = [
    "Blocked",
    "block_time",
    "create_room",
    "create_schedule",
    "deactivate_room",
    "explain",
    "lift_block",
    "update_room",
    "update_schedule",
]
