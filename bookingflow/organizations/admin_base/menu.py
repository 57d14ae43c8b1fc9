"""The side bar of the staff's admin."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

from bookingflow.organizations.admin_base.reach import reach_of
from bookingflow.organizations.models import Organization

_GROUPS = (
    (
        "Bookings",
        (
            ("Bookings", "event_available", "bookings_booking"),
            ("Customers", "group", "customers_customer"),
        ),
    ),
    (
        "Venue",
        (
            ("Rooms", "meeting_room", "rooms_room"),
            ("Schedules", "schedule", "rooms_schedule"),
            ("Blocks", "event_busy", "rooms_block"),
            ("Sessions", "view_timeline", "rooms_session"),
        ),
    ),
    (
        "Integrations",
        (
            ("API keys", "key", "organizations_apikey"),
            ("Endpoints", "webhook", "webhooks_endpoint"),
            ("Deliveries", "local_shipping", "webhooks_delivery"),
            ("Events", "bolt", "webhooks_event"),
        ),
    ),
    (
        "Organization",
        (
            ("Organization", "storefront", "organizations_organization"),
            ("Staff", "badge", "organizations_membership"),
            ("Audit", "history", "organizations_auditentry"),
        ),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Nothing for whoever belongs to no organization (any more)."""
    if not reach_of(request).somewhere():
        return []
    return [
        {
            "title": title,
            "separator": position > 0,
            "items": [
                {"title": name, "icon": icon, "link": reverse(f"admin:{page}_changelist")}
                for name, icon, page in items
            ],
        }
        for position, (title, items) in enumerate(_GROUPS)
    ]


def favicon(request: HttpRequest) -> str:
    return static("organizations/favicon.svg")


def whose(request: HttpRequest) -> str:
    """The line under the site's name: which organization the person is looking at."""
    reach = reach_of(request)
    if reach.everything:
        return "All organizations"
    names = list(Organization.objects.filter(pk__in=list(reach.roles)).values_list("name", flat=True)[:3])
    return ", ".join(names[:2]) + (" …" if len(names) > 2 else "")
