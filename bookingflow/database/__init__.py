"""Django's PostgreSQL backend, with a pool that gets over an outage at once."""
