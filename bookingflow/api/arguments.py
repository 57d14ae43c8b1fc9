"""Arguments of commands that are read as the API reads them."""

import argparse
from datetime import datetime

from rest_framework.exceptions import ValidationError

from bookingflow.api.fields import InstantField


def instant(text: str) -> datetime:
    """An argument's type: RFC 3339, with an offset."""
    try:
        found: datetime = InstantField().to_internal_value(text)
    except ValidationError as fault:
        raise argparse.ArgumentTypeError(" ".join(map(str, fault.detail))) from None
    return found
