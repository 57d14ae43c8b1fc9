import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.embedded.processes import eventually, living, python
from tests.embedded.supervised import STOP_SECONDS


@contextmanager
def supervised(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A supervisor whose family of two is complete."""
    with python("-m", "tests.embedded.supervised", str(folder), *options) as process:
        assert eventually(lambda: len(members(folder)) == 2)
        yield process


def members(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def parent_pid(folder: Path) -> int:
    return next(int(name.removeprefix("parent-")) for name in members(folder) if name.startswith("parent-"))


def kept(folder: Path, but: subprocess.Popen[str]) -> list[str]:
    return [process for process in living(folder) if not process.startswith(f"{but.pid} ")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_and_is_a_success(tmp_path: Path, number: signal.Signals) -> None:
    with supervised(tmp_path) as process:
        process.send_signal(number)
        assert process.wait(timeout=15) == 0
        assert living(tmp_path) == []


def test_a_killed_supervisor_takes_children_and_grandchildren_along(tmp_path: Path) -> None:
    with supervised(tmp_path) as process:
        process.kill()
        process.wait()
        assert eventually(lambda: living(tmp_path) == []), living(tmp_path)


def test_a_killed_process_is_started_again_and_its_orphans_end(tmp_path: Path) -> None:
    with supervised(tmp_path) as process:
        before = members(tmp_path)
        os.kill(parent_pid(tmp_path), signal.SIGKILL)
        assert eventually(lambda: len(members(tmp_path)) == 4)
        assert len(kept(tmp_path, process)) == 2
        assert set(before) < set(members(tmp_path))
        process.send_signal(signal.SIGTERM)
        assert "family was killed by signal 9: it is started again" in process.communicate(timeout=15)[0]


def test_lines_carry_the_name_of_their_process(tmp_path: Path) -> None:
    with supervised(tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "family | here\n"


def test_a_process_that_does_not_stop_is_killed_in_time(tmp_path: Path) -> None:
    with supervised(tmp_path, "stubborn") as process:
        asked_at = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=STOP_SECONDS + 5) == 0
        assert time.monotonic() - asked_at >= STOP_SECONDS
        assert living(tmp_path) == []
