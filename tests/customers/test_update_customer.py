"""Changing customers."""

from typing import Any

import pytest

from bookingflow.lib.errors import AlreadyExists, NotFound
from bookingflow.organizations.audit import SYSTEM
from customers.models import Customer
from customers.services import update_customer
from tests.bookings.race import race, refusals
from tests.bookings.stage import refused, told, written
from tests.builders import make_customer, make_organization


def update(customer: Customer, **changes: Any) -> Customer:
    return update_customer(
        organization=customer.organization, actor=SYSTEM, customer_id=customer.pk, **changes
    )


@pytest.mark.django_db
def test_what_is_sent_changes_and_the_rest_stays() -> None:
    customer = make_customer(name="Ada", phone="1", notes="VIP", metadata={"a": "1"})
    update(customer, name="Ada Park", metadata={"b": "2"})
    stored = Customer.objects.get()
    assert (stored.name, stored.phone, stored.notes, stored.metadata) == ("Ada Park", "1", "VIP", {"b": "2"})
    assert stored.updated_at > stored.created_at


@pytest.mark.django_db
def test_it_is_told_and_written_down_once() -> None:
    customer = make_customer()
    update(customer, name="Ada", phone="2")
    assert [(event, data["sequence"]) for event, data in told(customer)] == [
        ("customer.created", 1),
        ("customer.updated", 2),
    ]
    assert written(customer)[-1] == ("customer.updated", {"name": None, "phone": None})


@pytest.mark.django_db
@pytest.mark.parametrize("same", [{}, {"name": "Ada"}, {"email": "ADA@example.com"}, {"metadata": {}}])
def test_what_is_so_already_leaves_nothing(same: dict[str, Any]) -> None:
    customer = make_customer(name="Ada", email="ada@example.com")
    update(customer, **same)
    stored = Customer.objects.get()
    assert (stored.sequence, stored.updated_at) == (1, customer.updated_at)
    assert (len(told(customer)), len(written(customer))) == (1, 1)


@pytest.mark.django_db
def test_texts_can_be_emptied() -> None:
    customer = make_customer(phone="1", notes="VIP")
    update(customer, phone="", notes="")
    stored = Customer.objects.get()
    assert (stored.phone, stored.notes) == ("", "")


@pytest.mark.django_db
def test_an_email_that_another_has_exists_already() -> None:
    customer = make_customer()
    make_customer(customer.organization, email="bob@example.com")
    with refused(AlreadyExists):
        update(customer, email="Bob@Example.com", name="Bob")
    assert Customer.objects.get(pk=customer.pk).name == customer.name
    assert update(customer, email="Eve@Example.com").email == "eve@example.com"


@pytest.mark.django_db
def test_another_organizations_customer_is_not_found() -> None:
    customer = make_customer()
    with refused(NotFound):
        update_customer(organization=make_organization(), actor=SYSTEM, customer_id=customer.pk, name="x")


@pytest.mark.django_db(transaction=True)
def test_changes_at_the_same_instant_are_numbered_one_after_the_other() -> None:
    customer = make_customer()
    outcomes = race([lambda n=n: update(customer, name=f"Ada {n}") for n in range(5)])
    assert refusals(outcomes) == []
    assert [data["sequence"] for _, data in told(customer)] == [1, 2, 3, 4, 5, 6]
    assert Customer.objects.get().sequence == 6
    assert told(customer)[-1][1]["customer"]["name"] == Customer.objects.get().name
