"""What the outbox tells of customers. Their `sequence` is counted up before an event is built."""

from customers.documents import customer_document
from customers.models import Customer
from webhooks.outbox import Draft


def customer_created(customer: Customer) -> Draft:
    return _of_customer(customer, "customer.created")


def customer_updated(customer: Customer) -> Draft:
    return _of_customer(customer, "customer.updated")


def customer_erased(customer: Customer) -> Draft:
    """Its id alone."""
    return Draft(
        type="customer.erased",
        subject_type="customer",
        subject_id=str(customer.pk),
        sequence=customer.sequence,
        data={"customer": {"id": str(customer.pk)}},
    )


def _of_customer(customer: Customer, event_type: str) -> Draft:
    return Draft(
        type=event_type,
        subject_type="customer",
        subject_id=str(customer.pk),
        sequence=customer.sequence,
        data={"customer": customer_document(customer)},
    )
