"""A booking's room and customer are its own organization's."""

from django.db import migrations

FOREIGN_KEYS = [
    ("booking_room_same_organization", "(room_id, organization_id)", "rooms_room (id, organization_id)"),
    ("booking_customer_same_organization", "(customer_id, organization_id)", "customers_customer (id, organization_id)"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0001_initial"),
        ("rooms", "0002_rows_of_one_organization"),
        ("customers", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE bookings_booking ADD CONSTRAINT {name} FOREIGN KEY {columns} REFERENCES {target}"
            " DEFERRABLE INITIALLY DEFERRED",
            f"ALTER TABLE bookings_booking DROP CONSTRAINT {name}",
        )
        for name, columns, target in FOREIGN_KEYS
    ]
