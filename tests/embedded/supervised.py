"""A supervisor over a family: `python -m tests.embedded.supervised FOLDER [stubborn]`."""

import os
import sys

from bookingflow.embedded.supervisor import Program, Supervisor

STOP_SECONDS = 1.0

if __name__ == "__main__":
    family = Program("family", "tests.embedded.family", tuple(sys.argv[1:]))
    Supervisor([family], environment=os.environ, on_tick=lambda: None, stop_seconds=STOP_SECONDS).run()
