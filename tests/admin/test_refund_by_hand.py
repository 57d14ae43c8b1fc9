"""Whoever manages gives money back on a page of its own: shown what there is, asked twice, done once."""

import pytest
from django.test import Client
from django.urls import reverse

from bookingflow.organizations.models import Organization
from bookings.models import Booking, Refund
from bookings.payments.models import RefundStatus
from tests.admin.browser import fields_of
from tests.admin.conftest import signed_in
from tests.builders import make_staff
from tests.payments.stage import booked, figures, paid_by_card, pay, refund, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking() -> Booking:
    booking = booked()
    pay(booking, 12000)
    return booking


@pytest.fixture
def owner(booking: Booking) -> Client:
    return signed_in(make_staff(booking.organization))


def page_of(booking: Booking) -> str:
    return reverse("admin:bookings_booking_refund", args=[booking.pk])


def test_it_proposes_what_a_cancellation_gives_back_and_asks_once_more(
    owner: Client, booking: Booking
) -> None:
    way = owner.get(reverse("admin:bookings_booking_change", args=[booking.pk])).content.decode()
    assert page_of(booking) in way
    page = owner.get(page_of(booking))
    assert "A cancellation now gives back 120.00 USD: 100 % of 120.00 USD" in page.content.decode()
    sent = fields_of(page, "refund_form")
    assert sent["amount"] == ["120.00"]
    asked = owner.post(page_of(booking), sent | {"amount": "25.50", "reason": "Rain", "_ask": ""})
    assert "<b>25.50 USD</b> goes back to" in asked.content.decode()
    assert "comes off the total as “Rain”" in asked.content.decode()
    assert not Refund.objects.exists()
    done = owner.post(page_of(booking), fields_of(asked, "refund_form") | {"_give_back": ""})
    assert done["Location"] == reverse("admin:bookings_booking_change", args=[booking.pk])
    assert figures(booking) == (9450, 12000, 2550, 0)
    assert Refund.objects.get().reason == "Rain"


def test_a_second_click_gives_back_nothing_more(owner: Client, booking: Booking) -> None:
    sent = {"amount": "10", "reason": "", "left": "12000", "_give_back": ""}
    assert owner.post(page_of(booking), sent).status_code == 302
    again = owner.post(page_of(booking), sent, follow=True)
    assert "has changed meanwhile" in again.content.decode()
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("amount", ["0", "-1", "120.01", "1.001", "1e30", "NaN", "", "ten"])
def test_an_odd_amount_is_told_at_its_field(owner: Client, booking: Booking, amount: str) -> None:
    sent = {"amount": amount, "reason": "", "left": "12000", "_give_back": ""}
    answer = owner.post(page_of(booking), sent)
    assert answer.status_code == 200
    assert answer.context["form"].errors["amount"]
    assert not Refund.objects.exists()


@pytest.mark.parametrize("role", ["viewer", "front_desk"])
def test_who_does_not_manage_gives_nothing_back(booking: Booking, role: str) -> None:
    client = signed_in(make_staff(booking.organization, role=role))
    shown = client.get(reverse("admin:bookings_booking_change", args=[booking.pk]))
    assert page_of(booking) not in shown.content.decode()
    assert client.get(page_of(booking)).status_code == 403
    sent = {"amount": "10", "reason": "", "left": "12000", "_give_back": ""}
    assert client.post(page_of(booking), sent).status_code == 403
    assert not Refund.objects.exists()


def test_another_organizations_booking_is_not_there(booking: Booking, south_quay: Organization) -> None:
    stranger = signed_in(make_staff(south_quay, email="stranger@example.com"))
    assert stranger.get(page_of(booking)).status_code == 302
    assert (
        stranger.post(page_of(booking), {"amount": "10", "left": "12000", "_give_back": ""}).status_code
        == 302
    )
    assert not Refund.objects.exists()


def test_refunds_that_failed_stand_above_the_list_until_seen_to() -> None:
    booking = booked()
    paid_by_card(booking, 12000)
    client, bookings = (
        signed_in(make_staff(booking.organization)),
        reverse("admin:bookings_booking_changelist"),
    )
    assert "a refund that failed" not in client.get(bookings).content.decode()
    settle(refund(booking, 3000)[0], RefundStatus.FAILED)
    assert "1 booking has a refund that failed" in client.get(bookings).content.decode()
    refund(booking, 3000)
    assert "a refund that failed" not in client.get(bookings).content.decode()
