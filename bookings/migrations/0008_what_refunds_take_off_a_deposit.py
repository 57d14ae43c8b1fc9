"""What refunds by hand took off a deposit is kept, so that it comes back with the total where one fails."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0007_payments_shown_from_before'),
        ('customers', '0002_erased_customers_and_search'),
        ('organizations', '0003_stripe_account'),
        ('rooms', '0003_lists_by_organization'),
    ]

    operations = [
        migrations.AddField(
            model_name='booking',
            name='deposit_off_minor',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(('deposit_off_minor__gte', 0)), name='booking_deposit_off_not_negative'),
        ),
    ]
