"""The disk under PostgreSQL, Redis and all files fills up: 503 until there is room again, and nothing is lost."""

from pathlib import Path

import pytest

from tests.faults.disk import keep_full, small_disk
from tests.faults.killer import Killer
from tests.faults.run import run_faults

FULL_SECONDS = 6.0


@pytest.mark.timeout(600)
def test_a_full_disk_refuses_and_loses_nothing(tmp_path: Path) -> None:
    def fill(killer: Killer) -> None:
        killer.pause(2.0)
        keep_full(killer.whole.data_dir, seconds=FULL_SECONDS)
        killer.pause(2.0)

    with small_disk(tmp_path / "data"):
        findings = run_faults(tmp_path, 1, fill)
    assert not findings.faults, "\n".join(findings.faults[:40])
    assert findings.counted["answers 503"]
    assert findings.counted["requests acknowledged"]
