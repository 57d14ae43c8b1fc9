"""What came out of some rounds, in figures."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from benchmarks.client import Round


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one scenario over all its rounds. Times in milliseconds; `per_second` is the median of the rounds."""

    scenario: str
    clients: int
    requests: int
    failed: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float
    of_floor: float | None = None

    def document(self) -> dict[str, Any]:
        return asdict(self)


def figures(
    scenario: str, rounds: Sequence[Round], *, clients: int, floor: Sequence[Round] | None = None
) -> Figures:
    """With `floor`, the rounds that were measured in turn with these: the median of the paired proportions."""
    times = sorted(took for each in rounds for took in each.times)
    good = sum(each.statuses.get("200", 0) + each.statuses.get("201", 0) for each in rounds)
    pairs = zip(rounds, floor or [], strict=False)
    return Figures(
        scenario=scenario,
        clients=clients,
        requests=len(times),
        failed=len(times) - good,
        per_second=round(median(rate(each) for each in rounds), 1),
        p50_ms=percentile(times, 50),
        p95_ms=percentile(times, 95),
        p99_ms=percentile(times, 99),
        worst_ms=percentile(times, 100),
        of_floor=round(median(rate(one) / rate(other) for one, other in pairs), 2) if floor else None,
    )


def rate(each: Round) -> float:
    return len(each.times) / each.seconds


def percentile(ascending: Sequence[float], percent: int) -> float:
    if not ascending:
        return 0.0
    return round(ascending[min(len(ascending) - 1, len(ascending) * percent // 100)], 2)
