"""The private PostgreSQL and Redis of a data folder, and the supervisor behind `manage.py up`."""

from bookingflow.embedded.errors import EmbeddedProblem
from bookingflow.embedded.users import POSTGRESQL, REDIS, Services, services, wanted_services

__all__ = ["POSTGRESQL", "REDIS", "EmbeddedProblem", "Services", "services", "wanted_services"]
