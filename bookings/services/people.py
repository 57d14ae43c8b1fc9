"""Whose booking it is: known or made along, linked to another, or told of anew."""

from typing import TypedDict
from uuid import UUID

from bookingflow.lib.errors import Fault, InvalidRequest, NotFound
from bookingflow.organizations.models import Organization
from bookings.models import Booking
from bookings.services.journal import Journal
from customers.models import Customer
from customers.queries import locked_customer, normalised_email
from customers.services import Person, edit_customer, get_or_make


class PersonChange(TypedDict, total=False):
    """As a booking shows its customer: another `id` or `email` links, else `name` and `phone` are updated."""

    id: UUID | None
    name: str | None
    email: str | None
    phone: str | None


def customer_for(
    organization: Organization, person: Person | None, customer_id: UUID | None, *, journal: Journal
) -> Customer:
    """A known email is the same person, with their stored name. Raises InvalidRequest."""
    if customer_id is not None:
        return _known(organization, customer_id, field="customerId")
    if person is None:
        raise InvalidRequest.of(Fault("customer", "Either customer or customerId is needed.", "required"))
    return _of_email(organization, person, journal)


def differs(present: Customer | None, wish: PersonChange) -> bool:
    """Whether the wish asks for anything that isn't so already."""
    present = _in_person(present)
    return _links(present, wish) or bool(present and _edits(present, wish))


def change_customer(
    organization: Organization, booking: Booking, wish: PersonChange, *, journal: Journal
) -> None:
    """Link the booking to whom the wish names, made along if new; or update the one that it has. The wish differs.

    Raises InvalidRequest.
    """
    present = _in_person(booking.customer)
    if _links(present, wish):
        booking.customer = _linked(organization, present, wish, journal)
    elif present is not None:
        booking.customer = _edited(organization, present, wish, journal)


def _in_person(present: Customer | None) -> Customer | None:
    """Who was erased is nobody to be told of anew."""
    return None if present is None or present.erased_at is not None else present


def _links(present: Customer | None, wish: PersonChange) -> bool:
    key, email = wish.get("id"), wish.get("email")
    other_key = key is not None and (present is None or key != present.pk)
    other_email = bool(email) and (present is None or normalised_email(str(email)) != present.email)
    return other_key or other_email


def _edits(present: Customer, wish: PersonChange) -> dict[str, str]:
    sent = {"name": wish.get("name"), "phone": wish.get("phone")}
    return {
        name: value for name, value in sent.items() if value is not None and value != getattr(present, name)
    }


def _linked(
    organization: Organization, present: Customer | None, wish: PersonChange, journal: Journal
) -> Customer:
    key, email = wish.get("id"), wish.get("email")
    if key is not None and (present is None or key != present.pk):
        found = _known(organization, key, field="customer.id")
        known_emails = {found.email, present.email if present else found.email}
        if email and normalised_email(email) not in known_emails:
            raise InvalidRequest.of(
                Fault("customer.email", "This is not the email of the customer named by id.")
            )
        return found
    return _of_email(organization, _person(str(email), present, wish), journal)


def _person(email: str, present: Customer | None, wish: PersonChange) -> Person:
    """Where no name comes along, it is the same person under another email."""
    name, phone = wish.get("name"), wish.get("phone")
    if name is None and present is None:
        raise InvalidRequest.of(Fault("customer.name", "A new customer needs a name.", "required"))
    if name is None and present is not None:
        name, phone = present.name, present.phone if phone is None else phone
    return {"name": name or "", "email": email, "phone": phone or ""}


def _edited(organization: Organization, present: Customer, wish: PersonChange, journal: Journal) -> Customer:
    customer = locked_customer(organization, present.pk)
    changed = edit_customer(customer, _edits(customer, wish), at=journal.at)
    if changed:
        journal.edited(customer, changed)
    return customer


def _of_email(organization: Organization, person: Person, journal: Journal) -> Customer:
    customer, made = get_or_make(organization=organization, person=person, at=journal.at, told=journal.told)
    if made:
        journal.made(customer)
    return customer


def _known(organization: Organization, key: UUID, *, field: str) -> Customer:
    try:
        return locked_customer(organization, key)
    except NotFound:
        raise InvalidRequest.of(Fault(field, "There is no such customer.", "not_found")) from None
