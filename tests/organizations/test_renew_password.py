"""A new password for somebody on the staff, by the operator."""

import pytest
from django.contrib.auth import authenticate

from bookingflow.lib.errors import InvalidRequest, NotFound
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import AuditEntry, Organization
from bookingflow.organizations.services import renew_password
from tests.builders import make_organization, make_staff

GOOD = "a-long-and-odd-pass-phrase"
pytestmark = pytest.mark.django_db


@pytest.fixture
def venue() -> Organization:
    return make_organization()


def test_the_one_that_is_made_up_opens_and_the_old_one_does_not(venue: Organization) -> None:
    anna = make_staff(venue, email="anna@example.com", password=GOOD)
    renewed = renew_password(organization=venue, user=anna, actor=SYSTEM)
    assert authenticate(username="anna@example.com", password=renewed) == anna
    assert authenticate(username="anna@example.com", password=GOOD) is None


def test_a_given_one_is_taken(venue: Organization) -> None:
    anna = make_staff(venue)
    assert renew_password(organization=venue, user=anna, actor=SYSTEM, password=GOOD) == GOOD
    assert anna.check_password(GOOD)


def test_the_audit_says_that_it_was_done_and_no_more(venue: Organization) -> None:
    anna = make_staff(venue)
    renew_password(organization=venue, user=anna, actor=SYSTEM, password=GOOD)
    entry = AuditEntry.objects.get(action="staff.password_renewed")
    assert (entry.organization_id, entry.subject_id, entry.changes) == (venue.id, str(anna.pk), {})


def test_a_weak_one_is_refused(venue: Organization) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        renew_password(organization=venue, user=make_staff(venue), actor=SYSTEM, password="password12")
    assert {detail["field"] for detail in refusal.value.details} == {"password"}


def test_who_is_not_on_the_staff_keeps_theirs(venue: Organization) -> None:
    stranger = make_staff(make_organization(), password=GOOD)
    with pytest.raises(NotFound):
        renew_password(organization=venue, user=stranger, actor=SYSTEM)
    stranger.refresh_from_db()
    assert stranger.check_password(GOOD)
