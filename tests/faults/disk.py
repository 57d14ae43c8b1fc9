"""A disk of a few hundred megabytes in memory, which can be filled to the last byte."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SIZE = "300m"
_PIECE = bytes(1 << 16)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mounted on `folder`; the test is skipped where mounting is not allowed."""
    folder.mkdir()
    mounted = _run("mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", str(folder))
    if mounted != "":
        pytest.skip(f"a tmpfs can't be mounted here: {mounted}")
    try:
        yield
    finally:
        _run("umount", "--lazy", str(folder))


def keep_full(folder: Path, *, seconds: float) -> None:
    """Also what others free meanwhile is taken; then all is given back."""
    ballast = folder / "ballast"
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            _fill(ballast)
            time.sleep(0.1)
    finally:
        ballast.unlink()


def _fill(ballast: Path) -> None:
    with ballast.open("ab", buffering=0) as file:
        try:
            while os.write(file.fileno(), _PIECE):
                pass
        except OSError:
            return


def _run(*command: str) -> str:
    """What was wrong, or nothing."""
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return f"{command[0]} is not installed"
    return ended.stderr.strip() or f"{command[0]} failed" if ended.returncode else ""
