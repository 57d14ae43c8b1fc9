"""The cast of the staff's admin: people of North Pier with each role, and South Quay, which nobody of them may see."""

import pytest
from django.test import Client
from pytest_django import Settings

from bookingflow.organizations.models import Organization, User
from tests.builders import make_organization, make_staff


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def _passwords_cost_nothing(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def owner(organization: Organization) -> Client:
    return signed_in(make_staff(organization, email="olga@example.com", role="owner"))


@pytest.fixture
def viewer(organization: Organization) -> Client:
    return signed_in(make_staff(organization, email="vera@example.com", role="viewer"))


@pytest.fixture
def south_quay(db: None) -> Organization:
    return make_organization(slug="south-quay", name="South Quay", timezone="Europe/London", currency="GBP")
