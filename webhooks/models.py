"""What happened, and who must hear of it."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bookingflow.organizations.models import Organization


class Event(models.Model):
    """What happened, as it is sent. Written in the transaction of the change by `webhooks.outbox.record` alone.

    `body` is the exact JSON text that every attempt sends. `position` is the place in the log, given after the
    commit by the drain; until then the event is in no log and has no deliveries. An alias (`booking.cancelled`)
    has none and names its original.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="events")
    type = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=36)
    sequence = models.PositiveIntegerField()
    body = models.TextField()
    recorded_at = models.DateTimeField()
    position = models.BigIntegerField(null=True, unique=True)
    alias_of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="aliases")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(alias_of__isnull=True) | Q(position__isnull=True), name="event_alias_not_in_log"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organization", "position"], name="event_log"),
            models.Index(fields=["organization", "subject_id", "position"], name="event_by_subject"),
            models.Index(
                fields=["organization", "recorded_at", "id"],
                name="event_unplaced_by_owner",
                condition=Q(position__isnull=True, alias_of__isnull=True),
            ),
            models.Index(fields=["recorded_at"], name="event_by_age"),
        ]

    def __str__(self) -> str:
        return self.type

    @property
    def public_id(self) -> str:
        return f"evt_{self.id.hex}"


class Endpoint(models.Model):
    """Where an organization wants its events sent. Secrets are encrypted (`bookingflow.lib.crypto`).

    Each of `former_secrets`, the newest first, signs along until its `former_until`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="endpoints")
    url = models.URLField(max_length=2000)
    description = models.CharField(max_length=200, blank=True)
    events = ArrayField(models.CharField(max_length=40))
    secret = models.BinaryField()
    former_secrets = ArrayField(models.BinaryField(), default=list, db_default=[])
    former_until = ArrayField(models.DateTimeField(), default=list, db_default=[])
    active = models.BooleanField(default=True)
    failing_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("created_at", "id")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(events__len__gt=0), name="endpoint_has_an_event")
        ]

    def __str__(self) -> str:
        return self.url


class DeliveryStatus(models.TextChoices):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXHAUSTED = "exhausted"


class Delivery(models.Model):
    """One event on its way to one endpoint, or to a named consumer in the house.

    Due when `next_attempt_at` has come. Whoever sends it holds the lease (`lease`, `leased_until`) and records the
    outcome only while the lease is still theirs. `attempts` are JSON objects: at, status, durationMs, error, response;
    the first `attempts_before` of them were made before it was sent once more, and count no longer.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, null=True, related_name="deliveries")
    consumer = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=DeliveryStatus, default=DeliveryStatus.PENDING)
    attempts = models.JSONField(default=list)
    attempts_before = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(endpoint__isnull=False, consumer="")
                | (Q(endpoint__isnull=True) & ~Q(consumer="")),
                name="delivery_has_one_receiver",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "failed"], next_attempt_at__isnull=False)
                | Q(status__in=["succeeded", "exhausted"], next_attempt_at__isnull=True),
                name="delivery_due_while_open",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                name="delivery_due",
                condition=Q(next_attempt_at__isnull=False),
            ),
            models.Index(fields=["endpoint", "-created_at"], name="delivery_by_endpoint"),
            # The few among many that succeeded; what is still open is found by `delivery_due`.
            models.Index(
                fields=["endpoint", "status", "-created_at"],
                name="delivery_not_delivered",
                condition=Q(status__in=["failed", "exhausted"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status}"


class Replay(models.Model):
    """What an endpoint is to be sent once more, and how far that has come: one for each, worked off by the drain.

    The events recorded since `since` whose position lies behind `after`, and not behind `until`.
    """

    endpoint = models.OneToOneField(
        Endpoint, on_delete=models.CASCADE, primary_key=True, related_name="replay"
    )
    since = models.DateTimeField()
    after = models.BigIntegerField()
    until = models.BigIntegerField()

    def __str__(self) -> str:
        return f"since {self.since:%Y-%m-%d %H:%M}"
