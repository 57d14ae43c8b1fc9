import os
import stat
from pathlib import Path

import psycopg
import pytest

from bookingflow.embedded import POSTGRESQL, location, services
from bookingflow.embedded.ordinary_user import give_to

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for PostgreSQL")


def test_a_closed_home_stays_closed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with services(home / "var", wanted=(POSTGRESQL,), durable=False):
        assert psycopg.connect(location.database_url(home / "var"))
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert (home / "var" / "postgresql").stat().st_uid == 0


def test_without_user_namespaces_user_nobody_runs_it_and_they_may_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    refusing = tmp_path / "bin"
    refusing.mkdir()
    (refusing / "unshare").write_text("#!/bin/sh\nexit 1\n")
    (refusing / "unshare").chmod(0o755)
    cluster = tmp_path / "var" / "postgresql" / "cluster"
    with monkeypatch.context() as patched:
        patched.setenv("PATH", f"{refusing}:{os.environ['PATH']}")
        with services(tmp_path / "var", wanted=(POSTGRESQL,), durable=False):
            assert psycopg.connect(location.database_url(tmp_path / "var"))
        assert cluster.stat().st_uid == 65534
    with services(tmp_path / "var", wanted=(POSTGRESQL,), durable=False):
        assert psycopg.connect(location.database_url(tmp_path / "var"))
    assert cluster.stat().st_uid == 0


def test_files_are_given_away_with_all_that_lies_below(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").touch()
    give_to(65534, tmp_path / "a")
    assert {path.lstat().st_uid for path in (tmp_path / "a", *(tmp_path / "a").rglob("*"))} == {65534}
