"""A row belongs to the organization of what it hangs on; a handle stands in the one name space."""

from django.db import migrations

FOREIGN_KEYS = [
    ("rooms_schedule", "schedule_handle_is_its_public_name", "(handle, organization_id)",
     "organizations_publicname (name, organization_id)"),
    ("rooms_room", "room_schedule_same_organization", "(schedule_id, organization_id)",
     "rooms_schedule (id, organization_id)"),
    ("rooms_block", "block_schedule_same_organization", "(schedule_id, organization_id)",
     "rooms_schedule (id, organization_id)"),
    ("rooms_session", "session_schedule_same_organization", "(schedule_id, organization_id)",
     "rooms_schedule (id, organization_id)"),
    ("rooms_session", "session_room_same_organization", "(room_id, organization_id)",
     "rooms_room (id, organization_id)"),
]

BOUNDED = """
ALTER TABLE rooms_session ADD CONSTRAINT session_occupied_bounded CHECK (
    NOT isempty(occupied) AND NOT lower_inf(occupied) AND NOT upper_inf(occupied)
    AND lower_inc(occupied) AND NOT upper_inc(occupied)
    AND lower(occupied) <= start AND upper(occupied) >= "end"
)
"""


class Migration(migrations.Migration):
    dependencies = [("rooms", "0001_initial"), ("organizations", "0002_slug_stands_in_public_names")]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY {columns} REFERENCES {target}"
            " DEFERRABLE INITIALLY DEFERRED",
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
        )
        for table, name, columns, target in FOREIGN_KEYS
    ] + [migrations.RunSQL(BOUNDED, "ALTER TABLE rooms_session DROP CONSTRAINT session_occupied_bounded")]
