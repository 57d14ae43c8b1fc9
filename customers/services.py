"""Making and changing customers. One email, whatever its case, is one person in an organization."""

from collections.abc import Mapping
from datetime import datetime
from typing import NotRequired, TypedDict
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from bookingflow.lib import clock
from bookingflow.lib.copying import copy_new
from bookingflow.lib.errors import AlreadyExists
from bookingflow.lib.insertion import inserted
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Act, Actor, record_acts
from bookingflow.organizations.models import Organization
from customers import events
from customers.models import Customer
from customers.queries import customers_by_email, locked_by_email, locked_customer, normalised_email
from customers.search import digits_of, vector, words_of
from webhooks import outbox

EMAIL_ONCE = "customer_email_once"
FOUND_BY = ("words", "phone_digits")


class Person(TypedDict):
    """Who books, as told by whoever books for them."""

    name: str
    email: str
    phone: NotRequired[str]


def create_customer(
    *,
    organization: Organization,
    actor: Actor,
    name: str,
    email: str,
    phone: str = "",
    notes: str = "",
    metadata: Mapping[str, str] | None = None,
) -> Customer:
    """Raises AlreadyExists where the organization knows that email."""
    require_transaction()
    now = clock.now()
    customer = _new_customer(organization, {"name": name, "email": email, "phone": phone}, now)
    customer.notes, customer.metadata = notes, dict(metadata or {})
    if not inserted(customer, unless=EMAIL_ONCE):
        raise _email_taken()
    outbox.record([events.customer_created(customer)], organization_id=organization.pk, at=now)
    record_acts([customer_act("customer.created", customer)], organization_id=organization.pk, actor=actor)
    return customer


def update_customer(
    *,
    organization: Organization,
    actor: Actor,
    customer_id: UUID | str,
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    notes: str | None = None,
    metadata: Mapping[str, str] | None = None,
) -> Customer:
    """None leaves a field as it is; `metadata` replaces the whole map. Nothing changed makes no event.

    Raises NotFound, and AlreadyExists where another customer has that email.
    """
    require_transaction()
    customer = locked_customer(organization, customer_id)
    sent = {"name": name, "phone": phone, "notes": notes, "metadata": metadata}
    sent["email"] = None if email is None else normalised_email(email)
    now = clock.now()
    changed = edit_customer(
        customer, {key: value for key, value in sent.items() if value is not None}, at=now
    )
    if changed:
        outbox.record([events.customer_updated(customer)], organization_id=organization.pk, at=now)
        act = customer_act("customer.updated", customer, changed)
        record_acts([act], organization_id=organization.pk, actor=actor)
    return customer


def get_or_make(
    *, organization: Organization, person: Person, at: datetime, told: bool = True
) -> tuple[Customer, bool]:
    """The customer of that email, with their stored name and phone, and whether they were made by this call.

    Records nothing: whoever calls puts `customer.created` into their own journal, unless nothing is `told`.
    """
    require_transaction()
    if known := locked_by_email(organization, person["email"]):
        return known, False
    customer = _new_customer(organization, person, at)
    customer.sequence = int(told)
    if inserted(customer, unless=EMAIL_ONCE):
        return customer, True
    return Customer.objects.get(organization=organization, email=customer.email), False


def known_or_made(
    *, organization: Organization, people: Mapping[str, Person], at: datetime
) -> tuple[dict[str, Customer], list[Customer]]:
    """As `get_or_make` for many whom nobody is told of: by `normalised_email`, as `people` are, and those made."""
    require_transaction()
    known = customers_by_email(organization, people)
    missing = [_untold(organization, person, at) for email, person in people.items() if email not in known]
    if not missing:
        return known, []
    stored = copy_new(missing, unless=EMAIL_ONCE)
    made = [customer for customer in missing if customer.pk in stored]
    if len(made) < len(missing):  # somebody else made them meanwhile
        known = customers_by_email(organization, people)
    return known | {str(customer.email): customer for customer in made}, made


def _untold(organization: Organization, person: Person, at: datetime) -> Customer:
    customer = _new_customer(organization, person, at)
    customer.sequence = 0
    return customer


def edit_customer(customer: Customer, fields: Mapping[str, object], *, at: datetime) -> list[str]:
    """Set and store what differs, and count up `sequence`; gives the names of the changed fields.

    For a customer that is locked. Records nothing: whoever calls puts `customer.updated` into their own journal.
    """
    changed = [name for name, value in fields.items() if getattr(customer, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(customer, name, fields[name])
    customer.sequence += 1
    customer.updated_at = at
    try:
        with transaction.atomic():
            set_found_by(customer)
            customer.save(update_fields=[*changed, *FOUND_BY, "sequence", "updated_at"])
    except IntegrityError as fault:
        if EMAIL_ONCE in str(fault):
            raise _email_taken() from fault
        raise
    return changed


def set_found_by(customer: Customer) -> None:
    """What search and the filter by phone look at, of the fields as they are now. Stores nothing."""
    customer.phone_digits = digits_of(customer.phone)
    words = words_of(name=customer.name, email=customer.email, phone=customer.phone)
    customer.words = vector(customer.organization_id, words)


def customer_act(action: str, customer: Customer, changed: list[str] | None = None) -> Act:
    """Which fields changed, never their values: these are personal."""
    return Act(action, "customer", str(customer.pk), dict.fromkeys(changed or []))


def _new_customer(organization: Organization, person: Person, at: datetime) -> Customer:
    customer = Customer(
        pk=uuid4(),
        organization=organization,
        name=person["name"].strip(),
        email=normalised_email(person["email"]),
        phone=person.get("phone", "").strip(),
        sequence=1,
        created_at=at,
        updated_at=at,
    )
    set_found_by(customer)
    return customer


def _email_taken() -> AlreadyExists:
    return AlreadyExists("There is a customer with this email already.")
