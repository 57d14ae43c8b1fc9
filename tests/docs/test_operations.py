"""docs/operations.md and docs/scaling.md name commands, settings and files: all of them are there."""

import re

import pytest
from django.core.management import get_commands

from tests.processes import ROOT

OURS = {"up", "demo", "doctor", "backup", "restore", "export_bookings", "import_bookings", "erase_customer"}


@pytest.fixture(scope="module", params=["operations", "scaling"])
def text(request: pytest.FixtureRequest) -> str:
    return (ROOT / f"docs/{request.param}.md").read_text()


def test_every_command_that_is_named_exists(text: str) -> None:
    named = set(re.findall(r"manage\.py (\w+)", text))
    assert named <= set(get_commands())


def test_every_setting_that_is_named_exists(text: str) -> None:
    known = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    known |= {"POSTGRES_PASSWORD", "IDEMPOTENCY_IN_PROGRESS"}
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", text))
    assert named <= known


def test_every_page_that_is_linked_is_there(text: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("http") or (ROOT / "docs" / target).exists(), target


def test_the_operators_page_tells_of_every_command_for_operators() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    assert [name for name in sorted(OURS - {"demo"}) if f"manage.py {name}" not in text] == []
