"""Is the process alive, and can it work?"""

import redis
from django.conf import settings
from django.db import Error as DatabaseFault
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

_migrated = False  # once all are applied they stay so for the life of the process


def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """503 without the database or with a migration missing; 200 `degraded` without Redis."""
    try:
        ready = _all_migrated()
    except DatabaseFault:
        return _unavailable("database")
    if not ready:
        return _unavailable("migrations")
    if not _redis_answers():
        return JsonResponse({"status": "degraded", "missing": ["redis"]})
    return JsonResponse({"status": "ok"})


def _unavailable(what: str) -> HttpResponse:
    response = JsonResponse({"status": "unavailable", "missing": [what]}, status=503)
    response["Retry-After"] = "2"
    return response


def _all_migrated() -> bool:
    global _migrated  # noqa: PLW0603
    if _migrated:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    executor = MigrationExecutor(connection)
    _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _redis_answers() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
