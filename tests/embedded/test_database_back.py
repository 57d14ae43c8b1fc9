"""After PostgreSQL was away and is back, requests are answered from the first one on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import psycopg
import pytest
from django.db import OperationalError, connections

from bookingflow.embedded import POSTGRESQL, location, services
from bookingflow.settings import _database
from tests.embedded.test_killed_servers import killed

AT_ONCE = 6
ALIAS = "of_its_own"
DEFAULTS = {"TIME_ZONE": None, "AUTOCOMMIT": True, "ATOMIC_REQUESTS": False, "TEST": {}}


class Clients:
    """As many as there may be at once, each in a thread of its own, on one pool. The way to the
    server is a link that a test takes away."""

    def __init__(self, data_dir: Path, link: Path) -> None:
        self.url, self.link = location.database_url(data_dir), link
        self.folder = parse_qs(urlsplit(self.url).query)["host"][0]
        self.mend()
        through = f"{self.url.partition('?')[0]}?{urlencode({'host': str(link)})}"
        self.settings: dict[str, Any] = {**DEFAULTS, **_database(through)}
        self.settings["OPTIONS"]["pool"]["timeout"] = 30
        self.together = Barrier(AT_ONCE)

    def ask(self, *, together: bool = False) -> int:
        """One request: a connection of the pool, a question, and back with it."""
        try:
            with connections[ALIAS].cursor() as cursor:
                if together:
                    self.together.wait(30)
                cursor.execute("SELECT 42")
                return int(cursor.fetchone()[0])
        finally:
            connections[ALIAS].close()

    def ask_all(self) -> list[int]:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            asked = [threads.submit(self.ask, together=True) for _ in range(AT_ONCE)]
            return [each.result() for each in asked]

    @property
    def pool(self) -> Any:
        return connections[ALIAS].pool  # type: ignore[attr-defined]

    def cut(self) -> None:
        self.link.unlink()
        with psycopg.connect(self.url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def mend(self) -> None:
        self.link.symlink_to(self.folder)


@pytest.fixture
def clients(tmp_path: Path, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    with services(tmp_path, wanted=(POSTGRESQL,), durable=False), django_db_blocker.unblock():
        clients = Clients(tmp_path, tmp_path / "link")
        monkeypatch.setitem(connections.settings, ALIAS, clients.settings)
        try:
            assert clients.ask_all() == [42] * AT_ONCE
            clients.pool.timeout = 3
            yield clients
        finally:
            connections[ALIAS].close_pool()  # type: ignore[attr-defined]
            del connections[ALIAS]


def test_every_request_is_answered_after_it_was_killed(clients: Clients, tmp_path: Path) -> None:
    killed(tmp_path, POSTGRESQL)
    assert [clients.ask() for _ in range(3 * AT_ONCE)] == [42] * 3 * AT_ONCE


def test_so_are_many_at_once(clients: Clients, tmp_path: Path) -> None:
    killed(tmp_path, POSTGRESQL)
    assert clients.ask_all() == [42] * AT_ONCE


def test_those_refused_meanwhile_hold_up_nobody_afterwards(clients: Clients) -> None:
    clients.cut()
    clients.pool.timeout = 1
    for _ in range(4):
        with pytest.raises(OperationalError):
            clients.ask()
    clients.mend()
    clients.pool.timeout = 3
    assert [clients.ask() for _ in range(AT_ONCE)] == [42] * AT_ONCE
    assert clients.ask_all() == [42] * AT_ONCE
