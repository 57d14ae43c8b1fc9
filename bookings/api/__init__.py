from bookings.api import schema  # noqa: F401 (its classes register themselves)
