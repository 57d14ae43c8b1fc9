"""Requests made up from the OpenAPI document, good and bad, against the whole application."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from bookingflow.organizations.models import Organization
from bookingflow.wsgi import application
from tests.answers import document
from tests.builders import make_api_key, make_room, make_schedule

schema = schemathesis.openapi.from_dict(document())
schema.app = application
QUICK = settings(
    max_examples=4,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


# What the domain refuses may be valid by its schema; keys are tried in test_authentication.py.
NOT_HERE = [positive_data_acceptance, ignored_auth]


@pytest.fixture
def key(organization: Organization) -> str:
    make_room(make_schedule(organization, handle="north-pier"), slug="the-vault")
    return make_api_key(organization)[1]


@pytest.mark.django_db(transaction=True)
@schema.parametrize()
@QUICK
def test_no_request_yields_a_defect(case: Any, key: str) -> None:
    answer = case.call(headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code < 500
    case.validate_response(answer, excluded_checks=NOT_HERE)
