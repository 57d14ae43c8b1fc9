"""What the database refuses comes out of a unit of work as it is, where it isn't somebody else's word for it."""

import pytest
from django.db import IntegrityError

from bookingflow.api import unit_of_work
from bookingflow.organizations.models import PublicName


@pytest.mark.django_db(transaction=True)
def test_an_unforeseen_refusal_is_not_its_own_cause() -> None:
    """A chain that leads back to itself would be told for ever."""
    with pytest.raises(IntegrityError) as caught:
        unit_of_work.run(lambda: PublicName.objects.create(name=None))
    assert caught.value.__cause__ is not caught.value
