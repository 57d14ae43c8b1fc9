"""What must always hold of money: for `manage.py doctor`."""

from bookingflow.lib.checks import Check, CheckResult, none_of

# Of each payment and of each booking, what their rows come to.
_REFUNDS = """
    SELECT payment_id,
        sum(amount_minor) FILTER (WHERE status = 'succeeded') AS gone,
        sum(amount_minor) FILTER (WHERE status = 'pending') AS under_way
    FROM bookings_refund GROUP BY payment_id
"""


def no_refund_is_above_its_payment() -> CheckResult:
    return none_of(
        "no refund is above its payment",
        f"""
        SELECT 1 FROM bookings_payment AS payment JOIN ({_REFUNDS}) AS refunds ON refunds.payment_id = payment.id
        WHERE coalesce(gone, 0) + coalesce(under_way, 0) > payment.amount_minor
        """,  # noqa: S608
        what="payments of which more was refunded than was paid",
    )


def payments_count_their_refunds() -> CheckResult:
    return none_of(
        "every payment counts its refunds",
        f"""
        SELECT 1 FROM bookings_payment AS payment
        LEFT JOIN ({_REFUNDS}) AS refunds ON refunds.payment_id = payment.id
        WHERE payment.refunded_minor <> coalesce(gone, 0) OR payment.reserved_minor <> coalesce(under_way, 0)
        """,  # noqa: S608
        what="payments whose counts are not those of their refunds",
    )


def bookings_sum_up_their_money() -> CheckResult:
    return none_of(
        "every booking's paid and refunded are the sums of its payments and refunds",
        """
        SELECT 1 FROM bookings_booking AS booking LEFT JOIN (
            SELECT booking_id, sum(amount_minor) AS paid, sum(refunded_minor + reserved_minor) AS refunded
            FROM bookings_payment WHERE status = 'succeeded' GROUP BY booking_id
        ) AS money ON money.booking_id = booking.id
        WHERE booking.paid_minor <> coalesce(paid, 0) OR booking.refunded_minor <> coalesce(refunded, 0)
        """,
        what="bookings whose sums are not those of their payments and refunds",
    )


def cancellations_show_their_refunds() -> CheckResult:
    return none_of(
        "every cancellation shows what it gave back",
        """
        SELECT 1 FROM bookings_booking AS booking LEFT JOIN (
            SELECT payment.booking_id, sum(refund.amount_minor) AS amount,
                CASE WHEN bool_or(refund.status = 'failed') THEN 'failed'
                    WHEN bool_or(refund.status = 'pending') THEN 'pending' ELSE 'succeeded' END AS status
            FROM bookings_refund AS refund JOIN bookings_payment AS payment ON payment.id = refund.payment_id
            WHERE refund.purpose = 'cancellation' GROUP BY payment.booking_id
        ) AS given ON given.booking_id = booking.id
        WHERE booking.cancel_refund_minor <> coalesce(given.amount, 0)
            OR booking.cancel_refund_status <> coalesce(given.status, 'not_needed')
            OR given.amount IS NOT NULL AND booking.status <> 'canceled'
        """,
        what="cancellations that show another refund than they made",
    )


def newest_payments_are_shown() -> CheckResult:
    return none_of(
        "every booking shows its newest payment",
        """
        SELECT 1 FROM bookings_booking AS booking LEFT JOIN LATERAL (
            SELECT id FROM bookings_payment
            WHERE booking_id = booking.id AND status <> 'canceled' AND (provider <> 'stripe' OR stripe_id <> '')
            ORDER BY created_at DESC, id DESC LIMIT 1
        ) AS newest ON true
        WHERE booking.payment_shown_id IS DISTINCT FROM newest.id
        """,
        what="bookings that show another payment than their newest",
    )


def refunds_by_hand_stay_taken_off() -> CheckResult:
    """One line for each that was given at once, the last ones, none of them above it."""
    return none_of(
        "every refund by hand is a line on its booking's price",
        """
        SELECT 1 FROM (
            SELECT payment.booking_id, count(DISTINCT refund.act_id) AS lines, sum(refund.lowers_minor) AS lowers
            FROM bookings_refund AS refund JOIN bookings_payment AS payment ON payment.id = refund.payment_id
            WHERE refund.lowers_minor > 0 AND refund.status <> 'failed' GROUP BY payment.booking_id
        ) AS given JOIN bookings_booking AS booking ON booking.id = given.booking_id
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE line ->> 'kind' = 'adjustment' AND (line ->> 'amount')::bigint <= 0) AS lines,
                -sum((line ->> 'amount')::bigint) AS off
            FROM jsonb_array_elements(booking.price_lines) WITH ORDINALITY AS each (line, place)
            WHERE place > jsonb_array_length(booking.price_lines) - given.lines
        ) AS told
        WHERE told.lines <> given.lines OR told.off > given.lowers
            OR told.off < given.lowers AND booking.total_minor > 0
        """,
        what="bookings whose price lines leave out refunds by hand",
    )


CHECKS: list[Check] = [
    no_refund_is_above_its_payment,
    payments_count_their_refunds,
    bookings_sum_up_their_money,
    cancellations_show_their_refunds,
    newest_payments_are_shown,
    refunds_by_hand_stay_taken_off,
]
