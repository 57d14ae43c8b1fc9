"""Payments and refunds, and what they come to on their booking."""

import django.db.models.deletion
import django.db.models.expressions
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0002_rows_of_one_organization'),
        ('customers', '0001_initial'),
        ('organizations', '0002_slug_stands_in_public_names'),
        ('rooms', '0003_lists_by_organization'),
    ]

    operations = [
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(choices=[('offline', 'Taken elsewhere'), ('stripe', 'Stripe')], max_length=10)),
                ('method', models.CharField(choices=[('cash', 'Cash'), ('card_terminal', 'Card terminal'), ('bank_transfer', 'Bank transfer'), ('voucher', 'Voucher'), ('other', 'Other'), ('stripe', 'Card, online')], max_length=20)),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('canceled', 'Cancelled')], max_length=10)),
                ('amount_minor', models.BigIntegerField()),
                ('refunded_minor', models.BigIntegerField(db_default=0, default=0)),
                ('reserved_minor', models.BigIntegerField(db_default=0, default=0)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('-created_at', '-id'),
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('act_id', models.UUIDField()),
                ('purpose', models.CharField(choices=[('cancellation', 'Cancellation'), ('lower_price', 'Fall in price'), ('by_hand', 'By staff')], max_length=12)),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('succeeded', 'Succeeded'), ('failed', 'Failed')], max_length=10)),
                ('amount_minor', models.BigIntegerField()),
                ('lowers_minor', models.BigIntegerField(db_default=0, default=0)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('created_at', 'id'),
            },
        ),
        migrations.AddField(
            model_name='booking',
            name='cancel_refund_minor',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='booking',
            name='cancel_refund_status',
            field=models.CharField(db_default='not_needed', default='not_needed', max_length=10),
        ),
        migrations.AddField(
            model_name='booking',
            name='paid_minor',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='booking',
            name='refund_ceiling_percent',
            field=models.DecimalField(decimal_places=4, max_digits=7, null=True),
        ),
        migrations.AddField(
            model_name='booking',
            name='refunded_minor',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(('refunded_minor__gte', 0), ('refunded_minor__lte', models.F('paid_minor'))), name='booking_not_refunded_above'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(('cancel_refund_minor__gte', 0), ('cancel_refund_minor__lte', models.F('paid_minor'))), name='booking_cancel_refund_of_paid'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(('refund_ceiling_percent__gte', 0), ('refund_ceiling_percent__lte', 100)), name='booking_ceiling_is_percent'),
        ),
        migrations.AddField(
            model_name='payment',
            name='booking',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='payments', to='bookings.booking'),
        ),
        migrations.AddField(
            model_name='refund',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='refunds', to='bookings.payment'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='payment_of_something'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('refunded_minor__gte', 0), ('reserved_minor__gte', 0)), name='payment_refunds_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gte', django.db.models.expressions.CombinedExpression(models.F('refunded_minor'), '+', models.F('reserved_minor')))), name='payment_not_refunded_above'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'succeeded'), models.Q(('refunded_minor', 0), ('reserved_minor', 0)), _connector='OR'), name='payment_refunded_once_there'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('method', 'stripe'), ('provider', 'stripe')), models.Q(('provider', 'offline'), models.Q(('method', 'stripe'), _negated=True)), _connector='OR'), name='payment_method_of_provider'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'succeeded', 'failed', 'canceled'])), name='payment_status_known'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='refund_of_something'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('lowers_minor', 0), models.Q(('lowers_minor__gt', 0), ('lowers_minor__lte', models.F('amount_minor')), ('purpose', 'by_hand')), _connector='OR'), name='refund_lowers_by_hand'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'succeeded', 'failed'])), name='refund_status_known'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['cancellation', 'lower_price', 'by_hand'])), name='refund_purpose_known'),
        ),
    ]
