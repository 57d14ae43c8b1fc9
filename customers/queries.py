"""Customers, always from their organization."""

from uuid import UUID

from django.db.models import QuerySet

from bookingflow.lib.errors import NotFound
from bookingflow.organizations.models import Organization
from customers.models import Customer


def customers_of(organization: Organization) -> QuerySet[Customer]:
    return Customer.objects.filter(organization=organization)


def find_customer(organization: Organization, identifier: UUID | str) -> Customer:
    """Raises NotFound, for what is no UUID just as for another organization's."""
    return _one(customers_of(organization), identifier)


def locked_customer(organization: Organization, identifier: UUID | str) -> Customer:
    """The same, locked until the transaction ends. The last lock that anyone takes."""
    return _one(customers_of(organization).select_for_update(no_key=True), identifier)


def customer_by_email(organization: Organization, email: str) -> Customer | None:
    return customers_of(organization).filter(email=normalised_email(email)).first()


def normalised_email(email: str) -> str:
    return email.strip().lower()


def _one(customers: QuerySet[Customer], identifier: UUID | str) -> Customer:
    try:
        key = identifier if isinstance(identifier, UUID) else UUID(identifier)
        return customers.get(pk=key)
    except (ValueError, Customer.DoesNotExist):
        raise NotFound("There is no such customer.") from None
