"""Rows by COPY: what a constraint refuses is refused as by an INSERT, and what is there already gives way."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from bookingflow.lib.copying import copy_in, copy_new, number_rows
from bookingflow.organizations.models import AuditEntry, Organization
from customers.models import Customer
from customers.services import EMAIL_ONCE
from tests.builders import make_customer, make_organization

pytestmark = pytest.mark.django_db


def unsaved(organization: Organization, email: str) -> Customer:
    now = timezone.now()
    known = {"name": "Tab\tand\nline", "metadata": {"a": 'b"\\'}, "created_at": now, "updated_at": now}
    return Customer(organization=organization, email=email, **known)


def test_rows_arrive_as_they_were() -> None:
    customer = unsaved(make_organization(), "ada@example.com")
    copy_in([customer])
    stored = Customer.objects.get(pk=customer.pk)
    assert (stored.name, stored.metadata) == (customer.name, customer.metadata)
    assert stored.created_at == customer.created_at


def test_the_database_fills_in_what_the_rows_leave_to_it() -> None:
    organization = make_organization()
    copy_in([AuditEntry(organization=organization, action=name) for name in ("one", "two")])
    found = AuditEntry.objects.filter(action__in=["one", "two"])
    assert len({each.pk for each in found}) == 2
    assert all(each.at for each in found)


def test_a_constraint_refuses_all_of_them() -> None:
    organization = make_organization()
    with pytest.raises(IntegrityError, match="customer_email_lower"), transaction.atomic():
        copy_in([unsaved(organization, "ada@example.com"), unsaved(organization, "BOB@example.com")])
    assert not Customer.objects.exists()


def test_who_is_there_already_gives_way() -> None:
    organization = make_organization()
    make_customer(organization, email="ada@example.com")
    new = unsaved(organization, "bob@example.com")
    assert copy_new([unsaved(organization, "ada@example.com"), new], unless=EMAIL_ONCE) == {new.pk}
    assert Customer.objects.count() == 2


def test_numbers_given_beforehand_are_the_database_s_own() -> None:
    rows = [AuditEntry(organization=make_organization(), action="numbered") for _ in range(3)]
    number_rows(rows)
    copy_in(rows)
    later = AuditEntry.objects.create(organization=rows[0].organization, action="later")
    assert later.pk > max(row.pk for row in rows)
