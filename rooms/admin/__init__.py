"""The staff's pages of rooms, schedules, blocks and the time that is taken."""

from rooms.admin.blocks import BlockAdmin
from rooms.admin.rooms import RoomAdmin
from rooms.admin.schedules import ScheduleAdmin
from rooms.admin.sessions import SessionAdmin

__all__ = ["BlockAdmin", "RoomAdmin", "ScheduleAdmin", "SessionAdmin"]
