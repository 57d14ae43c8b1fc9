import pytest

from bookingflow.embedded.commands import is_help, needs_services
from bookingflow.embedded.users import POSTGRESQL, REDIS, wanted_services


@pytest.mark.parametrize("words", ["", "help", "help migrate", "--version", "migrate --help", "up -h"])
def test_asking_for_help_starts_nothing(words: str) -> None:
    assert is_help(["manage.py", *words.split()])
    assert not needs_services(["manage.py", *words.split()])


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        ("migrate", True),
        ("doctor --json", True),
        ("check", False),
        ("check --database default", True),
        ("up", False),
    ],
)
def test_commands_that_ask_the_database_have_it(words: str, needed: bool) -> None:
    assert needs_services(["manage.py", *words.split()]) is needed


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, (POSTGRESQL, REDIS)),
        ({"DATABASE_URL": "", "REDIS_URL": "redis://elsewhere"}, (POSTGRESQL,)),
        ({"DATABASE_URL": "postgresql://elsewhere/db"}, (REDIS,)),
        ({"DATABASE_URL": "postgresql://elsewhere/db", "REDIS_URL": "redis://elsewhere"}, ()),
    ],
)
def test_a_server_named_by_address_is_not_started(
    environment: dict[str, str], wanted: tuple[str, ...]
) -> None:
    assert wanted_services(environment) == wanted
