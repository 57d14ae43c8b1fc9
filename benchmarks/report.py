"""The figures of the whole benchmark as tables: for the terminal, and in Markdown for the documentation."""

from collections.abc import Iterable, Sequence
from typing import Any

Row = Sequence[object]
PICTURES = {
    "Reads": "benchmark-reads.svg",
    "Bookings": "benchmark-bookings.svg",
    "Growth": "benchmark-growth.svg",
}
BOOKINGS = "bookings, each its own slot"
TIMES = ("per_second", "p50_ms", "p95_ms", "p99_ms", "worst_ms")
REQUESTS = ("asked", "clients", "a second", "median", "p95", "p99", "worst", "of the floor", "failed")


def plain(document: dict[str, Any]) -> list[str]:
    lines = []
    for title, head, rows in tables(document):
        widths = [max(len(_cell(row[column])) for row in (head, *rows)) for column in range(len(head))]
        lines += ["", title]
        lines += [
            "  ".join(_cell(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
            for row in (head, *rows)
        ]
    return lines


def markdown(document: dict[str, Any]) -> str:
    parts = [_measured_on(document["machine"]), _sides(document)]
    for title, head, rows in tables(document):
        lines = [_line(head), _line(["---"] * len(head)), *map(_line, rows)]
        parts.append(f"### {title}\n\n" + "\n".join(lines))
    parts.append("\n".join(f"![{name}](pictures/{PICTURES[name]})" for name in PICTURES))
    return "\n\n".join(parts)


def tables(document: dict[str, Any]) -> Iterable[tuple[str, Row, list[Row]]]:
    """Title, head and rows."""
    yield "What was aimed at", ("aim", "at least", "at most", "measured", "met"), list(_aims(document))
    yield "Reads, floors and subjects in turn", REQUESTS, [_request(each) for each in document["reads"]]
    bookings = [_request(each) for group in document["bookings"] for each in group]
    yield "Bookings, floor and subject in turn", REQUESTS, bookings
    race = document["race"]
    yield (
        "Racing for one slot",
        ("asked", "races", "won", "refused with 409", "failed", "median", "p95", "p99", "worst"),
        [[race[name] for name in ("scenario", "races", "won", "lost", "failed", *TIMES[1:])]],
    )
    yield "The database's part of a booking", ("", "milliseconds"), _database(document["database"])
    yield (
        "From the commit of an event to its arrival",
        _DELIVERIES,
        [_delivery(each) for each in document["deliveries"]],
    )
    yield "Growth: the 95th percentile by bookings of the organization", *_growth(document["growth"])


def _aims(document: dict[str, Any]) -> Iterable[Row]:
    proportion = {each["scenario"]: each["of_floor"] for each in document["reads"]}
    booked = {
        each["clients"]: each["of_floor"]
        for group in document["bookings"]
        for each in group
        if each["scenario"] == BOOKINGS
    }
    backlog = document["deliveries"][-1]["per_second"]
    grown = max(each["proportion"] for each in document["growth"])
    yield _aim("30 days, warm, of the floor", proportion["slots of 30 days, warm"], least=0.6)
    yield _aim("30 days, cold, of the floor", proportion["slots of 30 days, cold"], least=0.25)
    for clients, of_floor in booked.items():
        yield _aim(f"bookings of the floor, {clients} at once", of_floor, least=0.25)
    yield _aim("a booking's database time, of pgbench's", document["database"]["proportion"], most=2)
    yield _aim("50 for one slot, the last answer in ms", document["race"]["worst_ms"], most=100)
    yield _aim("growth of a read's p95, the worst of all", grown, most=1.3)
    yield _aim("deliveries a second, one worker", backlog, least=200)


def _aim(name: str, measured: float, *, least: float | None = None, most: float | None = None) -> Row:
    met = (least is None or measured >= least) and (most is None or measured <= most)
    return [name, least, most, measured, "yes" if met else "no"]


_DELIVERIES = ("endpoints", "deliveries", "a second", "median", "p99", "worst")


def _request(told: dict[str, Any]) -> Row:
    return [
        told["scenario"],
        told["clients"],
        *(told[name] for name in TIMES),
        told["of_floor"],
        told["failed"],
    ]


def _database(told: dict[str, Any]) -> list[Row]:
    return [
        [f"{told['statements']} round trips, timed at the connection", told["subject_ms"]],
        ["the same statements by pgbench", told["pgbench_ms"]],
        ["in proportion", told["proportion"]],
    ]


def _delivery(told: dict[str, Any]) -> Row:
    return [told[name] for name in ("scenario", "deliveries", "per_second", "p50_ms", "p99_ms", "worst_ms")]


def _growth(told: Sequence[dict[str, Any]]) -> tuple[Row, list[Row]]:
    sizes = list(told[0]["sizes"])
    head = ["asked", *(f"{int(size):,}" for size in sizes), "largest to smallest"]
    rows: list[Row] = [
        [each["asked"], *(each["sizes"][size]["p95_ms"] for size in sizes), each["proportion"]]
        for each in told
    ]
    return head, rows


def _measured_on(machine: dict[str, Any]) -> str:
    return (
        f"Measured on {machine['at']}: {machine['processor']}, {machine['cores']} cores, {machine['memoryGiB']} GiB, "
        f"{machine['system']}, Python {machine['python']}; a load of {machine['loadBefore']} before it began. Times "
        "are milliseconds, as the client sees them."
    )


def _sides(document: dict[str, Any]) -> str:
    """Side by side, though they are the same: what else would differ is no floor."""
    told = document["processes"]
    memory = f"{', '.join(map(str, told['webMiB']))} MiB"
    rows: list[Row] = [
        ["web processes", told["webWorkers"]],
        ["threads of each", told["threads"]],
        ["pool of each", told["pool"]],
        ["connections to PostgreSQL", told["connections"]],
        ["memory of the web processes", memory],
    ]
    lines = [_line(["", "floor", "subject"]), _line(["---"] * 3), *(_line([*row, row[1]]) for row in rows)]
    shared = f"PostgreSQL takes {told['postgresMiB']} MiB beside them, Redis {told['redisMiB']} MiB."
    return "\n".join(lines) + f"\n\n{shared}"


def _line(cells: Row) -> str:
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(figure: object) -> str:
    if figure is None:
        return ""
    return f"{figure:,}" if isinstance(figure, int | float) else str(figure)
