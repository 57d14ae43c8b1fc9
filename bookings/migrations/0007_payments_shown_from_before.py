"""Bookings whose payments were recorded before bookings named the one that they show."""

from django.db import migrations, models

SHOW = """
    UPDATE bookings_booking AS booking SET payment_shown_id = newest.id
    FROM (
        SELECT DISTINCT ON (booking_id) booking_id, id FROM bookings_payment
        WHERE status <> 'canceled' AND (provider <> 'stripe' OR stripe_id <> '')
        ORDER BY booking_id, created_at DESC, id DESC
    ) AS newest
    WHERE newest.booking_id = booking.id AND booking.payment_shown_id IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0006_lists_compare_in_the_index")]

    operations = [
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                fields=["payment"], name="refund_failed", condition=models.Q(status="failed")
            ),
        ),
        migrations.RunSQL(SHOW, migrations.RunSQL.noop),
    ]
