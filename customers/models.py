"""The people who book."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from bookingflow.organizations.models import Organization


class Customer(models.Model):
    """A person who books with one organization: one per lower-cased email. `sequence` numbers their events."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="customers")
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=40, blank=True)
    notes = models.TextField(blank=True, max_length=5_000)
    metadata = models.JSONField(default=dict, blank=True)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("name", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "email"], name="customer_email_once"),
            models.UniqueConstraint(fields=["id", "organization"], name="customer_of_organization"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="customer_email_lower"),
        ]

    def __str__(self) -> str:
        return self.name
