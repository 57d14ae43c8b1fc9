"""What is told of customers, to the letter."""

from typing import Any

import pytest

from bookingflow.lib.json import instant
from bookingflow.organizations.audit import SYSTEM
from customers.models import Customer
from customers.services import update_customer
from tests.bookings.stage import told
from tests.builders import make_booking, make_customer

pytestmark = pytest.mark.django_db


def shown(customer: Customer, **differing: Any) -> dict[str, Any]:
    whole = {
        "id": str(customer.pk),
        "name": "Ada Park",
        "email": "ada@example.com",
        "phone": "+1 212 555 0100",
        "notes": "VIP",
        "metadata": {"till": "2"},
        "createdAt": instant(customer.created_at),
        "updatedAt": instant(Customer.objects.get(pk=customer.pk).updated_at),
    }
    return whole | differing


def ada() -> Customer:
    return make_customer(
        name="Ada Park",
        email="Ada@example.com",
        phone="+1 212 555 0100",
        notes="VIP",
        metadata={"till": "2"},
    )


def test_customer_created() -> None:
    customer = ada()
    assert told(customer) == [("customer.created", {"customer": shown(customer), "sequence": 1})]


def test_customer_created_along_with_a_booking() -> None:
    person = {"name": "Ada Park", "email": "ada@example.com", "phone": "+1 212 555 0100"}
    customer = make_booking(customer=person).customer
    assert customer is not None
    after = shown(customer, notes="", metadata={})
    assert told(customer) == [("customer.created", {"customer": after, "sequence": 1})]


def test_customer_updated() -> None:
    customer = ada()
    update_customer(
        organization=customer.organization, actor=SYSTEM, customer_id=customer.pk, name="Ada Lovelace"
    )
    after = shown(customer, name="Ada Lovelace")
    assert told(customer)[1:] == [("customer.updated", {"customer": after, "sequence": 2})]
