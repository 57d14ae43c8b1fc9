"""What may not be asked is not dialled by the drain, also where the endpoint was registered long ago."""

import socket
from collections.abc import Iterator, Mapping
from copy import copy
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpcore
import pytest
from pytest_django import Settings

from bookingflow.lib import clock
from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.lib.test_addresses import LOCAL, NEVER
from tests.lib.test_check_url import ODD_HOSTS, PUBLIC
from webhooks.delivery import drain
from webhooks.models import Delivery, DeliveryStatus, Endpoint

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESSES = [address for address, kind in LOCAL + NEVER if kind != "not an IP"]
LITERALS = [f"[{address}]" if ":" in address else address for address in ADDRESSES]
HOSTS = ["localhost", "a.localhost", "printer.local", "metadata.google.internal"]
URLS = [
    *(f"https://{host}/hooks" for host in LITERALS + ODD_HOSTS + HOSTS),
    f"https://ann:secret@{PUBLIC}/",
    f"http://{PUBLIC}/",
    "file:///etc/passwd",
]


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> list[str]:
    """Where connections were asked of the network; none comes about."""
    settings.WEBHOOK_ALLOW_PRIVATE_TARGETS = False
    addresses: list[str] = []

    async def connect(_: object, host: str, port: int, **__: object) -> None:
        addresses.append(host)
        raise httpcore.ConnectError

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    return addresses


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Iterator[list[str]]]:
    """What the system's resolver answers for a name, one time after the other."""
    answers: dict[str, Iterator[list[str]]] = {}
    ask_system = socket.getaddrinfo

    def resolve(host: Any, *arguments: Any, **options: Any) -> Any:
        known = answers.get(host.decode() if isinstance(host, bytes) else host)
        if known is None:
            return ask_system(host, *arguments, **options)
        return [(socket.AF_UNSPEC, socket.SOCK_STREAM, 6, "", (address, 0)) for address in next(known)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return answers


def registered_before(organization: Organization, *urls: str) -> None:
    """As if these had been allowed at the time."""
    endpoint, _ = make_endpoint(organization, url=f"https://{PUBLIC}/")
    for url in urls:
        row = copy(endpoint)
        row.pk, row.url = uuid4(), url
        row.save(force_insert=True)
    endpoint.delete()


def errors() -> Mapping[str, str]:
    """By URL, of what was attempted once, failed, and is to be tried again by the schedule."""
    found = {}
    for delivery in Delivery.objects.select_related("endpoint"):
        (attempt,) = delivery.attempts
        assert delivery.endpoint
        assert (delivery.status, attempt["status"], attempt["response"]) == (DeliveryStatus.FAILED, None, "")
        assert delivery.next_attempt_at
        wait = delivery.next_attempt_at - datetime.fromisoformat(attempt["at"])
        assert timedelta(seconds=3.9) < wait < timedelta(seconds=40)
        found[delivery.endpoint.url] = attempt["error"]
    return found


def test_no_forbidden_form_of_a_url_is_dialled(organization: Organization, dialled: list[str]) -> None:
    registered_before(organization, *URLS)
    make_event(organization)
    drain()
    told = errors()
    assert set(told) == set(URLS)
    assert dialled == []
    for error in told.values():
        assert error.startswith("The URL")
        assert not any(part in error for part in ("secret", "passwd", "127.", "169.", "Error", "::"))


@pytest.mark.parametrize("others", [[], [PUBLIC], ["2606:4700::1111", PUBLIC]])
def test_no_name_that_leads_to_a_forbidden_address_now_is_dialled(
    organization: Organization, dialled: list[str], names: dict[str, Iterator[list[str]]], others: list[str]
) -> None:
    for number, address in enumerate(ADDRESSES):
        names[f"n{number}.example.com"] = iter([[*others, address]])
    registered_before(organization, *(f"https://{name}/hooks" for name in names))
    make_event(organization)
    drain()
    told = errors()
    assert len(told) == len(ADDRESSES)
    assert dialled == []
    for error in told.values():
        assert error.startswith("The URL's host is or resolves to ")
        assert error.endswith(", which is not allowed.")
        assert not any(address in error for address in ADDRESSES if len(address) > 3)


def test_metadata_is_not_dialled_where_private_targets_are_allowed(
    organization: Organization, dialled: list[str], settings: Settings
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE_TARGETS = True
    registered_before(organization, "http://169.254.169.254/latest", "http://[fd00:ec2::254]/")
    make_event(organization)
    drain()
    assert dialled == []
    assert all("metadata" in error for error in errors().values())


def test_a_name_that_is_public_first_and_private_second_is_not_dialled_the_second_time(
    organization: Organization, dialled: list[str], names: dict[str, Iterator[list[str]]]
) -> None:
    names["turns.example.com"] = iter([[PUBLIC], ["10.0.0.1"], [PUBLIC, "127.0.0.1"]])
    registered_before(organization, "https://turns.example.com/")
    make_event(organization)
    for _ in range(3):
        drain()
        clock.shift += timedelta(hours=1)
    assert dialled == [PUBLIC]
    first, *later = [attempt["error"] for attempt in Delivery.objects.get().attempts]
    assert first == "No connection could be made."
    assert ["private" in later[0], "loopback" in later[1]] == [True, True]


def test_what_the_look_up_of_an_attempt_found_is_what_it_dials(
    organization: Organization, dialled: list[str], names: dict[str, Iterator[list[str]]]
) -> None:
    """Asked a second time between check and dial, the name would answer with the address of the house."""
    answers = iter([[PUBLIC, "2606:4700::1111"], ["127.0.0.1"]])
    names["turns.example.com"] = answers
    registered_before(organization, "https://turns.example.com/")
    make_event(organization)
    drain()
    assert dialled == [PUBLIC, "2606:4700::1111"]
    assert next(answers) == ["127.0.0.1"], "the second answer was not asked for"
    assert Endpoint.objects.get().failing_since
