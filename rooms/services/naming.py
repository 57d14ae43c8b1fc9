"""Slugs of rooms and handles of schedules: a wanted one or none, a made-up one with the first free number."""

from collections.abc import Callable, Iterator
from itertools import chain, count

from django.db import IntegrityError, transaction

from bookingflow.lib.errors import AlreadyExists, Fault
from bookingflow.lib.names import MAX_LENGTH, name_fault, new_booking_type, slug_from
from bookingflow.organizations.models import Organization, PublicName
from bookingflow.organizations.services import claim_public_name
from rooms.models import Room, Schedule

SLUG_ONCE, BOOKING_TYPE_ONCE = "room_slug_once", "rooms_room_booking_type_key"


def numbered(base: str) -> Iterator[str]:
    """`the-vault`, `the-vault-2`, `the-vault-3`, …"""
    return chain([base], (f"{base[: MAX_LENGTH - 1 - len(str(n))]}-{n}" for n in count(2)))


def handle_faults(handle: str | None) -> list[Fault]:
    message = None if handle is None else name_fault(handle)
    return [Fault("handle", message)] if message else []


def claim_handle(organization: Organization, *, wanted: str | None, name: str) -> str:
    """A handle for a schedule that is about to be written. Raises AlreadyExists where the wanted one is taken.

    The organization's own slug may be the handle of one of its schedules.
    """
    if wanted is not None:
        return _claimed(organization, wanted)
    base = slug_from(name, fallback="schedule")
    taken = set(
        PublicName.objects.filter(name__startswith=base[: MAX_LENGTH - 8]).values_list("name", flat=True)
    )
    for candidate in numbered(base):
        if candidate in taken:
            continue
        try:
            return _claimed(organization, candidate)
        except AlreadyExists:
            continue
    raise AssertionError("numbers don't end")


def _claimed(organization: Organization, name: str) -> str:
    claim_public_name(name, organization_id=organization.pk)
    if Schedule.objects.filter(handle=name).exists():
        raise AlreadyExists(f"The handle “{name}” is taken.")
    return name


def give_up_handle(organization: Organization, handle: str) -> None:
    """Once no schedule bears it; the organization's own slug stays its name."""
    if handle != organization.slug:
        PublicName.objects.filter(name=handle, organization=organization).delete()


def insert_room(room: Room) -> None:
    """Write a new room, under its slug or under one made from its name."""
    if room.slug:
        _write_new(room)
        return
    base = slug_from(room.name)
    others = Room.objects.filter(organization=room.organization, slug__startswith=base[: MAX_LENGTH - 8])
    taken = set(others.values_list("slug", flat=True))
    for candidate in numbered(base):
        if candidate in taken:
            continue
        room.slug = candidate
        try:
            return _write_new(room)
        except AlreadyExists:
            continue


def _write_new(room: Room) -> None:
    """Of the four thousand million booking types one may be taken: then another is made."""
    for _ in range(3):
        try:
            return saving_slug(room, lambda: room.save(force_insert=True))
        except IntegrityError as fault:
            if _constraint(fault) != BOOKING_TYPE_ONCE:
                raise
            room.booking_type = new_booking_type()
    raise AlreadyExists("No free booking type was found.")


def saving_slug(room: Room, save: Callable[[], None]) -> None:
    """Raises AlreadyExists where the room's slug is taken; the surrounding transaction goes on."""
    try:
        with transaction.atomic():
            save()
    except IntegrityError as fault:
        if _constraint(fault) != SLUG_ONCE:
            raise
        raise AlreadyExists(f"The slug “{room.slug}” is taken.") from fault


def _constraint(fault: IntegrityError) -> str | None:
    diagnostics = getattr(fault.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None)
