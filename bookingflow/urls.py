"""Every address of the house."""

from django.contrib import admin
from django.urls import include, path, re_path

from bookingflow.api import health
from bookingflow.api.views import Me, nothing_here

handler400 = "bookingflow.api.errors.bad_request"
handler403 = "bookingflow.api.errors.forbidden"
handler404 = "bookingflow.api.errors.not_found"
handler500 = "bookingflow.api.errors.server_error"

venue_api = [
    path("me", Me.as_view({"get": "retrieve"})),
]

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("api/v1/", include(venue_api)),
    re_path(r"^api/", nothing_here),
    path("admin/", admin.site.urls),
]
