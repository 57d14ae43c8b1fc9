"""The lists of rooms and blocks are walked along an index, whatever else is in the tables."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("rooms", "0002_rows_of_one_organization")]

    operations = [
        AddIndexConcurrently(
            "room", models.Index(fields=["organization", "id"], name="room_by_organization")
        ),
        AddIndexConcurrently(
            "block",
            models.Index(fields=["organization", "start", "id"], name="block_by_organization_start"),
        ),
    ]
