"""Customers may be erased, and are found by the beginnings of words and by their phone."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

from customers.search import digits_of, vector, words_of

AT_ONCE = 500
FOUND_BY = ["words", "phone_digits"]


def make_those_there_found(apps, schema_editor):
    model = apps.get_model("customers", "Customer")
    batch = []
    for customer in model.objects.order_by().iterator(chunk_size=AT_ONCE):
        words = words_of(name=customer.name, email=customer.email, phone=customer.phone)
        customer.words = vector(customer.organization_id, words)
        customer.phone_digits = digits_of(customer.phone)
        batch.append(customer)
        if len(batch) == AT_ONCE:
            model.objects.bulk_update(batch, FOUND_BY)
            batch.clear()
    model.objects.bulk_update(batch, FOUND_BY)


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0001_initial'),
        ('organizations', '0002_slug_stands_in_public_names'),
    ]

    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='erasure', serialize=False, to='customers.customer')),
                ('sought', models.BinaryField()),
                ('begun_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='customer',
            name='erased_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='customer',
            name='phone_digits',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=40),
        ),
        migrations.AddField(
            model_name='customer',
            name='words',
            field=django.contrib.postgres.search.SearchVectorField(db_default='', default='', editable=False),
        ),
        migrations.AlterField(
            model_name='customer',
            name='email',
            field=models.EmailField(max_length=254, null=True),
        ),
        migrations.RunPython(make_those_there_found, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['organization', 'name', 'id'], name='customer_by_name'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['organization', 'created_at', 'id'], name='customer_by_creation'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['organization', 'updated_at', 'id'], name='customer_by_update'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(condition=models.Q(('phone_digits', ''), _negated=True), fields=['organization', 'phone_digits'], name='customer_by_phone'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['words'], name='customer_by_word'),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('email__isnull', False), ('erased_at__isnull', True)), models.Q(('email__isnull', True), ('erased_at__isnull', False), ('metadata', {}), ('notes', ''), ('phone', '')), _connector='OR'), name='customer_erased_wholly'),
        ),
    ]
