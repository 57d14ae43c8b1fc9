"""The Celery application. A message is a wake-up call only: what must happen stands in PostgreSQL."""

import os
from typing import Any

import structlog
from celery import Celery
from celery.signals import before_task_publish, task_failure, task_postrun, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookingflow.settings")

app = Celery("bookingflow")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["bookings", "rooms", "webhooks", "bookingflow.api"])

log = structlog.get_logger(__name__)


@before_task_publish.connect(weak=False)  # type: ignore[untyped-decorator]
def carry_request_id(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """The request that wakes a task is named in the task's log lines."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if request_id and headers is not None:
        headers["request_id"] = request_id


@task_prerun.connect(weak=False)  # type: ignore[untyped-decorator]
def name_task_in_logs(task_id: str, task: Any, **_: Any) -> None:
    woken_by = task.request.get("request_id")
    structlog.contextvars.bind_contextvars(
        task=task.name, task_id=task_id, **({"request_id": woken_by} if woken_by else {})
    )


@task_postrun.connect(weak=False)  # type: ignore[untyped-decorator]
def end_task_in_logs(task: Any, state: str = "", **_: Any) -> None:
    if task.request.get("request_id"):  # those of beat come every few seconds
        log.info("task", outcome=state.lower())
    structlog.contextvars.unbind_contextvars("task", "task_id", "request_id")


@task_failure.connect(weak=False)  # type: ignore[untyped-decorator]
def tell_failure(exception: BaseException, **_: Any) -> None:
    log.error("task_failed", exc_info=exception)
