import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.hours import WEEKDAYS, Span, day_json, parse_day, parse_weekly, weekly_json


def test_a_day_left_out_is_closed() -> None:
    weekly = parse_weekly({"mon": [["10:00", "22:00"]]})
    assert weekly == ((Span(600, 1320),), (), (), (), (), (), ())


@pytest.mark.parametrize(
    ("pair", "span"),
    [
        (["10:00", "22:00"], (600, 1320)),
        (["00:00", "24:00"], (0, 1440)),
        (["18:00", "02:00"], (1080, 1560)),
        (["18:00", "24:00"], (1080, 1440)),
        (["18:00", "00:00"], (1080, 1440)),
        (["10:00", "10:00"], (600, 2040)),
    ],
)
def test_an_end_that_is_not_after_the_start_is_on_the_next_day(
    pair: list[str], span: tuple[int, int]
) -> None:
    assert parse_day([pair], "mon") == (span,)


def test_openings_are_sorted() -> None:
    assert parse_day([["18:00", "02:00"], ["01:00", "03:00"]], "mon") == ((60, 180), (1080, 1560))


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        ([], "object of weekdays"),
        ("mon", "object of weekdays"),
        ({"monday": []}, "no weekday 'monday'"),
        ({"mon": None}, "mon: a list"),
        ({"mon": "10:00-12:00"}, "mon: a list"),
        ({"mon": [["10:00"]]}, "mon: an opening is a pair"),
        ({"mon": ["10:00"]}, "mon: an opening is a pair"),
        ({"mon": [["10:00", "12:00", "14:00"]]}, "mon: an opening is a pair"),
        ({"sun": [["24:00", "12:00"]]}, "sun: '24:00' is no time of day"),
        ({"sun": [["9:00", "12:00"]]}, "sun: '9:00' is no time of day"),
        ({"sun": [["09:60", "12:00"]]}, "sun: '09:60' is no time of day"),
        ({"sun": [["09:00", "24:01"]]}, "sun: '24:01' is no time of day"),
        ({"sun": [["09:00", 12]]}, "sun: 12 is no time of day"),
        ({"sun": [["٠٩:٠٠", "12:00"]]}, "is no time of day"),
        ({"sun": [["09:00\n", "12:00"]]}, "is no time of day"),
        ({"tue": [["10:00", "12:00"], ["11:00", "13:00"]]}, "tue: openings overlap or touch at 11:00"),
        ({"tue": [["10:00", "12:00"], ["12:00", "13:00"]]}, "tue: openings overlap or touch at 12:00"),
        ({"tue": [["18:00", "02:00"], ["20:00", "21:00"]]}, "tue: openings overlap or touch at 20:00"),
        ({"tue": [["18:00", "02:00"], ["18:00", "19:00"]]}, "tue: openings overlap or touch at 18:00"),
    ],
)
def test_what_are_no_hours_is_refused_with_a_sentence(hours: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_weekly(hours)


def test_hours_over_midnight_may_meet_the_next_day() -> None:
    assert parse_weekly({"mon": [["18:00", "02:00"]], "tue": [["01:00", "12:00"]]})


clocks = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(WEEKDAYS), st.lists(st.tuples(clocks, clocks | st.just("24:00")), max_size=1)
    )
)
def test_hours_survive_json(hours: dict[str, list[tuple[str, str]]]) -> None:
    weekly = parse_weekly(hours)
    written = json.loads(json.dumps(weekly_json(weekly)))
    assert list(written) == list(WEEKDAYS)
    assert parse_weekly(written) == weekly
    assert parse_day(day_json(weekly[0]), "mon") == weekly[0]
