"""Clara Finch, who teaches Spanish and Italian in London: one schedule, three things to book on it."""

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

HOURS = {
    **{day: [["09:00", "12:30"], ["14:00", "19:30"]] for day in ("mon", "tue", "wed", "thu")},
    "fri": [["09:00", "15:00"]],
}
OTHER_HOURS = (
    OtherHours(weekday("sat", weeks=0), "Extra Saturday before the exams", [["10:00", "13:00"]]),
    OtherHours(weekday("thu", weeks=1), "Examiners' conference in Leeds"),
    OtherHours(weekday("fri", weeks=1), "Back from Leeds at noon", [["13:00", "18:00"]]),
    OtherHours(yearly(12, 25), "Christmas"),
    OtherHours(yearly(12, 26), "Boxing Day"),
    OtherHours(yearly(1, 1), "New Year's Day"),
)
RULES: RoomFields = {
    "modes": ["private"],
    "slot_interval_minutes": 30,
    "buffer_after_minutes": 10,
    "min_notice_minutes": 12 * 60,
    "max_days_ahead": 60,
    "cancellation_policy": [{"hoursBefore": 24, "refundPercent": 100}],
}

TRIAL = RoomPlan(
    {
        **RULES,
        "name": "Trial lesson",
        "slug": "trial-lesson",
        "description": "Half an hour to find out where you stand and whether we get on. Free.",
        "durations": [30],
    },
    Demand(weekday=0.3, weekend=0.0, sizes=(1,)),
)
LESSON = RoomPlan(
    {
        **RULES,
        "name": "Lesson",
        "slug": "lesson",
        "description": "An hour of conversation, reading and whatever grammar it turns out to need. Alone or in two.",
        "durations": [60],
        "guests": {"min": 1, "max": 2},
        "pricing": {
            "base": 3000,
            "perGuest": 1500,
            "adjustments": [{"label": "Before noon", "from": "09:00", "to": "12:00", "amount": -500}],
        },
    },
    Demand(weekday=1.7, weekend=1.0, sizes=(1, 1, 1, 1, 2)),
)
EXAM = RoomPlan(
    {
        **RULES,
        "name": "Exam preparation",
        "slug": "exam-prep",
        "description": "Ninety minutes on past papers for DELE and CILS, with a mock oral at the end.",
        "durations": [90],
        "min_notice_minutes": 48 * 60,
        "pricing": {"base": 7500, "depositPercent": 100},
        "cancellation_policy": [
            {"hoursBefore": 72, "refundPercent": 100},
            {"hoursBefore": 24, "refundPercent": 50},
        ],
    },
    Demand(weekday=0.45, weekend=0.5, sizes=(1,)),
)

CLARA_FINCH = Venue(
    slug="clara-finch",
    name="Clara Finch Languages",
    timezone="Europe/London",
    currency="GBP",
    staff=(StaffMember("clara@clara-finch.example.com", "owner"),),
    timetables=(
        Timetable(
            "Clara Finch", "clara-finch", HOURS, (LESSON, TRIAL, EXAM), OTHER_HOURS,
            (
                Closure(weekday("tue", weeks=0), "Dentist", ("14:00", "15:30")),
                Closure(weekday("mon", weeks=2), "Half-term", days=5),
                Closure(weekday("fri", weeks=-2), "Parents' day at school"),
            ),
        ),
    ),
    guests=people(
        """
        Amelia Hughes
        Bilal Ahmed
        Charlotte Ainsworth
        Declan Byrne
        Esme Tanner
        Farah Siddiqui
        George Pemberton
        Harriet Cole
        Idris Llewellyn
        Joanna Kowalska
        Kwame Boateng
        Lottie Marsh
        Miriam Katz
        Niall Fraser
        Oluwaseun Bello
        Poppy Winterbourne
        Rupert Langley
        Siân Prosser
        Tomasz Nowak
        Verity Blackwood
        """,
        phone="+44 20 7946 03{:02}",
    ),
    peak=(16, 19),
    remarks=(
        ("Wants to talk about the news.", {"language": "es", "level": "B2"}),
        ("", {"language": "it", "level": "A2"}),
        ("Moving to Bologna in autumn.", {"language": "it", "level": "B1"}),
        ("Brings her own past papers.", {"language": "es", "exam": "DELE C1"}),
        ("Online, please: link by email.", {"language": "es", "place": "online"}),
        ("Dyslexic: large print helps.", {}),
    ),
    excuses=("Work trip", "A cold", "School play that evening", "Train strike"),
)  # fmt: skip
