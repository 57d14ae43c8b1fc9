"""Making and changing schedules: their hours, the dates with other hours, their zone and their names."""

from datetime import datetime
from typing import Unpack

from bookingflow.lib import clock
from bookingflow.lib.errors import Fault, InvalidRequest
from bookingflow.lib.transactions import require_transaction
from bookingflow.organizations.audit import Act, Actor, record_acts
from bookingflow.organizations.models import Organization
from rooms import events, queries, sessions
from rooms.documents import override_document, schedule_document
from rooms.models import DateOverride, Schedule
from rooms.services.naming import claim_handle, give_up_handle
from rooms.services.schedule_rules import NINE_TO_FIVE, ScheduleFields, assign, read_overrides
from webhooks import outbox


def create_schedule(
    *, organization: Organization, actor: Actor, **fields: Unpack[ScheduleFields]
) -> Schedule:
    """Open from nine to five every day, in the organization's zone, unless said otherwise. Makes no event.

    Raises InvalidRequest naming every fault, AlreadyExists where the handle is taken.
    """
    require_transaction()
    schedule, overrides, faults = draft_schedule(organization, fields)
    if faults:
        raise InvalidRequest.of(*faults)
    insert_schedule(schedule, wanted_handle=fields.get("handle"), at=clock.now())
    _write_overrides(schedule, overrides)
    record_acts([schedule_created(schedule)], organization_id=organization.pk, actor=actor)
    return schedule


def draft_schedule(
    organization: Organization, fields: ScheduleFields
) -> tuple[Schedule, list[DateOverride], list[Fault]]:
    """A schedule that isn't written yet, and what is wrong with it."""
    given: ScheduleFields = {"name": "", "timezone": organization.timezone, "hours": NINE_TO_FIVE}
    schedule = Schedule(organization=organization)
    faults = assign(schedule, {**given, **fields})
    overrides, further = read_overrides(fields.get("overrides", []))
    return schedule, overrides, [*faults, *further]


def insert_schedule(schedule: Schedule, *, wanted_handle: str | None, at: datetime) -> None:
    schedule.handle = claim_handle(schedule.organization, wanted=wanted_handle, name=schedule.name)
    schedule.created_at = schedule.updated_at = at
    schedule.save(force_insert=True)


def schedule_created(schedule: Schedule) -> Act:
    changes = {"name": [None, schedule.name], "handle": [None, schedule.handle]}
    return Act("schedule.created", "schedule", str(schedule.pk), changes)


def update_schedule(
    *, organization: Organization, actor: Actor, schedule: Schedule, **fields: Unpack[ScheduleFields]
) -> Schedule:
    """Change what is given; `overrides` replaces all of them. Time that is taken stays taken.

    What changes nothing leaves no event, no audit and the version as it is. Raises InvalidRequest naming every
    fault, AlreadyExists where the handle is taken.
    """
    require_transaction()
    now = sessions.lock_schedules([schedule.pk]).now
    current = queries.find_schedule(organization, schedule.pk)
    before, old_handle = schedule_document(current), current.handle
    overrides, faults = read_overrides(fields.get("overrides", []))
    faults = [*assign(current, fields), *faults]
    if faults:
        raise InvalidRequest.of(*faults)
    after = {**before, **_shown(current)}
    if "overrides" in fields:
        after["overrides"] = [override_document(row) for row in overrides]
    changes = events.changes_between(before, after)
    if not changes:
        return current
    _save(current, old_handle, now)
    if "overrides" in changes:
        current.overrides.all().delete()
        _write_overrides(current, overrides)
    sessions.touch([current.pk])
    outbox.record([events.schedule_updated(current, changes)], organization_id=organization.pk, at=now)
    act = Act("schedule.updated", "schedule", str(current.pk), events.for_audit(changes))
    record_acts([act], organization_id=organization.pk, actor=actor)
    return current


def _shown(schedule: Schedule) -> dict[str, object]:
    return {name: getattr(schedule, name) for name in ("handle", "name", "timezone", "hours")}


def _save(schedule: Schedule, old_handle: str, now: datetime) -> None:
    renamed = schedule.handle != old_handle
    if renamed:
        claim_handle(schedule.organization, wanted=schedule.handle, name=schedule.name)
    schedule.sequence += 1
    schedule.updated_at = now
    schedule.save(update_fields=["handle", "name", "timezone", "hours", "sequence", "updated_at"])
    if renamed:
        give_up_handle(schedule.organization, old_handle)


def _write_overrides(schedule: Schedule, overrides: list[DateOverride]) -> None:
    for row in overrides:
        row.schedule = schedule
    DateOverride.objects.bulk_create(overrides)
