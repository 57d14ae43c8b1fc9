"""Bringing in many bookings at once: all of them, or none."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID, uuid5

from django.db import connection

from bookingflow.lib.copying import copy_in
from bookingflow.lib.errors import DomainError, InvalidRequest
from bookingflow.lib.references import new_reference
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Act, Actor, copy_acts
from bookingflow.organizations.models import Organization
from bookings.lifecycle import Status
from bookings.models import Booking
from bookings.payments.brought_in import Paid, money_rows, store_money
from bookings.services.bring_in import Agreed, draft_booking
from bookings.services.reschedule import REASON
from customers.queries import normalised_email
from customers.services import Person, customer_act, known_or_made
from rooms import taking
from rooms.models import Room
from rooms.places import Place

AT_ONCE = 1_000
MOST_REFUSED = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """One booking as a file tells of it. `key` and `reference` are kept where they are free; `person` None is somebody
    who was erased; `rescheduled_from` is the `key` of the booking whose place it took."""

    line: int
    room: Room
    agreed: Agreed
    person: Person | None
    key: UUID | None = None
    reference: str | None = None
    rescheduled_from: UUID | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a row can't be brought in. `field` may be empty."""

    line: int
    field: str
    message: str


@dataclass(slots=True)
class Tally:
    imported: int = 0
    customers: int = 0
    refused: list[Refused] = field(default_factory=list)


def import_bookings(*, organization: Organization, actor: Actor, rows: Iterable[Row], now: datetime) -> Tally:
    """As `import_booking` for each, in batches, without an event. The rows come schedule by schedule, and their
    schedules are locked; `now` was read after that.

    Whoever calls rolls back where any was refused: what the others would meet is only known once they are in.
    """
    require_transaction()
    batch_of = _Batch(organization, actor, now, Tally())
    for rows_at_once in _batches(rows):
        batch_of.bring_in(rows_at_once)
        if len(batch_of.tally.refused) >= MOST_REFUSED:
            break
    batch_of.link()
    return batch_of.tally


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Of one schedule each."""
    waiting: list[Row] = []
    for row in rows:
        if waiting and (len(waiting) == AT_ONCE or row.room.schedule_id != waiting[0].room.schedule_id):
            yield waiting
            waiting = []
        waiting.append(row)
    if waiting:
        yield waiting


@dataclass(frozen=True, slots=True)
class _Draft:
    row: Row
    booking: Booking
    place: Place


@dataclass(slots=True)
class _Batch:
    organization: Organization
    actor: Actor
    now: datetime
    tally: Tally
    successors: list[tuple[UUID, UUID]] = field(default_factory=list)

    def bring_in(self, rows: Sequence[Row]) -> None:
        drafts = list(self._named(self._drafted(rows)))
        wishes = [
            taking.Wish(draft.place, draft.booking.pk, draft.booking.reference)
            for draft in drafts
            if draft.booking.status != Status.CANCELED
        ]
        refused = taking.take_many(wishes, now=self.now)
        for draft in drafts:
            for reason in refused.get(draft.booking.pk, ())[:1]:
                self._refuse(draft.row, "start", f"The time is taken. {reason.message}.")
        self._store([draft for draft in drafts if draft.booking.pk not in refused])

    def link(self) -> None:
        """Each to the one whose place it took, where that is here and was ended by it."""
        for some in _slices(self.successors):
            names = {key for _, key in some} | {self._own_key(key) for _, key in some}
            ended = Booking.objects.filter(
                organization=self.organization, pk__in=names, status=Status.CANCELED.value,
                cancel_reason=REASON, rescheduled_to=None,
            )  # fmt: skip
            found = set(ended.values_list("pk", flat=True))
            linked = []
            for successor, key in some:
                predecessor = next((each for each in (self._own_key(key), key) if each in found), None)
                if predecessor is not None:
                    found.discard(predecessor)
                    linked.append(Booking(pk=successor, rescheduled_from_id=predecessor))
            Booking.objects.bulk_update(linked, ["rescheduled_from"])

    def _drafted(self, rows: Iterable[Row]) -> Iterator[_Draft]:
        for row in rows:
            try:
                booking, place = draft_booking(
                    row.agreed, row.room, currency=self.organization.currency, now=self.now
                )
            except InvalidRequest as fault:
                for detail in fault.details:
                    self._refuse(row, str(detail["field"]), str(detail["message"]))
            except DomainError as fault:
                self._refuse(row, "start", fault.message)
            else:
                yield _Draft(row, booking, place)

    def _named(self, drafts: Iterable[_Draft]) -> Iterator[_Draft]:
        """With an id and a reference that nobody has yet. What was brought in before is refused."""
        found = list(drafts)
        keys = [draft.row.key for draft in found if draft.row.key]
        asked = [*keys, *map(self._own_key, keys)]
        owners = _owners(asked)
        wished = [draft.row.reference or new_reference() for draft in found]
        taken = self._references(wished)
        for draft, reference in zip(found, wished, strict=True):
            here = self._is_here(draft, owners, taken)
            if here:
                self._refuse(draft.row, "id", f"This booking is here already: {here}.")
                continue
            key = draft.row.key
            if key is not None:
                draft.booking.pk = self._own_key(key) if key in owners else key
                owners[draft.booking.pk] = self.organization.pk
            draft.booking.reference = self._free(reference, taken)
            taken[draft.booking.reference] = draft.booking.start
            yield draft

    def _is_here(self, draft: _Draft, owners: dict[UUID, UUID], taken: dict[str, datetime]) -> str:
        """How it is known here, if it is."""
        key, reference = draft.row.key, draft.row.reference
        if key is not None:
            for name in (key, self._own_key(key)):
                if owners.get(name) == self.organization.pk:
                    return reference or str(name)
        return reference if reference and taken.get(reference) == draft.booking.start else ""

    def _own_key(self, key: UUID) -> UUID:
        """Its id here, where another organization has the one that it came with: the same each time."""
        return uuid5(self.organization.pk, str(key))

    def _references(self, asked: Iterable[str]) -> dict[str, datetime]:
        own = Booking.objects.filter(organization=self.organization, reference__in=list(asked))
        return dict(own.values_list("reference", "start"))

    def _free(self, reference: str, taken: dict[str, datetime]) -> str:
        while reference in taken:
            reference = new_reference()
            taken |= self._references([reference])
        return reference

    def _store(self, drafts: Sequence[_Draft]) -> None:
        acts = self._people(drafts)
        payments, refunds = [], []
        for draft in drafts:
            paid: Sequence[Paid] = draft.row.agreed.paid
            rows = money_rows(draft.booking, paid)
            payments += rows[0]
            refunds += rows[1]
            acts.append(_act(draft.booking))
            if draft.row.rescheduled_from:
                self.successors.append((draft.booking.pk, draft.row.rescheduled_from))
        copy_in([draft.booking for draft in drafts])
        store_money(payments, refunds)
        copy_acts(acts, organization_id=self.organization.pk, actor=self.actor)
        self.tally.imported += len(drafts)

    def _people(self, drafts: Iterable[_Draft]) -> list[Act]:
        """Gives the bookings their customers, and what is to be audited of those who are new."""
        people: dict[str, Person] = {}
        for draft in drafts:
            if draft.row.person:
                people.setdefault(normalised_email(draft.row.person["email"]), draft.row.person)
        known, made = known_or_made(organization=self.organization, people=people, at=self.now)
        for draft in drafts:
            if draft.row.person:
                draft.booking.customer = known[normalised_email(draft.row.person["email"])]
        self.tally.customers += len(made)
        return [customer_act("customer.created", customer) for customer in made]

    def _refuse(self, row: Row, name: str, message: str) -> None:
        self.tally.refused.append(Refused(row.line, name, message))


def _act(booking: Booking) -> Act:
    return Act("booking.imported", "booking", str(booking.pk), {"status": [None, booking.status]})


def _owners(asked: Sequence[UUID]) -> dict[UUID, UUID]:
    """The organizations that have bookings with these ids."""
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS, [list(asked)])
        return dict(cursor.fetchall())


# One look into the primary key for each: with a list of a thousand the planner prefers an index that doesn't begin with
# the id, and takes ten times as long.
_OWNERS = """
    SELECT found.id, found.organization_id FROM unnest(%s::uuid[]) AS asked(id)
    CROSS JOIN LATERAL (SELECT id, organization_id FROM bookings_booking WHERE id = asked.id LIMIT 1) found
"""


def _slices(pairs: Sequence[tuple[UUID, UUID]]) -> Iterator[list[tuple[UUID, UUID]]]:
    rest = iter(pairs)
    while some := list(islice(rest, AT_ONCE)):
        yield some
