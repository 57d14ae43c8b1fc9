from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

UNPLACED = models.Q(alias_of__isnull=True, position__isnull=True)


class Migration(migrations.Migration):
    """Under another name, so that there is always one of the two."""

    atomic = False

    dependencies = [("webhooks", "0004_each_former_secret_signs_along")]

    operations = [
        AddIndexConcurrently(
            "event",
            models.Index(
                fields=["organization", "recorded_at", "id"], name="event_unplaced_by_owner", condition=UNPLACED
            ),
        ),
        RemoveIndexConcurrently("event", "event_unplaced"),
    ]
