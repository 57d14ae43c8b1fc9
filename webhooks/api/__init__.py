"""Webhook endpoints, their deliveries, and the event log in the Venue API."""

from webhooks.api.deliveries import Deliveries
from webhooks.api.endpoints import Endpoints
from webhooks.api.events import Events

__all__ = ["Deliveries", "Endpoints", "Events"]
