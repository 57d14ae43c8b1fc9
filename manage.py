#!/usr/bin/env python
"""The commands of BookingFlow; `manage.py up` serves it."""

import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookingflow.settings")
    try:
        from django.core.management import execute_from_command_line

        from bookingflow.embedded.commands import run
    except ImportError as missing:
        print(f"{missing}. Install the requirements (`make run` does), or activate .venv.", file=sys.stderr)
        return 1
    return run(sys.argv, execute_from_command_line)


if __name__ == "__main__":
    sys.exit(main())
