"""Making and changing organizations, their staff and their API keys. Each needs the caller's open transaction."""

import re
import secrets
import unicodedata
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from bookingflow.lib import api_keys, clock, json, money, zones
from bookingflow.lib.errors import AlreadyExists, Fault, InvalidRequest, NotFound
from bookingflow.lib.names import name_fault
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Act, Actor, record_acts
from bookingflow.organizations.models import ApiKey, Membership, Organization, Plan, PublicName, Role, User
from bookingflow.organizations.scopes import in_order, scopes_fault

LONGEST_NAME = 200
LONGEST_EMAIL = 254
LONGEST_GRACE_HOURS = 8760
_STRIPE_ACCOUNT = re.compile(r"acct_[A-Za-z0-9_]{1,200}\Z")

# Without letters and digits that are mistaken for one another; 20 of them are 99 bits.
_UNMISTAKABLE = "abcdefghjkmnpqrstuvwxyz23456789"


# Organizations


def create_organization(
    *, name: str, slug: str, timezone: str, currency: str, actor: Actor, plan: str = Plan.STARTER
) -> Organization:
    """Raises InvalidRequest naming every fault, AlreadyExists where the slug is somebody's public name."""
    require_transaction()
    _refuse(
        ("name", _title_fault(name)),
        ("slug", name_fault(slug)),
        ("timezone", None if zones.is_zone(timezone) else f"There is no time zone “{timezone}”."),
        ("currency", None if money.is_currency(currency) else f"There is no ISO 4217 currency “{currency}”."),
        ("plan", _choice_fault(plan, Plan.values)),
    )
    organization = Organization(name=name.strip(), slug=slug, timezone=timezone, currency=currency, plan=plan)
    claim_public_name(slug, organization_id=organization.id)
    organization.save(force_insert=True)
    changes = {
        "slug": [None, slug],
        "plan": [None, plan],
        "timezone": [None, timezone],
        "currency": [None, currency],
    }
    act = Act("organization.created", "organization", str(organization.id), changes)
    record_acts([act], organization_id=organization.id, actor=actor)
    return organization


def claim_public_name(name: str, *, organization_id: UUID) -> None:
    """A slug or handle for this organization, which may hold it already. Raises AlreadyExists if another does.

    Of two who claim one name at once, the second waits for the first to commit.
    """
    require_transaction()
    owner = {"organization_id": organization_id}
    public_name, _ = PublicName.objects.get_or_create(name=name, defaults=owner)
    if public_name.organization_id != organization_id:
        raise AlreadyExists(f"The name “{name}” is taken.")


def set_plan(*, organization: Organization, plan: str, actor: Actor) -> Organization:
    """Counts from the next request on, for keys are read together with their organization."""
    require_transaction()
    _refuse(("plan", _choice_fault(plan, Plan.values)))
    current = Organization.objects.select_for_update(no_key=True).get(id=organization.id)
    if current.plan != plan:
        act = Act(
            "organization.plan_changed", "organization", str(current.id), {"plan": [current.plan, plan]}
        )
        current.plan = plan
        current.save(update_fields=["plan", "updated_at"])
        record_acts([act], organization_id=current.id, actor=actor)
    return current


def set_stripe_account(*, organization: Organization, account: str, actor: Actor) -> Organization:
    """Their own account at Stripe (`acct_…`), or "" for the installation's. Payments that have begun go on with the
    one that they began with."""
    require_transaction()
    if account and not _STRIPE_ACCOUNT.match(account):
        _refuse(("account", "Accounts at Stripe look like acct_1PgafTB7WZ01zgkW."))
    current = Organization.objects.select_for_update(no_key=True).get(id=organization.id)
    if current.stripe_account != account:
        changes = {"stripeAccount": [current.stripe_account or None, account or None]}
        act = Act("organization.stripe_account_changed", "organization", str(current.id), changes)
        current.stripe_account = account
        current.save(update_fields=["stripe_account", "updated_at"])
        record_acts([act], organization_id=current.id, actor=actor)
    return current


# Staff


def create_staff(
    *, organization: Organization, email: str, role: str, actor: Actor, password: str | None = None
) -> tuple[User, str | None]:
    """The user, and the password that was made up for a new one when none was given.

    Who has a login already gets a further membership and keeps their password: one organization must not set
    what opens another. Raises AlreadyExists where they are on this staff already, or another password is given.
    """
    require_transaction()
    email = email.strip().lower()
    _refuse(("email", _email_fault(email)), ("role", _choice_fault(role, Role.values)))
    user, made_up = _login(email, password)
    _, joined = Membership.objects.get_or_create(
        organization=organization, user=user, defaults={"role": role}
    )
    if not joined:
        raise AlreadyExists(f"{email} is on the staff of {organization.name} already.")
    act = Act("staff.created", "user", str(user.pk), {"role": [None, role]})
    record_acts([act], organization_id=organization.id, actor=actor)
    return user, made_up


def renew_password(
    *, organization: Organization, user: User, actor: Actor, password: str | None = None
) -> str:
    """For the operator, since it opens whatever else they sign in to. The given one, or one that is made up.

    Raises NotFound where they aren't on this staff.
    """
    require_transaction()
    if not Membership.objects.filter(organization=organization, user=user).exists():
        raise NotFound(f"{user.email} is not on the staff of {organization.name}.")
    renewed = _made_up_password() if password is None else password
    user.password = _hashed(user.email, renewed)
    user.save(update_fields=["password"])
    act = Act("staff.password_renewed", "user", str(user.pk))
    record_acts([act], organization_id=organization.id, actor=actor)
    return renewed


def _login(email: str, password: str | None) -> tuple[User, str | None]:
    user = User.objects.filter(email=email).first()
    if user is None:
        made_up = _made_up_password() if password is None else None
        defaults = {"password": _hashed(email, made_up or password or ""), "is_staff": True}
        user, made = User.objects.get_or_create(email=email, defaults=defaults)
        if made:
            return user, made_up
    if password is not None and not user.check_password(password):
        raise AlreadyExists(f"{email} signs in already, with another password: leave the password out.")
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    return user, None


def _hashed(email: str, password: str) -> str:
    try:
        validate_password(password, User(email=email))
    except ValidationError as refusal:
        raise InvalidRequest.of(*(Fault("password", message) for message in refusal.messages)) from None
    return make_password(password)


def _made_up_password() -> str:
    groups = ("".join(secrets.choice(_UNMISTAKABLE) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


# API keys


def create_api_key(
    *,
    organization: Organization,
    name: str,
    scopes: Collection[str],
    actor: Actor,
    expires_at: datetime | None = None,
    made: api_keys.NewKey | None = None,
) -> tuple[ApiKey, str]:
    """The key's row and its text, which is nowhere else and can't be had again. On any plan: calls need one.

    `made` is a key that was made before and that this database doesn't know.
    """
    require_transaction()
    over = expires_at is not None and expires_at <= clock.now()
    _refuse(
        ("name", _title_fault(name)),
        ("scopes", scopes_fault(scopes)),
        ("expiresAt", "This is over already." if over else None),
    )
    key, text = _issued(organization.id, name.strip(), scopes, expires_at, made)
    record_acts([_created(key)], organization_id=organization.id, actor=actor)
    return key, text


def rotate_api_key(*, key: ApiKey, actor: Actor, grace_hours: float | None = None) -> tuple[ApiKey, str]:
    """A new key of the same name, scopes and length of life.

    The old one goes on until it is revoked or expires; with `grace_hours` it ends then at the latest, with 0 at
    once. Raises InvalidRequest where the old one has ended: rotating must not bring it back to life.
    """
    require_transaction()
    _refuse(("graceHours", _grace_fault(grace_hours)))
    old, now = _locked(key), clock.now()
    if old.revoked_at is not None or (old.expires_at is not None and old.expires_at <= now):
        raise InvalidRequest("This key has ended and can't be rotated: make a new one.")
    expires_at = now + (old.expires_at - old.created_at) if old.expires_at else None
    new, text = _issued(old.organization_id, old.name, old.scopes, expires_at)
    ending = {} if grace_hours is None else _end(old, grace_hours=grace_hours, now=now)
    rotated = Act("api_key.rotated", "api_key", str(old.id), {"successor": [None, str(new.id)], **ending})
    record_acts([_created(new), rotated], organization_id=old.organization_id, actor=actor)
    return new, text


def revoke_api_key(*, key: ApiKey, actor: Actor) -> ApiKey:
    """Counts from the next request on. One that was revoked already stays as it is."""
    require_transaction()
    current = _locked(key)
    if current.revoked_at is None:
        act = Act(
            "api_key.revoked", "api_key", str(current.id), _end(current, grace_hours=0, now=clock.now())
        )
        record_acts([act], organization_id=current.organization_id, actor=actor)
    return current


def _issued(
    organization_id: UUID,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None,
    made: api_keys.NewKey | None = None,
) -> tuple[ApiKey, str]:
    new = made or api_keys.generate()
    key = ApiKey.objects.create(
        organization_id=organization_id,
        name=name,
        public_part=new.public_part,
        secret_hash=new.secret_hash,
        scopes=in_order(scopes),
        expires_at=expires_at,
    )
    return key, new.text


def _locked(key: ApiKey) -> ApiKey:
    return ApiKey.objects.select_for_update(no_key=True).get(id=key.id)


def _end(key: ApiKey, *, grace_hours: float, now: datetime) -> dict[str, list[str | None]]:
    """Never later than it would have ended anyway. Gives what changed."""
    if grace_hours == 0:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        return {"revokedAt": [None, json.instant(now)]}
    before, end = key.expires_at, now + timedelta(hours=grace_hours)
    if before is not None and before <= end:
        return {}
    key.expires_at = end
    key.save(update_fields=["expires_at"])
    return {"expiresAt": [json.instant(before) if before else None, json.instant(end)]}


def _created(key: ApiKey) -> Act:
    changes = {"name": [None, key.name], "scopes": [None, key.scopes]}
    if key.expires_at:
        changes["expiresAt"] = [None, json.instant(key.expires_at)]
    return Act("api_key.created", "api_key", str(key.id), changes)


# What can be wrong with a field


def _refuse(*fields: tuple[str, str | None]) -> None:
    faults = [Fault(field, message) for field, message in fields if message is not None]
    if faults:
        raise InvalidRequest.of(*faults)


def _title_fault(title: str) -> str | None:
    if _has_control_characters(title):
        return "Leave control characters out."
    fits = 1 <= len(title.strip()) <= LONGEST_NAME
    return None if fits else f"Use 1 to {LONGEST_NAME} characters."


def _has_control_characters(text: str) -> bool:
    """The database takes no NUL and no half of a surrogate pair; the rest would garble what is shown."""
    return any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in text)


def _choice_fault(choice: str, choices: Collection[str]) -> str | None:
    return None if choice in choices else f"Choose one of {', '.join(choices)}."


def _email_fault(email: str) -> str | None:
    if _has_control_characters(email):
        return "Leave control characters out."
    try:
        validate_email(email)
    except ValidationError:
        return f"“{email}” is no email address."
    return None if len(email) <= LONGEST_EMAIL else f"Use {LONGEST_EMAIL} characters at most."


def _grace_fault(hours: float | None) -> str | None:
    within = hours is None or 0 <= hours <= LONGEST_GRACE_HOURS
    return None if within else f"Choose 0 to {LONGEST_GRACE_HOURS} hours."
