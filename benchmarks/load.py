"""Closed-loop clients: each sends its next request when the last is answered. Bounded in time."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one scenario. Times in milliseconds."""

    scenario: str
    clients: int
    requests: int
    failed: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float

    def document(self) -> dict[str, Any]:
        return asdict(self)


Request = Callable[[httpx.Client, int], httpx.Response]


def measured(scenario: str, request: Request, *, url: str, key: str, clients: int, seconds: float) -> Figures:
    """`request(client, number)` sends one; `number` never repeats, so that each may be another."""
    until = time.perf_counter() + seconds

    def one_client(lane: int) -> list[tuple[float, bool]]:
        seen = []
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
            number = lane
            while (began := time.perf_counter()) < until:
                answer = request(client, number)
                seen.append((time.perf_counter() - began, answer.is_success))
                number += clients
        return seen

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as lanes:
        results = [result for lane in lanes.map(one_client, range(clients)) for result in lane]
    elapsed = time.perf_counter() - began
    times = sorted(took * 1000 for took, _ in results)
    return Figures(
        scenario=scenario,
        clients=clients,
        requests=len(times),
        failed=sum(not succeeded for _, succeeded in results),
        per_second=round(len(times) / elapsed, 1),
        p50_ms=percentile(times, 50),
        p95_ms=percentile(times, 95),
        p99_ms=percentile(times, 99),
        worst_ms=round(times[-1], 2) if times else 0.0,
    )


def percentile(ascending: list[float], percent: int) -> float:
    if not ascending:
        return 0.0
    return round(ascending[min(len(ascending) - 1, len(ascending) * percent // 100)], 2)
