from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webhooks.retry import DEFAULT_SCHEDULE, next_attempt_after, parse_schedule

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR, DAY = 3600, 86_400


def wait(attempts_made=1, schedule=DEFAULT_SCHEDULE, retry_after=None, status=500, jitter=0.0, now=NOW):
    """Seconds until the next attempt, or None."""
    due = next_attempt_after(
        attempts_made=attempts_made,
        schedule=schedule,
        now=now,
        retry_after=retry_after,
        status=status,
        jitter=jitter,
    )
    return due and (due - now).total_seconds()


def test_the_default_schedule_is_the_documented_one():
    assert parse_schedule("0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400") == DEFAULT_SCHEDULE
    assert [wait(made) for made in range(10)] == [*DEFAULT_SCHEDULE]


def test_a_used_up_schedule_has_no_next_attempt():
    assert wait(10) is None
    assert wait(11) is None
    assert wait(10, retry_after="60", status=503) is None


@pytest.mark.parametrize(("jitter", "seconds"), [(-1.0, 240), (-0.5, 270), (0.0, 300), (1.0, 360)])
def test_jitter_moves_the_wait_by_a_fifth_at_most(jitter, seconds):
    assert wait(2, jitter=jitter) == seconds


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("600", 600),
        (" 600 ", 600),
        ("86400", DAY),
        ("86401", DAY),
        ("99999999999999999999", DAY),
        ("299", 300),
        ("0", 300),
        ("Tue, 01 Dec 2026 13:00:00 GMT", HOUR),
        ("Tuesday, 01-Dec-26 13:00:00 GMT", HOUR),
        ("Tue Dec  1 13:00:00 2026", HOUR),
        ("Tue, 01 Dec 2026 12:00:01 GMT", 300),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 300),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY),
    ],
)
def test_retry_after_puts_an_attempt_off_but_never_forward(status, retry_after, seconds):
    assert wait(2, retry_after=retry_after, status=status) == seconds


@pytest.mark.parametrize("status", [None, 200, 302, 400, 410, 500, 502])
def test_retry_after_counts_on_429_and_503_alone(status):
    assert wait(2, retry_after="3600", status=status) == 300


@pytest.mark.parametrize(
    "retry_after",
    ["", "soon", "-5", "1.5", "1e3", "٣", "0x10", "3600, 10", "Tue, 41 Dec 2026 13:00:00 GMT", "9" * 5000],
)
def test_a_bad_retry_after_counts_as_none(retry_after):
    assert wait(2, retry_after=retry_after, status=503) == 300


def test_jitter_never_moves_an_attempt_before_what_the_receiver_asked_for():
    assert wait(2, retry_after="350", status=503, jitter=1.0) == 360
    assert wait(2, retry_after="350", status=503, jitter=-1.0) == 350


def test_a_date_is_read_in_utc_whatever_zone_the_clock_shows():
    now = NOW.astimezone(timezone(timedelta(hours=9)))
    later = format_datetime(NOW + timedelta(hours=2), usegmt=True)
    assert wait(2, retry_after=later, status=503, now=now) == 2 * HOUR


@settings(deadline=None)
@given(retry_after=st.text(max_size=60), status=st.sampled_from([429, 503]))
def test_no_retry_after_breaks_the_schedule(retry_after, status):
    assert 300 <= wait(2, retry_after=retry_after, status=status) <= DAY


@pytest.mark.parametrize("text", ["", " ", "0,", ",5", "5;6", "1.5", "-1", "abc", "0,5,,6", "٣", "9" * 30])
def test_a_schedule_that_is_no_list_of_seconds_is_refused(text):
    with pytest.raises(ValueError, match="whole seconds"):
        parse_schedule(text)


@pytest.mark.parametrize("text", ["0,2592001", ",".join(["1"] * 51)])
def test_a_schedule_beyond_all_measure_is_refused(text):
    with pytest.raises(ValueError, match="at most"):
        parse_schedule(text)


def test_a_schedule_may_have_one_attempt():
    assert parse_schedule("0") == (0,)
    assert wait(1, schedule=(0,)) is None
