"""The SECRET_KEY that `manage.py up` makes and keeps where the environment names none."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def kept_secret_key(data_dir: Path) -> str | None:
    try:
        return _file(data_dir).read_text(encoding="ascii").strip() or None
    except (FileNotFoundError, NotADirectoryError):
        return None


def make_secret_key(data_dir: Path) -> str:
    """The kept key, made first where there is none. Two processes that make one at once agree on it."""
    kept = kept_secret_key(data_dir)
    if kept is not None:
        return kept
    descriptor, draft = tempfile.mkstemp(prefix=".secret_key.", dir=data_dir)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(descriptor)
    with suppress(FileExistsError):
        os.link(draft, _file(data_dir))
    os.unlink(draft)
    return _file(data_dir).read_text(encoding="ascii").strip()


def _file(data_dir: Path) -> Path:
    return data_dir / "secret_key"
