"""Who may get into a demo venue: its staff with their passwords, and its API key."""

from bookingflow.demo.descriptions import StaffMember, Venue
from bookingflow.demo.keeping import Access
from bookingflow.lib import api_keys, clock
from bookingflow.lib.api_keys import NewKey
from bookingflow.organizations.audit import Actor
from bookingflow.organizations.models import Organization, User
from bookingflow.organizations.queries import find_key
from bookingflow.organizations.scopes import PRESETS
from bookingflow.organizations.services import create_api_key, create_staff, renew_password


def give_access(venue: Venue, organization: Organization, kept: Access | None, *, actor: Actor) -> Access:
    """To a new venue: with what was kept of it from another database, else anew."""
    return Access(
        api_key=_new_key(organization, kept, actor),
        passwords={member.email: _login(member, organization, kept, actor) for member in venue.staff},
    )


def renew_access(venue: Venue, organization: Organization, kept: Access | None, *, actor: Actor) -> Access:
    """To a venue that is there: as it was kept, where the kept key works. Else the key and the passwords of those
    who are still on the staff are made so again; what wasn't kept is made anew."""
    if kept and _works(kept.api_key, organization):
        return kept
    staff = User.objects.filter(
        memberships__organization=organization, email__in=[member.email for member in venue.staff]
    )
    return Access(
        api_key=_new_key(organization, kept, actor),
        passwords={
            user.email: renew_password(
                organization=organization, user=user, actor=actor, password=_kept_password(kept, user.email)
            )
            for user in staff
        },
    )


def _login(member: StaffMember, organization: Organization, kept: Access | None, actor: Actor) -> str:
    """Of who signs in already, elsewhere or from before, the password is renewed: nobody knows it any more."""
    password = _kept_password(kept, member.email)
    known = User.objects.filter(email=member.email).exists()
    user, made_up = create_staff(
        organization=organization,
        email=member.email,
        role=member.role,
        password=None if known else password,
        actor=actor,
    )
    if known:
        return renew_password(organization=organization, user=user, actor=actor, password=password)
    return password or made_up or ""


def _kept_password(kept: Access | None, email: str) -> str | None:
    return kept.passwords.get(email) if kept else None


def _new_key(organization: Organization, kept: Access | None, actor: Actor) -> str:
    _, text = create_api_key(
        organization=organization,
        name="Demo",
        scopes=PRESETS["read-write"],
        actor=actor,
        made=_unknown_key(kept.api_key) if kept else None,
    )
    return text


def _unknown_key(text: str) -> NewKey | None:
    """The kept key where this database never heard of it: one that was revoked here stays so."""
    parsed = api_keys.parse(text)
    if parsed is None or find_key(parsed.public_part):
        return None
    return NewKey(text=text, public_part=parsed.public_part, secret_hash=parsed.secret_hash)


def _works(text: str, organization: Organization) -> bool:
    parsed = api_keys.parse(text)
    key = find_key(parsed.public_part) if parsed else None
    if parsed is None or key is None or not api_keys.matches(parsed, bytes(key.secret_hash)):
        return False
    ended = key.revoked_at or (key.expires_at and key.expires_at <= clock.now())
    return key.organization_id == organization.pk and not ended
