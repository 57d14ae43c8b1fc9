"""A booking's page shows its payments and refunds, what failed first; the list finds what has to be seen to."""

import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import Payment
from bookings.payments.models import RefundStatus
from tests.builders import make_staff, slot
from tests.payments.stage import booked, paid_by_card, pay, refund, settle

pytestmark = pytest.mark.django_db


def test_payments_and_refunds_stand_on_the_bookings_page() -> None:
    booking = booked()
    pay(booking, 2000)
    paid_by_card(booking, 10000)
    Payment.objects.filter(provider="stripe").update(stripe_id="pi_1", dispute_status="needs_response")
    (rain,), (snow,) = refund(booking, 3000, "Rain"), refund(booking, 1000, "Snow")
    settle(rain, RefundStatus.SUCCEEDED)
    settle(snow, RefundStatus.FAILED)
    client = Client()
    client.force_login(make_staff(booking.organization))
    page = client.get(reverse("admin:bookings_booking_change", args=[booking.pk])).content.decode()
    for told in ("pi_1", "Disputed: needs response", "Card, online", "Cash", "20.00 USD", "100.00 USD"):
        assert told in page
    assert page.index("Failed") < page.rindex("Succeeded")


@pytest.mark.parametrize("wanted", ["failed", "pending", "disputed"])
def test_the_list_finds_what_has_to_be_seen_to(wanted: str) -> None:
    plain = booked()
    booking = booked(room=plain.room, start=slot(14))
    paid_by_card(booking, 12000)
    (part,) = refund(booking, 3000)
    if wanted == "failed":
        settle(part, RefundStatus.FAILED)
    if wanted == "disputed":
        Payment.objects.update(dispute_status="needs_response")
    client = Client()
    client.force_login(make_staff(booking.organization))
    page = client.get(reverse("admin:bookings_booking_changelist"), {"money": wanted}).content.decode()
    assert booking.reference in page
    assert plain.reference not in page
