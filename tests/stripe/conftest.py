"""One stand-in for Stripe for all tests here, each beginning in a good mood."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.stripe.standin import StandIn, standing_in


@pytest.fixture(scope="session")
def _stand_in() -> Iterator[StandIn]:
    with standing_in() as stand_in:
        yield stand_in


@pytest.fixture
def stripe(_stand_in: StandIn, settings: Any) -> StandIn:
    """The product is set up with it."""
    for name, value in _stand_in.settings().items():
        setattr(settings, name, value)
    _stand_in.mood()
    return _stand_in
