"""The whole benchmark: floors and subjects in turn, round by round, against the same web processes.

In turn, so that whatever else the machine does meets both alike: the proportions hold where the figures don't.
"""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from benchmarks import deliveries, filling, questions, replay, report
from benchmarks.client import Round, drive
from benchmarks.load import Figures, figures
from benchmarks.questions import Asker
from benchmarks.scenarios import Venue, make_key, make_venue
from benchmarks.stage import Server, scratch_database, url_of, web_server
from bookingflow.embedded.programs import WEB_THREADS
from bookingflow.organizations.models import Organization
from bookings.models import Booking

Step = tuple[str, Any]
Requests = Mapping[str, Iterator[bytes]]
ROOMS, RIVALS = 32, 50
# As many windows as usual, and room for all.
NO_LIMIT = "100000000/minute"
# More than are answered in a round, for one that asks something else each time.
FASTEST_PER_SECOND = 1_500
FLOOR, BARE = "the empty endpoint", "the empty view"
_FREE_LIMITS = {"RATE_LIMIT_KEY": NO_LIMIT, "RATE_LIMIT_ADDRESS": NO_LIMIT}


@dataclass(frozen=True, slots=True)
class Extent:
    sizes: Sequence[int]
    rounds: int
    seconds: float
    clients: Sequence[int]
    taped: int
    races: int
    deliveries_seconds: float


QUICK = Extent((1_000,), 1, 0.2, (8,), 20, 1, 1.0)
WHOLE = Extent((1_000, 100_000, 1_000_000), 7, 2.0, (1, 8, 32), 1_000, 20, 40.0)
CLIENTS = 8


def run(extent: Extent) -> Iterator[Step]:
    """Each step's name and figures, as they come."""
    yield "machine", machine()
    yield "database", replay.run(bookings=extent.taped).document()
    with scratch_database() as database:
        yield from _deliveries(database, extent)
    with scratch_database() as database:
        venues = {size: _fill(size) for size in extent.sizes}
        filling.vacuum()
        venue = make_venue(number=ROOMS)
        with _server(database) as server:
            yield from _floors(server, venue, extent)
            yield from _bookings(server, venue, extent)
            yield "race", _races(server, venue, extent)
            yield from _growth(server, venues, extent)
            yield "processes", _processes(server, database)


def steps(extent: Extent) -> int:
    return 6 + deliveries.SCENARIOS - 1 + len(extent.clients) + 1


def machine() -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "memoryGiB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": platform.system(),
        "processor": _processor(),
        "python": platform.python_version(),
        "loadBefore": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    told = Path("/proc/cpuinfo")  # Linux
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _deliveries(database: str, extent: Extent) -> Iterator[Step]:
    redis = settings.REDIS_URL
    for run in deliveries.run_all(url_of(database), seconds=extent.deliveries_seconds):
        yield "deliveries", run.document()
    settings.REDIS_URL = redis


@contextmanager
def _server(database: str) -> Iterator[Server]:
    with web_server(
        url_of(database),
        workers=settings.WEB_WORKERS,
        quiet=True,
        DJANGO_SETTINGS_MODULE="benchmarks.settings",
        **_FREE_LIMITS,
    ) as server:
        yield server


def _in_turn(
    server: Server, asked: Requests, *, rounds: int, seconds: float, clients: int
) -> dict[str, list[Round]]:
    """A first round of each warms up, and isn't counted."""
    address = urlsplit(server.url)
    came: dict[str, list[Round]] = {name: [] for name in asked}
    for count in range(rounds + 1):
        for name, requests in asked.items():
            wanted = questions.some(requests, round(FASTEST_PER_SECOND * seconds))
            wanted = wanted[:1] if wanted[0] == wanted[-1] else wanted
            done = drive(str(address.hostname), address.port or 0, wanted, clients=clients, seconds=seconds)
            _refuse_failures(name, done)
            came[name] += [done] if count else []
    return came


def _refuse_failures(name: str, done: Round) -> None:
    """What failed fast would count as fast."""
    if not set(done.statuses) <= {"200", "201"}:
        raise RuntimeError(f"{name}: {done.statuses}")


def _figures(
    came: Mapping[str, Sequence[Round]], *, clients: int, floor: str | None = FLOOR
) -> list[dict[str, Any]]:
    against = came[floor] if floor else None
    return [figures(name, each, clients=clients, floor=against).document() for name, each in came.items()]


def _floors(server: Server, venue: Venue, extent: Extent) -> Iterator[Step]:
    asker = Asker(venue.key)
    always = questions.always
    asked = {
        BARE: always(asker.get("/floor")),
        FLOOR: always(asker.get("/api/v1/floor")),
        "slots of 1 day, warm": always(questions.slots(asker, venue.room, 1)),
        "slots of 30 days, warm": always(questions.slots(asker, venue.room, 30)),
        "slots of 1 day, cold": questions.other_slots(asker, venue.rooms, 1),
        "slots of 30 days, cold": questions.other_slots(asker, venue.rooms, 30),
        "the catalog": always(asker.get("/api/v1/catalog", {"orgId": "bench"})),
    }
    came = _in_turn(server, asked, rounds=extent.rounds, seconds=extent.seconds, clients=CLIENTS)
    yield "reads", _figures(came, clients=CLIENTS)


def _bookings(server: Server, venue: Venue, extent: Extent) -> Iterator[Step]:
    asker = Asker(venue.key)
    requests = questions.new_bookings(asker, venue.rooms, name="distinct")
    document = {
        "room": venue.room,
        "start": "2030-01-01T10:00:00Z",
        "customer": {"name": "A", "email": "a@b.c"},
    }
    for clients in extent.clients:
        asked = {
            FLOOR: questions.always(asker.post("/api/v1/floor", document, idempotency_key="floor")),
            report.BOOKINGS: requests,
        }
        came = _in_turn(server, asked, rounds=extent.rounds, seconds=extent.seconds, clients=clients)
        yield "bookings", _figures(came, clients=clients)


def _races(server: Server, venue: Venue, extent: Extent) -> dict[str, Any]:
    """Many for one slot, again and again; each slot goes to one of them."""
    address = urlsplit(server.url)
    rounds = []
    for race in range(extent.races + 1):
        requests = questions.rivals(Asker(venue.key), venue.room, RIVALS, hour=24 * 300 + race)
        done = drive(str(address.hostname), address.port or 0, requests, clients=RIVALS, seconds=60)
        rounds += [done] if race else []
    won = [each.statuses.get("201", 0) for each in rounds]
    lost = [each.statuses.get("409", 0) for each in rounds]
    told = figures(f"{RIVALS} for one slot", rounds, clients=RIVALS).document()
    return told | {
        "races": len(rounds),
        "won": sum(won),
        "lost": sum(lost),
        "failed": RIVALS * len(rounds) - sum(won + lost),
    }


def _growth(server: Server, venues: Mapping[int, Organization], extent: Extent) -> Iterator[Step]:
    """The same question of a small organization and of large ones in the same database, in turn, by one client."""
    today = datetime.now(UTC).date()
    asked = {
        size: questions.reads(
            Asker(make_key(organization)),
            _midst(organization),
            list(organization.rooms.values_list("pk", flat=True)),
            today,
        )
        for size, organization in venues.items()
    }
    grown = []
    for name in next(iter(asked.values())):
        came = _in_turn(
            server,
            {str(size): reads[name] for size, reads in asked.items()},
            rounds=extent.rounds,
            seconds=extent.seconds / 4,
            clients=1,
        )
        sizes = [figures(name, came[str(size)], clients=1) for size in venues]
        grown.append({"asked": name, "proportion": _proportion(sizes), "sizes": _by_size(venues, sizes)})
    yield "growth", grown


def _by_size(venues: Mapping[int, Organization], sizes: Sequence[Figures]) -> dict[str, Any]:
    return {str(size): each.document() for size, each in zip(venues, sizes, strict=True)}


def _proportion(sizes: Sequence[Figures]) -> float:
    """Of the 95th percentile, the largest organization to the smallest."""
    return round(sizes[-1].p95_ms / sizes[0].p95_ms, 2)


def _fill(size: int) -> Organization:
    now = datetime.now(UTC).replace(microsecond=0)
    return filling.fill_one(f"of-{size}", size, max(size // 10, 10), filling.SCHEDULES, now)


def _midst(organization: Organization) -> Booking:
    own = Booking.objects.filter(organization=organization).select_related(
        "customer", "room__schedule", "organization"
    )
    return own.order_by("start", "id")[own.count() // 2]


def _processes(server: Server, database: str) -> dict[str, Any]:
    """Of floor and subject alike, for they are the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [database]
        )
        (connections,) = cursor.fetchone()
    return {
        "webWorkers": server.workers,
        "threads": WEB_THREADS,
        "pool": settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"],
        "connections": connections,
        "webMiB": server.resident_mebibytes(),
        "postgresMiB": _resident("postgres"),
        "redisMiB": _resident("redis-server"),
    }


def _resident(program: str) -> int:
    """MiB of all processes of that name, where the system tells (Linux): shared memory counts once."""
    total = 0
    for name in Path("/proc").glob("[0-9]*/comm"):
        with suppress(OSError):  # it has ended
            if name.read_text().strip() == program:
                told = (name.parent / "smaps_rollup").read_text()
                total += int(told.partition("\nPss:")[2].split()[0])
    return total // 1024
