"""Bookings, for the staff to look at."""

from bookings.admin.bookings import BookingAdmin

__all__ = ["BookingAdmin"]
