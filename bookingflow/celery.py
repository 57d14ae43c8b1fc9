"""The Celery application. A message is a wake-up call only: what must happen stands in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookingflow.settings")

app = Celery("bookingflow")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["bookings", "rooms", "webhooks", "bookingflow.api"])
