"""What the house itself does after an event, as deliveries to named consumers through the same machine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event as a consumer gets it; `data` as it was recorded."""

    event_id: UUID
    type: str
    organization_id: UUID
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Consumer:
    """`consume` runs in a thread of its own, outside any transaction, at least once per event.

    It raises where it failed, and is then called again by the retry schedule.
    """

    name: str
    types: frozenset[str]
    consume: Callable[[Occurrence], None]


_registered: dict[str, Consumer] = {}


def register(consumer: Consumer) -> None:
    """From an app's `ready()`. A name stands in stored deliveries, so it is given once and kept."""
    _registered[consumer.name] = consumer


def unregister(name: str) -> None:
    del _registered[name]


def registered() -> list[Consumer]:
    return list(_registered.values())


def consumers_of(event_type: str) -> list[Consumer]:
    return [consumer for consumer in _registered.values() if event_type in consumer.types]


def find_consumer(name: str) -> Consumer:
    """Raises LookupError."""
    return _registered[name]
