"""What /metrics tells, to whom, and that all processes count together."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from benchmarks.stage import web_server
from tests.builders import make_api_key, make_booking, make_event, make_organization
from tests.processes import database_url


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """The whole text must be what Prometheus reads."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def figure(text: str, name: str, **labels: str) -> float:
    return samples(text).get((name, frozenset(labels.items())), 0.0)


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.django_db
def test_it_tells_of_requests_by_route(client: Client) -> None:
    labels = {"route": "/api/v1/rooms/{identifier}", "method": "GET", "status": "401"}
    before = figure(client.get("/metrics").text, "bookingflow_http_requests_total", **labels)
    for room in ("the-vault", "42"):
        client.get(f"/v1/rooms/{room}")
    text = client.get("/metrics").text
    assert figure(text, "bookingflow_http_requests_total", **labels) == before + 2
    del labels["status"]
    assert figure(text, "bookingflow_http_request_duration_seconds_count", **labels) >= before + 2
    assert "the-vault" not in text


@pytest.mark.django_db
def test_what_is_no_route_and_no_method_adds_no_label(client: Client) -> None:
    for path in ("/api/v1/made-up", "/made-up", "/api/ada@example.com"):
        client.generic("BREW", path)
    text = client.get("/metrics").text
    assert "made-up" not in text
    assert "ada@" not in text
    assert figure(text, "bookingflow_http_requests_total", route="none", method="other", status="404")


@pytest.mark.django_db
def test_it_tells_of_bookings_events_deliveries_refunds_and_the_queue(client: Client) -> None:
    make_event()
    make_booking()
    text = client.get("/metrics").text
    assert figure(text, "bookingflow_bookings") == 1
    assert figure(text, "bookingflow_events_last_5_minutes", type="booking.created") >= 1
    assert figure(text, "bookingflow_events_unplaced") >= 2
    assert figure(text, "bookingflow_delivery_lag_seconds") > 0
    told = {name for name, _ in samples(text)}
    assert {
        "bookingflow_deliveries_waiting",
        "bookingflow_deliveries_due",
        "bookingflow_refunds_waiting",
        "bookingflow_refund_lag_seconds",
        "bookingflow_queue_depth",
    } <= told
    assert figure(text, "bookingflow_service_up", service="database") == 1
    assert figure(text, "bookingflow_service_up", service="redis") == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("allowed", "proxies", "sent", "status"),
    [
        ("127.0.0.0/8", 0, {}, 200),
        ("10.0.0.0/8", 0, {}, 404),
        ("10.0.0.0/8", 0, {"X-Forwarded-For": "10.0.0.1"}, 404),
        ("127.0.0.0/8", 0, {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.0/8", 1, {"X-Forwarded-For": "127.0.0.1, 203.0.113.7"}, 404),
        ("10.0.0.0/8", 1, {"X-Forwarded-For": "10.0.0.1"}, 200),
        ("::1/128", 0, {}, 404),
    ],
)
def test_only_allowed_addresses_read_it(
    client: Client, settings: Settings, allowed: str, proxies: int, sent: dict[str, str], status: int
) -> None:
    settings.METRICS_ALLOW, settings.TRUSTED_PROXIES = [ip_network(allowed)], proxies
    assert client.get("/metrics", headers=sent).status_code == status


@pytest.mark.django_db
def test_without_redis_the_rest_is_told(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0?client_name=metrics"
    text = client.get("/metrics").text
    assert figure(text, "bookingflow_service_up", service="redis") == 0
    assert figure(text, "bookingflow_service_up", service="database") == 1
    assert "bookingflow_queue_depth" not in text


@pytest.fixture
def two_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Iterator[Any]:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    key = make_api_key(make_organization())[1]
    with web_server(database_url(), workers=2) as server:
        yield server, key, tmp_path


def test_two_web_processes_count_together(two_workers: Any) -> None:
    server, key, folder = two_workers
    headers = {"Authorization": f"Bearer {key}"}
    asked = 0
    while len([*folder.glob("counter_*.db")]) < 2 or asked < 60:
        assert httpx.get(f"{server.url}/api/v1/me", headers=headers, timeout=30).status_code == 200
        asked += 1
        assert asked < 2_000, "one of two processes has answered nothing"
    labels = {"route": "/api/v1/me", "method": "GET", "status": "200"}
    told = {
        figure(
            httpx.get(f"{server.url}/metrics", timeout=30).text, "bookingflow_http_requests_total", **labels
        )
        for _ in range(6)
    }
    assert told == {float(asked)}
