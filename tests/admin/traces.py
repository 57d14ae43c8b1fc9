"""What a save left behind."""

from bookingflow.organizations.models import AuditEntry, Organization
from webhooks.models import Event


def audited(organization: Organization) -> list[tuple[str, str, str]]:
    """Actions with the kind and the label of who did them, but for what the test's own set-up did."""
    rows = AuditEntry.objects.filter(organization=organization).exclude(actor_kind="system").order_by("pk")
    return list(rows.values_list("action", "actor_kind", "actor_label"))


def told(organization: Organization) -> list[str]:
    rows = Event.objects.filter(organization=organization).order_by("recorded_at", "sequence")
    return list(rows.values_list("type", flat=True))
