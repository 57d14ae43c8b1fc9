"""Whatever is killed, cut off, emptied or told a wrong time: what was acknowledged stands, and nothing is stuck."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.killer import Killer
from tests.faults.run import Findings, run_faults

LONG_SECONDS = float(os.environ.get("FAULTS_SECONDS") or 600)
SEED = int(os.environ.get("FAULTS_SEED") or 7)


def broken_once(killer: Killer) -> None:
    killer.each_once(pause=(0.2, 0.8))


def broken_for_long(killer: Killer) -> None:
    killer.each_once(pause=(1.0, 4.0))
    killer.for_seconds(LONG_SECONDS, pause=(1.0, 4.0))


@pytest.mark.timeout(4_000)
@pytest.mark.parametrize(
    "breaking",
    [
        pytest.param(broken_once, id="each-kind-once"),
        pytest.param(broken_for_long, id="at-random-for-minutes", marks=pytest.mark.faults),
    ],
)
def test_what_was_acknowledged_outlives_all_faults(
    tmp_path: Path, breaking: Callable[[Killer], None], capsys: pytest.CaptureFixture[str]
) -> None:
    findings = run_faults(tmp_path, SEED, breaking)
    with capsys.disabled():
        sys.stderr.write(f"\n{findings}\n")
    assert not findings.faults, "\n".join(findings.faults[:40])
    assert_nothing_is_zero(findings)


def assert_nothing_is_zero(findings: Findings) -> None:
    may_be = {"never answered", "deliveries beyond the first"}
    assert [what for what, number in findings.counted.items() if not number and what not in may_be] == []
