"""Receivers on this machine, which these tests may send to."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.receiver import Receiver, receiving


@pytest.fixture(autouse=True)
def _targets_on_this_machine(settings: Settings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE_TARGETS = True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running
