"""Reports of defects to Sentry: where and of what kind, and nothing that anybody has sent."""

from typing import Any

import sentry_sdk
from sentry_sdk.utils import BadDsn, Dsn

from bookingflow.lib.redaction import kind_of, redacted

# What is known of the request is its method and its id; the log has the rest.
_NOT_SENT = ("request", "user", "breadcrumbs", "extra", "contexts", "logentry", "server_name", "modules")


def check(dsn: str) -> None:
    """Raises ValueError, with a sentence."""
    try:
        Dsn(dsn)
    except BadDsn as fault:
        raise ValueError(f"SENTRY_DSN: {fault}") from None


def begin(dsn: str) -> None:
    sentry_sdk.init(
        dsn,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=0,
        before_send=without_persons,  # type: ignore[arg-type]
    )


def without_persons(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """An exception's message goes where it may quote somebody, as in the log."""
    kept = {name: value for name, value in event.items() if name not in _NOT_SENT}
    told = (event.get("logentry") or {}).get("message")
    if told:
        kept["message"] = redacted(str(told))  # the form, without what was put into it
    fault = (hint.get("exc_info") or (None, None))[1]
    for value in (event.get("exception") or {}).get("values", []):
        value["value"] = kind_of(fault).partition(": ")[2] if fault and value is _last(event) else ""
    return kept


def _last(event: dict[str, Any]) -> Any:
    return event["exception"]["values"][-1]
