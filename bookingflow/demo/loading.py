"""Loading the demo venues, once; after that, only making sure that one gets in."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from django.db import connection

from bookingflow.api import unit_of_work
from bookingflow.demo.access import give_access, renew_access
from bookingflow.demo.building import build_rooms
from bookingflow.demo.descriptions import Venue
from bookingflow.demo.filling import fill
from bookingflow.demo.keeping import Access, Document, access_in, keep_venues, kept_venues
from bookingflow.demo.plan import plan_bookings
from bookingflow.demo.planned import PlannedBooking
from bookingflow.demo.venues import VENUES
from bookingflow.embedded.errors import EmbeddedProblem
from bookingflow.embedded.folders import prepare_data_dir
from bookingflow.lib import clock
from bookingflow.lib.errors import AlreadyExists, ServiceUnavailable
from bookingflow.lib.zones import wall, zone
from bookingflow.organizations.audit import Actor, ActorKind
from bookingflow.organizations.models import Membership, Organization, Plan
from bookingflow.organizations.services import create_organization
from rooms.documents import room_brief
from rooms.queries import rooms_of
from webhooks.fanout import place_events

Watch = Callable[[Venue, Sequence[PlannedBooking]], Iterable[PlannedBooking]]

DEMO = Actor(ActorKind.SYSTEM, "demo", "Demo venues")
# Any number that nothing else in this database locks.
LOADING = 7_305_081_102


def load_demo(data_dir: Path, *, watch: Watch, venues: Sequence[Venue] = VENUES) -> list[Document]:
    """The venues as `demo.json` has them, which is written along. A venue that is there is left as it is.

    Raises AlreadyExists where somebody else has a demo venue's name, InvalidRequest and ServiceUnavailable for a
    file or folder that can't be used.
    """
    try:
        prepare_data_dir(data_dir)
    except EmbeddedProblem as problem:
        raise ServiceUnavailable(str(problem)) from None
    documents = [unit_of_work.run(partial(_load, venue, data_dir, watch)) for venue in venues]
    # So that nothing is left to do where no worker runs.
    while place_events():
        pass
    return documents


def _load(venue: Venue, data_dir: Path, watch: Watch) -> Document:
    """One at a time, the file included: who comes second finds it all there.

    The file is written before the commit. Where that fails, it has secrets that the database doesn't know: these are
    used the next time.
    """
    with connection.cursor() as cursor:
        # Another one takes its time on a busy machine, and nobody waits for an answer here.
        cursor.execute("SET LOCAL lock_timeout = '5min'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOADING])
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    documents = kept_venues(data_dir)
    kept = access_in(documents[venue.slug]) if venue.slug in documents else None
    organization = Organization.objects.filter(slug=venue.slug).first()
    if organization is None:
        organization, access = _make(venue, kept, watch)
    else:
        _refuse_others(venue, organization)
        access = renew_access(venue, organization, kept, actor=DEMO)
    document = _document(organization, access)
    keep_venues(data_dir, (documents | {venue.slug: document}).values())
    return document


def _make(venue: Venue, kept: Access | None, watch: Watch) -> tuple[Organization, Access]:
    organization = create_organization(
        name=venue.name,
        slug=venue.slug,
        timezone=venue.timezone,
        currency=venue.currency,
        plan=Plan.BUSINESS,
        actor=DEMO,
    )
    access = give_access(venue, organization, kept, actor=DEMO)
    now = clock.now()
    today = wall(now, zone(venue.timezone)).date()
    offers = build_rooms(venue, organization, actor=DEMO, today=today)
    planned = plan_bookings(venue, offers, today=today, now=now)
    fill(planned, organization, actor=DEMO, watch=partial(watch, venue))
    return organization, access


def _refuse_others(venue: Venue, organization: Organization) -> None:
    """The audit knows by whom an organization was made."""
    if not organization.audit_entries.filter(action="organization.created", actor_id=DEMO.id).exists():
        raise AlreadyExists(
            f"“{venue.slug}” is the name of another organization here, so the demo venue can't be loaded."
        )


def _document(organization: Organization, access: Access) -> Document:
    """With the staff whose passwords are known, and the rooms that can be booked."""
    members = Membership.objects.filter(organization=organization, user__email__in=access.passwords)
    return {
        "slug": organization.slug,
        "name": organization.name,
        "staff": [
            {"email": email, "password": access.passwords[email], "role": role}
            for email, role in members.order_by("pk").values_list("user__email", "role")
        ],
        "apiKey": access.api_key,
        "rooms": [room_brief(room) for room in rooms_of(organization).filter(active=True)],
    }
