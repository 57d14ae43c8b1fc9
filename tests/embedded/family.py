"""A process with a child of its own; both note their pids in a folder and stay: `family FOLDER [stubborn]`."""

import os
import signal
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    if "stubborn" in sys.argv:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path(sys.argv[1], f"{'child' if os.fork() == 0 else 'parent'}-{os.getpid()}").touch()
    sys.stdout.write("here\n")
    sys.stdout.flush()
    time.sleep(600)
