"""Whose booking it is: linked to another customer, or the present one told of anew."""

from typing import Any
from uuid import uuid4

import pytest

from bookingflow.lib.errors import InvalidRequest
from bookings.models import Booking
from bookings.services import change_booking
from customers.models import Customer
from tests.bookings.stage import again, by, document, refused, told, types_told, written
from tests.builders import make_booking, make_customer

pytestmark = pytest.mark.django_db

ADA = {"name": "Ada Park", "email": "ada@example.com", "phone": "1"}


def of_ada() -> Booking:
    return make_booking(customer=ADA)


def ada() -> Customer:
    return Customer.objects.get(email="ada@example.com")


def fields(customer: Customer) -> tuple[str, str, str]:
    return customer.name, customer.email, customer.phone


def test_name_and_phone_update_the_present_customer() -> None:
    booking = of_ada()
    change_booking(**by(booking), customer={"name": "Ada Lovelace", "phone": "2"})
    assert fields(ada()) == ("Ada Lovelace", "ada@example.com", "2")
    assert again(booking).customer == booking.customer
    assert types_told(booking.organization)[2:] == ["customer.updated", "booking.updated"]
    assert [data["sequence"] for _, data in told(ada())] == [1, 2]
    assert written(ada())[-1] == ("customer.updated", {"name": None, "phone": None})


def test_the_booking_is_told_with_the_customer_that_it_shows_now() -> None:
    booking = of_ada()
    change_booking(**by(booking), customer={"name": "Ada Lovelace"})
    changes = told(booking)[-1][1]["changes"]
    assert list(changes) == ["customer"]
    assert changes["customer"]["from"]["name"] == "Ada Park"
    assert changes["customer"]["to"] == document(booking)["customer"]


@pytest.mark.parametrize(
    "same", [{"email": "ADA@example.com"}, {"name": "Ada Park"}, {"phone": "1"}, {"id": None}, {}, ADA]
)
def test_the_present_one_changes_nothing(same: Any) -> None:
    booking = of_ada()
    before = (document(booking), told(booking), told(ada()), written(booking))
    change_booking(**by(booking), customer=same)
    assert (document(booking), told(booking), told(ada()), written(booking)) == before


def test_the_present_email_or_id_with_another_name_updates_that_customer() -> None:
    booking = of_ada()
    change_booking(**by(booking), customer={"email": "Ada@Example.com", "name": "A"})
    change_booking(**by(booking), customer={"id": ada().pk, "phone": "3"})
    assert fields(ada()) == ("A", "ada@example.com", "3")


def test_another_known_email_links_and_overwrites_nothing() -> None:
    booking = of_ada()
    bob = make_customer(booking.organization, name="Bob", email="bob@example.com")
    change_booking(**by(booking), customer={"email": "BOB@example.com", "name": "Robert", "phone": "9"})
    assert again(booking).customer == bob
    assert fields(Customer.objects.get(pk=bob.pk)) == ("Bob", "bob@example.com", "")
    assert fields(ada())[0] == "Ada Park"
    assert types_told(booking.organization)[-1] == "booking.updated"


def test_another_id_links() -> None:
    booking = of_ada()
    bob = make_customer(booking.organization)
    change_booking(**by(booking), customer={"id": bob.pk})
    assert again(booking).customer == bob


def test_a_new_email_makes_a_customer() -> None:
    booking = of_ada()
    change_booking(**by(booking), customer={"email": "eve@example.com", "name": "Eve", "phone": "5"})
    eve = Customer.objects.get(email="eve@example.com")
    assert again(booking).customer == eve
    assert fields(eve) == ("Eve", "eve@example.com", "5")
    assert types_told(booking.organization)[2:] == ["customer.created", "booking.updated"]


def test_a_new_email_without_a_name_is_the_same_person_under_another_address() -> None:
    booking = of_ada()
    change_booking(**by(booking), customer={"email": "ada@work.example"})
    linked = again(booking).customer
    assert linked is not None
    assert fields(linked) == ("Ada Park", "ada@work.example", "1")


@pytest.mark.parametrize("foreign", [True, False])
def test_an_unknown_or_foreign_id_is_a_fault_of_that_field(foreign: bool) -> None:
    booking = of_ada()
    key = make_customer().pk if foreign else uuid4()
    with refused(InvalidRequest) as refusal:
        change_booking(**by(booking), customer={"id": key})
    assert refusal.value.details[0]["field"] == "customer.id"


def test_an_id_and_the_email_of_somebody_else_contradict_each_other() -> None:
    booking = of_ada()
    bob = make_customer(booking.organization, email="bob@example.com")
    with refused(InvalidRequest) as refusal:
        change_booking(**by(booking), customer={"id": bob.pk, "email": "eve@example.com"})
    assert refusal.value.details[0]["field"] == "customer.email"
    change_booking(**by(booking), customer={"id": bob.pk, "email": "ada@example.com"})
    assert again(booking).customer == bob


def erased() -> Booking:
    booking = of_ada()
    Booking.objects.update(customer=None)
    return again(booking)


def test_an_erased_customer_is_shown_as_such_and_can_be_sent_back() -> None:
    booking = erased()
    shown = document(booking)["customer"]
    assert shown == {"id": None, "name": "Erased", "email": None, "phone": None}
    change_booking(**by(booking), customer=shown)
    assert len(told(booking)) == 1


def test_in_an_erased_customers_place_comes_one_with_a_name() -> None:
    booking = erased()
    with refused(InvalidRequest) as refusal:
        change_booking(**by(booking), customer={"email": "eve@example.com"})
    assert refusal.value.details[0]["field"] == "customer.name"
    change_booking(**by(booking), customer={"email": "eve@example.com", "name": "Eve"})
    assert document(booking)["customer"]["name"] == "Eve"
