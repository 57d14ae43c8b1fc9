"""Each request counted, timed and told of in the log: by the template of its route, for a path may name a person."""

import re
import time
from typing import Final

import structlog
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from prometheus_client import Counter, Histogram

from bookingflow.api.middleware import GetResponse

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE: Final = "none"
# Asked every few seconds by machines: counted, not told of.
UNTOLD: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")

REQUESTS = Counter("bookingflow_http_requests", "Requests answered, by route.", ("route", "method", "status"))
SECONDS = Histogram(
    "bookingflow_http_request_duration_seconds",
    "From the request's arrival in the application to its answer.",
    ("route", "method"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
log = structlog.get_logger(__name__)


def measured(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = get_response(request)
        seconds = time.perf_counter() - begun
        route, method = route_of(request), request.method if request.method in METHODS else "other"
        REQUESTS.labels(route, method, str(response.status_code)).inc()
        SECONDS.labels(route, method).observe(seconds)
        if route not in UNTOLD:
            milliseconds = round(seconds * 1000, 1)
            log.info("request", method=method, route=route, status=response.status_code, ms=milliseconds)
        return response

    return middleware


def route_of(request: HttpRequest) -> str:
    """`/api/v1/rooms/{identifier}`; one word for all that is no route, however many there are."""
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return NO_ROUTE
    if match.route.startswith("^") or "(?P" in match.route:
        return NO_ROUTE
    return "/" + _PARAMETER.sub(r"{\1}", match.route)
