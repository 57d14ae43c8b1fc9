"""A process told a wrong time believes it, and waits no longer for that."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.faketime import clock_in

_TELL = "import threading, time; threading.Event().wait(0.2); time.sleep(0.1); print(time.time())"


def test_the_clock_of_a_process_can_be_told_to_jump(tmp_path: Path) -> None:
    clock = clock_in(tmp_path)
    if not clock.jumps:
        pytest.skip("libfaketime is not installed (requirements-faults.txt; it needs a C compiler)")
    for seconds in (400_000, -400_000):
        clock.jump(seconds)
        environment = os.environ | clock.environment
        told = subprocess.run(
            [sys.executable, "-c", _TELL], env=environment, capture_output=True, timeout=60, check=True
        )
        assert float(told.stdout) == pytest.approx(time.time() + seconds, abs=30)
