"""Lists compare status and times in the index of their ordering: a row is looked at only once it is on the page."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

NEW = {
    'booking_listed_by_start': ['organization', '-start', 'id', 'status', 'updated_at'],
    'booking_listed_by_creation': ['organization', '-created_at', 'id', 'status', 'start', 'updated_at'],
    'booking_listed_by_update': ['organization', '-updated_at', 'id', 'status', 'start'],
    'booking_listed_by_room': ['room', 'start', 'status'],
}
OLD = ['booking_by_start', 'booking_by_creation', 'booking_by_update', 'booking_by_room']


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('bookings', '0005_card_payments'),
    ]

    operations = [
        *(AddIndexConcurrently('booking', models.Index(fields=fields, name=name)) for name, fields in NEW.items()),
        *(RemoveIndexConcurrently('booking', name) for name in OLD),
    ]
