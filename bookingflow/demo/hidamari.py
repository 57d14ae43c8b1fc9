"""Hidamari, a pottery studio in Tokyo: shared sessions of ten seats, in a currency without decimals."""

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

STUDIO_HOURS = {
    **{day: [["10:00", "18:00"]] for day in ("wed", "thu", "sun")},
    **{day: [["10:00", "21:00"]] for day in ("fri", "sat")},
}
UPSTAIRS_HOURS = {
    **{day: [["18:30", "21:30"]] for day in ("thu", "fri")},
    **{day: [["13:00", "20:00"]] for day in ("sat", "sun")},
}
HOLIDAYS = (
    OtherHours(weekday("mon", weeks=1), "Open for the kiln festival", [["11:00", "17:00"]]),
    OtherHours(yearly(12, 25), "Christmas workshop until late", [["10:00", "22:00"]]),
    OtherHours(yearly(1, 1), "New Year"),
    OtherHours(yearly(1, 2), "New Year"),
)
CONSUMPTION_TAX = {"label": "Consumption tax", "percent": 10, "included": True}
RULES: RoomFields = {
    "buffer_after_minutes": 30,
    "min_notice_minutes": 180,
    "max_days_ahead": 60,
    "hold_minutes": 15,
    "cancellation_policy": [
        {"hoursBefore": 72, "refundPercent": 100},
        {"hoursBefore": 24, "refundPercent": 50},
        {"hoursBefore": 3, "refundPercent": 20},
    ],
}

WHEEL = RoomPlan(
    {
        **RULES,
        "name": "At the wheel",
        "slug": "at-the-wheel",
        "description": "Two hours, ten wheels, two kilos of clay each. We fire and glaze your best piece.",
        "modes": ["shared"],
        "seats": 10,
        "durations": [120],
        "slot_interval_minutes": 150,
        "guests": {"min": 1, "max": 6},
        "pricing": {
            "perGuest": 6600,
            "tiers": [{"minGuests": 3, "perGuest": 6050}],
            "adjustments": [{"label": "Weekend", "weekdays": ["sat", "sun"], "percent": 10}],
            "taxes": [CONSUMPTION_TAX],
            "depositPercent": 100,
        },
    },
    Demand(weekday=0.3, weekend=1.15, sizes=(1, 1, 2, 2, 2, 3, 4), parties=(1, 3)),
)
HANDS = RoomPlan(
    {
        **RULES,
        "name": "Hand-building",
        "slug": "hand-building",
        "description": "Cups and bowls without a wheel. Join the table of ten, or have it to yourselves.",
        "modes": ["private", "shared"],
        "seats": 10,
        "durations": [90],
        "slot_interval_minutes": 120,
        "guests": {"min": 1, "max": 10},
        "pricing": {
            "base": 3300,
            "perGuest": 3850,
            "tiers": [{"minGuests": 5, "perGuest": 3300}],
            "taxes": [CONSUMPTION_TAX],
        },
    },
    Demand(weekday=0.25, weekend=0.4, sizes=(1, 2, 2, 3, 4), parties=(1, 3), private_share=0.35),
)
KINTSUGI = RoomPlan(
    {
        **RULES,
        "name": "Kintsugi evening",
        "slug": "kintsugi",
        "description": "Bring something broken and dear. Lacquer, gold, tea, and patience.",
        "modes": ["shared"],
        "seats": 6,
        "durations": [150],
        "guests": {"min": 1, "max": 4},
        "pricing": {"perGuest": 9900, "taxes": [CONSUMPTION_TAX], "depositPercent": 100},
    },
    Demand(weekday=0.3, weekend=0.35, sizes=(1, 1, 2), parties=(1, 4)),
)

HIDAMARI = Venue(
    slug="hidamari",
    name="Hidamari Pottery",
    timezone="Asia/Tokyo",
    currency="JPY",
    staff=(
        StaffMember("haruka@hidamari.example.com", "owner"),
        StaffMember("studio@hidamari.example.com", "manager"),
    ),
    timetables=(
        Timetable(
            "Studio", "hidamari", STUDIO_HOURS, (WHEEL, HANDS), HOLIDAYS,
            (
                Closure(weekday("wed", weeks=1), "Glaze firing: the kiln is hot"),
                Closure(weekday("thu", weeks=-2), "Clay delivery", ("10:00", "14:00")),
            ),
        ),
        Timetable(
            "Upstairs", "hidamari-upstairs", UPSTAIRS_HOURS, (KINTSUGI,), HOLIDAYS,
            (Closure(weekday("sat", weeks=1), "Exhibition of last year's pieces", ("13:00", "17:00")),),
        ),
    ),
    guests=people(
        """
        佐藤 葵 <aoi.sato@example.com>
        高橋 蓮 <ren.takahashi@example.net>
        田中 美咲 <misaki.tanaka@example.org>
        伊藤 大和 <yamato.ito@example.com>
        渡辺 結衣 <yui.watanabe@example.net>
        山本 湊 <minato.yamamoto@example.org>
        中村 楓 <kaede.nakamura@example.com>
        小林 陽向 <hinata.kobayashi@example.net>
        加藤 凛 <rin.kato@example.org>
        吉田 樹 <itsuki.yoshida@example.com>
        山田 さくら <sakura.yamada@example.net>
        松本 悠真 <yuma.matsumoto@example.org>
        Akira Inoue
        Chiyo Kimura
        Daichi Hayashi
        Emi Shimizu
        Fumiko Saito
        Goro Mori
        Hana Abe
        Kenta Ikeda
        Anneke de Vries
        Chloé Bernard
        David Okonkwo
        Ingrid Solberg
        Jack Ferguson
        Min-jun Kang
        Paula Schneider
        Sofia Lindgren
        """,
        phone="+81 3 0000 00{:02}",
    ),
    peak=(13, 19),
    remarks=(
        ("In English, please.", {"language": "en"}),
        ("Left-handed.", {}),
        ("Wedding gift: two matching cups.", {"glaze": "celadon"}),
        ("Ship the pieces to Kyoto.", {"shipping": "kyoto", "pieces": "3"}),
        ("Has been here before, knows the wheel.", {"experience": "yes"}),
        ("", {"glaze": "tenmoku"}),
    ),
    excuses=("Typhoon", "Fever", "Had to work", "Missed the train from Nagoya"),
)  # fmt: skip
