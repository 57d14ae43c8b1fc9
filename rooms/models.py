"""What can be booked, and which time is taken."""

import uuid
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from bookingflow.lib.names import new_booking_type
from bookingflow.organizations.models import Organization


class Mode(models.TextChoices):
    PRIVATE = "private"
    SHARED = "shared"


class Schedule(models.Model):
    """One timeline that is in use only once at a time.

    `version` changes, within the same transaction, with anything that changes its time, hours or rooms. Whoever
    writes its time locks its row first (`rooms.sessions.lock_schedules`). `sequence` numbers its events.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="schedules")
    handle = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64)
    hours = models.JSONField(default=dict)
    version = models.UUIDField(default=uuid.uuid4, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("name", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "organization"], name="schedule_of_organization"),
        ]

    def __str__(self) -> str:
        return self.name


class DateOverride(models.Model):
    """Other hours on one local date; an empty list is a closed day."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="overrides")
    date = models.DateField()
    hours = models.JSONField(default=list)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("date",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["schedule", "date"], name="dateoverride_one_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.date}"


class Room(models.Model):
    """What a customer books: the same thing as an experience or a booking type."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="rooms")
    schedule = models.ForeignKey(
        Schedule, on_delete=models.PROTECT, related_name="rooms", db_constraint=False
    )
    booking_type = models.CharField(max_length=11, unique=True, default=new_booking_type, editable=False)
    slug = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=10_000)
    image_url = models.URLField(max_length=500, null=True, blank=True)  # noqa: DJ001  null on the wire, so null here
    active = models.BooleanField(default=True)
    modes = ArrayField(models.CharField(max_length=10, choices=Mode))
    seats = models.PositiveIntegerField(null=True, blank=True)
    durations = ArrayField(models.PositiveIntegerField(), help_text="Minutes.")
    slot_interval_minutes = models.PositiveIntegerField()
    buffer_before_minutes = models.PositiveIntegerField(default=0)
    buffer_after_minutes = models.PositiveIntegerField(default=0)
    min_notice_minutes = models.PositiveIntegerField(default=0)
    max_days_ahead = models.PositiveIntegerField(default=90)
    guests_min = models.PositiveIntegerField(default=1)
    guests_max = models.PositiveIntegerField(default=1)
    pricing = models.JSONField(default=dict, help_text="As in the API's `pricing`, without the currency.")
    hold_minutes = models.PositiveIntegerField(default=10)
    cancellation_policy = models.JSONField(default=list)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "organization"], name="room_of_organization"),
            models.UniqueConstraint(fields=["organization", "slug"], name="room_slug_once"),
            models.CheckConstraint(
                condition=Q(booking_type__regex=r"^bt-[0-9a-f]{8}$"), name="room_booking_type_form"
            ),
            models.CheckConstraint(condition=Q(modes__len__gt=0), name="room_has_a_mode"),
            models.CheckConstraint(condition=Q(durations__len__gt=0), name="room_has_a_duration"),
            models.CheckConstraint(
                condition=Q(modes__contains=["shared"], seats__gte=1)
                | (~Q(modes__contains=["shared"]) & Q(seats=None)),
                name="room_seats_when_shared",
            ),
            models.CheckConstraint(
                condition=Q(guests_min__gte=1, guests_max__gte=F("guests_min")), name="room_guests_range"
            ),
            models.CheckConstraint(condition=Q(slot_interval_minutes__gte=5), name="room_slot_interval"),
        ]
        indexes: ClassVar = [models.Index(fields=["organization", "id"], name="room_by_organization")]

    def __str__(self) -> str:
        return self.name

    @property
    def default_mode(self) -> str:
        return self.modes[0] if len(self.modes) == 1 else Mode.PRIVATE


class Block(models.Model):
    """Time that the venue keeps for itself. Blocks may overlap one another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="blocks")
    schedule = models.ForeignKey(
        Schedule, on_delete=models.CASCADE, related_name="blocks", db_constraint=False
    )
    start = models.DateTimeField()
    end = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("start", "id")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="block_not_empty")
        ]
        indexes: ClassVar = [
            models.Index(fields=["schedule", "end"], name="block_by_schedule_end"),
            models.Index(fields=["organization", "start", "id"], name="block_by_organization_start"),
        ]

    def __str__(self) -> str:
        return self.reason or "Block"


class Session(models.Model):
    """A stretch of a schedule's time that is taken: one private booking, or one shared session with its parties.

    `occupied` is start to end with the buffers that held when it was taken. A private session has one seat. Goes
    with its last claim. Written by `rooms.sessions` alone.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="sessions")
    schedule = models.ForeignKey(
        Schedule, on_delete=models.PROTECT, related_name="sessions", db_constraint=False
    )
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="sessions", db_constraint=False)
    mode = models.CharField(max_length=10, choices=Mode)
    start = models.DateTimeField()
    end = models.DateTimeField()
    occupied = DateTimeRangeField()
    seats = models.PositiveIntegerField()
    seats_taken = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="session_no_overlap",
                expressions=[
                    (
                        Func(F("schedule_id"), F("schedule_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    ("occupied", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(seats_taken__lte=F("seats")), name="session_not_oversold"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="session_not_empty"),
            models.CheckConstraint(
                condition=Q(mode=Mode.SHARED) | Q(mode=Mode.PRIVATE, seats=1),
                name="session_private_has_one_seat",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} UTC"


class Claim(models.Model):
    """One holder's part of a session. Knows nothing of bookings: the holder is an id and a reference to show.

    `expires_at` is set on a hold: from that instant the claim is void, swept away or not.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="claims")
    holder_id = models.UUIDField(unique=True)
    holder_ref = models.CharField(max_length=20)
    seats = models.PositiveIntegerField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(seats__gte=1), name="claim_takes_a_seat")]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="claim_by_expiry", condition=Q(expires_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.holder_ref
