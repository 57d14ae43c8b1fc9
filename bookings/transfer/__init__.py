"""Bookings in files: out of an organization, and into the same or another one."""
