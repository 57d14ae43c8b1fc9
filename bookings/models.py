"""Who booked, for how much, in which state."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bookingflow.organizations.models import Organization
from bookings.lifecycle import Status
from bookings.payments.models import Payment, Refund, StripeEvent
from customers.models import Customer
from rooms.models import Mode, Room

__all__ = ["Booking", "Payment", "Refund", "Source", "StripeEvent"]

# What a cancellation gave back, where it gave back nothing.
NOT_NEEDED = "not_needed"


class Source(models.TextChoices):
    API = "api", "Venue API"
    BOOKING_API = "booking_api", "Booking API"
    WEB = "web", "Booking page"
    ADMIN = "admin", "Staff"
    IMPORT = "import", "Import"


class Booking(models.Model):
    """A customer's place in a session. Its times, price, lines and policy are its own, frozen when it was made.

    `status` is moved by `bookings.services` alone, by the table in `bookings.lifecycle`; a hold that ran out is
    stored as pending until it is swept and reads as expired from that instant (`bookings.queries.with_status`).
    `paid_minor` and `refunded_minor` sum up its payments and refunds, written by `bookings.payments.ledger` alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Looked up through the indexes below, which begin with them: another of each would cost every write.
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="bookings", db_index=False
    )
    reference = models.CharField(max_length=20)
    room = models.ForeignKey(
        Room, on_delete=models.PROTECT, related_name="bookings", db_constraint=False, db_index=False
    )
    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        related_name="bookings",
        db_constraint=False,
        db_index=False,
    )
    status = models.CharField(max_length=10, choices=[(status.value, status.value) for status in Status])
    start = models.DateTimeField()
    end = models.DateTimeField()
    mode = models.CharField(max_length=10, choices=Mode)
    guests = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    deposit_minor = models.BigIntegerField()
    # What refunds by hand took off the deposit: should they fail, it is asked for again.
    deposit_off_minor = models.BigIntegerField(default=0, db_default=0)
    price_lines = models.JSONField(default=list)
    paid_minor = models.BigIntegerField(default=0, db_default=0)
    refunded_minor = models.BigIntegerField(default=0, db_default=0)
    cancel_refund_minor = models.BigIntegerField(default=0, db_default=0)
    cancel_refund_status = models.CharField(max_length=10, default=NOT_NEEDED, db_default=NOT_NEEDED)
    cancellation_policy = models.JSONField(default=list)
    refund_ceiling_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    notes = models.TextField(blank=True, max_length=5_000)
    metadata = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=12, choices=Source)
    hold_expires_at = models.DateTimeField(null=True)
    canceled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=500, null=True)  # noqa: DJ001  null on the wire, so null here
    # The newest payment that isn't cancelled: kept here, so that a list shows it without asking more.
    payment_shown = models.ForeignKey(
        "bookings.Payment", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    rescheduled_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="rescheduled_to"
    )
    sequence = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("-start", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "reference"], name="booking_reference_once"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="booking_not_empty"),
            models.CheckConstraint(condition=Q(guests__gte=1), name="booking_has_guests"),
            models.CheckConstraint(condition=Q(total_minor__gte=0), name="booking_total_not_negative"),
            models.CheckConstraint(
                condition=Q(deposit_minor__gte=0, deposit_minor__lte=F("total_minor")),
                name="booking_deposit_in_total",
            ),
            models.CheckConstraint(
                condition=Q(deposit_off_minor__gte=0), name="booking_deposit_off_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("paid_minor")),
                name="booking_not_refunded_above",
            ),
            models.CheckConstraint(
                condition=Q(cancel_refund_minor__gte=0, cancel_refund_minor__lte=F("paid_minor")),
                name="booking_cancel_refund_of_paid",
            ),
            models.CheckConstraint(
                condition=Q(refund_ceiling_percent__gte=0, refund_ceiling_percent__lte=100),
                name="booking_ceiling_is_percent",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in Status]), name="booking_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PENDING.value) | Q(hold_expires_at__isnull=False),
                name="booking_pending_runs_out",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.CANCELED.value, canceled_at__isnull=False)
                | (~Q(status=Status.CANCELED.value) & Q(canceled_at__isnull=True)),
                name="booking_canceled_at_when_canceled",
            ),
        ]
        indexes: ClassVar = [
            # The last columns order nothing: they are compared on the way through, without a look at the row itself.
            models.Index(
                fields=["organization", "-start", "id", "status", "updated_at"],
                name="booking_listed_by_start",
            ),
            models.Index(
                fields=["organization", "-created_at", "id", "status", "start", "updated_at"],
                name="booking_listed_by_creation",
            ),
            models.Index(
                fields=["organization", "-updated_at", "id", "status", "start"],
                name="booking_listed_by_update",
            ),
            models.Index(fields=["customer", "-start"], name="booking_by_customer"),
            models.Index(fields=["room", "start", "status"], name="booking_listed_by_room"),
            models.Index(
                fields=["organization", "source", "-start"],
                name="booking_by_rarer_source",
                condition=~Q(source="api"),
            ),
            models.Index(
                fields=["hold_expires_at"],
                name="booking_open_holds",
                condition=Q(status=Status.PENDING.value),
            ),
        ]

    def __str__(self) -> str:
        return self.reference
