"""Endpoints' secrets at rest: encrypted under a key of their own, and which of them are valid now."""

from datetime import datetime
from typing import Protocol

from django.conf import settings

from bookingflow.lib import crypto

PURPOSE = "webhook-secret"


class HoldsSecrets(Protocol):
    @property
    def secret(self) -> bytes | memoryview | None: ...
    @property
    def previous_secret(self) -> bytes | memoryview | None: ...
    @property
    def previous_secret_until(self) -> datetime | None: ...


def seal(secret: str) -> bytes:
    return crypto.encrypt(secret.encode(), purpose=PURPOSE, keys=_keys())


def unseal(sealed: bytes | memoryview) -> str:
    """Raises crypto.DecryptionError."""
    return crypto.decrypt(bytes(sealed), purpose=PURPOSE, keys=_keys()).decode()


def valid_secrets(holder: HoldsSecrets, *, at: datetime) -> list[str]:
    """The present one, then the former one while it signs along."""
    sealed = [holder.secret]
    if holder.previous_secret_until is not None and at < holder.previous_secret_until:
        sealed.append(holder.previous_secret)
    return [unseal(secret) for secret in sealed if secret is not None]


def _keys() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
