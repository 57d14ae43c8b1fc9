"""What every test may ask for: the cast of two tenants, callers with their keys, and a clock that can be moved."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from redis import Redis

from benchmarks.stage import web_server
from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from tests.builders import make_api_key, make_organization
from tests.caller import Caller
from tests.processes import database_url


@pytest.fixture(autouse=True)
def _time_stands_where_it_was() -> Iterator[None]:
    yield
    clock.shift = timedelta(0)


@pytest.fixture
def organization(db: None) -> Organization:
    """North Pier, an escape-room house in New York on the business plan."""
    return make_organization(
        slug="north-pier", name="North Pier", timezone="America/New_York", currency="USD"
    )


@pytest.fixture
def caller(organization: Organization) -> Caller:
    """North Pier's own key, with every scope."""
    return Caller(make_api_key(organization)[1])


@pytest.fixture
def stranger(db: None) -> Caller:
    """Another tenant's key, with every scope: nothing of North Pier exists for it."""
    return Caller(make_api_key(make_organization(slug="south-quay", name="South Quay"))[1])


@pytest.fixture(scope="session")
def served(django_db_setup: None) -> Iterator[str]:
    """The address of a real web server on the test's database. It sees what is committed (`transaction=True`)."""
    with web_server(database_url(), workers=1) as server:
        yield server.url


@pytest.fixture
def broker() -> Iterator[Redis]:
    """Redis, empty: no message of an earlier test wakes this one's worker."""
    with Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
        yield client
        client.flushdb()


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """The same in every worker, whatever order a set has there: they must collect alike."""
    if isinstance(val, set | frozenset):
        return "+".join(sorted(str(item) for item in val)) or "nothing"
    return None
