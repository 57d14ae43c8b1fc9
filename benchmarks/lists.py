"""How long lists take at a thousand, a hundred thousand and a million bookings, and what the database does for them.

Each page is asked for as the API does, 51 rows for a page of 50, over one connection.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from django.db.models import QuerySet

from benchmarks.filling import fill
from benchmarks.load import percentile
from bookingflow.api.paging import DEFAULT_LIMIT, first_of
from bookingflow.lib import json
from bookingflow.organizations.models import Organization
from bookings.models import Booking
from bookings.queries import ORDERINGS, filtered_bookings, listed_bookings
from customers.models import Customer
from customers.queries import filtered_customers
from customers.serializers import ORDERINGS as CUSTOMER_ORDERINGS

SIZES = (1_000, 100_000, 1_000_000)
TIMES, LEAST, SECONDS = 15, 3, 0.5
# Where it is known before that nothing can be found.
UNASKED: dict[str, Any] = {
    "Execution Time": 0.0,
    "Plan": {"Node Type": "", "Actual Loops": 0, "Shared Hit Blocks": 0, "Shared Read Blocks": 0},
}
LARGE_TABLES = {"bookings_booking", "customers_customer"}
Ask = Callable[[], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One list in one ordering, 51 rows at most. `database_ms` is one execution, the others are whole questions, all
    in milliseconds; `plan` names what touches a large table, or sorts."""

    asked: str
    ordering: str
    bookings: int
    rows: int
    database_ms: float
    p50_ms: float
    p95_ms: float
    buffers: int
    passed_over: int
    sorted: int
    plan: str

    def document(self) -> dict[str, Any]:
        return asdict(self)


def run_all(bookings: int, *, times: int = TIMES) -> Iterator[Asked]:
    """On the scratch database that this process is connected to."""
    organization = fill(bookings=bookings, customers=bookings // 10)
    for asks, orderings, along in (
        (_bookings(organization), ORDERINGS, listed_bookings(organization)),
        (_customers(organization), CUSTOMER_ORDERINGS, None),
    ):
        for name, ask in asks.items():
            for ordering, fields in orderings.items():
                rows = partial(_first, ask, fields, along)
                yield _measured(rows, times, asked=name, ordering=ordering, bookings=bookings)


def _first(ask: Ask, fields: Sequence[str], along: QuerySet[Any] | None) -> QuerySet[Any]:
    return first_of(ask(), fields, DEFAULT_LIMIT + 1, along=along)


def _bookings(organization: Organization) -> Mapping[str, Ask]:
    now = datetime.now(UTC)
    own = Booking.objects.filter(organization=organization)
    number = own.count()
    midst = own.select_related("customer", "room__schedule").order_by("start", "id")[number // 2]
    customer, today = midst.customer, now.date()
    assert customer  # noqa: S101
    wanted: dict[str, dict[str, Any]] = {
        "nothing": {},
        "date=today": {"date": today},
        "date, half-way": {"date": midst.start.date()},
        "dateFrom=today": {"date_from": today},
        "dateFrom, half-way": {"date_from": midst.start.date()},
        "dateTo=today": {"date_to": today},
        "dateTo, half-way": {"date_to": midst.start.date()},
        "a month, half-way": {
            "date_from": midst.start.date(),
            "date_to": midst.start.date() + timedelta(days=30),
        },
        "room": {"room": midst.room.slug},
        "room, date=today": {"room": midst.room.slug, "date": today},
        "schedule": {"schedule": midst.room.schedule.handle},
        "schedule, dateFrom=today": {"schedule": midst.room.schedule.handle, "date_from": today},
        "no such schedule": {"schedule": "nowhere"},
        "customer": {"customer": customer.pk},
        "email": {"email": customer.email},
        "reference": {"reference": midst.reference},
        **{
            f"status={status}": {"status": [status]}
            for status in ("pending", "confirmed", "completed", "no_show", "canceled", "expired")
        },
        "status=confirmed, dateFrom=today": {"status": ["confirmed"], "date_from": today},
        "source=api": {"source": "api"},
        "source=web": {"source": "web"},
        "source=import": {"source": "import"},
        "updatedSince an hour": {"updated_since": now - timedelta(hours=1)},
        "updatedSince a day": {"updated_since": now - timedelta(days=1)},
        "updatedSince a day, dateFrom=today": {"updated_since": now - timedelta(days=1), "date_from": today},
        "search a reference": {"search": midst.reference},
        "search BF-7K": {"search": "BF-7K"},
        "search an email": {"search": customer.email},
        "search first and family name": {"search": customer.name},
        "search a family name": {"search": customer.name.split()[1]},
        "search a first name": {"search": customer.name.split()[0]},
        "search one letter": {"search": customer.name[0]},
        "search a phone's beginning": {"search": customer.phone[:12]},
        "search nobody": {"search": "zzzzzz"},
    }
    return {
        name: partial(filtered_bookings, organization, now=now, **filters) for name, filters in wanted.items()
    }


def _customers(organization: Organization) -> Mapping[str, Ask]:
    now = datetime.now(UTC)
    own = Customer.objects.filter(organization=organization)
    midst = own.order_by("created_at")[own.count() // 2]
    wanted: dict[str, dict[str, Any]] = {
        "nothing": {},
        "email": {"email": midst.email},
        "phone": {"phone": midst.phone},
        "updatedSince a day": {"updated_since": now - timedelta(days=1)},
        "search an email": {"search": midst.email},
        "search first and family name": {"search": midst.name},
        "search a family name": {"search": midst.name.split()[1]},
        "search a first name": {"search": midst.name.split()[0]},
        "search one letter": {"search": midst.name[0]},
        "search a phone's beginning": {"search": midst.phone[:12]},
        "search nobody": {"search": "zzzzzz"},
    }
    return {
        f"customers: {name}": partial(filtered_customers, organization, **filters)
        for name, filters in wanted.items()
    }


def _measured(rows: Ask, most: int, **named: Any) -> Asked:
    times: list[float] = []
    until = perf_counter() + SECONDS
    while len(times) < most and (len(times) < LEAST or perf_counter() < until):
        began = perf_counter()
        found = list(rows())
        times.append(1000 * (perf_counter() - began))
    told = rows().explain(format="json", analyze=True, buffers=True)
    (explained,) = json.loads(told) if told else [UNASKED]
    plan = explained["Plan"]
    nodes = list(_nodes(plan))
    return Asked(
        **named,
        rows=len(found),
        database_ms=round(explained["Execution Time"], 2),
        p50_ms=round(median(times), 2),
        p95_ms=percentile(sorted(times), 95),
        buffers=plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        passed_over=sum(map(_passed_over, nodes)),
        sorted=max(map(_sorted, nodes), default=0),
        plan=", ".join(dict.fromkeys(filter(None, map(_summary, nodes)))),
    )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from _nodes(below)


def _passed_over(node: dict[str, Any]) -> int:
    """Rows that were looked at and left out."""
    return int(node.get("Rows Removed by Filter", 0) * node["Actual Loops"])


def _sorted(node: dict[str, Any]) -> int:
    """Rows that went into a sort. An incremental one takes what was sorted by time already."""
    if node["Node Type"] != "Sort":
        return 0
    (below,) = node["Plans"]
    return int(below["Actual Rows"] * below["Actual Loops"])


def _summary(node: dict[str, Any]) -> str:
    """Of what touches a large table, or sorts."""
    kind = node["Node Type"]
    if "Index Name" in node and node["Index Name"].startswith(("booking", "customer")):
        return f"{kind} {node['Index Name']}"
    if kind == "Seq Scan" and node["Relation Name"] in LARGE_TABLES:
        return f"SEQ SCAN {node['Relation Name']}"
    return kind if kind in ("Sort", "Incremental Sort", "Gather", "Gather Merge") else ""
