"""What goes wrong while the clients work: at random moments, in random order, each kind at least once."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bookingflow.embedded import POSTGRESQL, REDIS
from tests.faults.cable import Cable
from tests.faults.installation import Installation

KILLED = ("worker", "web", "beat", REDIS, POSTGRESQL)
CUT_SECONDS = (0.0, 1.5)
# Days ahead of the right time and behind it: far beyond every lease, hold and notice.
JUMPS_SECONDS = (-400_000, -3_600, 3_600, 400_000)
STANDS_UP_SECONDS = 90
# Between two faults the clients get on by a dozen requests or so, however busy the machine is.
WORK_BYTES = 20_000
WORK_SECONDS = 20


@dataclass
class Killer:
    whole: Installation
    dice: random.Random
    records: list[Path]
    done: Counter[str] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)

    @property
    def kinds(self) -> dict[str, Callable[[], bool]]:
        whole = self.whole
        kills = {f"kill {name}": lambda name=name: whole.kill(name, self.dice) for name in KILLED}
        cables = {"database": whole.database, "Redis": whole.broker, "HTTP": whole.web}
        cuts = {f"cut {name}": lambda cable=cable: self._cut(cable) for name, cable in cables.items()}
        jumps = {"jump": self._jump} if whole.clock.jumps else {}
        return kills | cuts | {"flush redis": whole.flush} | jumps

    def each_once(self, *, pause: tuple[float, float]) -> None:
        """The worker first: what it had in hand waits for its lease, and so the run is over sooner."""
        order = list(self.kinds)
        self.dice.shuffle(order)
        order.sort(key=lambda kind: kind != "kill worker")
        self._let_work()
        for kind in order:
            self._until_done(kind)
            self.pause(self.dice.uniform(*pause))
            self._let_work()

    def for_seconds(self, seconds: float, *, pause: tuple[float, float]) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._strike(self.dice.choice(list(self.kinds)))
            self.pause(self.dice.uniform(*pause))

    def _let_work(self) -> None:
        enough = self._written() + WORK_BYTES
        deadline = time.monotonic() + WORK_SECONDS
        while self._written() < enough and time.monotonic() < deadline:
            self.pause(0.1)

    def _written(self) -> int:
        return sum(record.stat().st_size for record in self.records if record.exists())

    def _until_done(self, kind: str) -> None:
        deadline = time.monotonic() + STANDS_UP_SECONDS
        while not self._strike(kind):
            assert time.monotonic() < deadline, f"{kind}: nothing to do it to for {STANDS_UP_SECONDS} s"
            self.pause(0.2)

    def _strike(self, kind: str) -> bool:
        struck = self.kinds[kind]()
        if struck:
            self.done[kind] += 1
            self.log.append(f"{time.time():.3f} {kind}")
        return struck

    def _cut(self, cable: Cable) -> bool:
        cable.cut(seconds=self.dice.uniform(*CUT_SECONDS))
        return True

    def _jump(self) -> bool:
        self.whole.clock.jump(self.dice.choice(JUMPS_SECONDS))
        return True

    def pause(self, seconds: float) -> None:
        """The servers' guardians are looked after meanwhile."""
        deadline = time.monotonic() + seconds
        while True:
            self.whole.servers.keep()
            if time.monotonic() >= deadline:
                return
            time.sleep(min(0.2, max(0.0, deadline - time.monotonic())))
