"""Every address of the house."""

from django.contrib import admin
from django.urls import include, path, re_path

from bookingflow.api import document, health
from bookingflow.api.views import Me, nothing_here
from bookingflow.metrics import metrics
from bookings.api.customers import Customers
from bookings.api.payments import Payments
from bookings.api.scheduling import Appointments, Availability
from bookings.api.stripe_webhook import stripe_webhook
from bookings.api.venue import Bookings
from rooms.api import Blocks, Catalog, Rooms, Schedules
from webhooks.api import Deliveries, Endpoints, Events

handler400 = "bookingflow.api.errors.bad_request"
handler403 = "bookingflow.api.errors.forbidden"
handler404 = "bookingflow.api.errors.not_found"
handler500 = "bookingflow.api.errors.server_error"

venue_api = [
    path("me", Me.as_view({"get": "retrieve"})),
    path("bookings", Bookings.as_view({"get": "list", "post": "create"})),
    path(
        "bookings/<str:identifier>",
        Bookings.as_view(
            {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
        ),
    ),
    path("bookings/<str:identifier>/confirm", Payments.as_view({"post": "confirm"})),
    path("bookings/<str:identifier>/payments", Payments.as_view({"post": "pay"})),
    path("bookings/<str:identifier>/refunds", Payments.as_view({"post": "refund"})),
    path("bookings/<str:identifier>/refund-quote", Payments.as_view({"get": "quote"})),
    path("rooms", Rooms.as_view({"get": "list", "post": "create"})),
    path(
        "rooms/<str:identifier>",
        Rooms.as_view({"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("schedules", Schedules.as_view({"get": "list"})),
    path("schedules/explain", Schedules.as_view({"get": "explain"})),
    path("schedules/block", Blocks.as_view({"post": "create"})),
    path("schedules/blocks", Blocks.as_view({"get": "list"})),
    path("schedules/blocks/<str:identifier>", Blocks.as_view({"get": "retrieve", "delete": "destroy"})),
    path(
        "schedules/<str:identifier>",
        Schedules.as_view({"get": "retrieve", "put": "update", "patch": "partial_update"}),
    ),
    path("customers", Customers.as_view({"get": "list", "post": "create"})),
    path(
        "customers/<str:identifier>",
        Customers.as_view(
            {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
        ),
    ),
    path("customers/<str:identifier>/bookings", Customers.as_view({"get": "history"})),
    path("catalog", Catalog.as_view({"get": "list"})),
    path("webhooks", Endpoints.as_view({"get": "list", "post": "create"})),
    path(
        "webhooks/<str:identifier>",
        Endpoints.as_view(
            {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
        ),
    ),
    path("webhooks/<str:identifier>/rotate-secret", Endpoints.as_view({"post": "rotate_secret"})),
    path("webhooks/<str:identifier>/test", Endpoints.as_view({"post": "test"})),
    path("webhooks/<str:identifier>/replay", Deliveries.as_view({"post": "replay"})),
    path("webhooks/<str:identifier>/deliveries", Deliveries.as_view({"get": "list"})),
    path(
        "webhooks/<str:identifier>/deliveries/<str:delivery>/resend",
        Deliveries.as_view({"post": "resend"}),
    ),
    path("events", Events.as_view({"get": "list"})),
    path("events/<str:identifier>", Events.as_view({"get": "retrieve"})),
]

booking_api = [
    path("availability", Availability.as_view({"get": "list"})),
    path("bookings", Appointments.as_view({"post": "create"})),
    path("bookings/<str:identifier>", Appointments.as_view({"get": "retrieve"})),
    path("bookings/<str:identifier>/cancel", Appointments.as_view({"post": "cancel"})),
    path("bookings/<str:identifier>/reschedule", Appointments.as_view({"post": "reschedule"})),
]

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics),
    path("api/openapi.json", document.openapi_json),
    path("api/docs", document.docs_page),
    path("api/v1/", include(venue_api)),
    path("api/", include(booking_api)),
    re_path(r"^api/", nothing_here),
    path("webhooks/stripe", stripe_webhook),
    path("admin/", admin.site.urls),
]
