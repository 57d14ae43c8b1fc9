"""Putting an organization on a plan."""

import pytest

from bookingflow.lib.errors import InvalidRequest
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import AuditEntry, Organization
from bookingflow.organizations.queries import find_key
from bookingflow.organizations.services import set_plan
from tests.builders import make_api_key, make_organization

pytestmark = pytest.mark.django_db


def test_the_next_look_at_a_key_finds_the_new_plan() -> None:
    organization = make_organization(plan="starter")
    key, _ = make_api_key(organization)
    for plan, has_api in (("business", True), ("starter", False), ("enterprise", True)):
        set_plan(organization=organization, plan=plan, actor=SYSTEM)
        found = find_key(key.public_part)
        assert found is not None
        assert found.organization.has_api is has_api


def test_the_audit_tells_from_what_to_what() -> None:
    organization = make_organization(plan="starter")
    set_plan(organization=organization, plan="business", actor=SYSTEM)
    entry = AuditEntry.objects.get(action="organization.plan_changed")
    assert (entry.subject_type, entry.subject_id) == ("organization", str(organization.id))
    assert entry.changes == {"plan": ["starter", "business"]}


def test_the_same_plan_again_is_no_change() -> None:
    organization = make_organization(plan="business")
    before = Organization.objects.get(id=organization.id).updated_at
    changed = set_plan(organization=organization, plan="business", actor=SYSTEM)
    assert changed.updated_at == before
    assert not AuditEntry.objects.filter(action="organization.plan_changed").exists()


def test_an_unknown_plan_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="plan: Choose one of starter, business, enterprise"):
        set_plan(organization=make_organization(), plan="free", actor=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_it_needs_the_transaction_of_its_caller() -> None:
    organization = make_organization(plan="starter")
    with pytest.raises(RuntimeError):
        set_plan(organization=organization, plan="business", actor=SYSTEM)
    organization.refresh_from_db()
    assert organization.plan == "starter"
