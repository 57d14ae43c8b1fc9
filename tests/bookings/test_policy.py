from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.policy import RefundQuote, refund_quote
from rooms.cancellation import PolicyEntry, PolicyError, parse_policy

START = datetime(2026, 12, 5, 18, tzinfo=UTC)
STRICT = parse_policy([{"hoursBefore": 24, "refundPercent": 50}, {"hoursBefore": 48, "refundPercent": 100}])


def quote(policy: tuple[PolicyEntry, ...] = STRICT, *, hours: float = 31, **overrides: Any) -> RefundQuote:
    facts: dict[str, Any] = {
        "start": START,
        "now": START - timedelta(hours=hours),
        "paid": 6000,
        "refunded_by_staff": 0,
        "refunded_for_price": 0,
        "currency": "USD",
        "ceiling_percent": None,
    }
    return refund_quote(policy, **(facts | overrides))


@pytest.mark.parametrize(
    ("hours", "percent", "hours_before", "worse_at"),
    [
        (100, 100, 48, 48),
        (48, 100, 48, 48),
        (47.99, 50, 24, 24),
        (24, 50, 24, 24),
        (23.99, 0, None, None),
        (0, 0, None, None),
        (-1, 0, None, None),
    ],
)
def test_the_longest_notice_that_is_still_kept_decides(
    hours: float, percent: int, hours_before: int | None, worse_at: int | None
) -> None:
    answer = quote(hours=hours)
    assert (answer.percent, answer.amount) == (percent, 6000 * percent // 100)
    assert (answer.policy.hours_before if answer.policy else None) == hours_before
    assert answer.deadline == (START - timedelta(hours=worse_at) if worse_at is not None else None)


@pytest.mark.parametrize(
    ("hours", "amount", "deadline"), [(500, 6000, START), (0, 6000, START), (-0.01, 0, None)]
)
def test_an_empty_policy_refunds_all_until_the_start(
    hours: float, amount: int, deadline: datetime | None
) -> None:
    answer = quote((), hours=hours)
    assert (answer.amount, answer.policy, answer.deadline) == (amount, None, deadline)


@pytest.mark.parametrize(
    ("facts", "amount"),
    [
        ({"paid": 0}, 0),
        ({"paid": 5}, 3),
        ({"refunded_by_staff": 1000}, 2000),
        ({"refunded_by_staff": 5000}, 0),
        ({"refunded_for_price": 1000}, 2500),
        ({"refunded_for_price": 1000, "refunded_by_staff": 500}, 2000),
        ({"refunded_for_price": 7000}, 0),
        ({"ceiling_percent": Decimal(25)}, 1500),
        ({"ceiling_percent": Decimal("33.3333")}, 2000),
        ({"ceiling_percent": Decimal(100)}, 3000),
    ],
)
def test_the_amount_is_half_of_what_counts_as_paid(facts: dict[str, Any], amount: int) -> None:
    assert quote(**facts).amount == amount


def test_the_message_says_how_much_of_what_and_why() -> None:
    assert quote().message == "50 % of 60.00 USD, because the start is 31 hours away"
    assert quote(hours=1).message == "Nothing of 60.00 USD, because the start is 1 hour away"
    assert quote(hours=0.5).message == "Nothing of 60.00 USD, because the start is 30 minutes away"
    assert quote(hours=-1).message == "Nothing of 60.00 USD, because the start has passed"
    assert quote(refunded_by_staff=1000).message == (
        "50 % of 60.00 USD, less 10.00 USD refunded already, because the start is 31 hours away"
    )


def test_under_a_ceiling_message_and_deadline_speak_of_the_ceiling() -> None:
    answer = quote(hours=100, ceiling_percent=Decimal(50))
    assert (answer.percent, answer.policy) == (50, None)
    assert answer.deadline == START - timedelta(hours=24)
    assert answer.message.startswith(
        "50 % of 60.00 USD, because a cancellation just before the booking was moved"
    )


def test_a_ceiling_above_the_policy_leaves_the_policy_to_decide() -> None:
    assert quote(hours=31, ceiling_percent=Decimal(50)) == quote(hours=31)


def test_a_ceiling_of_nothing_gives_nothing_and_can_get_no_worse() -> None:
    answer = quote((), hours=100, ceiling_percent=Decimal(0))
    assert (answer.amount, answer.deadline) == (0, None)
    assert "moved" in answer.message


@pytest.mark.parametrize(
    ("policy", "field", "code"),
    [
        (None, "", "invalid"),
        ({}, "", "invalid"),
        ("all", "", "invalid"),
        ([7], "0", "invalid"),
        ([{"hoursBefore": 24}], "0.refundPercent", "required"),
        ([{"hoursBefore": -1, "refundPercent": 5}], "0.hoursBefore", "min_value"),
        ([{"hoursBefore": 8761, "refundPercent": 5}], "0.hoursBefore", "max_value"),
        ([{"hoursBefore": 1.5, "refundPercent": 5}], "0.hoursBefore", "invalid"),
        ([{"hoursBefore": True, "refundPercent": 5}], "0.hoursBefore", "invalid"),
        ([{"hoursBefore": 1, "refundPercent": 101}], "0.refundPercent", "max_value"),
        ([{"hoursBefore": 1, "refundPercent": "5"}], "0.refundPercent", "invalid"),
        ([{"hoursBefore": 1, "refundPercent": float("nan")}], "0.refundPercent", "invalid"),
        ([{"hoursBefore": 1, "refundPercent": 0.00001}], "0.refundPercent", "invalid"),
        ([{"hoursBefore": 1, "refundPercent": 5, "note": ""}], "0.note", "unknown"),
        ([{"hoursBefore": 1, "refundPercent": 5}, {"hoursBefore": 1, "refundPercent": 6}], "", "invalid"),
        ([{"hoursBefore": 1, "hours_before": 1, "refundPercent": 5}], "0.hoursBefore", "invalid"),
        ([{"hoursBefore": hours, "refundPercent": 5} for hours in range(51)], "", "max_length"),
    ],
)
def test_a_policy_that_is_none_is_refused_by_field(policy: object, field: str, code: str) -> None:
    with pytest.raises(PolicyError) as refused:
        parse_policy(policy)
    assert [(fault.field, fault.code) for fault in refused.value.faults] == [(field, code)]


def test_a_policy_goes_to_json_and_back() -> None:
    policy = parse_policy(
        [{"hours_before": 24, "refund_percent": 12.5}, {"hoursBefore": 48, "refundPercent": 100}]
    )
    shown = [entry.to_json() for entry in policy]
    assert shown == [{"hoursBefore": 48, "refundPercent": 100}, {"hoursBefore": 24, "refundPercent": 12.5}]
    assert parse_policy(shown) == policy


entries = st.builds(
    PolicyEntry, st.integers(0, 72), st.integers(0, 1_000_000).map(lambda n: Decimal(n).scaleb(-4))
)
policies = st.lists(entries, max_size=5, unique_by=lambda entry: entry.hours_before).map(tuple)
ceilings = st.none() | st.integers(0, 100).map(Decimal)


@settings(deadline=None)
@given(policies, st.integers(-100, 6000), ceilings)
def test_a_quote_stands_until_its_deadline_and_is_worse_right_after(
    policy: tuple[PolicyEntry, ...], minutes: int, ceiling: Decimal | None
) -> None:
    now = START - timedelta(minutes=minutes)
    answer = quote(policy, now=now, ceiling_percent=ceiling)
    if answer.deadline is None:
        later = [START - timedelta(minutes=m) for m in range(-10, minutes, 60)]
        assert all(quote(policy, now=at, ceiling_percent=ceiling).percent >= answer.percent for at in later)
    else:
        after = answer.deadline + timedelta(microseconds=1)
        assert answer.deadline >= now
        assert quote(policy, now=answer.deadline, ceiling_percent=ceiling).percent >= answer.percent
        assert quote(policy, now=after, ceiling_percent=ceiling).percent < answer.percent


@settings(deadline=None)
@given(policies, st.integers(-100, 6000), ceilings, *[st.integers(0, 10**6)] * 3)
def test_never_more_goes_back_than_is_left(
    policy: tuple[PolicyEntry, ...], minutes: int, ceiling: Decimal | None, paid: int, staff: int, price: int
) -> None:
    answer = quote(
        policy, now=START - timedelta(minutes=minutes), ceiling_percent=ceiling,
        paid=paid, refunded_by_staff=staff, refunded_for_price=price,
    )  # fmt: skip
    assert 0 <= answer.amount <= max(0, paid - staff - price)
    assert ceiling is None or answer.percent <= ceiling
