from typing import Any

import pytest
from pytest_django import Settings

from bookingflow.lib.errors import InvalidRequest, NotFound
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import AuditEntry, Organization
from tests.builders import make_endpoint, make_event, make_organization
from webhooks import secrets
from webhooks.documents import endpoint_document
from webhooks.fanout import place_events
from webhooks.models import Delivery, DeliveryStatus, Endpoint
from webhooks.services import create_endpoint, delete_endpoint, rotate_secret, update_endpoint

pytestmark = pytest.mark.django_db


def faults(organization: Organization, **fields: Any) -> list[tuple[str, str]]:
    """(field, message) of each."""
    defaults: dict[str, Any] = {"url": "https://hooks.invalid/x", "events": ["*"], "actor": SYSTEM}
    with pytest.raises(InvalidRequest) as refused:
        create_endpoint(organization=organization, **defaults | fields)
    return [(detail["field"], detail["message"]) for detail in refused.value.details]


def test_the_secret_is_given_once_and_stored_encrypted(organization: Organization) -> None:
    endpoint, secret = make_endpoint(organization, description="Our till")
    endpoint.refresh_from_db()
    assert secret.startswith("whsec_")
    assert secret.encode() not in bytes(endpoint.secret)
    assert secrets.unseal(endpoint.secret) == secret
    assert "secret" not in endpoint_document(endpoint)
    assert endpoint_document(endpoint, secret=secret)["secret"] == secret


def test_a_secret_key_that_was_replaced_still_reads_older_secrets(
    organization: Organization, settings: Settings
) -> None:
    endpoint, secret = make_endpoint(organization)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key " * 5, [settings.SECRET_KEY]
    assert secrets.unseal(endpoint.secret) == secret


def test_an_unknown_event_type_is_named(organization: Organization) -> None:
    found = faults(organization, events=["booking.created", "booking.exploded", "endpoint.disabled"])
    assert [field for field, _ in found] == ["events", "events"]
    assert "booking.exploded" in found[0][1]


def test_every_field_at_fault_is_named(organization: Organization) -> None:
    found = faults(organization, url="ftp://example.com", events=[], description="x" * 201)
    assert [field for field, _ in found] == ["url", "events", "description"]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/x",
        "https://127.0.0.1/x",
        "https://10.1.2.3/x",
        "https://[::1]/",
        "https://u:p@a.test/",
    ],
)
def test_a_target_that_may_not_be_is_refused(
    organization: Organization, settings: Settings, url: str
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE_TARGETS = False
    ((field, _),) = faults(organization, url=url)
    assert field == "url"
    assert not Endpoint.objects.exists()


def test_a_name_that_cannot_be_looked_up_just_now_is_taken(organization: Organization) -> None:
    endpoint, _ = make_endpoint(organization, url="https://nowhere.invalid/hooks")
    assert endpoint.active


def test_both_spellings_and_the_star_can_be_subscribed_to_once_each(organization: Organization) -> None:
    endpoint, _ = make_endpoint(organization, events=["*", "booking.cancelled", "*"])
    assert endpoint.events == ["*", "booking.cancelled"]


def test_the_audit_tells_who_made_it(organization: Organization) -> None:
    endpoint, secret = make_endpoint(organization)
    entry = AuditEntry.objects.get(subject_id=endpoint.id)
    assert entry.action == "endpoint.created"
    assert secret not in str(entry.changes)


def test_an_update_changes_what_is_sent_and_audits_that_alone(organization: Organization) -> None:
    endpoint, _ = make_endpoint(organization, description="old")
    changed = update_endpoint(
        organization=organization,
        actor=SYSTEM,
        endpoint_id=endpoint.id,
        description="new",
        events=["*"],
    )
    assert (changed.description, changed.url) == ("new", endpoint.url)
    assert AuditEntry.objects.get(action="endpoint.updated").changes == {"description": ["old", "new"]}


def test_switching_off_ends_what_was_waiting(organization: Organization) -> None:
    endpoint, _ = make_endpoint(organization)
    make_event(organization)
    place_events()
    update_endpoint(organization=organization, actor=SYSTEM, endpoint_id=endpoint.id, active=False)
    assert Delivery.objects.get().status == DeliveryStatus.EXHAUSTED


def test_another_organizations_endpoint_is_not_there(organization: Organization) -> None:
    endpoint, _ = make_endpoint(make_organization())
    named = {"organization": organization, "actor": SYSTEM, "endpoint_id": endpoint.id}
    for service in (update_endpoint, delete_endpoint, rotate_secret):
        with pytest.raises(NotFound):
            service(**named)  # type: ignore[operator]
    assert Endpoint.objects.get() == endpoint


def test_a_deleted_endpoint_takes_its_log_along(organization: Organization) -> None:
    endpoint, _ = make_endpoint(organization)
    make_event(organization)
    place_events()
    delete_endpoint(organization=organization, actor=SYSTEM, endpoint_id=endpoint.id)
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_made(organization: Organization) -> None:
    with pytest.raises(RuntimeError):
        create_endpoint(organization=organization, actor=SYSTEM, url="https://a.invalid/", events=["*"])
