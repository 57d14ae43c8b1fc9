"""What the database refuses comes out of a unit of work as it is, where it isn't somebody else's word for it."""

import pytest
from django.db import IntegrityError, OperationalError, connection

from bookingflow.api import unit_of_work
from bookingflow.organizations.models import PublicName
from tests.processes import another_connection


@pytest.mark.django_db(transaction=True)
def test_an_unforeseen_refusal_is_not_its_own_cause() -> None:
    """A chain that leads back to itself would be told for ever."""
    with pytest.raises(IntegrityError) as caught:
        unit_of_work.run(lambda: PublicName.objects.create(name=None))
    assert caught.value.__cause__ is not caught.value


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("patience", "tries"), [(60.0, unit_of_work.TRIES), (0.0, 1)])
def test_a_lock_that_stays_taken_is_waited_for_no_longer_than_an_answer_may_take(
    monkeypatch: pytest.MonkeyPatch, patience: float, tries: int
) -> None:
    monkeypatch.setattr(unit_of_work, "PATIENCE_SECONDS", patience)
    asked = []

    def ask() -> None:
        asked.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '250ms'")
            cursor.execute("SELECT pg_advisory_xact_lock(7)")

    with another_connection() as other:
        other.execute("SELECT pg_advisory_lock(7)")
        with pytest.raises(OperationalError):
            unit_of_work.run(ask)
    assert len(asked) == tries
