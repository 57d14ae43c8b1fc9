"""Taking time off offer, and giving it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bookingflow.lib.errors import BlockConflict, Fault, InvalidRequest, NotFound
from bookingflow.lib.json import instant
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Act, Actor, record_acts
from bookingflow.organizations.models import Organization
from rooms import events, queries, sessions
from rooms.documents import Document, claim_document
from rooms.models import Block, Schedule
from rooms.services.room_rules import text_fault
from rooms.services.schedule_rules import LONGEST_REASON
from rooms.services.stretches import read_stretch
from webhooks import outbox


@dataclass(frozen=True, slots=True)
class Blocked:
    """`conflicts`: the live bookings that stay in the blocked time, as documents."""

    block: Block
    conflicts: list[Document]


def block_time(
    *,
    organization: Organization,
    actor: Actor,
    room: int | str | None = None,
    schedule: int | str | None = None,
    all_schedules: bool = False,
    start: datetime | None = None,
    end: datetime | None = None,
    start_date: date | None = None,
    end_date: date | None = None,
    reason: str = "",
    force: bool = False,
) -> list[Blocked]:
    """One block for each schedule concerned: that of a room, one, or all, ascending by their ids.

    Live bookings whose time, with its buffers, lies in the way refuse all of it with BlockConflict, which lists
    them; with `force` they stay, and are named beside their block. Raises InvalidRequest naming every fault,
    BookingTypeNotFound and NotFound.
    """
    require_transaction()
    stretch, faults = read_stretch(start, end, start_date, end_date)
    faults = [*_target_faults(room, schedule, all_schedules), *faults, *_reason_faults(reason)]
    if faults or stretch is None:
        raise InvalidRequest.of(*faults)
    schedules, now = _locked(organization, _schedule_ids(organization, room, schedule))
    blocks = [
        _block(each, *stretch.in_zone(each.timezone), reason=reason.strip(), at=now) for each in schedules
    ]
    conflicts = [_conflicts(block, now) for block in blocks]
    if any(conflicts) and not force:
        raise BlockConflict(details=[claim for listed in conflicts for claim in listed])
    Block.objects.bulk_create(blocks)
    _journal("blocked", schedules, blocks, organization=organization, actor=actor, now=now)
    return [Blocked(block, listed) for block, listed in zip(blocks, conflicts, strict=True)]


def lift_block(*, organization: Organization, actor: Actor, block_id: UUID) -> None:
    """Raises NotFound, also for one that was lifted meanwhile."""
    require_transaction()
    found = Block.objects.filter(organization=organization, pk=block_id).first()
    if found is None:
        raise NotFound("There is no such block.")
    schedules, now = _locked(organization, [found.schedule_id])
    deleted, _ = Block.objects.filter(organization=organization, pk=block_id).delete()
    if not deleted:
        raise NotFound("There is no such block.")
    _journal("unblocked", schedules, [found], organization=organization, actor=actor, now=now)


def _target_faults(room: int | str | None, schedule: int | str | None, all_schedules: bool) -> list[Fault]:
    named = [room is not None, schedule is not None, all_schedules]
    return [] if sum(named) == 1 else [Fault("room", "Send one of room, schedule and all.")]


def _reason_faults(reason: str) -> list[Fault]:
    fault = text_fault("reason", reason, LONGEST_REASON)
    return [fault] if fault else []


def _schedule_ids(
    organization: Organization, room: int | str | None, schedule: int | str | None
) -> Sequence[int]:
    if room is not None:
        return [queries.find_room(organization, room).schedule_id]
    if schedule is not None:
        return [queries.find_schedule(organization, schedule).pk]
    return list(Schedule.objects.filter(organization=organization).values_list("pk", flat=True))


def _locked(organization: Organization, ids: Sequence[int]) -> tuple[list[Schedule], datetime]:
    """The schedules as they are once their locks are had, ascending by id."""
    now = sessions.lock_schedules(ids).now
    found = Schedule.objects.filter(organization=organization, pk__in=ids).select_related("organization")
    return list(found.prefetch_related("overrides", "rooms").order_by("pk")), now


def _block(schedule: Schedule, start: datetime, end: datetime, *, reason: str, at: datetime) -> Block:
    return Block(
        organization=schedule.organization,
        schedule=schedule,
        start=start,
        end=end,
        reason=reason,
        created_at=at,
    )


def _conflicts(block: Block, now: datetime) -> list[Document]:
    claims = queries.claims_within(schedule=block.schedule, start=block.start, end=block.end, now=now)
    return [claim_document(claim) for claim in claims]


def _journal(
    what: str,
    schedules: Sequence[Schedule],
    blocks: Sequence[Block],
    *,
    organization: Organization,
    actor: Actor,
    now: datetime,
) -> None:
    """New versions and sequences, an event for each block, and the audit."""
    sessions.touch([schedule.pk for schedule in schedules])
    for schedule in schedules:
        schedule.sequence += 1
        schedule.updated_at = now
    Schedule.objects.bulk_update(schedules, ["sequence", "updated_at"])
    build = events.schedule_blocked if what == "blocked" else events.schedule_unblocked
    drafts = [build(schedule, block) for schedule, block in zip(schedules, blocks, strict=True)]
    outbox.record(drafts, organization_id=organization.pk, at=now)
    acts = [Act(f"schedule.{what}", "schedule", str(block.schedule_id), _audited(block)) for block in blocks]
    record_acts(acts, organization_id=organization.pk, actor=actor)


def _audited(block: Block) -> dict[str, str]:
    return {"block": str(block.pk), "start": instant(block.start), "end": instant(block.end)}
