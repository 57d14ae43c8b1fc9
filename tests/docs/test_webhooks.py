"""docs/api/webhooks.md names what the code knows, and its receivers verify what is really sent."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import transaction
from pytest_django import Settings

from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Organization
from tests.builders import make_endpoint, make_event
from tests.processes import ROOT, wait_until
from webhooks.delivery import drain
from webhooks.event_types import CANCELLED, EVENT_TYPES
from webhooks.models import Delivery, DeliveryStatus, Endpoint
from webhooks.retry import DEFAULT_SCHEDULE
from webhooks.services import rotate_secret
from webhooks.signing import new_secret, signature_headers

PAGE = (ROOT / "docs" / "api" / "webhooks.md").read_text()
FENCE = re.compile(r"```(python|javascript|json)\n(.*?)```", re.DOTALL)
BLOCKS = dict(FENCE.findall(PAGE))
PROGRAMS = {"python": [sys.executable, "receiver.py"], "javascript": ["node", "receiver.mjs"]}
UNITS = {"seconds": 1, "minutes": 60, "hours": 3600}


@pytest.fixture(params=PROGRAMS)
def language(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if name == "javascript" and shutil.which("node") is None:
        pytest.skip("Node is not installed here")
    return name


@contextmanager
def receiver(language: str, secret: str, folder: Path) -> Iterator[str]:
    """The page's program as it stands; gives its address, and ends it."""
    program = PROGRAMS[language]
    (folder / program[1]).write_text(BLOCKS[language])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"WEBHOOK_SECRET": secret, "PORT": str(port)}
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(program, cwd=folder, env=environment, stdout=said)
        try:
            wait_until(lambda: answers(port), seconds=60)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.kill()
            process.wait()


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def post(url: str, secret: str, body: bytes, *, at: datetime | None = None, **headers: str) -> int:
    sent_at = at or datetime.now(UTC)
    signature = signature_headers(message_id="evt_1", at=sent_at, body=body, secrets=[secret])
    return httpx.post(url, content=body, headers=signature | headers).status_code


@pytest.mark.django_db(transaction=True)
def test_its_receivers_take_what_is_really_sent_also_while_the_secret_changes(
    language: str, organization: Organization, settings: Settings, tmp_path: Path
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE_TARGETS = True
    endpoint, secret = make_endpoint(organization)
    with receiver(language, secret, tmp_path) as url:
        Endpoint.objects.update(url=url)
        make_event(organization)
        drain()
        with transaction.atomic():
            rotate_secret(organization=organization, actor=SYSTEM, endpoint_id=endpoint.pk)
        make_event(organization, type="booking.canceled", sequence=2)
        drain()
    assert set(Delivery.objects.values_list("status", flat=True)) == {DeliveryStatus.SUCCEEDED}
    assert (tmp_path / "said").read_text().split("\n")[:2] == ["booking.created 1", "booking.canceled 2"]


def test_its_receivers_refuse_what_was_forged_spoilt_or_kept_for_long(language: str, tmp_path: Path) -> None:
    secret, body = new_secret(), json.dumps({"type": "booking.created", "data": {"sequence": 1}}).encode()
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    with receiver(language, secret, tmp_path) as url:
        assert post(url, new_secret(), body) == 401
        assert post(url, secret, body, at=long_ago) == 401
        assert post(url, secret, body, **{"webhook-id": "evt_2"}) == 401
        assert post(url, secret, body, **{"webhook-signature": "v1,AAAA"}) == 401
        assert httpx.post(url, content=body).status_code == 401
        assert [post(url, secret, body) for _ in range(2)] == [204, 204]
    assert (tmp_path / "said").read_text() == "booking.created 1\n", "and deal with each event once"


def test_the_catalogue_names_every_type_and_no_other() -> None:
    rows = re.findall(r"^\| (`[a-z_.]+`(?:, `[a-z_.]+`)*) \|", PAGE, re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`([a-z_.]+)`", row)]
    assert sorted(named) == sorted(EVENT_TYPES)
    assert f"`{CANCELLED}`" in PAGE


def test_the_retry_table_is_the_schedule() -> None:
    waits = re.findall(r"^\| (\d+) \| (?:at once|(\d+) (\w+)) \|$", PAGE, re.MULTILINE)
    assert [number for number, _, _ in waits] == [str(each) for each in range(1, 11)]
    told = [int(count) * UNITS[unit] if count else 0 for _, count, unit in waits]
    assert told == list(DEFAULT_SCHEDULE)


def test_the_event_that_is_shown_has_the_fields_that_events_have(
    organization: Organization, db: None
) -> None:
    shown: dict[str, Any] = json.loads(BLOCKS["json"])
    assert shown.keys() == json.loads(make_event(organization).body).keys()
