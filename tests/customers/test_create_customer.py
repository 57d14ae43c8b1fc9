"""Making customers: one per email, whatever its case."""

from typing import Any

import pytest
from django.db import transaction

from bookingflow.lib import clock
from bookingflow.lib.errors import AlreadyExists, NotFound
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Organization
from customers.models import Customer
from customers.queries import find_customer
from customers.services import Person, create_customer, get_or_make
from tests.bookings.race import in_the_middle, race, refusals, waiting, won
from tests.bookings.stage import refused, told, written
from tests.builders import make_customer, make_organization
from webhooks.models import Event

ADA: Person = {"name": "Ada Park", "email": "Ada@Example.com", "phone": "1"}


def create(organization: Organization, **overrides: Any) -> Customer:
    fields: dict[str, Any] = {"name": "Ada", "email": "ada@example.com", "actor": SYSTEM}
    return create_customer(organization=organization, **fields | overrides)


@pytest.mark.django_db
def test_the_email_is_kept_in_lower_case_and_all_is_told_and_written_down() -> None:
    customer = create(
        make_organization(), email=" Ada@Example.COM ", phone="1", notes="VIP", metadata={"a": "1"}
    )
    stored = Customer.objects.get()
    assert stored.email == "ada@example.com"
    for field in Customer._meta.concrete_fields:
        assert getattr(stored, field.attname) == getattr(customer, field.attname), field.name
    assert [event for event, _ in told(customer)] == ["customer.created"]
    assert written(customer) == [("customer.created", {})]


@pytest.mark.django_db
def test_a_known_email_in_any_case_exists_already() -> None:
    organization = make_customer(email="ada@example.com").organization
    with refused(AlreadyExists):
        create(organization, email="ADA@example.com")
    assert Customer.objects.count() == 1


@pytest.mark.django_db
def test_another_organization_may_have_the_same_person() -> None:
    for organization in (make_organization(), make_organization()):
        create(organization)
    assert Customer.objects.count() == 2


@pytest.mark.django_db
def test_who_is_known_is_found_and_not_overwritten() -> None:
    known = make_customer(email="ada@example.com", name="A.")
    found, made = get_or_make(organization=known.organization, person=ADA, at=clock.now())
    assert (found.pk, found.name, made) == (known.pk, "A.", False)


@pytest.mark.django_db
def test_who_is_new_is_made_and_nothing_told_by_it() -> None:
    made_one, made = get_or_make(organization=make_organization(), person=ADA, at=clock.now())
    assert (made_one.email, made_one.phone, made_one.sequence, made) == ("ada@example.com", "1", 1, True)
    assert not Event.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "7", "no-such", "6f1c0000-0000-4000-8000-000000000000"])
def test_who_is_not_there_is_not_found(name: str) -> None:
    with refused(NotFound):
        find_customer(make_organization(), name)


@pytest.mark.django_db
def test_another_organizations_customer_is_not_found() -> None:
    with refused(NotFound):
        find_customer(make_organization(), make_customer().pk)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_make_one_customer_at_once_one_does() -> None:
    organization = make_organization()
    outcomes = race([lambda: create(organization) for _ in range(5)])
    assert len(won(outcomes)) == 1
    assert refusals(outcomes) == ["ALREADY_EXISTS"] * 4
    ways = race([lambda: get_or_make(organization=organization, person=bob(), at=clock.now())] * 5)
    assert sorted(made for _, made in won(ways)) == [False] * 4 + [True]
    assert len({customer.pk for customer, _ in ways}) == 1


@pytest.mark.django_db(transaction=True)
def test_who_is_just_being_made_is_waited_for_and_found() -> None:
    organization = make_organization()
    with in_the_middle(INSERT, [organization.pk]) as other:
        outcome = waiting(lambda: get_or_make(organization=organization, person=bob(), at=clock.now()), other)
    found, made = outcome.result()
    assert (found.name, made) == ("Robert", False)


INSERT = """
    INSERT INTO customers_customer (id, organization_id, name, email, phone, notes, metadata, sequence)
    VALUES (gen_random_uuid(), %s, 'Robert', 'bob@example.com', '', '', '{}', 1)
"""


def bob() -> Person:
    return {"name": "Bob", "email": "bob@example.com"}


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_done() -> None:
    organization = make_organization()
    with pytest.raises(RuntimeError):
        create(organization)
    with pytest.raises(RuntimeError):
        get_or_make(organization=organization, person=ADA, at=clock.now())
    assert not Customer.objects.exists()
    with transaction.atomic():
        create(organization)
