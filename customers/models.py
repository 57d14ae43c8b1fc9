"""The people who book."""

import uuid
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from bookingflow.organizations.models import Organization


class Customer(models.Model):
    """A person who books with one organization: one per lower-cased email. `sequence` numbers their events.

    One whose personal data was erased (`erased_at`) keeps the row, for the figures of their bookings, and nothing else.
    `words` is what `customers.search` finds them by, `phone_digits` what the filter by phone does: both are set by
    `customers.services` wherever it sets a name, an email or a phone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="customers")
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254, null=True)  # noqa: DJ001  many erased ones, and one per email
    phone = models.CharField(max_length=40, blank=True)
    phone_digits = models.CharField(max_length=40, blank=True, default="", db_default="", editable=False)
    notes = models.TextField(blank=True, max_length=5_000)
    metadata = models.JSONField(default=dict, blank=True)
    words = SearchVectorField(default="", db_default="", editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("name", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "email"], name="customer_email_once"),
            models.UniqueConstraint(fields=["id", "organization"], name="customer_of_organization"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="customer_email_lower"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, email__isnull=False)
                | Q(erased_at__isnull=False, email__isnull=True, phone="", notes="", metadata={}),
                name="customer_erased_wholly",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organization", "name", "id"], name="customer_by_name"),
            models.Index(fields=["organization", "created_at", "id"], name="customer_by_creation"),
            models.Index(fields=["organization", "updated_at", "id"], name="customer_by_update"),
            models.Index(
                fields=["organization", "phone_digits"],
                name="customer_by_phone",
                condition=~Q(phone_digits=""),
            ),
            GinIndex(fields=["words"], name="customer_by_word", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.name


class Erasure(models.Model):
    """Personal data of an erased customer that may still stand elsewhere: there until the last of it is gone.

    `sought` are the words to look for where no id leads there, encrypted; they go with this row.
    """

    customer = models.OneToOneField(
        Customer, on_delete=models.CASCADE, primary_key=True, related_name="erasure"
    )
    sought = models.BinaryField()
    begun_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)
