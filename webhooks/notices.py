"""Tells an organization's owners by email that one of its endpoints was switched off."""

from django.core.mail import send_mail

from bookingflow.organizations.models import Membership, Organization, Role
from webhooks.consumers import Consumer, Occurrence, register
from webhooks.event_types import ENDPOINT_DISABLED

_TEXT = """\
The webhook endpoint

    {url}

of {organization} was disabled. {fault}

Events that happen from now on are not sent there. Once the receiver works again, enable the endpoint
(PUT /api/v1/webhooks/{endpoint_id} with {{"active": true}}); what it missed can then be sent once more.
"""


def tell_owners(occurrence: Occurrence) -> None:
    """One message for all owners: at least once, so seldom a second time."""
    organization = Organization.objects.get(id=occurrence.organization_id)
    owners = Membership.objects.filter(organization=organization, role=Role.OWNER, user__is_active=True)
    recipients = sorted(owners.values_list("user__email", flat=True))
    if not recipients:
        return
    endpoint = occurrence.data["endpoint"]
    text = _TEXT.format(
        url=endpoint["url"],
        organization=organization.name,
        fault=occurrence.data["fault"],
        endpoint_id=endpoint["id"],
    )
    send_mail(f"{organization.name}: a webhook endpoint was disabled", text, None, recipients)


def register_consumers() -> None:
    register(Consumer("owners-email", frozenset({ENDPOINT_DISABLED}), tell_owners))
