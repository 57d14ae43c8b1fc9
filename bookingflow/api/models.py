"""The answers kept under idempotency keys."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from bookingflow.organizations.models import Organization


class StoredAnswer(models.Model):
    """The final answer to one keyed request, committed with its change and kept for 24 hours.

    `answer` holds status, headers and body, encrypted, for answers hold secrets and people's data.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)
    answer = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "key"], name="storedanswer_once_per_key")
        ]

    def __str__(self) -> str:
        return self.key
