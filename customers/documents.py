"""Customers as the API and the events show them."""

from typing import Any

from bookingflow.lib.json import instant
from customers.models import Customer

Document = dict[str, Any]

ERASED: Document = {"id": None, "name": "Erased", "email": None, "phone": None}


def customer_document(customer: Customer) -> Document:
    """Their own fields; the figures of their bookings are added by those who know of bookings."""
    return {
        **customer_brief(customer),
        "notes": customer.notes,
        "metadata": customer.metadata,
        "createdAt": instant(customer.created_at),
        "updatedAt": instant(customer.updated_at),
    }


def customer_brief(customer: Customer | None) -> Document:
    """As a booking shows them: one whose personal data was erased is nobody in particular."""
    if customer is None or customer.erased_at is not None:
        return dict(ERASED)
    return {
        "id": str(customer.pk),
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
    }
