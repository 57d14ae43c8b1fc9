"""`GET /metrics`, for Prometheus: what the processes of this machine counted, and what waits in PostgreSQL and Redis.

The processes that `manage.py up` starts count together, in files of a folder (PROMETHEUS_MULTIPROC_DIR).
"""

import os
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseFault
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

import bookings.figures
import webhooks.figures
from bookingflow.api.errors import not_found
from bookingflow.api.middleware import address_of
from bookingflow.lib.figures import Figure
from bookingflow.lib.redis import RedisAway, ask

FIGURES: Final[list[Callable[[], Iterable[Figure]]]] = [bookings.figures.figures, webhooks.figures.figures]
QUEUE: Final = "celery"


def metrics(request: HttpRequest) -> HttpResponse:
    if not may_read(request):
        return not_found(request)
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        counted = generate_latest(registry)
    else:
        counted = generate_latest(REGISTRY)
    waiting = CollectorRegistry()
    waiting.register(_Waiting())
    return HttpResponse(counted + generate_latest(waiting), content_type=CONTENT_TYPE_LATEST)


def may_read(request: HttpRequest) -> bool:
    """Through a proxy that we weren't told of, everybody would seem to come from its address: nobody may."""
    if settings.TRUSTED_PROXIES == 0 and "HTTP_X_FORWARDED_FOR" in request.META:
        return False
    try:
        address = ip_address(address_of(request))
    except ValueError:
        return False
    return any(address in network for network in settings.METRICS_ALLOW)


class _Waiting:
    """Asked when Prometheus asks. What is out of reach gives no figures but a 0 for itself."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        in_reach = GaugeMetricFamily(
            "bookingflow_service_up", "Whether a service is in reach.", labels=["service"]
        )
        try:
            figures = [figure for each in FIGURES for figure in each()]
            in_reach.add_metric(["database"], 1)
        except DatabaseFault:
            figures = []
            in_reach.add_metric(["database"], 0)
        try:
            depth = int(ask(lambda redis: redis.llen(QUEUE)))
            figures.append(Figure("bookingflow_queue_depth", "Messages that wait for a worker.", depth))
            in_reach.add_metric(["redis"], 1)
        except RedisAway:
            in_reach.add_metric(["redis"], 0)
        yield in_reach
        yield from _families(figures)


def _families(figures: Iterable[Figure]) -> Iterable[GaugeMetricFamily]:
    families: dict[str, GaugeMetricFamily] = {}
    for figure in figures:
        family = families.setdefault(
            figure.name, GaugeMetricFamily(figure.name, figure.meaning, labels=[*figure.labels])
        )
        family.add_metric([*figure.labels.values()], figure.value)
    return families.values()
