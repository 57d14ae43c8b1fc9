"""Uses the services of a data folder until its input ends: `python -m tests.embedded.user DATA_DIR`."""

import sys
from pathlib import Path

from bookingflow.embedded import services

if __name__ == "__main__":
    with services(Path(sys.argv[1]), durable=False):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()
