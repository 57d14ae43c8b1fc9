"""`<DATA_DIR>/demo.json`: the demo venues' logins and API keys, kept for their owner alone.

`{"organizations": [{"slug", "name", "staff": [{"email", "password", "role"}], "apiKey", "rooms": [{"id",
"bookingType", "slug", "name"}]}]}`. The database keeps only hashes of the secrets, so this file is where they are the
same at every start: what it has is put into a database that doesn't know it, and what is lost is made anew.
"""

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookingflow.lib.errors import InvalidRequest, ServiceUnavailable

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Access:
    """To one venue; `passwords` are by email."""

    api_key: str
    passwords: Mapping[str, str]


def kept_venues(data_dir: Path) -> dict[str, Document]:
    """By slug. Raises InvalidRequest where the file isn't as it was written."""
    path = _file(data_dir)
    try:
        organizations = json.loads(path.read_text(encoding="utf-8"))["organizations"]
        found = {document["slug"]: document for document in organizations}
        for document in organizations:
            access_in(document)
    except FileNotFoundError:
        return {}
    except OSError as fault:
        raise ServiceUnavailable(f"{path} can't be read: {fault.strerror}.") from None
    except (ValueError, KeyError, TypeError):
        raise InvalidRequest(f"{path} isn't as it was written. Remove it, and it is made anew.") from None
    return found


def access_in(document: Document) -> Access:
    passwords = {person["email"]: person["password"] for person in document["staff"]}
    return Access(document["apiKey"], passwords)


def keep_venues(data_dir: Path, documents: Iterable[Document]) -> None:
    """In one stroke: whoever reads finds the old file or the new one, whole."""
    text = json.dumps({"organizations": list(documents)}, ensure_ascii=False, indent=2)
    path = _file(data_dir)
    try:
        with tempfile.NamedTemporaryFile(  # made with mode 0600
            "w", encoding="utf-8", dir=data_dir, prefix=".demo.", delete=False
        ) as draft:
            draft.write(text + "\n")
        os.replace(draft.name, path)
    except OSError as fault:
        raise ServiceUnavailable(f"{path} can't be written: {fault.strerror}.") from None


def _file(data_dir: Path) -> Path:
    return data_dir / "demo.json"
