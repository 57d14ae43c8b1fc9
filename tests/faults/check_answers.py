"""Of the answers alone: in the envelope, in time, and the same to the same key."""

from collections.abc import Iterator

from tests.faults.history import Attempt, Operation

LONGEST_SECONDS = 15.0
# All that is asked is on offer, well formed and the client's own: it may be taken, or have run out.
REFUSALS = frozenset({"SLOT_NOT_AVAILABLE", "BOOKING_STATE_CONFLICT", "BLOCK_CONFLICT"})


def faulty_answers(operations: list[Operation]) -> Iterator[str]:
    for operation in operations:
        for attempt in operation.attempts:
            for fault in _faults_of(attempt):
                yield f"{operation.name} {operation.method} {operation.path}: {fault}"
        if operation.method != "GET":
            yield from _differing_answers(operation)


def _faults_of(attempt: Attempt) -> Iterator[str]:
    if attempt.seconds > LONGEST_SECONDS:
        yield f"took {attempt.seconds:.1f} s ({attempt.status or attempt.fault})"
    if attempt.status is None or attempt.status < 400:
        return
    error = attempt.body.get("error") if isinstance(attempt.body, dict) else None
    if not error or not {"code", "message", "requestId"} <= error.keys():
        yield f"{attempt.status} outside of the envelope: {attempt.body!r}"
    elif attempt.status >= 500:
        if attempt.status != 503 or error["code"] != "SERVICE_UNAVAILABLE":
            yield f"{attempt.status} {error}"
        elif not attempt.headers.get("retry-after", "").isdecimal():
            yield "503 without Retry-After"
    elif attempt.final and error["code"] not in REFUSALS:
        yield f"{attempt.status} {error}"


def _differing_answers(operation: Operation) -> Iterator[str]:
    final = [attempt for attempt in operation.attempts if attempt.final]
    for later in final[1:]:
        if (later.status, later.body) != (final[0].status, final[0].body):
            yield f"{operation.name} {operation.what}: {final[0].status}, and to the same key {later.status}"
        elif later.headers.get("idempotent-replayed") != "true":
            yield f"{operation.name} {operation.what}: answered again without Idempotent-Replayed"


def repeated(operations: list[Operation]) -> int:
    """How many answers were a second one to their key."""
    finals = (sum(attempt.final for attempt in each.attempts) for each in operations if each.method != "GET")
    return sum(number - 1 for number in finals if number > 1)
