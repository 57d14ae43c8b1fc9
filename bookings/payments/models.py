"""What was paid for a booking, and what of it was given back."""

import uuid
from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Provider(models.TextChoices):
    """Who carries a payment's refunds out: staff did so themselves, or Stripe is asked to."""

    OFFLINE = "offline", "Taken elsewhere"
    STRIPE = "stripe", "Stripe"


class Method(models.TextChoices):
    CASH = "cash", "Cash"
    CARD_TERMINAL = "card_terminal", "Card terminal"
    BANK_TRANSFER = "bank_transfer", "Bank transfer"
    VOUCHER = "voucher", "Voucher"
    OTHER = "other", "Other"
    STRIPE = "stripe", "Card, online"


class PaymentStatus(models.TextChoices):
    """Money that is there is `succeeded`, and nothing else counts."""

    PENDING = "pending", "Pending"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Cancelled"


class RefundStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"


class RefundPurpose(models.TextChoices):
    CANCELLATION = "cancellation", "Cancellation"
    LOWER_PRICE = "lower_price", "Fall in price"
    BY_HAND = "by_hand", "By staff"
    UNNEEDED = "unneeded", "Came too late or twice"


class GivenUp(models.TextChoices):
    """Why a card payment is wanted no more. Until Stripe has cancelled it, its money may still come."""

    EXPIRED = "expired", "The hold ran out"
    CANCELED = "canceled", "The booking was cancelled"
    ELSEWHERE = "elsewhere", "Paid elsewhere"
    REPLACED = "replaced", "Another card payment was begun"
    UNREACHED = "unreached", "Stripe was out of reach"


# What is on its way counts like what has arrived: it can't be given back twice.
COUNTING = (RefundStatus.PENDING, RefundStatus.SUCCEEDED)
# A card that was declined may be followed by one that isn't.
OPEN = (PaymentStatus.PENDING, PaymentStatus.FAILED)


class Payment(models.Model):
    """Minor units of its booking's currency. `refunded_minor` has gone back for good, `reserved_minor` is on its way:
    both are kept here, beside the amount, so that the database itself refuses to give back more than was paid.

    A card payment keeps the account at Stripe that it began with ("": the installation's), and `look_at`, the instant
    to ask Stripe about it next. `attempt` names the request that begins it, for as long as that has no answer.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey("bookings.Booking", on_delete=models.CASCADE, related_name="payments")
    provider = models.CharField(max_length=10, choices=Provider)
    method = models.CharField(max_length=20, choices=Method)
    status = models.CharField(max_length=10, choices=PaymentStatus)
    amount_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField(default=0, db_default=0)
    reserved_minor = models.BigIntegerField(default=0, db_default=0)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    stripe_id = models.CharField(max_length=255, blank=True, db_default="", default="")
    stripe_account = models.CharField(max_length=255, blank=True, db_default="", default="")
    given_up = models.CharField(max_length=10, choices=GivenUp, blank=True, db_default="", default="")
    failure = models.CharField(max_length=500, blank=True, db_default="", default="")
    dispute_id = models.CharField(max_length=255, blank=True, db_default="", default="")
    dispute_status = models.CharField(max_length=40, blank=True, db_default="", default="")
    dispute_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    looks = models.PositiveIntegerField(db_default=0, default=0)
    attempt = models.BinaryField(max_length=32, null=True)
    attempt_print = models.BinaryField(max_length=32, null=True)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes: ClassVar = [
            models.Index(fields=["look_at"], name="payment_to_look_at", condition=Q(look_at__isnull=False)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["stripe_id"], name="payment_once_per_intent", condition=~Q(stripe_id="")
            ),
            models.UniqueConstraint(
                fields=["attempt"], name="payment_once_per_attempt", condition=Q(attempt__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(provider="stripe") | Q(stripe_id="", look_at=None, attempt=None),
                name="payment_of_stripe_alone_is_there",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_of_something"),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, reserved_minor__gte=0), name="payment_refunds_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=F("refunded_minor") + F("reserved_minor")),
                name="payment_not_refunded_above",
            ),
            models.CheckConstraint(
                condition=Q(status="succeeded") | Q(refunded_minor=0, reserved_minor=0),
                name="payment_refunded_once_there",
            ),
            models.CheckConstraint(
                condition=Q(provider="stripe", method="stripe")
                | (Q(provider="offline") & ~Q(method="stripe")),
                name="payment_method_of_provider",
            ),
            models.CheckConstraint(condition=Q(status__in=PaymentStatus.values), name="payment_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} by {self.method}"

    @property
    def left_minor(self) -> int:
        return self.amount_minor - self.refunded_minor - self.reserved_minor

    @property
    def awaits_stripe(self) -> bool:
        """Its money may still come, and nobody has given it up."""
        return bool(self.stripe_id) and self.status in OPEN and not self.given_up


class Refund(models.Model):
    """Of one payment. What was asked for at once and spans several payments shares one `act_id`: the id of the
    first. `lowers_minor` is what it takes off the booking's total, for as long as it hasn't failed.

    Of what Stripe carries out: `sent_minor` is what Stripe is asked for, where it can't be had to the last minor unit
    (see `stripe_amounts`), `look_at` the instant to send it or to ask what became of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="refunds")
    act_id = models.UUIDField()
    purpose = models.CharField(max_length=12, choices=RefundPurpose)
    status = models.CharField(max_length=10, choices=RefundStatus)
    amount_minor = models.BigIntegerField()
    lowers_minor = models.BigIntegerField(default=0, db_default=0)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    sent_minor = models.BigIntegerField(db_default=0, default=0)
    stripe_id = models.CharField(max_length=255, blank=True, db_default="", default="")
    failure = models.CharField(max_length=500, blank=True, db_default="", default="")
    look_at = models.DateTimeField(null=True)
    looks = models.PositiveIntegerField(db_default=0, default=0)

    class Meta:
        ordering = ("created_at", "id")
        indexes: ClassVar = [
            models.Index(fields=["look_at"], name="refund_to_look_at", condition=Q(look_at__isnull=False)),
            models.Index(fields=["payment"], name="refund_failed", condition=Q(status="failed")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["stripe_id"], name="refund_once_per_refund", condition=~Q(stripe_id="")
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_of_something"),
            models.CheckConstraint(
                condition=Q(lowers_minor=0)
                | Q(purpose="by_hand", lowers_minor__gt=0, lowers_minor__lte=F("amount_minor")),
                name="refund_lowers_by_hand",
            ),
            models.CheckConstraint(condition=Q(status__in=RefundStatus.values), name="refund_status_known"),
            models.CheckConstraint(
                condition=Q(purpose__in=RefundPurpose.values), name="refund_purpose_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} back, {self.status}"


def status_of(parts: Iterable[Refund]) -> RefundStatus:
    """Of several as one: failed where any failed, for somebody has to see to that; else pending until all arrived."""
    found = {part.status for part in parts}
    for status in (RefundStatus.FAILED, RefundStatus.PENDING):
        if status in found:
            return status
    return RefundStatus.SUCCEEDED


class StripeEvent(models.Model):
    """What Stripe told, by its own id: written with what it changed, so that each is acted on once."""

    id = models.CharField(primary_key=True, max_length=255)
    type = models.CharField(max_length=100)
    account = models.CharField(max_length=255, blank=True)
    received_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.type} {self.id}"
