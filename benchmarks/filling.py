"""A venue that took bookings for years, and twenty small ones beside it. By COPY, with every constraint in place: no
two bookings of a schedule overlap, and whatever is not cancelled has its session and claim."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from django.db import connection, transaction

from bookingflow.lib.references import ALPHABET
from bookingflow.organizations import services as organizations
from bookingflow.organizations.audit import SYSTEM
from bookingflow.organizations.models import Organization, Plan
from customers.search import digits_of, vector, words_of
from rooms import services as rooms

OTHERS, OF_ANOTHER = 20, 1_000
SCHEDULES, OF_ANOTHER_SCHEDULES, A_DAY, DAYS_AHEAD = 40, 5, 500, 40
AT_A_TIME = 100_000
ROOMS_OF_ONE = 2
_HOUR = timedelta(hours=1)
ZONES = ("Europe/London", "Europe/Paris")
# fmt: off
FIRST_NAMES = (
    "Anna", "Ben", "Carla", "David", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas",
    "Katya", "Liam", "Maria", "Noah", "Olga", "Peter", "Quentin", "Rosa", "Samuel", "Tara",
    "Ulla", "Victor", "Wanda", "Xenia", "Yusuf", "Zoe", "Amir", "Bella", "Carlos", "Dora",
    "Emil", "Fiona", "Georg", "Hanna", "Ivan", "Julia", "Karl", "Lena",
)
# fmt: on
FAMILY_NAMES = [
    f"{first}{middle}{last}"
    for first in ("Al", "Ber", "Cor", "Dan", "Fer", "Gar", "Hol", "Kel", "Mar", "Nor", "Sal", "Tor")
    for middle in ("be", "di", "ga", "li", "mo", "ra", "ti")
    for last in ("ck", "ler", "n", "sen", "son", "ta")
]
# Of a hundred whose time is over, as a desk that keeps its books leaves them.
ENDED = ("completed",) * 78 + ("canceled",) * 14 + ("expired",) * 5 + ("no_show",) * 3
SOURCES = ("api",) * 70 + ("booking_api",) * 20 + ("web",) * 9 + ("admin",)
LINES = (
    '[{"kind":"base","label":"60 minutes","quantity":1,"unitAmount":9600,"amount":9600},'
    '{"kind":"guests","label":"2 guests","quantity":2,"unitAmount":1200,"amount":2400}]'
)
POLICY = '[{"hoursBefore":48,"refundPercent":100},{"hoursBefore":0,"refundPercent":0}]'

CUSTOMER = (
    "id organization_id name email phone phone_digits notes metadata words created_at updated_at sequence"
)
BOOKING = (
    'id organization_id reference room_id customer_id status start "end" mode guests currency total_minor '
    "deposit_minor price_lines cancellation_policy notes metadata source hold_expires_at canceled_at created_at "
    "updated_at sequence"
)


SESSIONS = """
    INSERT INTO rooms_session
        (organization_id, schedule_id, room_id, mode, start, "end", occupied, seats, seats_taken)
    SELECT b.organization_id, r.schedule_id, b.room_id, b.mode, b.start, b."end", tstzrange(b.start, b."end"), 1, 1
    FROM bookings_booking b JOIN rooms_room r ON r.id = b.room_id
    WHERE b.organization_id = %s AND b.status NOT IN ('canceled', 'expired')
    ORDER BY r.schedule_id, b.start
"""
CLAIMS = """
    INSERT INTO rooms_claim (session_id, holder_id, holder_ref, seats, expires_at)
    SELECT s.id, b.id, b.reference, 1, b.hold_expires_at
    FROM bookings_booking b JOIN rooms_session s ON s.room_id = b.room_id AND s.start = b.start
    WHERE b.organization_id = %s AND b.status NOT IN ('canceled', 'expired')
"""


def fill(*, bookings: int, customers: int) -> Organization:
    """500 bookings a day up to now, made up to forty days before their start; one in ten thousand is imported, and
    of the newest hundred a few are holds. Gives the large venue, whose slug is `large`."""
    now = datetime.now(UTC).replace(microsecond=0)
    for number in range(OTHERS):
        fill_one(f"other-{number}", OF_ANOTHER, OF_ANOTHER // 10, OF_ANOTHER_SCHEDULES, now)
    organization = fill_one("large", bookings, customers, SCHEDULES, now)
    vacuum()
    return organization


def vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "VACUUM (ANALYZE) bookings_booking, customers_customer, rooms_room, rooms_schedule, rooms_session, "
            "rooms_claim"
        )


def fill_one(slug: str, bookings: int, customers: int, schedules: int, now: datetime) -> Organization:
    rng = Random(slug)  # noqa: S311  the same venue each time
    people = [_uuid(rng) for _ in range(customers)]
    with transaction.atomic():
        organization = organizations.create_organization(
            name=slug, slug=slug, timezone=ZONES[0], currency="GBP", plan=Plan.BUSINESS, actor=SYSTEM
        )
        room_ids = list(_rooms(organization, schedules))
        _copy("customers_customer", CUSTOMER, _customers(rng, organization.pk, people, now))
    taken: set[tuple[int, datetime]] = set()
    for first in range(0, bookings, AT_A_TIME):
        ages = [
            number / A_DAY for number in range(bookings - first, max(0, bookings - first - AT_A_TIME), -1)
        ]
        with transaction.atomic():
            rows = _bookings(
                rng, organization.pk, room_ids=room_ids, people=people, ages=ages, now=now, taken=taken
            )
            _copy("bookings_booking", BOOKING, rows)
    _take_the_time(organization)
    return organization


def _take_the_time(organization: Organization) -> None:
    """Of all that have it still: whoever was cancelled or expired gave it back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SESSIONS, [organization.pk])
        cursor.execute(CLAIMS, [organization.pk])


def _rooms(organization: Organization, schedules: int) -> Iterator[int]:
    """Two to a schedule."""
    for number in range(schedules):
        first = rooms.create_room(
            organization=organization,
            actor=SYSTEM,
            name=f"Room {number}",
            slug=f"room-{number}",
            durations=[60],
            timezone=ZONES[number % len(ZONES)],
        )
        other = rooms.create_room(
            organization=organization,
            actor=SYSTEM,
            name=f"Annexe {number}",
            durations=[60],
            schedule=first.schedule_id,
        )
        yield from (first.pk, other.pk)


def _customers(rng: Random, owner: UUID, people: Sequence[str], now: datetime) -> Iterator[Sequence[object]]:
    for number, key in enumerate(people):
        name = f"{rng.choice(FIRST_NAMES)} {rng.choice(FAMILY_NAMES)}"
        email = f"{name.lower().replace(' ', '.')}.{number}@example.com"
        phone = f"+44 20 {number:08d}"
        words = vector(owner, words_of(name=name, email=email, phone=phone))
        made = now - timedelta(minutes=20 * (len(people) - number))
        yield key, owner, name, email, phone, digits_of(phone), "", "{}", words, made, made, 0


def _bookings(
    rng: Random,
    owner: UUID,
    *,
    room_ids: Sequence[int],
    people: Sequence[str],
    ages: Iterable[float],
    now: datetime,
    taken: set[tuple[int, datetime]],
) -> Iterator[Sequence[object]]:
    """`ages`: the days since each was made, the oldest first. `taken`: the hours of each schedule, which grows."""
    for age in ages:
        made = now - timedelta(days=age)
        start = made.replace(minute=0, second=0, microsecond=0) + timedelta(
            hours=1 + int(24 * DAYS_AHEAD * rng.random() ** 2)
        )
        place = rng.randrange(len(room_ids))
        while (place // ROOMS_OF_ONE, start) in taken:
            start += _HOUR
        taken.add((place // ROOMS_OF_ONE, start))
        over = start < now
        status = rng.choice(ENDED) if over else "confirmed"
        held = not over and age < 100 / A_DAY and rng.random() < 0.1
        changed = min(now, max(made, start) if over else made + timedelta(days=rng.random()))
        source = "import" if rng.random() < 0.0001 else rng.choice(SOURCES)
        yield (
            *(_uuid(rng), owner, _reference(round(age * A_DAY)), room_ids[place], rng.choice(people)),
            *(
                "pending" if held else status,
                start,
                start + _HOUR,
                "private",
                2,
                "GBP",
                12000,
                0,
            ),
            *(LINES, POLICY, "", "{}", source, now + timedelta(minutes=10) if held else None),
            *(changed if status == "canceled" else None, made, changed, 0),
        )


def _reference(number: int) -> str:
    """Scattered over all that there are, and none twice."""
    scattered, letters = number * 1_000_003 % len(ALPHABET) ** 6, ""
    for _ in range(6):
        scattered, letter = divmod(scattered, len(ALPHABET))
        letters += ALPHABET[letter]
    return f"BF-{letters}"


def _uuid(rng: Random) -> str:
    return f"{rng.getrandbits(128):032x}"


def _copy(table: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
    named = columns.replace(" ", ", ")
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({named}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
