"""A booking's money in the staff's admin, on a screen of either size, and a refund given there."""

import pytest
from django.conf import settings as house
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from bookings.models import Booking, Payment
from bookings.payments.models import RefundStatus
from tests.builders import make_staff
from tests.payments.stage import booked, paid_by_card, pay, refund, settle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]


@pytest.fixture
def booking() -> Booking:
    """Paid in two ways, disputed, and with a refund that failed."""
    booking = booked()
    pay(booking, 2000)
    paid_by_card(booking, 10000)
    card = Payment.objects.filter(provider="stripe")
    card.update(stripe_id="pi_3PgafTB7Vp0cXLqr1", dispute_status="needs_response")
    (rain,) = refund(booking, 3000, "Rain in the second half of it")
    settle(rain, RefundStatus.FAILED)
    return booking


@pytest.fixture
def session(booking: Booking) -> str:
    """Signed in as somebody who manages the booking's organization."""
    client = Client()
    client.force_login(make_staff(booking.organization))
    return str(client.cookies[house.SESSION_COOKIE_NAME].value)


@pytest.mark.parametrize("width", [1360, 390])
def test_the_page_is_no_wider_than_the_screen(
    page: Page, served: str, booking: Booking, session: str, width: int
) -> None:
    page.context.add_cookies([{"name": house.SESSION_COOKIE_NAME, "value": session, "url": served}])
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(served + reverse("admin:bookings_booking_change", args=[booking.pk]))
    expect(page.get_by_text("Disputed: needs response")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_refund_is_asked_for_and_confirmed(page: Page, served: str, booking: Booking, session: str) -> None:
    page.context.add_cookies([{"name": house.SESSION_COOKIE_NAME, "value": session, "url": served}])
    page.goto(served + reverse("admin:bookings_booking_changelist"))
    page.get_by_role("link", name="See to it").click()
    page.get_by_role("link", name=booking.reference).click()
    page.get_by_role("link", name="Refund up to 120.00 USD …").click()
    expect(page.get_by_text("A cancellation now gives back 120.00 USD")).to_be_visible()
    page.locator("[name=amount]").fill("25.50")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Give it back").click()
    expect(page.get_by_text(f"25.50 USD of {booking.reference} goes back.")).to_be_visible()
