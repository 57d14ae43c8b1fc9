"""Rarer sources have an index; the rows of a customer, room or organization are found by those that begin with them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0003_money_on_the_books'),
        ('customers', '0002_erased_customers_and_search'),
        ('organizations', '0002_slug_stands_in_public_names'),
        ('rooms', '0003_lists_by_organization'),
    ]

    operations = [
        migrations.AlterField(
            model_name='booking',
            name='customer',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='customers.customer'),
        ),
        migrations.AlterField(
            model_name='booking',
            name='organization',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='bookings', to='organizations.organization'),
        ),
        migrations.AlterField(
            model_name='booking',
            name='room',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='rooms.room'),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(condition=models.Q(('source', 'api'), _negated=True), fields=['organization', 'source', '-start'], name='booking_by_rarer_source'),
        ),
    ]
