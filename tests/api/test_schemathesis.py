"""Requests made up from the OpenAPI document, good and bad, against the whole application."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

from bookingflow.organizations.models import Organization
from bookingflow.wsgi import application
from tests.answers import document, operations
from tests.builders import make_api_key, make_room, make_schedule

# What a domain may say to a request that is valid by its schema, where the document says that it may. There being
# no such id, and another version than is asked for, are among that.
OF_THE_DOMAIN = {"400", "404", "409", "412", "422"}
# What a schema can say: whoever is refused for it was misled by the document.
OF_THE_SCHEMA = {
    "unknown",
    "read_only",
    "null",
    "required",
    "max_length",
    "min_length",
    "min_value",
    "max_value",
}


def _configuration() -> SchemathesisConfig:
    each = [
        {
            "include-operation-id": name,
            "checks": {
                "positive_data_acceptance": {
                    "expected-statuses": ["2xx", *sorted(OF_THE_DOMAIN & set(operation["responses"]))]
                }
            },
        }
        for name, operation in operations().items()
    ]
    return SchemathesisConfig.from_dict({"operations": each})


schema = schemathesis.openapi.from_dict(document(), config=_configuration())
schema.app = application


def settings_for(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def key(organization: Organization) -> str:
    make_room(make_schedule(organization, handle="north-pier"), slug="the-vault")
    return make_api_key(organization)[1]


@pytest.mark.django_db(transaction=True)
@schema.parametrize()
@settings_for(4)
def test_no_request_yields_a_defect(case: Any, key: str) -> None:
    check(case, key)


@pytest.mark.faults
@pytest.mark.timeout(3600)
@pytest.mark.django_db(transaction=True)
@schema.parametrize()
@settings_for(400)
def test_none_of_many_requests_yields_a_defect(case: Any, key: str) -> None:
    check(case, key)


def check(case: Any, key: str) -> None:
    sent = {"Authorization": f"Bearer {key}"}
    answer = case.call(headers=sent)
    assert answer.status_code < 500
    case.validate_response(answer, headers=sent)
    if answer.status_code == 400 and case.meta.generation.mode.is_positive:
        told = {detail["code"] for detail in answer.json()["error"].get("details", ())}
        assert not told & OF_THE_SCHEMA, answer.text
