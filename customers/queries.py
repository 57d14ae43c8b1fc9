"""Customers, always from their organization."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value

from bookingflow.lib.errors import NotFound
from bookingflow.lib.ids import read_uuid
from bookingflow.organizations.models import Organization
from customers.models import Customer
from customers.search import digits_of, prefixes_in, query


def customers_of(organization: Organization) -> QuerySet[Customer]:
    """Those who were erased are there no more."""
    return Customer.objects.filter(organization=organization, erased_at__isnull=True)


def filtered_customers(
    organization: Organization,
    *,
    email: str | None = None,
    phone: str | None = None,
    search: str | None = None,
    updated_since: datetime | None = None,
) -> QuerySet[Customer]:
    """What is None doesn't narrow. `phone` is compared by its digits, whatever is written between them."""
    rows = customers_of(organization)
    if email is not None:
        rows = rows.filter(email=normalised_email(email))
    if phone is not None:
        rows = rows.filter(phone_digits=digits_of(phone)).exclude(phone_digits="")
    if search is not None:
        rows = rows.filter(matching_customers(organization, search))
    if updated_since is not None:
        rows = rows.filter(updated_at__gte=updated_since)
    return rows


def matching_customers(organization: Organization, text: str, *, path: str = "") -> Q:
    """Whom each word of `text` finds by the beginning of a word of their name or email, or by their phone's digits.

    `path` leads to the customer (`"customer__"` from a booking). Text without a letter or digit finds nobody.
    """
    prefixes = prefixes_in(text)
    if not prefixes:
        return Q(**{f"{path}pk__in": []})
    return Q(_Finds(F(f"{path}words"), Value(query(organization.pk, prefixes))))


class _Finds(Func):
    template = "%(expressions)s::tsquery"
    arg_joiner = " @@ "
    output_field = BooleanField()


def find_customer(organization: Organization, identifier: UUID | str) -> Customer:
    """Raises NotFound, for what is no UUID just as for another organization's."""
    return _one(customers_of(organization), identifier)


def locked_customer(organization: Organization, identifier: UUID | str) -> Customer:
    """The same, locked until the transaction ends. The last lock that anyone takes."""
    return _one(customers_of(organization).select_for_update(no_key=True), identifier)


def locked_by_email(organization: Organization, email: str) -> Customer | None:
    """Locked likewise: who books and who erases the person come one after the other."""
    known = customers_of(organization).select_for_update(no_key=True)
    return known.filter(email=normalised_email(email)).first()


def customers_by_email(organization: Organization, emails: Iterable[str]) -> dict[str, Customer]:
    """Of these normalised emails those that are known, locked in the order of their ids."""
    known = customers_of(organization).select_for_update(no_key=True).filter(email__in=list(emails))
    return {str(customer.email): customer for customer in known.order_by("pk")}


def normalised_email(email: str) -> str:
    return email.strip().lower()


def _one(customers: QuerySet[Customer], identifier: UUID | str) -> Customer:
    key = identifier if isinstance(identifier, UUID) else read_uuid(identifier)
    found = customers.filter(pk=key).first() if key else None
    if found is None:
        raise NotFound("There is no such customer.")
    return found
