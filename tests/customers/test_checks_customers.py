"""Each check of customers finds what plain SQL has spoilt, and finds nothing wrong before."""

import pytest
from django.db import connection

from customers import checks
from customers.models import Customer
from tests.builders import make_booking, make_customer

pytestmark = pytest.mark.django_db

SEQUENCES = checks.sequences_are_those_of_the_newest_events


def spoil(sql: str, customer: Customer) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [customer.pk])
        assert cursor.rowcount > 0, "nothing was spoilt"


def test_a_sound_house_passes() -> None:
    make_customer()
    make_booking()
    assert [check().ok for check in checks.CHECKS] == [True]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE customers_customer SET sequence = sequence + 1 WHERE id = %s",
        "UPDATE customers_customer SET sequence = 0 WHERE id = %s",
        "DELETE FROM webhooks_event WHERE subject_id = %s::text",
    ],
)
def test_a_sequence_that_is_not_the_newest_events_is_found(sql: str) -> None:
    make_customer()
    spoil(sql, make_customer())
    result = SEQUENCES()
    assert (result.ok, result.found) == (False, 1)


def test_of_an_old_customer_the_events_may_be_gone() -> None:
    customer = make_customer()
    spoil("DELETE FROM webhooks_event WHERE subject_id = %s::text", customer)
    spoil("UPDATE customers_customer SET created_at = now() - interval '40 days' WHERE id = %s", customer)
    assert SEQUENCES().ok
