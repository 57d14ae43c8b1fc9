"""Payments that were recorded before bookings named the one that they show."""

from importlib import import_module

import pytest
from django.db import connection

from bookings.models import Booking
from bookings.payments.checks import newest_payments_are_shown
from tests.bookings.stage import again
from tests.payments.stage import booked, pay

pytestmark = pytest.mark.django_db


def test_the_newest_is_shown_after_the_migration() -> None:
    booking = booked()
    pay(booking, 1000)
    newest = pay(booking, 2000)
    Booking.objects.update(payment_shown=None)
    assert not newest_payments_are_shown().ok
    with connection.cursor() as cursor:
        cursor.execute(import_module("bookings.migrations.0007_payments_shown_from_before").SHOW)
    assert again(booking).payment_shown == newest
    assert newest_payments_are_shown().ok
