"""North Pier, an escape-room house in New York: private rooms with a schedule each, open past midnight."""

from bookingflow.demo.days import weekday, yearly
from bookingflow.demo.descriptions import (
    Closure,
    Demand,
    OtherHours,
    RoomPlan,
    StaffMember,
    Timetable,
    Venue,
    people,
)
from rooms.services.room_rules import RoomFields

DAYTIME = {
    **{day: [["12:00", "22:00"]] for day in ("mon", "tue", "wed", "thu")},
    **{day: [["10:00", "24:00"]] for day in ("fri", "sat")},
    "sun": [["10:00", "22:00"]],
}
NIGHTLY = {
    **{day: [["16:00", "23:30"]] for day in ("wed", "thu", "sun")},
    **{day: [["18:00", "02:00"]] for day in ("fri", "sat")},
}
HOLIDAYS = (
    OtherHours(yearly(11, 26), "Thanksgiving"),
    OtherHours(yearly(12, 24), "Christmas Eve", [["10:00", "16:00"]]),
    OtherHours(yearly(12, 25), "Christmas"),
    OtherHours(yearly(12, 31), "New Year's Eve", [["14:00", "03:00"]]),
)
WEEKEND_EVENING = {
    "label": "Weekend evening", "weekdays": ["fri", "sat"], "from": "17:00", "to": "24:00", "percent": 20,
}  # fmt: skip
MATINEE = {
    "label": "Weekday afternoon", "weekdays": ["mon", "tue", "wed", "thu"], "from": "12:00", "to": "16:00",
    "percent": -10,
}  # fmt: skip
AFTER_MIDNIGHT = {"label": "After midnight", "from": "00:00", "to": "02:00", "amount": 1500}
SALES_TAX = {"label": "NY sales tax", "percent": 8.875, "included": False}
HOUSE_RULES: RoomFields = {
    "modes": ["private"],
    "buffer_after_minutes": 15,
    "min_notice_minutes": 120,
    "max_days_ahead": 90,
    "hold_minutes": 10,
    "cancellation_policy": [
        {"hoursBefore": 48, "refundPercent": 100},
        {"hoursBefore": 24, "refundPercent": 50},
    ],
}

VAULT = RoomPlan(
    {
        **HOUSE_RULES,
        "name": "The Vault",
        "slug": "the-vault",
        "description": "1929, the night before the crash. Sixty minutes to open what the bank swears is empty.",
        "durations": [60],
        "slot_interval_minutes": 90,
        "guests": {"min": 2, "max": 6},
        "pricing": {
            "perGuest": 3500,
            "tiers": [{"minGuests": 4, "perGuest": 3000}],
            "adjustments": [WEEKEND_EVENING, MATINEE],
            "taxes": [SALES_TAX],
            "depositPercent": 50,
        },
    },
    Demand(weekday=0.6, weekend=1.4, sizes=(2, 2, 3, 4, 4, 5, 6)),
)
FERRY = RoomPlan(
    {
        **HOUSE_RULES,
        "name": "Midnight Ferry",
        "slug": "midnight-ferry",
        "description": "The last boat to Staten Island has no captain. Played in near darkness; the late show is best.",
        "durations": [75],
        "slot_interval_minutes": 90,
        "guests": {"min": 2, "max": 7},
        "pricing": {
            "perGuest": 4000,
            "tiers": [{"minGuests": 4, "perGuest": 3600}, {"minGuests": 6, "perGuest": 3200}],
            "adjustments": [WEEKEND_EVENING, AFTER_MIDNIGHT],
            "taxes": [SALES_TAX],
            "depositPercent": 50,
        },
    },
    Demand(weekday=0.5, weekend=1.3, sizes=(2, 3, 4, 4, 5, 6, 7)),
)  # fmt: skip
LIGHTHOUSE = RoomPlan(
    {
        **HOUSE_RULES,
        "name": "The Lighthouse Keeper",
        "slug": "lighthouse-keeper",
        "description": "He left a lamp, a logbook and eleven locked drawers. Ninety minutes is the unhurried version.",
        "durations": [60, 90],
        "slot_interval_minutes": 120,
        "buffer_before_minutes": 5,
        "guests": {"min": 2, "max": 5},
        "pricing": {
            "base": 2000,
            "durations": [{"minutes": 90, "base": 5000}],
            "perGuest": 3000,
            "adjustments": [WEEKEND_EVENING, MATINEE],
            "taxes": [SALES_TAX],
            "depositPercent": 30,
        },
    },
    Demand(weekday=0.4, weekend=1.0, sizes=(2, 2, 3, 4, 5)),
)
CARGO = RoomPlan(
    {
        **HOUSE_RULES,
        "name": "Cargo Hold 13",
        "slug": "cargo-hold-13",
        "description": "Two crews, one container ship, one way off. For teams and birthdays; children from ten.",
        "durations": [60],
        "slot_interval_minutes": 90,
        "buffer_after_minutes": 30,
        "min_notice_minutes": 240,
        "guests": {"min": 4, "max": 12},
        "pricing": {
            "base": 6000,
            "perGuest": 2500,
            "tiers": [{"minGuests": 8, "perGuest": 2200}],
            "adjustments": [WEEKEND_EVENING],
            "taxes": [SALES_TAX],
            "depositPercent": 50,
        },
    },
    Demand(weekday=0.3, weekend=0.9, sizes=(4, 6, 6, 8, 8, 10, 12)),
)

NORTH_PIER = Venue(
    slug="north-pier",
    name="North Pier",
    timezone="America/New_York",
    currency="USD",
    staff=(
        StaffMember("maya@north-pier.example.com", "owner"),
        StaffMember("theo@north-pier.example.com", "front_desk"),
    ),
    timetables=(
        Timetable(
            "The Vault", "north-pier", DAYTIME, (VAULT,), HOLIDAYS,
            (Closure(weekday("tue", weeks=0), "Replacing the safe door's hinges", ("12:00", "16:00")),),
        ),
        Timetable(
            "Midnight Ferry", "north-pier-midnight-ferry", NIGHTLY, (FERRY,), HOLIDAYS,
            (Closure(weekday("thu", weeks=1), "Film crew", days=2),),
        ),
        Timetable(
            "The Lighthouse Keeper", "north-pier-lighthouse", DAYTIME, (LIGHTHOUSE,), HOLIDAYS,
            (
                Closure(weekday("mon", weeks=-2), "Rewiring the lamp", days=2),
                Closure(weekday("wed", weeks=1), "Staff training", ("12:00", "15:00")),
            ),
        ),
        Timetable("Cargo Hold 13", "north-pier-cargo-hold", DAYTIME, (CARGO,), HOLIDAYS),
    ),
    guests=people(
        """
        Ada Park
        Benjamin Osei
        Carla Mendonça
        Dmitri Volkov
        Elena Ruiz
        Frank Adeyemi
        Grace Whitfield
        Hassan Karimi
        Imani Brooks
        Jonah Feldman
        Kavita Rao
        Liam Gallagher
        Mei-Ling Chow
        Noah Silverstein
        Olivia Grant
        Pedro Alvarado
        Quinn Harper
        Rosa DiMarco
        Samir Haddad
        Tanya Petrova
        Uma Krishnan
        Victor Laurent
        Wren Callahan
        Xiomara Peña
        Yusuf Demir
        Zoë Hartmann
        Alistair Munro
        Bianca Rossi
        Caleb Johansson
        Delphine Moreau
        Ezra Goldman
        Fatima Noor
        Gideon Price
        Hannah Okafor
        Isaac Thornton
        Jasmine Tran
        Kofi Mensah
        Lucia Ferreira
        Marcus Bell
        Nadia Haidari
        Oscar Lindholm
        Priya Nair
        """,
        phone="+1 212 555 01{:02}",
    ),
    peak=(17, 22),
    remarks=(
        ("Birthday: the cake comes to the front desk.", {"occasion": "birthday"}),
        ("Two players use wheelchairs.", {"access": "step-free"}),
        ("Company outing, invoice to accounts.", {"occasion": "team", "po": "4500-1187"}),
        ("He will propose in the last room. Please play along.", {"occasion": "proposal"}),
        ("First escape room for everybody.", {}),
        ("", {"channel": "partner", "voucher": "PIER-20"}),
        ("Running late is likely, they come from the airport.", {}),
    ),
    excuses=("Two of us are ill", "Flight cancelled", "Booked the wrong day", "Snow", "Found no babysitter"),
)  # fmt: skip
