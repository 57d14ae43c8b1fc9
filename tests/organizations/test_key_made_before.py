"""A key that was made before, for another database, is taken as it is."""

import pytest

from bookingflow.lib import api_keys
from tests.builders import make_api_key
from tests.caller import Caller

pytestmark = pytest.mark.django_db


def test_it_opens_under_its_own_text() -> None:
    made = api_keys.generate()
    key, text = make_api_key(made=made)
    assert (text, key.public_part) == (made.text, made.public_part)
    assert Caller(made.text).get("/api/v1/me").status_code == 200
