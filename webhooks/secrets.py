"""Endpoints' secrets at rest: encrypted under a key of their own, and which of them are valid now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.conf import settings

from bookingflow.lib import crypto

PURPOSE = "webhook-secret"


class HoldsSecrets(Protocol):
    @property
    def secret(self) -> bytes | memoryview | None: ...
    @property
    def former_secrets(self) -> Sequence[bytes | memoryview] | None: ...
    @property
    def former_until(self) -> Sequence[datetime] | None: ...


def seal(secret: str) -> bytes:
    return crypto.encrypt(secret.encode(), purpose=PURPOSE, keys=_keys())


def unseal(sealed: bytes | memoryview) -> str:
    """Raises crypto.DecryptionError."""
    return crypto.decrypt(bytes(sealed), purpose=PURPOSE, keys=_keys()).decode()


def valid_secrets(holder: HoldsSecrets, *, at: datetime) -> list[str]:
    """The present one, then the former ones that sign along, the newest first."""
    sealed = [holder.secret, *(secret for secret, _ in former_ones(holder, at=at))]
    return [unseal(secret) for secret in sealed if secret is not None]


def former_ones(holder: HoldsSecrets, *, at: datetime) -> list[tuple[bytes | memoryview, datetime]]:
    """Those that sign along still, sealed, and until when."""
    ones = zip(holder.former_secrets or (), holder.former_until or (), strict=True)
    return [(secret, until) for secret, until in ones if at < until]


def _keys() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
