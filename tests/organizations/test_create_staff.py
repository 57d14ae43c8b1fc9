"""Giving people logins and roles."""

import pytest
from django.contrib.auth import authenticate

from bookingflow.lib.errors import AlreadyExists, InvalidRequest
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import AuditEntry, Membership, Organization, User
from bookingflow.organizations.services import create_staff
from tests.builders import make_organization, make_staff

GOOD = "a-long-and-odd-pass-phrase"
pytestmark = pytest.mark.django_db


@pytest.fixture
def venue() -> Organization:
    return make_organization()


def test_a_person_signs_in_with_the_password_that_was_made_up(venue: Organization) -> None:
    user, password = create_staff(organization=venue, email="anna@example.com", role="owner", actor=SYSTEM)
    assert password is not None
    assert authenticate(username="anna@example.com", password=password) == user
    assert user.is_staff
    assert not user.is_superuser
    assert Membership.objects.get(user=user, organization=venue).role == "owner"


def test_two_passwords_made_up_differ(venue: Organization) -> None:
    made_up = {
        create_staff(organization=venue, email=f"{name}@example.com", role="viewer", actor=SYSTEM)[1]
        for name in ("anna", "bob", "cleo")
    }
    assert len(made_up) == 3


def test_a_given_password_is_taken_and_not_shown_again(venue: Organization) -> None:
    user, password = create_staff(
        organization=venue, email="anna@example.com", role="owner", password=GOOD, actor=SYSTEM
    )
    assert password is None
    assert user.check_password(GOOD)


def test_the_email_is_kept_in_lower_case_and_found_so(venue: Organization) -> None:
    user = make_staff(venue, email=" Anna@Example.COM ")
    assert user.email == "anna@example.com"
    assert make_staff(make_organization(), email="ANNA@example.com") == user
    assert User.objects.count() == 1


def test_who_has_a_login_gets_a_further_membership_and_keeps_the_password(venue: Organization) -> None:
    user = make_staff(venue, email="anna@example.com", password=GOOD)
    again, password = create_staff(
        organization=make_organization(), email="anna@example.com", role="viewer", actor=SYSTEM
    )
    assert (again, password) == (user, None)
    assert again.check_password(GOOD)
    assert user.memberships.count() == 2


def test_another_organization_cannot_set_the_password_of_a_known_person(venue: Organization) -> None:
    user = make_staff(venue, email="anna@example.com", password=GOOD)
    other = make_organization()
    with pytest.raises(AlreadyExists, match="leave the password out"):
        make_staff(other, email="anna@example.com", password="quite-another-pass-phrase")
    user.refresh_from_db()
    assert user.check_password(GOOD)
    assert not other.memberships.exists()


def test_the_same_password_again_is_no_fault(venue: Organization) -> None:
    user = make_staff(venue, email="anna@example.com", password=GOOD)
    assert make_staff(make_organization(), email="anna@example.com", password=GOOD) == user


def test_a_login_that_was_no_staff_becomes_staff(venue: Organization) -> None:
    User.objects.create_user("anna@example.com", GOOD)
    assert make_staff(venue, email="anna@example.com").is_staff


def test_nobody_is_on_one_staff_twice(venue: Organization) -> None:
    make_staff(venue, email="anna@example.com", role="viewer")
    with pytest.raises(AlreadyExists, match="on the staff"):
        make_staff(venue, email="anna@example.com", role="owner")
    assert venue.memberships.get().role == "viewer"


@pytest.mark.parametrize("password", ["", "short", "password1234", "anna@example.com"])
def test_a_weak_password_is_refused(venue: Organization, password: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        make_staff(venue, email="anna@example.com", password=password)
    assert {detail["field"] for detail in refusal.value.details} == {"password"}
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "email", ["", "anna", "anna@", "a\x00b@example.com", "a@b\udcff.com", f"{'a' * 250}@b.com"]
)
def test_what_is_no_email_address_is_refused(venue: Organization, email: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        make_staff(venue, email=email)
    assert [detail["field"] for detail in refusal.value.details] == ["email"]


def test_an_unknown_role_is_refused(venue: Organization) -> None:
    with pytest.raises(InvalidRequest, match="role: Choose one of owner, manager"):
        make_staff(venue, role="boss")


def test_the_audit_holds_the_role_and_no_personal_data(venue: Organization) -> None:
    user = make_staff(venue, email="anna@example.com", role="front_desk")
    entry = AuditEntry.objects.get(organization=venue, action="staff.created")
    assert (entry.subject_type, entry.subject_id) == ("user", str(user.pk))
    assert entry.changes == {"role": [None, "front_desk"]}


@pytest.mark.django_db(transaction=True)
def test_it_needs_the_transaction_of_its_caller() -> None:
    venue = make_organization()
    with pytest.raises(RuntimeError):
        create_staff(organization=venue, email="anna@example.com", role="owner", actor=SYSTEM)
    assert not User.objects.exists()
