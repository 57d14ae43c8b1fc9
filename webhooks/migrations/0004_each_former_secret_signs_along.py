import django.contrib.postgres.fields
from django.db import migrations, models

KEPT = """
UPDATE webhooks_endpoint SET former_secrets = ARRAY[previous_secret], former_until = ARRAY[previous_secret_until]
WHERE previous_secret IS NOT NULL AND previous_secret_until IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('webhooks', '0003_sending_once_more'),
    ]

    operations = [
        migrations.AddField(
            model_name='endpoint',
            name='former_secrets',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='endpoint',
            name='former_until',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), db_default=[], default=list, size=None),
        ),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='endpoint',
            name='previous_secret',
        ),
        migrations.RemoveField(
            model_name='endpoint',
            name='previous_secret_until',
        ),
    ]
